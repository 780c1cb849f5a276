"""What the README says is so: its commands parse, its settings load, its models open, its keys are the program's.

`python -m tests.test_readme` writes the table of keys into it anew.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

import textchat
from tests.flow.terminal import PATIENCE_S, isolated_environment
from textchat.commands.arguments import parse
from textchat.config import paths
from textchat.config.personas.persona_file import read_persona
from textchat.core.configuration import Keymap, Settings
from textchat.live.settings.effective_settings import load
from textchat.providers.catalog import Catalog, builtin_providers
from textchat.ui.key_settings import keymap_from
from textchat.ui.keymap import BY_ID, MESSAGE_KEYS_NOTE, SECTIONS, by_section, keys_of
from textchat.ui.keymaps.sets import EDITING, KEYMAPS
from textchat.ui.keys import display_key, split_keys

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
START = "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/textchat"
TESTS = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/python -m pytest"


def with_keys(readme: str) -> str:
    """The README with the program's own table of keys between its two marks."""
    before, mark, rest = readme.partition("<!-- keys: from textchat/ui/keymap.py -->\n")
    _, end, after = rest.partition("<!-- /keys -->\n")
    assert mark and end, "README.md has lost a mark around its table of keys"
    return f"{before}{mark}{readme_table()}{end}{after}"


def readme_table() -> str:
    """All actions as one Markdown table, with a final newline."""
    lines = ["| Keys | Does | Id |", "|---|---|---|"]
    for section, actions in by_section():
        note = f" ({MESSAGE_KEYS_NOTE})" if section == SECTIONS["message"] else ""
        lines.append(f"| **{section}**{note} | | |")
        lines += [f"| {_shown(split_keys(action.keys))} | {action.help} | `{action.id}` |" for action in actions]
    lines += ["", 'With `keymap` "emacs" or "vim" in `[ui]`, these are elsewhere:', ""]
    lines += ["| Does | Emacs | vim |", "|---|---|---|"]
    emacs, vim = KEYMAPS[Keymap.EMACS], KEYMAPS[Keymap.VIM]
    lines += [
        f"| {action.help} | {_shown(keys_of(action, emacs))} | {_shown(keys_of(action, vim))} |"
        for action in BY_ID.values()
        if action.id in emacs or action.id in vim
    ]
    for keymap, name in ((Keymap.EMACS, "Emacs"), (Keymap.VIM, "vim")):
        lines += ["", f"| {name} | |", "|---|---|"]
        lines += [f"| {_shown(split_keys(keys))} | {does} |" for keys, does in EDITING[keymap]]
    return "\n".join(lines) + "\n"


def _shown(keys: Iterable[str]) -> str:
    return ", ".join(f"`{display_key(key)}`" for key in keys)


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """Every `textchat …` in a shell block or in backquotes, without the pipe it stands in."""
    lines = [line for block in fenced("sh") for line in block.splitlines()]
    quoted = set(re.findall(r"`(textchat(?: [^`]*)?)`", README))
    piped = [line.rpartition(" | ")[2] for line in lines]
    return sorted({line for line in piped if line.startswith("textchat ")} | quoted)


def prose() -> str:
    """Without the table of keys and without what is fenced."""
    before, _, rest = README.partition("<details>")
    return re.sub(r"^```.*?^```$", "", before + rest.partition("</details>")[2], flags=re.MULTILINE | re.DOTALL)


NAMED_KEYS = {
    "Ctrl+T": "pane.add",
    "F2": "pane.model",
    "Esc": "reply.cancel",
    "Ctrl+P": "app.palette",
    "F1": "app.help",
    "Ctrl+Q": "app.quit",
    "Ctrl+S": "prompt.target",
    "F3": "pane.diff",
    "Alt+S": "pane.sync",
    "Ctrl+L": "pane.zoom",
    "F5": "reply.regenerate",
    "Alt+V": "pane.vote",
    "Alt+E": "pane.tie",
    "Alt+J": "pane.merge",
    "Alt+K": "pane.blind",
    "Alt+Q": "votes.ratings",
    "F8": "pane.choose",
    "F9": "pane.parameters",
    "F10": "app.settings",
    "Ctrl+O": "conversation.open",
    "Ctrl+G": "reply.continue",
    "Alt+U": "app.undo",
    "Alt+I": "attachment.picture",
    "Alt+L": "attachment.focus",
    "Alt+P": "replay.pause",
}
"""What each key that the text names is said to do; Ctrl+C belongs to the shell."""


def test_the_keys_in_the_text_do_what_it_says() -> None:
    named = set(re.findall(r"(?:(?:Ctrl|Alt|Shift)\+\w+|\bF\d+|\bEsc)\b", prose())) - {"Ctrl+C"}
    assert named == NAMED_KEYS.keys()
    for key, action in NAMED_KEYS.items():
        assert key.lower().replace("esc", "escape") in BY_ID[action].keys.split(","), f"{key} is not {action}"


def test_the_two_commands_are_those_that_are_tried() -> None:
    blocks = [block.strip() for block in fenced("sh")]
    assert START in blocks
    assert TESTS in blocks
    # .ci/run takes the line that ends with the call of pytest: there must be no other.
    assert [line for line in README.splitlines() if line.endswith("python -m pytest")] == [TESTS]


@pytest.mark.parametrize("command", commands())
def test_a_command_parses_and_its_models_open(command: str) -> None:
    arguments = parse(shlex.split(command)[1:])
    catalog = Catalog(Settings(), environ={})
    for model in getattr(arguments, "models", None) or ():
        catalog.open(model)


def test_the_table_of_providers_names_the_variable_that_makes_each_known() -> None:
    rows = re.findall(r"^\| [\w ]+ \| `(\w+)`[^|]*\| `textchat -m (\w+)/.*` \|$", README, re.MULTILINE)
    assert len(rows) > 5
    assert {provider for _, provider in rows} | {"demo"} == set(builtin_providers(dict.fromkeys(dict(rows), "x")))


def test_the_example_of_a_persona_is_one(tmp_path: Path) -> None:
    (example,) = (each for each in fenced("toml") if "[[examples]]" in each)
    (tmp_path / "one.toml").write_text(example, encoding="utf-8")
    assert read_persona(tmp_path / "one.toml").value.values["examples"]


@pytest.mark.parametrize("example", [each for each in fenced("toml") if "[[examples]]" not in each])
def test_an_example_of_the_settings_loads_without_a_word(example: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(example, encoding="utf-8")
    loaded = load({"TEXTCHAT_CONFIG": str(file), "HOME": str(tmp_path)})
    _, clashes = keymap_from(loaded.settings.keys)
    assert [*loaded.problems, *clashes] == []
    catalog = Catalog(loaded.settings, environ={})
    for model in loaded.settings.default_models:
        catalog.open(model)


@pytest.mark.parametrize("example", fenced("python"))
def test_an_example_in_python_needs_the_public_names_alone(example: str) -> None:
    imported = re.findall(r"^from (textchat\S*) import (.+)$", example, re.MULTILINE)
    assert imported and all(module == "textchat" for module, _ in imported)
    assert set(imported[0][1].split(", ")) <= set(textchat.__all__)


@pytest.mark.parametrize("example", fenced("python"))
def test_an_example_in_python_runs(example: str, tmp_path: Path) -> None:
    environment = isolated_environment(tmp_path, TEXTCHAT_DEMO_SPEED="0")
    ran = subprocess.run(
        [sys.executable, "-c", example],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "textchat" in ran.stdout


def test_files_are_where_it_says() -> None:
    variables = {"XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d", "XDG_STATE_HOME": "/s", "HOME": "/h"}
    for file in (paths.config_file, paths.database, paths.log_file):
        place = str(file(variables))
        for name, folder in variables.items():
            place = place.replace(f"{folder}/textchat/", f"${name}/textchat/")
        assert f"`{place}`" in README
    home = {"HOME": "/h"}
    for file, folder in (
        (paths.config_file, ".config"),
        (paths.database, ".local/share"),
        (paths.log_file, ".local/state"),
    ):
        assert file(home).is_relative_to(f"/h/{folder}")
        assert f"`~/{folder}`" in README


def test_the_keys_are_the_table_of_the_program() -> None:
    assert with_keys(README) == README


def test_what_it_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target


if __name__ == "__main__":
    (ROOT / "README.md").write_text(with_keys(README), encoding="utf-8")

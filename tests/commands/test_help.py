"""`textchat help`, the pages and what they say, `textchat completion`, and the man page."""

from __future__ import annotations

import argparse
import os
import pty
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.commands.program import Program
from textchat import cli
from textchat.commands.arguments import COMMANDS, parse
from textchat.commands.manual.completion import completion_script
from textchat.commands.manual.man_page import man_page
from textchat.commands.manual.whole_parser import commands_of, own_actions, whole_parser
from textchat.config.schema import SETTINGS, SettingsTable
from textchat.core.configuration import Protocol, ProviderSettings, Settings
from textchat.core.crashes import CRASHED
from textchat.core.evaluation.check import CheckType
from textchat.core.limits import TABLE
from textchat.help.exit_codes import EXIT_CODES
from textchat.help.pages import BY_TOPIC, PAGES, HelpPage
from textchat.live.settings.effective_settings import load
from textchat.ui.help_pages.shown_keys import KeymapKeys
from textchat.ui.key_settings import keymap_from
from textchat.ui.keymap import ACTIONS, BY_ID
from textchat.ui.keys import display_key, split_keys

EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.topic)
OTHER_CODE = frozenset(
    {
        *(
            "PROVIDER/MODEL",
            "openai/gpt-5-mini",
            "/v1",
            "p",
            "[keys]",
            "[limits]",
            "-",
            "config.toml",
            "preferences.toml",
            "crash-*.txt",
            "personas/*.toml",
            "prompts/*.md",
            "/",
            "default",
            "emacs",
            "vim",
        ),
        *("~/.config", "~/.local/share", "~/.local/state", "set -g set-clipboard on", "first_token", "max_tokens"),
        *("$XDG_CONFIG_HOME/textchat/config.toml", "$XDG_DATA_HOME/textchat/textchat.db"),
        "$XDG_STATE_HOME/textchat/textchat.log",
        *("questions.jsonl", "checks.jsonl", "answers.jsonl", *(each.value for each in CheckType)),
    }
)
"""What stands in backquotes and is no command, option, setting or variable."""
VARIABLE = re.compile(r"(?:TEXTCHAT_CONFIG|NO_COLOR|HTTPS_PROXY|SSL_CERT_FILE|OLLAMA_HOST|[A-Z]+_API_KEY)\Z")


def fenced(page: HelpPage, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.source(), re.MULTILINE | re.DOTALL)


def spans(page: HelpPage) -> set[str]:
    unfenced = re.sub(r"^```.*?^```$", "", page.source(), flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`([^`\n]+)`", unfenced))


def every_option() -> set[str]:
    parsers: list[argparse.ArgumentParser] = [whole_parser()]
    for parser in parsers:
        parsers += [below for _, below in commands_of(parser)]
    return {option for parser in parsers for action in own_actions(parser) for option in action.option_strings}


def every_setting(table: SettingsTable = SETTINGS, name: str = "") -> Iterator[str]:
    """Each key as the pages write it: `[ui] theme`, `[providers.NAME] timeout`."""
    for key, entry in table.keys.items():
        yield f"[{name}] {key}" if name else key
        if isinstance(entry, SettingsTable):
            yield from every_setting(entry, f"{name}.{key}".strip("."))
    if isinstance(table.others, SettingsTable):
        yield from every_setting(table.others, f"{name}.NAME".strip("."))


# -- what the pages say ------------------------------------------------------------------------------------------------


@EVERY_PAGE
def test_a_page_names_only_what_exists(page: HelpPage) -> None:
    for shown, action in re.findall(r"\[([^\]\n]+)\]\(key:([\w.]+)\)", page.source()):
        assert action in BY_ID, f"{page.topic} names the action {action}"
        default = split_keys(BY_ID[action].keys)[0]
        assert shown == display_key(default), f"{page.topic}: {action} is {display_key(default)}"
    for text, target in re.findall(r"\[([^\]\n]+)\]\((?!key:)([^)\n]+)\)", page.source()):
        assert text in BY_TOPIC and target == f"{text}.md"
    options, settings = every_option(), {*every_setting()}
    for span in spans(page) - OTHER_CODE:
        if span.startswith("textchat "):
            parse_command(span)
        elif span.startswith("-"):
            assert span in options, f"{page.topic} names the option {span}"
        else:
            assert span in settings or VARIABLE.match(span), f"{page.topic} names `{span}`"


@EVERY_PAGE
def test_a_page_is_short_and_its_examples_are_good(page: HelpPage, tmp_path: Path) -> None:
    lines = page.source().splitlines()
    assert lines[0].startswith("# ") and len(lines) < 80
    for line in "".join(fenced(page, "sh")).splitlines():
        parse_command(line.rpartition(" | ")[2])
    for number, example in enumerate(fenced(page, "toml")):
        file = tmp_path / f"{number}.toml"
        file.write_text(example, encoding="utf-8")
        loaded = load({"TEXTCHAT_CONFIG": str(file), "HOME": str(tmp_path)})
        _, problems = keymap_from(loaded.settings.keys)
        assert [*loaded.problems, *problems] == []


def test_the_example_of_an_evaluation_is_what_the_demo_gives(program: Program) -> None:
    (questions, checks), (command, *_) = fenced(BY_TOPIC["evaluate"], "jsonl"), fenced(BY_TOPIC["evaluate"], "sh")
    (program.home / "questions.jsonl").write_text(questions)
    (program.home / "checks.jsonl").write_text(checks)
    program.environment["TEXTCHAT_DEMO_SPEED"] = "0"
    ran = program.run(*shlex.split(command)[1:], code=3)

    def untimed(table: str) -> list[str]:
        cells = re.sub(r"[\d.]+ s(?: \([\d.]+–[\d.]+ s\))?", "TIME", table)
        return [" ".join(line.split()) for line in cells.splitlines()]

    assert [untimed(ran.out)] == [untimed(output) for output in fenced(BY_TOPIC["evaluate"], "text")]


def parse_command(line: str) -> None:
    words = shlex.split(line)
    assert words[0] == "textchat"
    if words[-1] == "--help":
        assert words[1] in COMMANDS
    else:
        arguments = parse(words[1:])
        assert len(words) == 1 or words[1].startswith("-") or arguments.command == words[1]
        if arguments.command == "help":
            assert arguments.topic is None or arguments.topic in {*BY_TOPIC, *COMMANDS}


def test_every_page_is_in_the_package_and_in_the_list() -> None:
    files = {file.stem for file in Path(cli.__file__).parent.glob("help/pages/*.md")}
    assert files == {*BY_TOPIC} >= {"connect", "compare", "keys", "scripts", "data", "privacy", "limits"}


def test_tables_are_those_of_the_program() -> None:
    keymap, _ = keymap_from({"pane.add": "f7", "reply.retry": ""})
    keys = KeymapKeys(keymap)
    text = {page.topic: page.text(keys, "<{}>".format) for page in PAGES}
    assert all(limit.what in text["limits"] for limit in TABLE)
    assert all(f"`{action.id}`" in text["keys"] for action in ACTIONS)
    assert "F7 adds a pane" in text["connect"] and "Ctrl+T" not in text["compare"]
    assert "<troubleshooting>" in text["connect"]
    assert not any("<!--" in each or "(key:" in each or ".md)" in each for each in text.values())
    said = {cli.FAILED, cli.BAD_USAGE, cli.CANCELLED, cli.TERMINAL_GONE, cli.READER_GONE, CRASHED, 0, 3}
    assert said <= {*EXIT_CODES}
    assert all(str(code) in (cli.__doc__ or "") for code in EXIT_CODES)


# -- the command -------------------------------------------------------------------------------------------------------


def test_help_lists_prints_and_refuses(program: Program) -> None:
    program.configure('[keys]\n"pane.add" = "f7"\n')
    listed = program.run("help").out
    assert all(f"  {page.topic} " in listed and page.summary in listed for page in PAGES)
    page = program.run("help", "connect").out
    assert page.startswith("# Connect a model\n") and "F7 adds a pane" in page
    assert "usage: textchat ask " in program.run("help", "ask").out
    assert program.run("help", "conect", code=2).error == "No help page “conect”; did you mean connect?"
    assert "the topics are connect, compare" in program.run("help", "\x1b[31mzzz", code=2).error
    assert program.run("help", "x" * 100_000, code=2).error


def test_a_page_is_laid_out_on_a_terminal(program: Program) -> None:
    terminal, end = pty.openpty()
    with program.start("help", "scripts", stdout=end) as process:
        os.close(end)
        shown = b""
        with suppress(OSError):  # Linux reports the end of a terminal so
            while data := os.read(terminal, 65_536):
                shown += data
        assert process.wait() == 0
    os.close(terminal)
    assert b"Exit codes" in shown and b"# Scripts" not in shown and b"```" not in shown


# -- completion --------------------------------------------------------------------------------------------------------

SETTINGS_WITH_MODELS = Settings(
    default_models=("local/qwen3",),
    providers={"local": ProviderSettings("local", Protocol.OPENAI, models=("a b", "$(touch x)", "llama3:8b"))},
)
COMPLETED = {
    "textchat as": "ask",
    "textchat help tr": "troubleshooting",
    "textchat ask --effort h": "high",
    "textchat ask -m loc": "local/llama3:8b local/qwen3",
    "textchat models lo": "local",
    "textchat conversations ex": "export",
    "textchat conversations export --format h": "html",
    "textchat ask --attach notes": "notes.txt",
    "textchat completion z": "zsh",
    "textchat serve --po": "--port",
}


def test_bash_completes(tmp_path: Path) -> None:
    if (bash := shutil.which("bash")) is None:
        pytest.skip("bash is not installed")
    (tmp_path / "notes.txt").touch()
    script = completion_script("bash", SETTINGS_WITH_MODELS)
    assert "touch x" not in script
    lines = [script]
    for words in COMPLETED:
        lines.append(f"COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); COMPREPLY=(); _shtab_textchat")
        lines.append('echo "${COMPREPLY[*]}"')
    ran = subprocess.run([bash, "--norc"], input="\n".join(lines), capture_output=True, text=True, cwd=tmp_path)
    assert ran.stdout.splitlines() == [*COMPLETED.values()] and not ran.stderr


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_read_their_script(shell: str) -> None:
    script = completion_script(shell, SETTINGS_WITH_MODELS)
    assert "troubleshooting" in script and "local/qwen3" in script and "touch x" not in script
    if (program := shutil.which(shell)) is not None:
        ran = subprocess.run([program, "-n"], input=script, capture_output=True, text=True)
        assert ran.returncode == 0 and not ran.stderr


def test_completion_is_printed(program: Program) -> None:
    assert "local/slow" in program.run("completion", "bash").out
    assert "'tcsh'" in program.run("completion", "tcsh", code=2).error


# -- the man page ------------------------------------------------------------------------------------------------------


def test_the_man_page_has_every_command_and_option_and_is_good_roff(program: Program) -> None:
    page = man_page()
    assert program.run("help", "--man").out == page and page.isascii()
    plain = page.replace("\\", "")
    assert all(f".SS textchat {name}" in plain for name in COMMANDS)
    assert all(option in plain for option in every_option() - {"-h", "--help"})
    assert not re.search(r"^[.'](?!SH|SS|TP|PP|TH|B |br)", page, re.MULTILINE), "no text is taken for a macro"
    if (groff := shutil.which("groff")) is not None:
        ran = subprocess.run([groff, "-man", "-z", "-ww", "-Tutf8"], input=page, capture_output=True, text=True)
        assert ran.returncode == 0 and not ran.stderr

"""One setting at a time: what it is now and where from, what it may be, and the way back of a change."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from textchat.config.described.entries import Origin, SettingEntry
from textchat.live.settings.setting_edits import SettingEdits
from textchat.live.workspace import Workspace

CONFIG = """\
[ui]
side_panel = "never"
[providers.local]
base_url = "http://me:SECRET@127.0.0.1:9/v1"
headers = { Authorization = "Bearer SECRET" }
api_key_command = "echo SECRET"
[models."local/a"]
top_k = 40
"""


class Home:
    """A user's settings files, and the edits of a textchat that runs on them."""

    def __init__(self, folder: Path, config: str = "", **environ: str) -> None:
        self.folder = folder / "textchat"
        self.folder.mkdir(parents=True)
        (self.folder / "config.toml").write_text(config)
        self.workspace = Workspace({"XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"), **environ})
        here = self.workspace
        self.edits = SettingEdits(here.changes, here.catalog, here.undo, here.preferences.path)

    def entry(self, *path: str) -> SettingEntry:
        entries = self.edits.entries({"models": ["demo/fast"]}, {"reply.cancel": "Cancel"})
        return next(entry for entry in entries if entry.path == path)

    @property
    def saved(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "preferences.toml").read_text())


async def test_each_setting_has_its_value_and_says_where_that_comes_from(tmp_path: Path) -> None:
    home = Home(tmp_path, CONFIG, OLLAMA_HOST="192.0.2.1:99")
    await home.edits.set(("ui", "fold_pastes"), 7)
    found = {
        path: (entry.value, entry.origin, entry.line)
        for path in (
            ("ui", "side_panel"),
            ("ui", "fold_pastes"),
            ("ui", "theme"),
            ("providers", "ollama", "base_url"),
            ("models", "local/a", "top_k"),
            ("models", "demo/fast", "temperature"),
            ("keys", "reply.cancel"),
        )
        for entry in [home.entry(*path)]
    }
    assert found == {
        ("ui", "side_panel"): ("never", Origin.CONFIG, 2),
        ("ui", "fold_pastes"): (7, Origin.PREFERENCES, None),
        ("ui", "theme"): ("textchat-dark", Origin.DEFAULT, None),
        ("providers", "ollama", "base_url"): ("http://192.0.2.1:99", Origin.ENVIRONMENT, None),
        ("models", "local/a", "top_k"): (40, Origin.CONFIG, 8),
        ("models", "demo/fast", "temperature"): (None, Origin.DEFAULT, None),
        ("keys", "reply.cancel"): (None, Origin.DEFAULT, None),
    }
    secrets = [home.entry("providers", "local", key) for key in ("base_url", "headers", "api_key_command")]
    assert all(entry.is_masked for entry in secrets) and "SECRET" not in repr(secrets)
    await home.workspace.aclose()


async def test_a_value_of_the_users_file_that_cannot_be_used_decides_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path, "[ui]\nfold_pastes = -1\n")
    assert home.entry("ui", "fold_pastes").origin is Origin.DEFAULT
    await home.edits.set(("ui", "fold_pastes"), 3)
    assert home.entry("ui", "fold_pastes").value == home.workspace.settings.ui.fold_pastes == 3
    await home.workspace.aclose()


REFUSED: list[tuple[tuple[str, ...], object, str]] = [
    (("ui", "smoothing"), 0, 'Expected "off", "even" or a number of chunks, found the number 0.'),
    (
        ("ui", "side_panel"),
        "ever",
        'Expected one of "auto", "always" or "never", found a string; did you mean "never"?',
    ),
    (("default_models",), [], 'Expected a list of models as "PROVIDER/MODEL", at least one, found an empty list.'),
    (("providers", "a", "timeout"), {"connect": -1}, "providers.a.timeout.connect: expected a number, from 0.001 to"),
    (("providers", "a", "base_url"), "/x", 'Expected an address that begins with "http://" or "https://".'),
    (("models", "a/b", "price"), {"input": 1}, "Output is missing; expected input and output"),
]


async def test_what_a_file_may_not_say_is_one_sentence(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for path, value, says in REFUSED:
        assert home.edits.mistake(path, value).startswith(says), path
    assert home.edits.mistake(("ui", "fold_pastes"), 2) == ""
    await home.workspace.aclose()


async def test_a_table_is_replaced_as_a_whole_and_comes_back(tmp_path: Path) -> None:
    home, path = Home(tmp_path), ("providers", "demo", "timeout")
    await home.edits.set(path, {"connect": 1, "alive": 5})
    await home.edits.set(path, {"alive": 6})
    assert home.saved["providers"]["demo"]["timeout"] == {"alive": 6}
    assert await home.edits.undo() == "the setting providers.demo.timeout"
    assert home.saved["providers"]["demo"]["timeout"] == {"connect": 1, "alive": 5}
    await home.edits.set(path, None)
    assert home.workspace.settings.providers["demo"].timeout.connect == 10
    assert (await home.edits.undo(), await home.edits.undo(), await home.edits.undo()) == (
        "the setting providers.demo.timeout",
        "the setting providers.demo.timeout",
        None,
    )
    assert "timeout" not in home.saved["providers"]["demo"]
    await home.workspace.aclose()

"""The settings as a user meets them: found by typing, changed by a fitting control, in effect at once, and undone."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot

from tests.examples import examples
from tests.flow.screen import open_app, screen_of, shown, wait_for, words_shown
from tests.flow.terminal import isolated_environment
from tests.servers.waiting import wait_until
from textchat.app import TextchatApp
from textchat.config import paths
from textchat.config.described.entries import SettingEntry
from textchat.config.schema import MODEL, PROVIDER, SETTINGS, UI, Setting
from textchat.core.configuration import SidePanelMode
from textchat.ui.input.line_field import LineField
from textchat.ui.lists.choice_list import ChoiceList
from textchat.ui.settings.value_text import as_toml, read, typed

CONFIG = """[ui]
title = false
[providers.local]
base_url = "http://127.0.0.1:9/v1"
api_key_command = "echo SECRET"
"""


def environment(home: Path) -> dict[str, str]:
    environ = isolated_environment(home)
    config = paths.config_file(environ)
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(CONFIG)
    return environ


def saved(environ: dict[str, str]) -> dict[str, Any]:
    file = paths.preferences_file(environ)
    return tomllib.loads(file.read_text()) if file.exists() else {}


async def find(app: TextchatApp, pilot: Pilot[None], words: str) -> None:
    """The cursor on the first setting with these words."""
    app.screen.query_one(LineField).value = words
    await pilot.pause()


async def test_settings_are_found_changed_and_undone_by_keys(tmp_path: Path) -> None:
    environ = environment(tmp_path)
    async with open_app(environ, size=(80, 24)) as (app, pilot):
        settings = screen_of(app).parts.workspace.changes.current
        await pilot.press("f10")
        await wait_for(app, "General", "default_models", "Screen  [ui]")

        # A switch, at once and in the file; the user's own file decides what it sets.
        await find(app, pilot, "notify")
        await pilot.press("enter")
        await wait_until(lambda: not settings.now.ui.notify, "it is in effect")
        await wait_for(app, "changed", "Set in the app (preferences.toml).")
        assert saved(environ)["ui"] == {"notify": False}
        await find(app, pilot, "config.toml")
        assert "config.toml:2" in shown(app) and "SECRET" not in shown(app)
        await find(app, pilot, "title of the terminal")
        await pilot.press("enter")
        await wait_for(app, "Set in config.toml, line 2. Change it there.")
        assert not settings.now.ui.title and paths.config_file(environ).read_text() == CONFIG

        # A number: what is wrong is said at the field, and nothing is lost.
        await find(app, pilot, "fold_pastes")
        await pilot.press("enter")
        await wait_for(app, "Expected: a whole number, 0 or more.")
        await pilot.press(*"many", "enter")
        assert "found a string" in words_shown(app) and "many" in shown(app)
        await pilot.press("ctrl+a", "ctrl+k", *"12", "enter")
        await wait_until(lambda: settings.now.ui.fold_pastes == 12, "it is in effect")

        # A choice, on the screen behind it.
        await find(app, pilot, "side_panel gives")
        await pilot.press("enter")
        await wait_until(lambda: bool(app.screen.query(ChoiceList)), "its words are there")
        assert app.screen.query_one(ChoiceList).styles.margin.top == 0, "no empty row above them"
        await pilot.press("down", "enter")
        await wait_until(lambda: settings.now.ui.side_panel is SidePanelMode.ALWAYS, "it is in effect")
        assert screen_of(app).parts.side_panel_showing.mode is SidePanelMode.ALWAYS

        # Back to the default, and back again.
        await pilot.press("ctrl+r")
        await wait_until(lambda: settings.now.ui.side_panel is SidePanelMode.AUTO, "the default")
        await pilot.press("alt+u")
        await wait_until(lambda: settings.now.ui.side_panel is SidePanelMode.ALWAYS, "undone")

        # A key by pressing it: one that is taken is refused where it is pressed.
        await find(app, pilot, "pane.zoom")
        await pilot.press("enter", "ctrl+t")
        await wait_for(app, "that key belongs to")
        await pilot.press("enter", "backspace", "f12", "enter")
        await wait_until(lambda: settings.now.keys == {"pane.zoom": "f12"}, "the key is kept")
        await find(app, pilot, "f12")
        assert "pane.zoom" in shown(app)
        assert {key for key, it in screen_of(app).active_bindings.items() if it.binding.id == "pane.zoom"} == {"f12"}

        # A model gets settings for its next pane; Esc clears the filter, then closes.
        await find(app, pilot, 'demo/fast".temperature')
        await pilot.press("enter", *"0.5", "enter")
        await wait_until(lambda: settings.now.model("demo/fast").parameters.temperature == 0.5, "it is in effect")
        await pilot.press("escape", "escape")
        await wait_until(lambda: app.screen is screen_of(app), "closed")
        live = screen_of(app).parts.current.live
        assert (await live.panes.add("demo/fast")).parameters.temperature == 0.5

        # The same undo as for all else.
        await pilot.press("alt+u")
        await wait_until(lambda: settings.now.model("demo/fast").parameters.temperature is None, "undone")
        await wait_until(lambda: "Brought back the setting" in words_shown(app), "it is said")
        assert "temperature" not in saved(environ)["models"]["demo/fast"]


JSON = st.recursive(
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@given(JSON)
@settings(max_examples=examples(200), deadline=None)
def test_a_value_written_as_toml_reads_back(value: object) -> None:
    text = as_toml(value)
    assert "\n" not in text and tomllib.loads(f"value = {text}")["value"] == value


@given(st.sampled_from(sorted({**UI.keys, **PROVIDER.keys, **MODEL.keys})), JSON)
@settings(max_examples=examples(200), deadline=None)
def test_what_a_field_begins_with_is_read_as_the_same_value(key: str, value: object) -> None:
    what = {**UI.keys, **PROVIDER.keys, **MODEL.keys}[key]
    if isinstance(what, Setting) and what.type.fits(value):
        entry = SettingEntry(("models", "a/b", key), what, value)
        text = typed(entry)
        plain = value if not isinstance(value, str) or (text == text.strip() and value.strip()) else None
        if text.strip() and plain is not None and not (isinstance(value, str) and looks_like_toml(value)):
            assert read(entry, text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a/b", "c"', ["a/b", "c"]),
        ("'a'", ["a"]),
        ("a/b, c", ["a/b", "c"]),
        ('["a"]', ["a"]),
        ('"a, b', None),
    ],
)
def test_a_list_may_be_typed_with_quotes_and_without(text: str, value: list[str] | None) -> None:
    entry = SettingEntry(("default_models",), SETTINGS.keys["default_models"], [])
    if value is None:
        with pytest.raises(ValueError, match="Expected"):
            read(entry, text)
    else:
        assert read(entry, text) == value


def looks_like_toml(text: str) -> bool:
    """Where a text is also a value of TOML, that is what is meant by it."""
    try:
        tomllib.loads(f"value = {text}")
    except ValueError:
        return False
    return True

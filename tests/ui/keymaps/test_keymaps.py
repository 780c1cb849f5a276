"""The shipped keymaps: nothing clashes or is lost, `[keys]` counts before them, and each works in the app at once."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from tests.flow.screen import active_view, open_app, screen_of, shown, wait_for
from tests.flow.terminal import isolated_environment
from textchat.core.configuration import Keymap
from textchat.ui.key_settings import keymap_from
from textchat.ui.keymap import ACTIONS, BY_ID, TOGETHER, Group, keys_of
from textchat.ui.keymaps import emacs
from textchat.ui.keymaps.sets import EDITING, KEYMAPS
from textchat.ui.keys import is_key, is_typed, split_keys


@pytest.mark.parametrize("keymap", Keymap)
def test_a_shipped_keymap_is_whole(keymap: Keymap) -> None:
    keys = KEYMAPS[keymap]
    assert keys.keys() <= BY_ID.keys()
    for action in ACTIONS:
        assert bool(keys_of(action, keys)) == bool(action.keys), f"{action.id} has a key as it has by default"
        for key in keys_of(action, keys):
            assert is_key(key) and not (is_typed(key) and Group.INPUT in TOGETHER[action.group]), (action.id, key)
    for one, other in combinations(ACTIONS, 2):
        if other.group in TOGETHER[one.group]:
            assert not set(keys_of(one, keys)) & set(keys_of(other, keys)), (one.id, other.id)
    for names, does in EDITING[keymap]:
        assert all(is_key(key) for key in split_keys(names)) and does[0].isupper() and not does.endswith(".")


def test_no_key_that_emacs_takes_belongs_to_an_action() -> None:
    taken = {*emacs._MOVES, "alt+w", "alt+y", "ctrl+y", "ctrl+w", "alt+d", "alt+b", "alt+f", "ctrl+x", "ctrl+g"}
    for action in ACTIONS:
        assert not taken & set(keys_of(action, KEYMAPS[Keymap.EMACS])), action.id


def test_the_users_keys_count_before_those_of_the_keymap() -> None:
    shipped = KEYMAPS[Keymap.EMACS]
    keymap, problems = keymap_from({"messages.find": "f12", "pane.add": "ctrl+r", "app.theme": "alt+shift+n"}, shipped)
    assert (keymap["messages.find"], keymap["pane.add"]) == ("f12", "ctrl+r")
    assert keymap["app.palette"] == shipped["app.palette"]
    assert list(problems) == ["app.theme"] and 'belongs to "conversation.new"' in problems["app.theme"]


def with_keymap(home: Path, keymap: str) -> dict[str, str]:
    environ = isolated_environment(home)
    folder = Path(environ["XDG_CONFIG_HOME"]) / "textchat"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(f'[ui]\nkeymap = "{keymap}"\n[keys]\n"app.theme" = "ctrl+p"\n')
    return environ


async def test_vim_in_the_app(tmp_path: Path) -> None:
    async with open_app(with_keymap(tmp_path, "vim"), size=(80, 24)) as (app, pilot):
        bar = screen_of(app).input_bar
        await pilot.press(*"jam now", "escape")
        await wait_for(app, "PROMPT NORMAL")
        await pilot.press("0", "2")
        await wait_for(app, "PROMPT NORMAL 2")
        await pilot.press(*"x.P")
        assert bar.text == "m now", "ja is gone, m and the blank were taken and put back"
        await pilot.press(*"ccHow do I compare models?", "enter")
        await wait_for(app, "✓ done", "PROMPT INSERT")
        assert bar.text == ""
        await pilot.press("shift+tab", *"gg")
        messages = active_view(app).message_list
        await pilot.press("slash", *"model", "enter")
        await wait_for(app, "1/")
        assert app.focused is messages
        await pilot.press("n")
        await wait_for(app, "2/")
        await pilot.press("N")
        await wait_for(app, "1/")
        await pilot.press("escape")
        assert app.focused is messages and "find" not in shown(app)
        await pilot.press("left_curly_bracket", "left_curly_bracket")
        assert messages.chosen.position == 0
        await pilot.press("V", "2", "j")
        assert "How do I compare models?" in messages.selection.text
        await pilot.press("y")
        assert messages.caret.place is None
        await pilot.press("escape")
        assert bar.has_focus


async def test_emacs_in_the_app_and_another_keymap_at_once(tmp_path: Path) -> None:
    async with open_app(with_keymap(tmp_path, "emacs"), size=(80, 24)) as (app, pilot):
        screen = screen_of(app)
        bar = screen.input_bar
        await pilot.press(*"one two", "ctrl+a", "ctrl+f", "ctrl+space", "alt+f")
        assert bar.selected_text == "ne"
        await wait_for(app, "PROMPT MARK")
        await pilot.press("ctrl+w", "ctrl+e", "ctrl+y", "ctrl+b")
        assert bar.text == "o twone"
        await pilot.press("ctrl+x", "u")
        assert bar.text == "o two"
        await pilot.press("alt+shift+p")
        await wait_for(app, "Find an action")
        await pilot.press("ctrl+g")
        assert app.screen is screen
        await pilot.press("ctrl+p")  # the user's own, whatever it is in Emacs
        await wait_for(app, "textchat-light")
        await pilot.press("ctrl+g")
        changes = screen.parts.workspace.changes
        assert await changes.change({"ui": {"keymap": "vim"}}) != [], "the file of the user says otherwise"
        (tmp_path / "config" / "textchat" / "config.toml").write_text("")
        assert await changes.reload() == []
        await wait_for(app, "PROMPT INSERT", "Ctrl+P commands")
        await pilot.press("escape", *"0dw")
        assert bar.text == "two"
        await changes.change({"ui": {"keymap": "default"}})
        await pilot.press("0")
        assert bar.text == "0two" and "INSERT" not in shown(app)

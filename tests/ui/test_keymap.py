"""The table of actions: unique, free of clashes, typeable; and the `[keys]` of the config with its mistakes."""

from __future__ import annotations

import re
import string
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.widgets import TextArea

from tests.ui.terminal.reading import read
from textchat.ui.input.editing_keys import TEXT_KEYS
from textchat.ui.key_settings import keymap_from
from textchat.ui.keymap import ACTIONS, BY_ID, SECTIONS, TOGETHER, Group, bindings_for, keys_of
from textchat.ui.keys import display_key, normal_key

EDITING = frozenset(
    key
    for binding in TEXT_KEYS
    for key in getattr(binding, "key", "").split(",")
    if key not in {"pageup", "pagedown"}  # at most eight lines: a page of the messages is worth more
)


def test_ids_are_unique_and_every_one_has_a_section() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert {action.id.partition(".")[0] for action in ACTIONS} == set(SECTIONS)


def test_labels_and_descriptions_are_short_and_plain() -> None:
    assert len({action.label for action in ACTIONS}) == len(ACTIONS), "a label says which one it is"
    for action in ACTIONS:
        assert len(action.label) <= 40 and len(action.help) <= 80, action.id
        for text in (action.label, action.help):
            assert text[0].isupper() and not text.endswith("."), action.id
            assert not re.search(r"\b(answers?|siblings?|fork)\b", text, re.IGNORECASE), action.id


def test_no_default_key_does_two_things_at_once() -> None:
    for one, other in combinations(ACTIONS, 2):
        if other.group in TOGETHER[one.group]:
            assert not set(keys_of(one, {})) & set(keys_of(other, {})), (one.id, other.id)


def test_no_default_key_takes_an_editing_key_from_the_input_bar() -> None:
    for action in ACTIONS:
        if Group.INPUT in TOGETHER[action.group]:
            assert not EDITING & set(keys_of(action, {})), action.id


@pytest.mark.parametrize(
    ("action_id", "keys"),
    [
        ("prompt.send", ("enter",)),
        ("prompt.newline", ("ctrl+j", "shift+enter", "alt+enter", "ctrl+enter")),
        ("reply.cancel", ("escape",)),
        ("app.quit", ("ctrl+q",)),
        ("app.palette", ("ctrl+p",)),
        ("app.help", ("f1",)),
    ],
)
def test_promised_keys(action_id: str, keys: tuple[str, ...]) -> None:
    assert keys_of(BY_ID[action_id], {}) == keys


def test_entries_of_the_config_are_read_leniently() -> None:
    written = {"reply.cancel": "Ctrl+X, Alt+Shift+Up", "app.theme": "F12", "message.copy": "?, ctrl++"}
    read = {"reply.cancel": "ctrl+x,alt+shift+up", "app.theme": "f12", "message.copy": "question_mark,ctrl+plus"}
    assert keymap_from(written) == (read, {})


@pytest.mark.parametrize("sign", string.punctuation)
def test_a_sign_is_the_key_that_the_terminal_tells(sign: str) -> None:
    assert keymap_from({"app.theme": f"Alt+{sign}, f18"}) == (
        {"app.theme": ",".join([*read(f"\x1b{sign}".encode()), "f18"])},
        {},
    )
    assert display_key(normal_key(f"alt+{sign}")) == f"Alt+{sign}"


def test_a_former_name_of_an_action_is_taken_for_todays() -> None:
    assert keymap_from({"conversation.undelete": "F12"}) == ({"app.undo": "f12"}, {})
    assert keymap_from({"conversation.undelete": "f12", "app.undo": "f11"}) == ({"app.undo": "f11"}, {})
    _, problems = keymap_from({"conversation.undelete": "ctrl+r"})
    assert list(problems) == ["conversation.undelete"]


def test_two_actions_can_swap_their_keys() -> None:
    swapped = {"reply.retry": "ctrl+g", "reply.continue": "ctrl+r"}
    assert keymap_from(swapped) == (swapped, {})


def test_the_message_list_and_the_input_bar_may_share_a_key() -> None:
    assert keymap_from({"message.copy": "shift+enter"}) == ({"message.copy": "shift+enter"}, {})


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"reply.cancl": "f6"}, '"reply.cancl" is not an action; did you mean "reply.cancel"?'),
        ({"nosuch.id": "f6"}, '"nosuch.id" is not an action; F1 lists the ids of all actions.'),
        ({"frobnicate": "f6"}, "; F1 lists the ids of all actions."),
        ({"panes.widen": "f6"}, 'did you mean "pane.widen"?'),
        ({"window.quit": "f6"}, 'did you mean "app.quit"?'),
        ({"quit": "f6"}, 'did you mean "app.quit"?'),
        ({"conversation.undelet": "f6"}, 'did you mean "app.undo"?'),
        ({"reply.cancel": "ctrl+escpae"}, 'has "ctrl+escpae", which is not a key; did you mean "ctrl+escape"?'),
        ({"reply.cancel": "crtl+r"}, 'has "crtl+r", which is not a key; did you mean "ctrl+r"?'),
        ({"reply.cancel": "wibble"}, 'which is not a key; write it like "ctrl+r", "alt+up" or "f5".'),
        ({"reply.cancel": "pagup"}, 'did you mean "pageup"?'),
        ({"reply.cancel": "x"}, '"reply.cancel" cannot be "x": the input bar types it'),
        ({"reply.cancel": "space"}, "the input bar types it"),
        ({"reply.cancel": "question_mark"}, "the input bar types it"),
        ({"reply.cancel": "ctrl+r"}, 'that key belongs to "reply.retry"'),
        ({"message.copy": "m"}, 'that key belongs to "message.copy_markdown"'),
    ],
)
def test_a_mistake_is_one_line_and_the_rest_counts(keys: dict[str, str], says: str) -> None:
    keymap, problems = keymap_from(keys | {"app.help": "f12"})
    assert keymap == {"app.help": "f12"}
    (problem,) = problems.values()
    assert says in problem
    assert "\n" not in problem


def test_a_dropped_entry_drops_what_relied_on_it() -> None:
    # The first cannot have ctrl+n, so it keeps ctrl+r, which the second wanted.
    keymap, problems = keymap_from({"reply.retry": "ctrl+n", "reply.continue": "ctrl+r"})
    assert keymap == {}
    assert len(problems) == 2


@given(
    st.dictionaries(
        st.sampled_from([*BY_ID, "no.such"]),
        st.lists(st.sampled_from(["ctrl+r", "ctrl+n", "f5", "x", "enter", "alt+up", "bad+key"]), max_size=2).map(
            ",".join
        ),
    )
)
@settings(deadline=None)
def test_whatever_the_config_says_no_key_does_two_things(keys: dict[str, str]) -> None:
    accepted, problems = keymap_from(keys)
    assert len(accepted) + len(problems) == len(keys)
    keys_now = {action.id: set(keys_of(action, accepted)) for action in ACTIONS}
    for one, other in combinations(ACTIONS, 2):
        if other.group in TOGETHER[one.group]:
            assert not keys_now[one.id] & keys_now[other.id]


async def test_textual_binds_the_table_and_takes_the_keymap() -> None:
    done: list[str] = []

    class Demo(App[None], inherit_bindings=False):
        BINDINGS = [binding for binding in bindings_for("app") if getattr(binding, "id", "") != "app.palette"]  # noqa: RUF012

        def compose(self) -> ComposeResult:
            yield TextArea()

        def action_help(self) -> None:
            done.append("help")

        def action_change_theme(self) -> None:
            done.append("theme")

    app = Demo()
    async with app.run_test() as pilot:
        await pilot.press("f1", "f12")
        assert done == ["help"]
        accepted, problems = keymap_from({"app.theme": "f12", "app.help": ""})
        assert problems == {}
        app.set_keymap(accepted)
        await pilot.press("f1", "f12")
        assert done == ["help", "theme"]

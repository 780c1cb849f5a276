"""What people type in the palette, and the row that they mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.ui.menu.action_items import action_items
from textchat.ui.menu.items import MenuItem
from textchat.ui.menu.matching import ranked

ITEMS = [item for item in action_items({}, lambda action: None) if item.id != "app.palette"]

MEANT = {
    "copy": "message.copy",
    "copy code": "message.copy_code",
    "code": "message.copy_code",
    "clipboard": "message.copy",
    "markdown": "message.copy_markdown",
    "fork": "message.branch",
    "branch": "message.branch",
    "system prompt": "pane.parameters",
    "system": "pane.parameters",
    "temperature": "pane.parameters",
    "parameters": "pane.parameters",
    "seed": "pane.parameters",
    "settings": "app.settings",
    "model": "pane.model",
    "change the model": "pane.model",
    "switch model": "pane.model",
    "default models": "pane.keep",
    "delete": "message.delete",
    "delete the conversation": "conversation.delete",
    "remove": "message.delete",
    "undo": "app.undo",
    "undelete": "app.undo",
    "restore": "app.undo",
    "export": "conversation.export",
    "save": "conversation.export",
    "html": "conversation.export",
    "key": "app.help",
    "keys": "app.help",
    "help": "app.help",
    "shortcuts": "app.help",
    "quit": "app.quit",
    "exit": "app.quit",
    "dark": "app.theme",
    "theme": "app.theme",
    "colours": "app.theme",
    "color": "app.theme",
    "new": "conversation.new",
    "new chat": "conversation.new",
    "private": "conversation.private",
    "incognito": "conversation.private",
    "rename": "conversation.rename",
    "title": "conversation.rename",
    "pin": "conversation.pin",
    "tag": "conversation.tag",
    "history": "conversation.open",
    "open": "conversation.open",
    "search": "messages.find",
    "find": "messages.find",
    "stop": "reply.cancel",
    "cancel": "reply.cancel",
    "retry": "message.retry",
    "regenerate": "reply.regenerate",
    "another version": "reply.regenerate",
    "continue": "message.continue",
    "continue the reply": "reply.continue",
    "add pane": "pane.add",
    "split": "pane.add",
    "close": "pane.close",
    "zoom": "pane.zoom",
    "maximize": "pane.zoom",
    "diff": "pane.diff",
    "compare": "message.compare",
    "vote": "pane.vote",
    "best": "pane.vote",
    "tie": "pane.tie",
    "sidebar": "side_panel.toggle",
    "queue": "queue.edit",
    "trace": "message.inspect",
    "http": "message.inspect",
    "link": "message.open_link",
    "url": "message.open_link",
    "thinking": "message.reasoning",
    "screenshot": "app.screenshot",
    "edit": "message.edit",
    "scroll": "messages.up",
    "sync": "pane.sync",
    # typed badly or in short
    "cpoy": "message.copy",
    "delte": "message.delete",
    "temprature": "pane.parameters",
    "modle": "pane.model",
    "ctm": "pane.model",
    "th": "app.theme",
    "COPY": "message.copy",
    "  copy ": "message.copy",
}


@pytest.mark.parametrize("query", MEANT)
def test_the_first_row_is_the_one_that_is_meant(query: str) -> None:
    found = ranked(query, ITEMS)
    assert [match.item.id for match in found][:1] == [MEANT[query]], [match.item.id for match in found[:5]]


def test_every_action_is_the_first_for_its_own_label() -> None:
    for action in ITEMS:
        assert ranked(action.label, ITEMS)[0].item.label == action.label


def test_what_cannot_be_done_now_comes_behind_what_can() -> None:
    items = [MenuItem("a", "Copy code", lacks="There is no code."), MenuItem("b", "Copy code")]
    assert [match.item.id for match in ranked("copy code", items)] == ["b", "a"]


@given(st.text(max_size=12) | st.sampled_from(list(MEANT)))
@settings(max_examples=examples(200), deadline=None)
def test_the_marks_are_ordered_places_of_the_label(query: str) -> None:
    for match in ranked(query, ITEMS):
        ends = [0]
        for start, end in match.marks:
            assert ends[-1] <= start < end <= len(match.item.label)
            ends.append(end)


@pytest.mark.parametrize("query", ["zzz", "qwertyuiop", "%", "-", "📎"])
def test_nothing_is_found_for_what_nobody_calls_anything(query: str) -> None:
    assert ranked(query, ITEMS) == []


def test_the_words_of_the_grammar_are_no_match() -> None:
    assert len(ranked("th", ITEMS)) < len(ITEMS) / 5, "hardly a label is without an article"
    assert ranked("delete conversation", ITEMS)[0].item.id == "conversation.delete"


def test_an_empty_query_finds_all_in_their_order() -> None:
    assert [match.item for match in ranked(" ", ITEMS)] == ITEMS

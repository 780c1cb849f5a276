"""A full window, as a person meets it: the share above the pane, the question, the mark in the transcript, the map."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.comparing import environment_for, open_ready, settled
from tests.flow.screen import live_of, screen_of, shown, views_of
from tests.flow.test_type_ahead import burst
from tests.servers.openai import Finish, OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.app import TextchatApp
from textchat.core.conversation import Message, Role
from textchat.live.conversation import LiveConversation
from textchat.ui.context.full_dialog import FullDialog
from textchat.ui.context.map_screen import MapScreen
from textchat.ui.conversation.screen import ConversationScreen
from textchat.ui.dialogs.help import HelpScreen

SETTINGS = '[models."local/m1"]\ncontext_window = 1000\n'


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        for number in (1, 2):
            server.say(f"m{number}", f"answer {number}")
        yield server


def may_choose(app: TextchatApp) -> bool:
    return isinstance(app.screen, FullDialog) and app.screen.can_choose


async def fill(live: LiveConversation) -> None:
    """Give all panes a branch that is longer than the window of the first model."""
    conversation = live.conversation
    messages: list[Message] = []
    for turn in range(4):
        for role in (Role.USER, Role.ASSISTANT):
            parent = messages[-1].id if messages else None
            model = "local/m1" if role is Role.ASSISTANT else None
            messages.append(Message(f"{role}{turn}", parent, role, f"{turn} " + "word " * 110, model=model))
            conversation = conversation.with_message(messages[-1])
    for pane in conversation.panes:
        conversation = conversation.with_pane(type(pane)(pane.id, pane.model, leaf_id=messages[-1].id))
    await live.store.change(conversation, tuple(messages))


async def test_no_key_chooses_before_the_question_was_seen(server: OpenAIServer, tmp_path: Path) -> None:
    async with open_ready(environment_for(server, tmp_path, more=SETTINGS), models=["local/m1"]) as (app, pilot):
        live, bar = live_of(app), screen_of(app).input_bar
        # What comes before anybody can have seen the question is the next prompt, and its Enter chooses nothing.
        await fill(live)
        burst(app, "'next", "enter")
        await wait_until(lambda: isinstance(app.screen, FullDialog), "it is asked")
        burst(app, "'more", "down", "enter", "escape")
        await wait_until(lambda: "more" in bar.text, "what was typed is kept")
        await pilot.pause()
        assert not server.requests and isinstance(app.screen, FullDialog)
        await wait_until(lambda: may_choose(app), "it can be answered")
        await pilot.press(*" and", "enter")
        assert isinstance(app.screen, FullDialog) and not server.requests, "an Enter just behind letters is theirs"
        await pilot.press(*"then")
        await wait_until(lambda: may_choose(app), "it can be again")
        await pilot.press("escape")
        await wait_until(lambda: isinstance(app.screen, ConversationScreen), "it is closed")
        assert "more\n and\nthen" in bar.text and "next" in bar.text and not server.requests, bar.text


async def test_the_share_is_counted_anew_when_a_summary_goes_from_above(server: OpenAIServer, tmp_path: Path) -> None:
    server.script("m1", "a summary", Finish(usage=None))
    async with open_ready(environment_for(server, tmp_path, more=SETTINGS), models=["local/m1"]) as (app, pilot):
        live = live_of(app)
        await fill(live)
        await live.context.summarise(live.context.summary_plans([live.conversation.panes[0].id]))
        await pilot.press(*"next", "enter")
        await wait_until(lambda: len(server.requests) == 2, "it is sent behind the summary")
        await settled(app)
        await wait_until(lambda: "▲" not in shown(app) and "% of 1.0k" in shown(app), "there is room")
        await pilot.press("alt+u")
        await wait_until(lambda: "▲ 94% of 1.0k" in shown(app), "all are sent again")


async def test_a_prompt_of_the_queue_is_asked_about_once_dialogs_are_closed(
    server: OpenAIServer, tmp_path: Path
) -> None:
    gate = Gate()
    server.script("m1", "an ", gate, "answer")
    async with open_ready(environment_for(server, tmp_path, more=SETTINGS), models=["local/m1"]) as (app, pilot):
        live = live_of(app)
        await pilot.press(*"first", "enter")
        screen_of(app).input_bar.show("word " * 1200)
        await pilot.press("enter", "f1")
        await wait_until(lambda: len(live.queue) == 1 and isinstance(app.screen, HelpScreen), "it waits, help is open")
        gate.open()
        await wait_until(lambda: not live.replies and not live.queue, "its turn has come")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("escape")
        await wait_until(lambda: isinstance(app.screen, FullDialog), "it is asked")


async def test_a_prompt_that_does_not_fit(
    server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FullDialog, "reaction_s", 0)
    environ = environment_for(server, tmp_path, more=SETTINGS)
    async with open_ready(environ, models=["local/m1", "local/m2"]) as (app, pilot):
        live = live_of(app)
        await fill(live)
        await wait_until(lambda: "▲ 114% of 1.0k" in shown(app), "the share is marked")
        # What is asked names the pane; Escape gives the prompt back, and nothing has left.
        await pilot.press(*"next", "enter")
        await wait_until(lambda: may_choose(app), "it is asked")
        await wait_until(lambda: "1 local/m1: ~" in shown(app) and "Send anyway" in shown(app), "it says why")
        await pilot.press("escape")
        await wait_until(lambda: screen_of(app).input_bar.text == "next", "the prompt is back")
        assert not server.requests and len(live.conversation.messages) == 8
        # The same for a reply that is to be had again, and for an edit: its text is kept with what was typed.
        await pilot.press("f5")
        await wait_until(
            lambda: may_choose(app) and "This request does not fit" in shown(app), "it is asked of a reply too"
        )
        await pilot.press("escape", "shift+tab", "k", "e")
        await wait_until(lambda: "Edit the prompt" in shown(app), "the prompt is edited")
        await pilot.press(*"indeed", "enter")
        await wait_until(lambda: may_choose(app) and "This prompt does not fit" in shown(app), "it is asked of an edit")
        await pilot.press("escape")
        await wait_until(lambda: screen_of(app).input_bar.text.endswith("word indeed\nnext"), "the edit is kept")
        assert live.conversation.panes[0].leaf_id == "assistant3"
        assert not server.requests and len(live.conversation.messages) == 8
        screen_of(app).input_bar.show("next")
        # The first way drops the oldest turns; the transcript says so, and it can be undone.
        await pilot.press("enter")
        await wait_until(lambda: may_choose(app), "it is asked again")
        await pilot.press("enter")
        await wait_until(lambda: len(server.requests) == 2, "both panes are asked")
        await settled(app)
        entries = views_of(app)[0].message_list.entries
        begins_at = live.context.sent(live.conversation.panes[0].id).begins_at
        assert entries.omission[0] == begins_at and "older messages are not sent" in entries.omission[1]
        assert views_of(app)[1].message_list.entries.omission == (None, ""), "the other pane has no such window"
        sizes = {request.json["model"]: len(request.json["messages"]) for request in server.requests}
        assert sizes["m1"] < sizes["m2"] == 9
        # The map shows both branches; two marked ones open side by side, and the undo closes what was opened.
        await pilot.press("alt+m")
        await wait_until(lambda: isinstance(app.screen, MapScreen), "the map is there")
        await wait_until(lambda: "10 messages" not in shown(app) and "├─" in shown(app), "its tree is drawn")
        await pilot.press("up", "space", "down", "space", "o")
        await wait_until(lambda: isinstance(app.screen, ConversationScreen), "the map is closed")
        await settled(app)
        leaves = [live.conversation.messages[pane.leaf_id or ""].text for pane in live.conversation.panes]
        assert leaves[:2] == ["answer 2", "answer 1"]
        # What is typed is looked for, and Enter opens the branch in the active pane.
        await pilot.press("alt+m")
        await wait_until(lambda: isinstance(app.screen, MapScreen), "the map is there again")
        await pilot.press(*"answer m1")
        await wait_until(lambda: "1 of 11 messages found" in shown(app), "it is found")
        await pilot.press("enter")
        active = screen_of(app).parts.current
        await wait_until(
            lambda: live.conversation.messages[active.active_pane.leaf_id or ""].text == "answer 1", "it is open"
        )

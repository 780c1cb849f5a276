"""A conversation with messages of megabytes is read, searched and asked about as any other; what cannot be is said."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events

from tests.flow.screen import active_view, open_app, screen_of, wait_for
from textchat.config import paths
from textchat.core.conversation import Conversation, Message, Pane, Role, ToolCall
from textchat.render.markdown import Document
from textchat.render.styles import Styles
from textchat.store.history import History
from textchat.store.record import ConversationRecord
from textchat.ui.transcript.layout import entry

LINES = 12_000


async def stored(environment: dict[str, str]) -> None:
    log = "\n".join(f"WARNING {number} lorem ipsum dolor sit amet" for number in range(LINES))
    call = ToolCall("call", "write", '{"text": "' + "a" * 400_000 + '"}')
    messages = [
        Message("m0", None, Role.USER, log),
        Message("m1", "m0", Role.ASSISTANT, f"# Read\n\n```\n{log}\n```\n", model="demo/fast", reasoning=log),
        Message("m2", "m1", Role.ASSISTANT, "", model="demo/fast", tool_calls=(call,)),
    ]
    panes = (Pane("p", "demo/fast", leaf_id="m2"),)
    whole = Conversation("big", "big", 1.0, {message.id: message for message in messages}, panes)
    history = History.open(paths.database(environment))
    await history.add([ConversationRecord(whole, 1.0)])
    await history.aclose()


async def test_it_is_read_searched_and_asked_about(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await stored(environment)
    longest: list[int] = []

    class Measured(Document):
        def __init__(self, styles: Styles, width: int, text: str = "", **options: Any) -> None:
            longest.append(len(text))
            super().__init__(styles, width, text, **options)

    monkeypatch.setattr(entry, "Document", Measured)
    async with open_app(environment, conversation_id="big") as (app, pilot):
        await wait_for(app, "400,012 characters")
        messages = active_view(app).message_list
        messages.scroll_home()
        await wait_for(app, "WARNING 0 lorem", "WARNING 5 lorem")
        await pilot.press("ctrl+f", *f"g {LINES - 1}")
        await wait_for(app, f"WARNING {LINES - 1} lorem", "1/")
        await pilot.press("escape")

        messages.reading.go_to_message("m0")
        messages.chosen.choose("m0")
        messages.action_message_action("message.edit")
        await wait_for(app, "Too long to edit here", "Copy it into an editor.")
        messages.chosen.choose("m1")
        messages.reading.go_to_message("m1")
        messages.action_message_action("message.continue")
        await wait_for(app, "Too long to continue")
        app.post_message(events.Paste("x" * 400_000))
        await wait_for(app, "Pasted text · 400,000 characters")
        screen_of(app).input_bar.focus()
        await pilot.press("alt+l", "enter")
        await wait_for(app, "Too long to edit here: 400,000 characters.")
        await pilot.press("delete", "up")
        assert not screen_of(app).input_bar.draft.text, "no key brings it into the editor"

        await pilot.press(*"why", "enter")
        await wait_for(app, "why", "demo/fast")
    assert max(longest) <= 50_000

"""What is left and idle goes: conversations, the lists that showed them, dialogs, and what was drawn for them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from weakref import ref

import pytest

from tests.flow.comparing import environment_for, messages, open_ready, settled
from tests.flow.screen import live_of, screen_of, wait_for
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.app import TextchatApp
from textchat.ui.terminal.drawing import closed_widgets


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        server.say("m1", "An answer.")
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr(closed_widgets, "AFTER_S", 0.2)
    return environment_for(server, tmp_path)


def watched(app: TextchatApp) -> Callable[[], list[str]]:
    """What is there now of the conversation on the screen; called later, what is still there of it."""
    live, shown = live_of(app), messages(app, 1)
    objects: dict[str, ref[object]] = {
        "conversation": ref(live),
        "list": ref(shown),
        "entry": ref(shown.entries[len(shown.entries) - 1]),
        "welcome": ref(screen_of(app).parts.pane_views.active.welcome),
    }
    return lambda: [name for name, object_ in objects.items() if object_() is not None]


async def test_what_is_left_goes_whether_it_was_idle_or_ends_later(
    server: OpenAIServer, environ: dict[str, str]
) -> None:
    async with open_ready(environ, models=["local/m1"]) as (app, pilot):
        drawings = messages(app, 1).entries.drawings
        await pilot.press("ctrl+n", *"one", "enter")  # what was built first is never looked through again
        await settled(app)
        assert drawings.bytes > 0
        idle = watched(app)
        await pilot.press("ctrl+n")
        gate = Gate()
        server.script("m1", "slowly", gate, once=True)
        await pilot.press(*"two", "enter")
        await gate.until_reached()
        await wait_for(app, "slowly")
        growing, left = watched(app), live_of(app).conversation.id
        await pilot.press("ctrl+n")
        await wait_until(lambda: growing() == ["conversation"] and not idle(), "what is not needed has gone")
        assert drawings.bytes == len(drawings) == 0
        gate.open()
        await wait_until(lambda: screen_of(app).parts.workspace.opened.get(left) is None, "the reply has ended")
        await pilot.press("f1")
        dialog, picture = ref(app.screen), ref(app.screen._styles_cache)
        await pilot.press("escape")
        await wait_until(lambda: not growing() and dialog() is None, "the conversation and the dialog have gone")
        assert picture() is None, "nor does Textual keep what the dialog looked like"


async def test_a_reply_that_has_ended_goes_without_waiting_for_a_collection(
    server: OpenAIServer, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closed_widgets, "AFTER_S", 60.0)
    gate = Gate()
    server.script("m1", "Word " * 1_000, gate, "end.", once=True)  # so much is counted in a thread
    async with open_ready(environ, models=["local/m1"]) as (app, pilot):
        await pilot.press(*"one", "enter")
        await gate.until_reached()
        (growing,) = live_of(app).replies.values()
        reply = ref(growing)
        del growing
        gc.disable()
        try:
            gate.open()
            await settled(app)
            await wait_until(lambda: reply() is None, "the reply has gone")
        finally:
            gc.enable()

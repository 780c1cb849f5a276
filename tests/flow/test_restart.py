"""What was left comes back with the conversation: prompts that wait, for their own panes, and how it was looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.flow.comparing import environment_for, open_ready, pane, settled
from tests.flow.screen import active_view, live_of, screen_of, shown, wait_for
from tests.flow.terminal import TEXTCHAT, Terminal
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.app import TextchatApp
from textchat.config import paths
from textchat.ui.panes.layout import LayoutKind

TWO = ["local/m1", "local/m2"]
THREE = [*TWO, "local/m3"]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        for number in (1, 2, 3):
            server.say(f"m{number}", f"answer {number}")
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path) -> dict[str, str]:
    return environment_for(server, tmp_path)


async def send(pilot: Pilot[None], text: str) -> None:
    await pilot.press(*text, "enter")


def typed(app: TextchatApp) -> str:
    return screen_of(app).input_bar.text


def asked(server: OpenAIServer) -> list[tuple[str, str]]:
    """The model and the prompt of each request."""
    return [(request.json["model"], request.json["messages"][-1]["content"]) for request in server.requests]


async def test_held_prompts_come_back_held_each_for_its_panes(server: OpenAIServer, environ: dict[str, str]) -> None:
    for name in ("m1", "m2"):
        server.script(name, "begun ", Gate(name), once=True)
        server.say(name, "fine")
    async with open_ready(environ, models=TWO) as (app, pilot):
        await send(pilot, "first")
        await wait_until(lambda: len(server.requests) == 2, "both are asked")
        await pilot.press("alt+right", "ctrl+s")
        await send(pilot, "only for two")
        await pilot.press("ctrl+s")
        await send(pilot, "for both")
        await pilot.press("alt+left", "ctrl+s")
        await send(pilot, "gone again")
        await send(pilot, "only for one")
        await pilot.press(*"and a draft")
        await wait_for(app, "4 queued")
        live = live_of(app)
        live.take_back(list(live.queue)[2].id)
        conversation_id = live.conversation.id
    async with open_ready(environ, conversation_id=conversation_id) as (app, pilot):
        await wait_for(app, "3 queued (paused)")
        assert re.findall(r"(only for \w+|for both|gone again) +(→ \d)?", shown(app)) == [
            ("only for two", "→ 2"),
            ("for both", ""),
            ("only for one", "→ 1"),
        ]
        assert typed(app) == "and a draft" and "to pane 1 only" in shown(app), "the draft has its target as well"
        assert len(server.requests) == 2, "nothing is sent before the user lets it go"
        live_of(app).resume_queue()
        await wait_until(lambda: not live_of(app).queue, "all are sent")
        await settled(app)
    assert sorted(asked(server)[2:]) == [
        ("m1", "for both"),
        ("m1", "only for one"),
        ("m2", "for both"),
        ("m2", "only for two"),
    ]
    async with open_ready(environ, conversation_id=conversation_id) as (app, pilot):
        assert not live_of(app).queue, "what was sent waits no more"


async def test_a_held_prompt_outlives_its_pane(server: OpenAIServer, environ: dict[str, str]) -> None:
    server.script("m1", "begun ", Gate("m1"), once=True)
    async with open_ready(environ, models=THREE) as (app, pilot):
        await send(pilot, "first")
        await wait_until(lambda: len(live_of(app).replies) == 1, "one grows")
        await pilot.press("ctrl+s")
        await send(pilot, "for one")
        await pilot.press("f4")
        await wait_until(lambda: len(live_of(app).conversation.panes) == 2, "its pane is closed")
        conversation_id = live_of(app).conversation.id
    async with open_ready(environ, conversation_id=conversation_id) as (app, pilot):
        await wait_for(app, "for one", "1 queued (paused)")
        live_of(app).resume_queue()
        await settled(app)
    assert sorted(asked(server)[3:]) == [("m2", "for one"), ("m3", "for one")], "it is for those that are left"


async def test_zoom_and_the_active_pane_come_back(server: OpenAIServer, environ: dict[str, str]) -> None:
    async with open_ready(environ, models=THREE, size=(160, 40)) as (app, pilot):
        await send(pilot, "hi")
        await settled(app)
        await pilot.press("alt+right", "ctrl+l")
        await wait_until(lambda: screen_of(app).parts.widgets.grid.kind is LayoutKind.ZOOM, "the second is zoomed")
        zoomed = live_of(app).conversation.id
        await pilot.press("ctrl+n")
        await wait_until(lambda: live_of(app).conversation.id != zoomed, "a new conversation")
        await pilot.pause()
        assert screen_of(app).parts.widgets.grid.kind is LayoutKind.COLUMNS and active_view(app) is pane(app, 1)
    async with open_ready(environ, conversation_id=zoomed, size=(160, 40)) as (app, pilot):
        assert active_view(app) is pane(app, 2)
        assert screen_of(app).parts.widgets.grid.kind is LayoutKind.ZOOM
        await pilot.press("ctrl+l", "alt+right")
        await pilot.pause()
        assert screen_of(app).parts.widgets.grid.kind is LayoutKind.COLUMNS
    async with open_ready(environ, conversation_id=zoomed, size=(160, 40)) as (app, pilot):
        assert active_view(app) is pane(app, 3)
        assert screen_of(app).parts.widgets.grid.kind is LayoutKind.COLUMNS
        await pilot.press("f4")
        await wait_until(lambda: len(live_of(app).conversation.panes) == 2, "the active pane is closed")
        await pilot.pause()
        assert active_view(app) is pane(app, 2)
    async with open_ready(environ, conversation_id=zoomed, size=(160, 40)) as (app, pilot):
        assert active_view(app) is pane(app, 2)


async def test_a_moved_pane_is_still_the_active_one(server: OpenAIServer, environ: dict[str, str]) -> None:
    async with open_ready(environ, models=TWO, size=(160, 40)) as (app, pilot):
        await send(pilot, "hi")
        await settled(app)
        screen_of(app).action_run("pane.move_right")
        await wait_until(lambda: live_of(app).conversation.panes[1].model == "local/m1", "it has moved")
        await pilot.pause()
        conversation_id = live_of(app).conversation.id
    async with open_ready(environ, conversation_id=conversation_id, size=(160, 40)) as (app, pilot):
        assert active_view(app) is pane(app, 2)


async def test_what_waited_for_its_next_try_has_failed(server: OpenAIServer, environ: dict[str, str]) -> None:
    """Said otherwise: interrupted, of a request that had failed already, and without its reason."""
    config = paths.config_file(environ)
    config.write_text(config.read_text().replace("retries = 0", "retries = 2"))
    server.refuse("m1", 503, "Come back later", headers={"Retry-After": "50"})
    async with open_ready(environ, models=["local/m1"]) as (app, pilot):
        await send(pilot, "hi")
        await wait_for(app, "retry 1 of 2")
        conversation_id = live_of(app).conversation.id
    async with open_ready(environ, conversation_id=conversation_id) as (app, pilot):
        await wait_for(app, "failed: overloaded", "Come back later")
        assert "interrupted" not in shown(app)


def test_what_grew_when_the_program_ended_is_interrupted_and_not_cancelled(environment: dict[str, str]) -> None:
    """In a terminal: Textual cancels the workers of an app that ends, and that is no cancel of the user's."""
    slow = environment | {"TEXTCHAT_DEMO_SPEED": "0.3"}
    with Terminal((*TEXTCHAT, "-m", "demo/fast", "What is textchat?"), slow) as terminal:
        terminal.wait_until("● streaming")
        terminal.press("ctrl+q")
        terminal.wait_for_exit()
    with Terminal((*TEXTCHAT, "--continue"), environment) as terminal:
        assert "cancelled" not in terminal.wait_until("▲ interrupted")

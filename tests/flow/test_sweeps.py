"""A sweep from the palette: typed, counted, sent to a pane for each variant, summed up, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.flow.comparing import environment_for, open_ready, settled
from tests.flow.screen import live_of, screen_of, shown, wait_for
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import wait_until
from textchat.app import TextchatApp
from textchat.ui.sweeps.sweep_dialog import SweepDialog

KEYS = '[keys]\n"pane.sweep" = "f13"\n"pane.spread" = "f14"\n'
PRICE = '[models."local/m1"]\nprice = { input = 0, output = 12.5 }\n'


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        server.say("m1", "one two three", usage=(7, 800))
        server.say("m2", "other")
        yield server


async def says(app: TextchatApp, sentence: str) -> None:
    """Return once the dialog says this below its fields."""

    def said() -> str:
        found = app.screen.query(".connect-form--said")
        return str(found.first(Static).content) if found else ""

    await wait_until(lambda: sentence in said(), sentence)


async def opened(app: TextchatApp, pilot: Pilot[None]) -> None:
    await pilot.press("f13")
    await wait_until(lambda: isinstance(app.screen, SweepDialog), "the dialog is open")
    await pilot.pause()


async def test_a_sweep_from_the_dialog_to_the_undo(server: OpenAIServer, tmp_path: Path) -> None:
    environ = environment_for(server, tmp_path, more=KEYS + PRICE)
    async with open_ready(environ, models=["local/m1", "local/m2"]) as (app, pilot):
        await opened(app, pilot)
        await pilot.press(*"seed=1,2")
        await says(app, "No prompt yet. Type one in the input bar first.")
        await pilot.press("escape")
        await pilot.press(*"hello")
        before = live_of(app).conversation.panes
        await opened(app, pilot)
        await pilot.press(*"temperature=0,hot")
        await says(app, "temperature: expected a number, 0 or more, found hot.")
        await pilot.press("enter")
        await pilot.press(*["backspace"] * 3, "1", "tab", "tab", "tab", "end", "backspace", "2")
        await says(app, "4 replies, about $0.040.")
        await pilot.press("enter")
        await wait_until(lambda: len(live_of(app).conversation.panes) == 4, "a pane for each variant")
        await wait_until(lambda: len(server.requests) == 4, "the prompt is sent to each")
        await settled(app)
        await wait_for(app, "temperature 0 · 1 of 2", "temperature 1 · 2 of 2")
        assert sorted(request.json["temperature"] for request in server.requests) == [0, 0, 1, 1]
        assert {request.json["messages"][-1]["content"] for request in server.requests} == {"hello"}
        assert screen_of(app).parts.current.active_number == 1 and not screen_of(app).input_bar.text
        await pilot.press("f14")
        await wait_for(app, "Spread of the replies", "temperature 1", "AGREEMENT", "100%", "2 stop")
        await pilot.press("escape")
        await pilot.press("alt+u")
        await wait_until(lambda: live_of(app).conversation.panes == before, "the panes before are back")
        await wait_for(app, "local/m2")
        assert "1 of 2" not in shown(app)

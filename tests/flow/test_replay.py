"""A replay on the screen: exported from the palette, played, driven by keys, and continued at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.comparing import environment_for, open_ready, settled, stored
from tests.flow.screen import live_of, screen_of, shown, wait_for
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import wait_until
from textchat.app import Opening, TextchatApp
from textchat.core.replaying.play_clock import PlayClock
from textchat.live.replaying.opening import ReplayOpening
from textchat.store.transfer.replay_file import read_replay

KEYS = '[keys]\n"conversation.export_replay" = "f13"\n"replay.end" = "f14"\n"replay.restart" = "f15"\n'


class Hand:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


class HeldOpening(ReplayOpening):
    """Plays by a clock that is moved by hand."""

    hand = Hand()

    def clock(self) -> PlayClock:
        return PlayClock(1.0, self.hand)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        server.say("m1", "alpha ", "beta")
        server.say("m2", "gamma ", "delta")
        yield server


async def test_a_replay_is_exported_played_and_continued(
    server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = environment_for(server, tmp_path, more=KEYS)
    monkeypatch.chdir(tmp_path)
    async with open_ready(environ, models=["local/m1", "local/m2"]) as (app, pilot):
        for _ in range(2):
            await pilot.press(*"hi", "enter")
            await settled(app)
        await pilot.press("f13")
        await wait_for(app, "Export a replay to a new file")
        await pilot.press("enter")
        await wait_for(app, "Exported to")
    kept = await stored(environ)
    asked = len(server.requests)

    opening = HeldOpening(await asyncio.to_thread(read_replay, tmp_path / "hi.replay.json"))
    app = TextchatApp(Opening(replay=opening), environ)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await wait_until(lambda: screen_of(app).is_built, "the screen is built")
        await wait_for(app, "Replay 1× · turn 1 of 2")
        assert "alpha" not in shown(app)
        await pilot.press("alt+p")
        await wait_for(app, "Replay paused · turn 1 of 2")
        await pilot.press("alt+p", "alt+pageup")
        await wait_for(app, "Replay 2× · turn 1 of 2")
        await pilot.press(*"now", "enter")
        await wait_for(app, "The replay is still running")
        await pilot.press("alt+end")  # the pause before the turn
        await wait_for(app, "waiting")
        await pilot.press("alt+end")
        await wait_for(app, "alpha beta", "gamma delta", "turn 2 of 2")
        await pilot.press("f14")
        await wait_until(lambda: not live_of(app).is_busy, "the end")
        await wait_until(lambda: "turn 2" not in shown(app), "the note is gone")
        assert live_of(app).conversation.messages.keys() == kept.messages.keys()
        assert len(server.requests) == asked
        await pilot.press("enter")  # what was typed while it played is still there
        await settled(app)
        assert len(server.requests) == asked + 2
        await pilot.press("f15")
        await wait_for(app, "turn 1 of 2")
        assert "alpha" not in shown(app)
        await pilot.press("f14")
        await wait_until(lambda: not live_of(app).is_busy, "the end")
        assert live_of(app).is_private
        assert live_of(app).conversation.messages.keys() == kept.messages.keys()
    assert await stored(environ) == kept

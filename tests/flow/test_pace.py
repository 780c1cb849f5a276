"""`ui.smoothing` in the app: bundles wait for their last chunk, an even pace spreads a burst, no end is held back."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.flow.local import local_environment
from tests.flow.screen import live_of, open_app, screen_of, shown, wait_for
from tests.servers.openai import OpenAIServer, Think
from tests.servers.waiting import PATIENCE_S, Gate, wait_until
from textchat.app import TextchatApp

WORDS = [f"w{number:03} " for number in range(60)]


def words_shown(app: TextchatApp) -> int:
    return len(set(re.findall(r"w\d\d\d", shown(app))))


async def until_arrived(app: TextchatApp, chunks: int) -> None:
    """Wait for the stream, whatever of it is shown."""
    await screen_of(app).built.wait()
    await wait_until(
        lambda: any(len(reply.text_chunks) >= chunks for reply in live_of(app).replies.values()), f"{chunks} chunks"
    )


async def test_bundles_are_shown_whole_and_the_end_at_once(openai_server: OpenAIServer, tmp_path: Path) -> None:
    drawn, gate = Gate("drawn"), Gate()
    openai_server.script("m", drawn, *WORDS[:7], gate, *WORDS[7:9])
    environ = local_environment(tmp_path, openai_server, "[ui]\nsmoothing = 5\n")
    async with open_app(environ, models=["local/m"], prompt="go") as (app, pilot):
        await wait_for(app, "▌ go")  # what has come before the turn is drawn is not paced
        drawn.open()
        await until_arrived(app, 7)
        await wait_for(app, "w004")
        await pilot.pause()
        assert words_shown(app) == 5
        gate.open()
        await wait_for(app, "w008", "done")


async def test_an_even_pace_spreads_a_burst_and_shows_all_of_it_though_nothing_more_comes(
    openai_server: OpenAIServer, tmp_path: Path
) -> None:
    # A machine that sleeps for as long as a burst is spread shows that one at once; not each of several.
    gates = [Gate() for _ in range(0, len(WORDS), 12)]
    bursts = [piece for number, gate in enumerate(gates) for piece in (gate, "".join(WORDS[number * 12 :][:12]))]
    openai_server.script("m", "first ", *bursts, Gate("never"))
    environ = local_environment(tmp_path, openai_server, '[ui]\nsmoothing = "even"\n')
    async with open_app(environ, models=["local/m"], prompt="go") as (app, _):
        await wait_for(app, "first")
        seen: set[int] = set()
        for number, gate in enumerate(gates):
            gate.open()
            async with asyncio.timeout(PATIENCE_S):
                while words_shown(app) < 12 * (number + 1):
                    seen.add(words_shown(app) % 12)
                    await asyncio.sleep(0.002)
        assert seen - {0}, "something between nothing and all of a burst was on the screen"


async def test_an_even_pace_holds_no_end_back(openai_server: OpenAIServer, tmp_path: Path) -> None:
    openai_server.say("m", *WORDS)
    environ = local_environment(tmp_path, openai_server, '[ui]\nsmoothing = "even"\n')
    async with open_app(environ, models=["local/m"], prompt="go") as (app, _):
        await wait_for(app, "done")
        assert words_shown(app) == len(WORDS)


@pytest.mark.parametrize("smoothing", ["3", '"even"'])
async def test_an_answer_that_one_comes_back_to_is_shown_as_far_as_it_has_come(
    openai_server: OpenAIServer, tmp_path: Path, smoothing: str
) -> None:
    gate = Gate()
    openai_server.script("m", Think("let me see, thought"), *WORDS[:7], gate, "the end")
    environ = local_environment(tmp_path, openai_server, f"[ui]\nsmoothing = {smoothing}\n")
    async with open_app(environ, models=["local/m"], prompt="go") as (app, pilot):
        await until_arrived(app, 7)
        await pilot.press("ctrl+n")  # another conversation
        await wait_until(lambda: words_shown(app) == 0, "the new conversation is empty")
        await pilot.press("alt+c", "enter")
        await wait_for(app, "Thought", "w006")
        gate.open()
        await wait_for(app, "the end", "done")

"""What a comparison costs: said before it is sent, held under the ceilings of the settings, and one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events

from tests.flow.comparing import environment_for, open_ready, settled, stored, tree
from tests.flow.screen import live_of, screen_of, shown, wait_for
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until

PRICES = """
[models."local/a"]
price = { input = 0, output = 10 }
max_tokens = 1000
[models."local/b"]
price = { input = 0, output = 20 }
[models."local/c"]
price = { input = 0, output = 10 }
max_tokens = 100
"""
"""For an answer of 800 tokens: a $0.008, b $0.016; c, which may write 100, $0.001."""


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        for model in "abcd":
            server.say(model, f"from {model}", usage=(100, 1000))
        yield server


async def test_the_cost_is_told_while_one_types(server: OpenAIServer, tmp_path: Path) -> None:
    environ = environment_for(server, tmp_path, more=PRICES)
    async with open_ready(environ, models=["local/a", "local/b"]) as (app, pilot):
        await wait_for(app, "to both panes")
        assert "$" not in shown(app)
        await pilot.press(*"hi")
        await wait_for(app, "to both panes · 2 models, about $0.02")
        await pilot.press("ctrl+s")
        await wait_for(app, "to pane 1 only")
        await wait_until(lambda: "$" not in shown(app), "less than a cent is not worth a look")
        app.post_message(events.Paste("long " * 1000))
        await wait_for(app, "to pane 1 only · ~1.3k tokens, about $0.008")
        await pilot.press("f7", "delete", "h", "i", "ctrl+s", "enter")
        await settled(app)
        assert "about" not in shown(app), "nothing is typed, so nothing is told"


async def test_what_is_not_known_is_not_told(server: OpenAIServer, tmp_path: Path) -> None:
    environ = environment_for(server, tmp_path, more=PRICES)
    async with open_ready(environ, models=["local/b", "local/d"]) as (app, pilot):
        await wait_for(app, "to both panes")
        await pilot.press(*"hi")
        await wait_for(app, "2 models, at least $0.016")
        await pilot.press("ctrl+s", "alt+right")
        await wait_until(lambda: "$" not in shown(app), "a model without a price has no estimate")


async def test_a_comparison_over_the_ceiling_is_not_sent_and_the_prompt_stays(
    server: OpenAIServer, tmp_path: Path
) -> None:
    environ = environment_for(server, tmp_path, more=f"[budget]\ncomparison_usd = 0.01\n{PRICES}")
    async with open_ready(environ, models=["local/a", "local/b"]) as (app, pilot):
        await wait_for(app, "to both panes")
        await pilot.press(*"hi")
        await wait_for(app, "over your limit of $0.010")
        await pilot.press("enter")
        await wait_for(app, "Not sent", "$0.024", "comparison_usd")
        await wait_until(lambda: screen_of(app).input_bar.text == "hi", "the prompt is back")
        assert not server.requests and not live_of(app).conversation.messages
        await pilot.press("ctrl+s", "enter")
        await settled(app)
        assert [request.json["model"] for request in server.requests] == ["a"], "one of them is within the ceiling"
        await pilot.press("shift+f5")
        await settled(app)
        assert len(server.requests) == 2, "and so is another answer for that one alone"


async def test_going_on_in_all_panes_is_one_comparison_too(server: OpenAIServer, tmp_path: Path) -> None:
    environ = environment_for(server, tmp_path, more=f"[budget]\ncomparison_usd = 0.01\n{PRICES}")
    async with open_ready(environ, models=["local/a", "local/a"]) as (app, pilot):
        for _ in range(2):
            await pilot.press("ctrl+s") if screen_of(app).parts.current.sends_to_all else None
            await pilot.press(*"hi", "enter", "alt+right")
            await settled(app)
        assert len(server.requests) == 2, "each alone is within the ceiling"
        await pilot.press("alt+g")
        await wait_for(app, "Not sent", "$0.016")
        assert len(server.requests) == 2


async def test_the_day_has_a_ceiling_too(server: OpenAIServer, tmp_path: Path) -> None:
    environ = environment_for(server, tmp_path, more=f"[budget]\nday_usd = 0.025\n{PRICES}")
    async with open_ready(environ, models=["local/a"]) as (app, pilot):
        for _ in range(2):
            await pilot.press(*"hi", "enter")
            await settled(app)
        assert len(server.requests) == 2, "each cost a cent in the end"
        await pilot.press(*"more", "enter")
        await wait_for(app, "Not sent", "$0.020", "day_usd")
        await pilot.press("f5")
        await pilot.pause()
        await wait_until(lambda: not live_of(app).is_busy, "nothing is going on")
        assert len(server.requests) == 2, "asking again is refused as well"
        assert tree(await stored(environ)) == ["user: hi", "> local/a: from a", "> > user: hi", "> > > local/a: from a"]


async def test_a_waiting_prompt_over_the_ceiling_waits_on(server: OpenAIServer, tmp_path: Path) -> None:
    environ = environment_for(server, tmp_path, more=f"[budget]\nday_usd = 0.012\n{PRICES}")
    gate = Gate()
    server.script("a", "begin", gate, " end")
    async with open_ready(environ, models=["local/a"]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await wait_for(app, "begin")
        await pilot.press(*"and then", "enter")
        await wait_for(app, "and then")
        gate.open()
        await wait_for(app, "begin end")
        await pilot.press(*"third", "enter")
        await wait_until(lambda: not live_of(app).replies, "nothing grows")
    texts = [message.text for message in (await stored(environ)).messages.values()]
    assert texts[:2] == ["hi", "begin end"]


async def test_two_prompts_at_once_are_sent_in_order(server: OpenAIServer, tmp_path: Path) -> None:
    environ = environment_for(server, tmp_path, more=f"[budget]\nday_usd = 100\n{PRICES}")
    async with open_ready(environ, models=["local/a"]) as (app, _):
        live = live_of(app)
        pane_ids = [live.conversation.panes[0].id]
        screen_of(app).run_work(live.send("one", pane_ids))
        screen_of(app).run_work(live.send("two", pane_ids))
        await wait_until(lambda: len(live.conversation.messages) == 4, "both are asked")
        await settled(app)
    assert tree(await stored(environ)) == [
        *("user: one", "> local/a: from a", "> > user: two", "> > > local/a: from a"),
    ]


async def test_a_prompt_that_waited_for_what_was_then_refused_is_sent(server: OpenAIServer, tmp_path: Path) -> None:
    environ = environment_for(server, tmp_path, more=f"[budget]\nday_usd = 0.012\n{PRICES}")
    async with open_ready(environ, models=["local/c", "local/c"]) as (app, _):
        live = live_of(app)
        one, two = (pane.id for pane in live.conversation.panes)
        await live.send("one", [one])  # costs $0.01
        await settled(app)
        await live.panes.set_model(one, "local/a")
        screen_of(app).run_work(live.regenerate([one]))
        screen_of(app).run_work(live.send("two", [two]))
        await wait_for(app, "Not sent", "two")
        await wait_until(lambda: len(server.requests) == 2, "the other pane is asked")
        await settled(app)
    assert tree(await stored(environ)) == [
        *("user: one", "> local/c: from c"),
        *("user: two", "> local/c: from c"),
    ]


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_what_waits_for_a_place_says_so(server: OpenAIServer, tmp_path: Path, size: tuple[int, int]) -> None:
    environ = environment_for(server, tmp_path, provider="max_concurrent = 1")
    gate = Gate()
    server.script("a", "first", gate, " done")
    async with open_ready(environ, models=["local/a", "local/b", "local/c"], size=size) as (app, pilot):
        await pilot.press("ctrl+b", *"hi", "enter")
        await wait_for(app, "◇")
        if size[0] == 200:
            await wait_for(app, "● streaming", "◇ queued, 1 ahead", "◇ queued, 2 ahead")
        assert len(server.requests) == 1
        gate.open()
        await settled(app)
        assert [request.json["model"] for request in server.requests] == ["a", "b", "c"], (
            "one after the other, in order"
        )

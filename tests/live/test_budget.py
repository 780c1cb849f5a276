"""The ceilings of the settings where prompts, replies and the journal meet; the sum of a day is never passed unseen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.live.bench import Bench, ids, said
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate
from textchat.core.configuration import BudgetSettings
from textchat.core.context.upcoming import Upcoming
from textchat.core.conversation import Source, Status
from textchat.core.parameters import Parameters
from textchat.core.parts.draft import Draft
from textchat.core.parts.part import Part
from textchat.live.budget import PlannedRequest


@pytest.fixture
async def bench(server: OpenAIServer, tmp_path: Path) -> AsyncIterator[Bench]:
    """A day is worth two requests; one prompt may cost no more either."""
    bench = Bench(server, tmp_path / "data" / "textchat.db", BudgetSettings(comparison_usd=2.0, day_usd=2.0))
    yield bench
    await bench.aclose()


async def test_requests_that_run_count_against_the_day(bench: Bench) -> None:
    """Lost otherwise: money; any number of panes could be asked while the first still answers."""
    gate = Gate()
    for model in "ab":
        bench.server.script(model, "begun", gate)
    bench.server.say("c", "over", usage=(0, 100))
    live = bench.open("a", "b", "c")
    assert await live.send("one", ids(live)[:2]), "exactly the ceiling is within it"
    await gate.until_reached(2)
    assert not await live.send("two", ids(live)[2:])
    assert "on top of today's $2.00" in bench.watcher.problems[0] and "day_usd" in bench.watcher.problems[0]
    assert len(bench.server.requests) == 2
    assert len(live.conversation.messages) == 3, "nothing has changed"


async def test_an_ended_request_counts_as_what_it_cost(bench: Bench) -> None:
    """Lost otherwise: prompts that the day has room for; each would count twice, or at its estimate for ever."""
    bench.server.say("a", "cheap", usage=(0, 10))
    live = bench.open("a")
    for number in range(10):
        assert await live.send(f"number {number}", ids(live))
        await bench.ended(number + 1)
        await bench.idle(live)
    stats = await bench.history.requests.model_stats()
    assert [figures.cost_usd for figures in stats] == [pytest.approx(1.0)]
    assert await live.send("the eleventh", ids(live))
    await bench.ended(11)
    await bench.idle(live)
    assert not await live.send("the twelfth", ids(live)), "$1.10 and another dollar"
    assert "$1.10" in bench.watcher.problems[0]


async def test_a_queued_prompt_that_the_budget_refuses_waits_on(bench: Bench) -> None:
    """Lost otherwise: a typed prompt."""
    gate = Gate()
    bench.server.script("a", "dear", gate, once=True)
    bench.server.say("a", "never asked")
    live = bench.open("a")
    await live.send("one", ids(live))
    await gate.until_reached()
    await live.send("two", ids(live))
    await live.panes.set_parameters(ids(live)[0], {"max_tokens": 300})
    gate.open()
    await bench.ended(1)
    await bench.idle_but_queued(live)
    assert [prompt.text for prompt in live.queue] == ["two"] and live.queue.is_held
    assert "Not sent" in bench.watcher.problems[0] and len(bench.server.requests) == 1
    await live.panes.set_parameters(ids(live)[0], {"max_tokens": 100})
    live.resume_queue()
    await bench.ended(2)
    assert said(live, 0) == ["one", "dear", "two", "never asked"]


async def test_the_ceiling_of_one_prompt_counts_all_its_panes(bench: Bench) -> None:
    live = bench.open("a", "b", "c")
    assert not await live.send("to all", ids(live))
    assert "$3.00" in bench.watcher.problems[0] and "comparison_usd" in bench.watcher.problems[0]
    assert bench.server.requests == [] and not live.conversation.messages and len(live.queue) == 0


async def test_a_store_that_cannot_say_what_was_spent_refuses(bench: Bench) -> None:
    """Lost otherwise: money; a day's sum that cannot be read is not nothing."""
    live = bench.open("a")
    await bench.history.aclose()
    assert not await live.send("one", ids(live))
    assert bench.watcher.problems and bench.server.requests == []


@pytest.mark.parametrize("act", ["regenerate", "continue_answers", "ask_again", "continue_earlier", "edit"])
async def test_each_way_to_ask_is_under_the_ceiling(bench: Bench, act: str) -> None:
    bench.server.say("a", "dear", usage=(0, 150))
    live = bench.open("a")
    await live.send("one", ids(live))
    await bench.ended(1)
    await bench.idle(live)
    before = live.conversation
    (pane_id,) = ids(live)
    prompt, answer = before.messages
    match act:
        case "regenerate" | "continue_answers":
            await getattr(live, act)([pane_id])
        case "ask_again":
            await live.ask_again(pane_id, prompt)
        case "continue_earlier":
            await live.continue_earlier(pane_id, answer)
        case _:
            assert not await live.edit(pane_id, prompt, "two")
    assert live.conversation is before and len(bench.server.requests) == 1
    assert len(bench.watcher.problems) == 1 and not live.is_busy


async def test_a_pane_that_closes_while_the_budget_is_asked_takes_no_prompt_with_it(bench: Bench) -> None:
    """Lost otherwise: a typed prompt; it would be put under no pane at all."""
    bench.server.say("b", "answer", usage=(0, 1))
    live = bench.open("a", "b")
    first, second = ids(live)
    sending = asyncio.create_task(live.send("for a", [first]))
    await asyncio.sleep(0)
    await live.close_pane(first)
    assert not await sending and not live.conversation.messages
    assert await live.send("for b", [second])
    await bench.ended(1)
    assert said(live, 0) == ["for b", "answer"]


async def test_a_prompt_that_waits_for_the_budget_as_the_program_ends_is_not_sent(bench: Bench) -> None:
    """Lost otherwise: money for an answer that nobody will read."""
    live = bench.open("a")
    hold = bench.history.hold("reserve")
    sending = asyncio.create_task(live.send("one", ids(live)))
    await hold.until_reached()
    await live.aclose()
    hold.open()
    assert not await sending
    assert not live.conversation.messages and not live.replies and bench.server.requests == []


async def test_estimates_before_sending(bench: Bench) -> None:
    live = bench.open("a", "b", "d")
    estimate = await live.estimate("hi", ids(live))
    assert estimate is not None
    assert (estimate.requests, estimate.priced) == (3, 2) and estimate.cost_usd == pytest.approx(2.0)
    assert not estimate.is_whole
    whole = await live.estimate("hi", [*ids(live)[:2], "gone"])
    assert whole is not None and whole.is_whole and whole.requests == 2
    requests = [PlannedRequest(model, Parameters(), 5) for model in ("local/a", "nowhere/x")]
    usual = bench.budget.estimate(requests)
    assert usual.priced == 1 and usual.cost_usd == pytest.approx(8.0), "an answer of 800 tokens is expected"


async def test_the_tokens_of_the_next_request(bench: Bench) -> None:
    bench.server.say("a", "answer", usage=(1000, 500))
    live = bench.open("a", "a")
    one, _ = ids(live)
    guessed = live.request_tokens(one, "word " * 100)
    assert 100 <= guessed <= 135
    assert live.request_tokens(one, "") < 10
    await live.send("question", [one])
    await bench.ended(1)
    await bench.idle(live)
    assert live.request_tokens(one, "") == 1500, "as the server counted them"
    assert 1600 <= live.request_tokens(one, "word " * 100) <= 1635
    usage = bench.watcher.ended[0].usage
    assert usage is not None and usage.source is Source.REPORTED


async def test_the_files_of_a_prompt_count_before_it_is_sent(bench: Bench) -> None:
    bench.server.say("a", "answer", usage=(1000, 500))
    live = bench.open("a")
    (pane,), files = ids(live), (Part("a.txt", "text/plain", b"word " * 1000),)
    alone, with_files = live.request_tokens(pane, "look"), live.request_tokens(pane, "look", files)
    assert 900 <= with_files - alone <= 1400
    planned = bench.budget.planned(Upcoming(live.conversation, (pane,), prompt=Draft("look", files)))
    assert [request.input_tokens for request in planned.values()] == [with_files]
    await live.send("question", [pane])
    await bench.ended(1)
    await bench.idle(live)
    assert live.request_tokens(pane, "", files) >= 1500 + 900


async def test_after_a_failure_the_request_is_estimated(bench: Bench) -> None:
    bench.server.refuse("a", 400)
    live = bench.open("a")
    await live.send("word " * 1000, ids(live))
    await bench.ended(1)
    assert bench.watcher.ended[0].status is Status.FAILED
    assert live.request_tokens(ids(live)[0], "") >= 1000


async def test_without_ceilings_nothing_is_refused_nor_waited_for(server: OpenAIServer, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path / "other" / "textchat.db")
    server.say("a", "answer")
    live = bench.open("a")
    long = Draft("long " * 10**6)
    assert not bench.budget.has_ceiling
    assert not (await bench.budget.allow(Upcoming(live.conversation, tuple(ids(live)), prompt=long))).refusal
    assert await live.send("question", ids(live))
    await bench.ended(1)
    await bench.idle(live)
    await bench.aclose()


async def test_before_sending_requests_are_counted_for_their_model(bench: Bench) -> None:
    """Lost otherwise: money; four characters a token are 60 % too low for Chinese, and 75 % for Claude's German."""
    live = bench.open("qwen3", "claude-opus-4-7")
    one, other = ids(live)
    chinese, german = (
        "自行车不会倒，主要是因为骑车的人一直在控制方向。" * 8,
        "Deshalb bleibt das Fahrrad aufrecht, " * 20,
    )
    assert live.request_tokens(one, chinese) > 170, "about a token a character"
    await bench.metering.loaded()
    assert 100 < live.request_tokens(one, chinese) < 140, "Qwen's own tokens are longer"
    assert live.request_tokens(other, german) > 1.4 * live.request_tokens(one, german)
    planned = bench.budget.planned(Upcoming(live.conversation, (one, other), prompt=Draft(german)))
    assert [each.input_tokens for each in planned.values()] == [live.request_tokens(pane, german) for pane in ids(live)]

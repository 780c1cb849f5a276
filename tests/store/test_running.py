"""Requests that run are known to every textchat on the same file, and are counted when their process dies."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from textchat.core.conversation import Conversation, Message, Role, Source, Status, Usage, new_id
from textchat.core.events import TextDelta
from textchat.core.reply import Reply
from textchat.store.history import History, RunningRequest

AT_ONCE = 6
DAY = 1_700_000_000.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "textchat.db"


@pytest.fixture
async def history(path: Path) -> AsyncIterator[History]:
    history = History.open(path)
    yield history
    await history.aclose()


def running(reply_id: str = "", cost: tuple[float, float] | None = (0.25, 0.75)) -> RunningRequest:
    """A dollar, if the whole answer of 100 tokens comes."""
    request = RunningRequest(reply_id or new_id(), "local/a", DAY + 5, 10, 100)
    return request if cost is None else replace(request, input_usd=cost[0], output_usd=cost[1])


def ended(reply_id: str, cost: float | None, source: Source = Source.REPORTED) -> Message:
    usage = None if cost is None else Usage(10, 50, source=source)
    return Message(
        reply_id, None, Role.ASSISTANT, "text", model="local/a", usage=usage, cost_usd=cost,
        cost_source=None if cost is None else source, created_at=DAY + 5,
    )  # fmt: skip


async def test_what_is_reserved_counts_until_it_is_given_back_or_ends(history: History) -> None:
    first, second = running(), running()
    assert await history.requests.reserve([first, second], DAY, 2.0) is None, "exactly the ceiling is within it"
    assert await history.requests.reserve([running()], DAY, 2.5) == 2.0
    await history.requests.release([second.message_id])
    assert await history.requests.reserve([running()], DAY, 1.5) == 1.0
    await history.requests.begin_request(first)
    assert await history.requests.spent_since(DAY) == 1.0, "the same request, once"
    await history.requests.record_request(ended(first.message_id, 0.125))
    assert await history.requests.spent_since(DAY) == 0.125, "what it cost, in place of the estimate"
    assert await history.requests.spent_since(DAY + 10) == 0.0


async def test_a_request_that_never_left_costs_nothing_and_has_no_tokens(history: History) -> None:
    request = running()
    await history.requests.reserve([request], DAY, 2.0)
    await history.requests.record_request(ended(request.message_id, None))
    (stats,) = await history.requests.model_stats()
    assert (stats.requests, stats.charged, stats.input_tokens, stats.cost_usd) == (1, 0, 0, None)
    assert await history.requests.spent_since(DAY) == 0.0


async def test_a_request_without_a_price_is_never_refused(history: History) -> None:
    assert await history.requests.reserve([running(cost=None)], DAY, 0.0) is None
    assert await history.requests.spent_since(DAY) == 0.0


def test_of_threads_at_once_only_as_many_pass_as_there_is_room_for(path: Path) -> None:
    """Lost otherwise: money; each would see the sum before the other's request."""
    barrier, results = threading.Barrier(AT_ONCE), list[float | None]()

    async def reserve() -> None:
        history = await asyncio.to_thread(History.open, path)
        barrier.wait(20)
        results.append(await history.requests.reserve([running()], DAY, 2.0))
        barrier.wait(20)
        await history.aclose()

    History.open(path).close()
    threads = [threading.Thread(target=lambda: asyncio.run(reserve())) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results, key=str) == [2.0] * (AT_ONCE - 2) + [None] * 2


def test_of_processes_at_once_only_as_many_pass_as_there_is_room_for(path: Path) -> None:
    """Each is ready before any may ask, and stays until all have asked."""
    History.open(path).close()
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.store.reserving", str(path), "3.0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(AT_ONCE)
    ]
    said = []
    for step in ("ready", "asked"):
        answers = [process.stdout.readline().split() for process in processes if process.stdout is not None]
        assert [answer[0] for answer in answers] == [step] * AT_ONCE
        said = [answer[1:] for answer in answers]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
    assert [process.wait(20) for process in processes] == [0] * AT_ONCE
    assert sorted(answer[0] for answer in said) == ["3.0"] * (AT_ONCE - 3) + ["None"] * 3


# -- a process that dies ---------------------------------------------------------------------------------------------


async def test_what_a_crashed_process_had_sent_counts_by_its_estimate(path: Path, history: History) -> None:
    dying = History.open(path)
    sent, reserved = running(), running()
    assert await dying.requests.reserve([sent, reserved], DAY, 5.0) is None
    await dying.requests.begin_request(sent)
    await dying.aclose()  # without an end: to the others that is the same as a crash
    again = History.open(path)
    (stats,) = await again.requests.model_stats()
    assert (stats.requests, stats.cancelled, stats.charged) == (1, 1, 1), "what was only reserved is none"
    assert (stats.input_tokens, stats.cost_usd, stats.estimated_costs) == (10, 1.0, 1)
    assert await again.requests.spent_since(DAY) == 1.0
    await again.aclose()
    third = History.open(path)
    assert await third.requests.spent_since(DAY) == 1.0, "counted once"
    await third.aclose()


async def test_what_a_crashed_process_had_only_reserved_is_free_again(path: Path, history: History) -> None:
    """Lost otherwise: a prompt; a program that stays open would refuse it until the next one starts."""
    dying = History.open(path)
    assert await dying.requests.reserve([running()], DAY, 1.0) is None
    assert await history.requests.reserve([running()], DAY, 1.0) == 1.0, "it lives"
    await dying.aclose()
    assert await history.requests.reserve([running()], DAY, 1.0) is None


async def saved_with(path: Path, request: RunningRequest | None, text: str) -> tuple[Conversation, Reply]:
    """A process that stored a reply with some of its text, and died."""
    dying = History.open(path)
    prompt = Message(new_id(), None, Role.USER, "question", created_at=DAY)
    reply = Reply(conversation_id="c", parent_id=prompt.id, model="local/a", input_tokens=10)
    if request is not None:
        await dying.requests.begin_request(replace(request, message_id=reply.id))
    conversation = Conversation("c", "title", DAY).with_message(prompt).with_message(reply.freeze())
    await dying.save(conversation, [prompt, reply.freeze()])
    reply.feed(TextDelta(text))
    dying.checkpoint(reply)
    await dying.aclose()
    return conversation, reply


async def test_of_a_crashed_reply_the_part_that_came_is_what_it_cost(path: Path) -> None:
    _, reply = await saved_with(path, running(), "word " * 50)
    history = History.open(path)
    loaded = await history.load("c")
    (stats,) = await history.requests.model_stats()
    await history.aclose()
    assert loaded is not None
    message = loaded.messages[reply.id]
    assert message.usage is not None and 45 <= message.usage.output_tokens <= 65
    assert message.cost_usd == pytest.approx(0.25 + 0.75 * message.usage.output_tokens / 100)
    assert message.cost_source is Source.ESTIMATED and stats.cost_usd == message.cost_usd


async def test_a_crashed_reply_that_never_left_has_neither_tokens_nor_a_cost(path: Path) -> None:
    _, reply = await saved_with(path, None, "")
    history = History.open(path)
    loaded = await history.load("c")
    (stats,) = await history.requests.model_stats()
    await history.aclose()
    assert loaded is not None
    message = loaded.messages[reply.id]
    assert (message.status, message.usage, message.cost_usd) == (Status.INTERRUPTED, None, None)
    assert (stats.requests, stats.charged, stats.input_tokens) == (1, 0, 0)

"""Opening a stored branch: seconds from the messages at hand to the first paint, and memory for each message."""

from __future__ import annotations

import asyncio
import gc
import random
import time
import tracemalloc
from collections.abc import Callable
from statistics import median

from textual.widget import Widget
from textual.widgets import Log

from tests.benchmarks.bench_tokens import Stage
from tests.benchmarks.report import Table
from tests.benchmarks.texts import prose, tokens
from textchat.core.conversation import Message, Role
from textchat.ui.transcript.message_list import MessageList

COUNTS = (100, 1_000, 10_000)
TURNS = 200
ROUNDS = 9
MOST = 1.5


def run() -> list[Table]:
    times = [asyncio.run(_first_paint_s(messages(count))) for count in COUNTS]
    memory = [asyncio.run(_memory_bytes(count)) for count in COUNTS]
    turns = messages(2 * TURNS)
    ours, plain = asyncio.run(_first_paint_s(turns)), asyncio.run(_plain_first_paint_s(turns))
    further = (memory[-1] - memory[0]) / (COUNTS[-1] - COUNTS[0])
    return [
        Table(
            "Opening a branch to its first paint",
            ["messages", *(f"{count:,}" for count in COUNTS)],
            [
                ["ms", *(f"{each * 1000:.1f}" for each in times)],
                ["KB in the list, without the messages", *(f"{each / 1024:.0f}" for each in memory)],
            ],
            [
                (f"{times[-1] / times[0]:.2f} times as long, at most {MOST}", times[-1] <= MOST * times[0]),
                (f"{further:.0f} bytes for each further message", True),
            ],
        ),
        Table(
            f"Opening {TURNS} stored turns",
            ["", "ms", "ratio"],
            [
                ["textchat", f"{ours * 1000:.1f}", f"{ours / plain:.2f}"],
                ["a plain Textual Log", f"{plain * 1000:.1f}", "1.00"],
            ],
            [("no slower than the plain log", ours <= plain)],
        ),
    ]


def messages(count: int) -> list[Message]:
    """Prompts and answers by turns, about 130 tokens each."""
    random_ = random.Random(3)
    answers = ["".join(tokens("mixed", random_.randrange(60, 400), seed)) for seed in range(50)]
    return [
        Message(
            id=f"m{number}",
            parent_id=f"m{number - 1}" if number else None,
            role=Role.ASSISTANT if number % 2 else Role.USER,
            text=f"{number}. " + (answers[number % 50] if number % 2 else prose(random_, 20)),
            model="bench/model" if number % 2 else None,
        )
        for number in range(count)
    ]


async def _first_paint_s(branch: list[Message]) -> float:
    widget = MessageList("p1")
    return await _shown_s(widget, clear=lambda: widget.show([]), show=lambda: widget.show(branch))


async def _plain_first_paint_s(branch: list[Message]) -> float:
    """The same for a `Log` that is given the lines of all messages, unwrapped and without any style."""
    log, lines = Log(), [line for message in branch for line in message.text.splitlines()]
    return await _shown_s(log, clear=log.clear, show=lambda: log.write_lines(lines))


async def _shown_s(widget: Widget, *, clear: Callable[[], object], show: Callable[[], object]) -> float:
    """The median seconds from `show` to its paint in a running app, of several, the first left out."""
    found = []
    async with Stage(widget).run_test(size=(120, 40)) as pilot:
        for _ in range(ROUNDS + 1):
            clear()
            await pilot.pause()
            gc.collect()
            painted = asyncio.Event()
            started = time.perf_counter()
            show()
            widget.call_after_refresh(painted.set)
            await painted.wait()
            found.append(time.perf_counter() - started)
    return median(found[1:])


async def _memory_bytes(count: int) -> int:
    branch = messages(count)
    widget = MessageList("p1")
    async with Stage(widget).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        widget.show(branch)
        await pilot.pause()
        gc.collect()
        after = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    return after - before

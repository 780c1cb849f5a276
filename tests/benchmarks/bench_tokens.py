"""CPU for each token of a reply that streams at 300 tokens a second, painted 30 times a second, at growing lengths."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Markdown

from tests.benchmarks.plain_lines import PlainLines
from tests.benchmarks.report import Table
from tests.benchmarks.texts import SHAPES, tokens
from textchat.core.events import TextDelta
from textchat.core.reply import Reply
from textchat.ui.transcript.message_list import MessageList

LENGTHS = (1_000, 10_000, 100_000)
MARKDOWN_LENGTH = 4_000
WINDOWS = 9
FRAMES = 10
"""In a window; the median window counts."""
A_FRAME = 10
"""Tokens between two paints."""
SIZE = (100, 30)
"""Cells; a thousand tokens of any shape fill it, so that every length scrolls."""
FRAME_S = 1 / 30
FLAT, OF_PLAIN, OF_MARKDOWN = 1.3, 2.5, 8.0

Write = Callable[[str], Awaitable[None]]


class Stage(App[None]):
    """One widget and nothing else."""

    CSS = "MessageList, PlainLines, Log, VerticalScroll { height: 1fr; }"

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self._widget = widget

    def compose(self) -> ComposeResult:
        yield self._widget


def run() -> list[Table]:
    return [*(asyncio.run(_by_length(shape)) for shape in SHAPES), asyncio.run(_beside_markdown())]


async def _by_length(shape: str) -> Table:
    ours = [await _message_list(shape, length) for length in LENGTHS]
    plain = [await _plain_lines(shape, length) for length in LENGTHS]
    rows = [
        ["message list", *map(_shown, ours)],
        ["plain lines", *map(_shown, plain)],
        ["ratio", *(f"{mine / floor:.2f}" for mine, floor in zip(ours, plain, strict=True))],
    ]
    return Table(
        f"CPU for each token, {shape}",
        ["ms a token, after so many", *(f"{length:,}" for length in LENGTHS)],
        rows,
        [
            (f"flat: {ours[-1] / ours[0]:.2f} times the first, at most {FLAT}", ours[-1] <= FLAT * ours[0]),
            (
                f"at most {OF_PLAIN} times plain lines",
                all(mine <= OF_PLAIN * floor for mine, floor in zip(ours, plain, strict=True)),
            ),
        ],
    )


async def _beside_markdown() -> Table:
    ours = await _message_list("mixed", MARKDOWN_LENGTH)
    markdown = await _markdown("mixed", MARKDOWN_LENGTH)
    return Table(
        f"CPU for each token beside Textual's Markdown, mixed text after {MARKDOWN_LENGTH:,}",
        ["ms a token", "CPU"],
        [["message list", _shown(ours)], ["Markdown with MarkdownStream", _shown(markdown)]],
        [(f"{markdown / ours:.1f} times cheaper, at least {OF_MARKDOWN:.0f}", markdown >= OF_MARKDOWN * ours)],
    )


async def _message_list(shape: str, length: int) -> float:
    messages = MessageList("p1")
    async with Stage(messages).run_test(size=SIZE):
        reply = Reply(conversation_id="c", parent_id=None, model="bench/model")
        messages.add_reply(reply)

        async def write(text: str) -> None:
            reply.feed(TextDelta(text))
            messages.refresh_reply(reply)

        return await _measured(shape, length, write)


async def _plain_lines(shape: str, length: int) -> float:
    lines = PlainLines()
    async with Stage(lines).run_test(size=SIZE):

        async def write(text: str) -> None:
            lines.write(text)

        return await _measured(shape, length, write)


async def _markdown(shape: str, length: int) -> float:
    markdown = Markdown()
    scroll = VerticalScroll(markdown)
    async with Stage(scroll).run_test(size=SIZE) as pilot:
        scroll.anchor()
        await pilot.pause()
        stream = Markdown.get_stream(markdown)
        try:
            return await _measured(shape, length, stream.write)
        finally:
            await stream.stop()


async def _measured(shape: str, length: int, write: Write) -> float:
    """Milliseconds of CPU a token, from `length` tokens on; the median of all windows."""
    text = tokens(shape, length + WINDOWS * FRAMES * A_FRAME)
    for start in range(0, length, 2_000):
        await write("".join(text[start : min(start + 2_000, length)]))
    await asyncio.sleep(0.5)
    windows = []
    at = length
    for _ in range(WINDOWS):
        before = time.process_time()
        for _ in range(FRAMES):
            started = time.perf_counter()
            await write("".join(text[at : at + A_FRAME]))
            at += A_FRAME
            await asyncio.sleep(max(0.001, FRAME_S - (time.perf_counter() - started)))
        windows.append((time.process_time() - before) * 1000 / (FRAMES * A_FRAME))
    return median(windows)


def _shown(milliseconds: float) -> str:
    return f"{milliseconds:.3f}"

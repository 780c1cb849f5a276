"""The store: opening and the first page of the side panel by size, the cost of a checkpoint."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from statistics import median

from tests.benchmarks.report import Table
from textchat.core.conversation import Conversation, Message, Pane, Role, Status, new_id
from textchat.core.events import TextDelta
from textchat.core.reply import Reply
from textchat.store.history import ConversationRecord, History

CONVERSATIONS = (10, 1_000, 100_000)
PAGE = 50
WRITTEN = 10_000
"""Conversations of ten messages."""
VOCABULARY = [f"w{number}" for number in range(20_000)]
FREQUENCIES = [1 / (number + 1) for number in range(20_000)]
"""Words are about as uneven as in a language."""
PANES = 4
TOKENS_A_CHECKPOINT = 50
CHECKPOINTS = 200
A_FRAME_MS = 16.7


def run() -> list[Table]:
    with tempfile.TemporaryDirectory(prefix="textchat-bench-") as folder:
        return asyncio.run(_run(Path(folder)))


async def _run(folder: Path) -> list[Table]:
    texts = some_texts()
    opening = await _opening_table(folder, texts)
    path = folder / "written" / "textchat.db"
    await filled(path, WRITTEN, 10, texts)
    return [opening, await _checkpoint_table(path)]


def some_texts() -> list[str]:
    words = random.Random(1)
    return [" ".join(words.choices(VOCABULARY, FREQUENCIES, k=120)) for _ in range(2_000)]


async def filled(path: Path, count: int, messages: int, texts: list[str]) -> None:
    history = History.open(path)
    for start in range(0, count, 500):
        await history.add(
            [_arrival(number, messages, texts) for number in range(start, min(start + 500, count))],
        )
    await history.aclose()


def _arrival(number: int, count: int, texts: list[str]) -> ConversationRecord:
    random_ = random.Random(number)
    messages: dict[str, Message] = {}
    parent = None
    for place in range(count):
        role, model = (Role.ASSISTANT, "bench/model") if place % 2 else (Role.USER, None)
        text = f"{random_.choice(texts)} {random_.choice(VOCABULARY)}"
        id_ = f"m{place}"
        messages[id_] = Message(id_, parent, role, text, model=model, created_at=float(number))
        parent = id_
    pane = Pane("p", "bench/model", leaf_id=parent)
    return ConversationRecord(
        Conversation(f"c{number}", texts[number % 2_000][:40], 1.0, messages, (pane,)), float(number)
    )


async def _timed_ms(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return (time.perf_counter() - started) * 1000


async def _opening_table(folder: Path, texts: list[str]) -> Table:
    opened, listed = [], []
    for count in CONVERSATIONS:
        path = folder / str(count) / "textchat.db"
        await filled(path, count, 2, texts)
        opening, page = [], []
        for _ in range(15):
            started = time.perf_counter()
            history = History.open(path)
            opening.append((time.perf_counter() - started) * 1000)
            page.append(await _timed_ms(history.pinned) + await _timed_ms(partial(history.summaries, PAGE)))
            await history.aclose()
        opened.append(median(opening))
        listed.append(median(page))
    total = [sum(pair) for pair in zip(opened, listed, strict=True)]
    return Table(
        "Opening the store",
        ["conversations", *(f"{count:,}" for count in CONVERSATIONS)],
        [
            ["open, ms", *(f"{each:.1f}" for each in opened)],
            [f"pinned ones and a page of {PAGE}, ms", *(f"{each:.1f}" for each in listed)],
        ],
        [(f"{total[-1]:.1f} ms with {CONVERSATIONS[-1]:,}, less than a frame", total[-1] < A_FRAME_MS)],
    )


async def _checkpoint_table(path: Path) -> Table:
    history = History.open(path)
    replies = [await _begun(history) for _ in range(PANES)]
    calling, writing = [], []
    for _ in range(CHECKPOINTS):
        for reply in replies:
            for _ in range(TOKENS_A_CHECKPOINT):
                reply.feed(TextDelta("token "))
        started = time.perf_counter()
        for reply in replies:
            history.checkpoint(reply)
        calling.append((time.perf_counter() - started) * 1000)
        writing.append(await _timed_ms(history.changed_elsewhere))  # the writer works in order: now it is done
    for reply in replies:
        reply.end(Status.COMPLETE)
        await history.finish(reply.conversation_id, reply.freeze())
    await history.aclose()
    first, last = median(writing[:20]), median(writing[-20:])
    return Table(
        f"A checkpoint of {PANES} replies, {TOKENS_A_CHECKPOINT} tokens each",
        ["", f"the first {20}", f"the last {20} of {CHECKPOINTS}"],
        [
            ["on the interface's thread, ms", f"{median(calling[:20]):.3f}", f"{median(calling[-20:]):.3f}"],
            ["on the writer's thread, ms", f"{first:.2f}", f"{last:.2f}"],
        ],
        [("its cost does not grow with the reply (2 times at most)", last <= 2 * first)],
    )


async def _begun(history: History) -> Reply:
    prompt = Message(new_id(), None, Role.USER, "Go")
    conversation = Conversation(new_id(), "", 1.0, {prompt.id: prompt})
    reply = Reply(conversation_id=conversation.id, parent_id=prompt.id, model="bench/model")
    await history.save(conversation.with_message(reply.freeze()), [prompt, reply.freeze()])
    return reply

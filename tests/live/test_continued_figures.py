"""A continued answer through the app's own way: its figures add up, without the pause, and it is first at nothing."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from tests.live.bench import Bench, ids
from tests.servers.waiting import Gate, wait_until
from textchat.core.conversation import Message, Status, Timing
from textchat.core.figures.race import race_of
from textchat.core.figures.reply_figures import Figure, figures_of
from textchat.live.conversation import LiveConversation

PAUSE_S = 0.3


async def continued(bench: Bench, pieces: int = 47) -> tuple[LiveConversation, Message, Message]:
    """Pane 1 is cancelled in the middle and continued, pane 2 answers in one go; the answer's part, and the whole."""
    gate = Gate()
    bench.server.script("a", *(f" word{number}" for number in range(pieces)), gate, once=True)
    bench.server.say("a", *(f" more{number}" for number in range(30)), usage=(9, 60))
    bench.server.say("b", "one go", usage=(7, 5))
    live = bench.open("a", "b")
    await live.send("count", ids(live))
    await bench.ended(1)
    await gate.until_reached()
    reply = live.replies[ids(live)[0]]
    await wait_until(lambda: len(reply.text_chunks) == pieces, "all has come")
    live.cancel(ids(live)[0])
    await bench.ended(2)
    part = bench.watcher.ended[-1]
    assert part.status is Status.CANCELLED
    await asyncio.sleep(PAUSE_S)
    await live.continue_answers([ids(live)[0]])
    await bench.ended(3)
    await bench.idle(live)
    messages = live.conversation.messages
    return live, messages[part.id], messages[bench.watcher.ended[-1].id]


async def test_text_tokens_and_time_of_a_continued_answer_add_up_without_the_pause(bench: Bench) -> None:
    began = time.monotonic()
    _, part, whole = await continued(bench)
    elapsed = time.monotonic() - began
    before, after = figures_of(part), figures_of(whole)
    assert whole.text.startswith(part.text) and whole.text.endswith("more29")
    assert before.output_tokens is not None and after.output_tokens == before.output_tokens + 60
    assert after.text(Figure.OUTPUT).startswith("~"), "a part of it is an estimate"
    assert before.total_s is not None and after.total_s is not None
    assert before.total_s < after.total_s < elapsed - PAUSE_S


async def test_a_continued_answer_is_stored_with_the_figures_of_all_its_parts(bench: Bench) -> None:
    live, _, whole = await continued(bench)
    stored = await bench.stored(live)
    assert figures_of(stored.messages[whole.id]) == figures_of(whole)


async def test_a_continued_answer_is_never_first(bench: Bench) -> None:
    live, _, _ = await continued(bench)
    conversation = live.conversation
    other = next(message for message in conversation.messages.values() if message.model == "local/b")
    late = conversation.with_message(replace(other, timing=Timing(90.0, 91.0, None, first_text_s=90.0)))
    assert not any(Figure.FIRST in won for won in race_of(late).best.values())
    assert not any("first" in each for each in race_of(late).summaries)

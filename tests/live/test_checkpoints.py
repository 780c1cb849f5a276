"""When the growing text of a reply is kept: at its first growth, then at most once an interval, and never after."""

from __future__ import annotations

import asyncio

from textchat.core.reply import Reply
from textchat.live.checkpoints import INTERVAL_S, Checkpoints


def reply() -> Reply:
    return Reply(conversation_id="c", parent_id=None, model="local/a")


def test_a_crash_takes_half_a_second_at_most() -> None:
    assert 0.2 <= INTERVAL_S < 0.5


async def test_the_first_growth_is_kept_at_once_and_the_next_together() -> None:
    kept: list[Reply] = []
    growing = reply()
    checkpoints = Checkpoints(kept.append, 0.1)
    checkpoints.grew(growing)
    assert kept == [growing]
    for _ in range(5):
        checkpoints.grew(growing)
    assert len(kept) == 1
    await asyncio.sleep(0.3)
    assert kept == [growing] * 2
    await asyncio.sleep(0.2)
    assert len(kept) == 2, "nothing waits, so no timer runs"
    checkpoints.grew(growing)
    assert len(kept) == 3, "after a pause again at once"


async def test_what_waits_is_dropped_at_the_end() -> None:
    kept: list[Reply] = []
    growing = reply()
    checkpoints = Checkpoints(kept.append, 0.05)
    checkpoints.stop()
    checkpoints.grew(growing)
    checkpoints.grew(growing)
    checkpoints.stop()
    await asyncio.sleep(0.15)
    assert len(kept) == 1

"""Places of one provider: never too many at once, in order, and none is lost whatever is cancelled."""

from __future__ import annotations

import asyncio
import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.waiting.scheduling import Slots


async def test_without_a_limit_nobody_waits() -> None:
    slots = Slots()
    told: list[int] = []
    async with slots.slot(told.append), slots.slot(told.append), slots.slot(told.append):
        assert told == []


async def test_who_waits_knows_the_place_and_comes_in_order() -> None:
    slots = Slots(1)
    places: dict[str, list[int]] = {"b": [], "c": []}
    came: list[str] = []
    release = asyncio.Event()

    async def take(name: str) -> None:
        async with slots.slot(places[name].append):
            came.append(name)

    async with slots.slot(lambda place: None):
        tasks = [asyncio.create_task(take(name)) for name in ("b", "c")]
        while not places["c"]:
            await asyncio.sleep(0)
        release.set()
    await asyncio.gather(*tasks)
    assert came == ["b", "c"]
    assert places == {"b": [1], "c": [2, 1]}


@settings(max_examples=examples(150), deadline=None)
@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.none() | st.integers(0, 8)), min_size=1, max_size=12),
)
def test_whatever_is_cancelled_no_place_is_lost(limit: int, plans: list[tuple[int, int, int | None]]) -> None:
    """Each plan: turns of the loop before it asks, turns it holds its place, turns until it is cancelled."""

    async def play() -> None:
        slots = Slots(limit)
        inside = most = 0

        async def work(before: int, holds: int) -> None:
            nonlocal inside, most
            for _ in range(before):
                await asyncio.sleep(0)
            async with slots.slot(lambda place: None):
                inside += 1
                most = max(most, inside)
                try:
                    for _ in range(holds):
                        await asyncio.sleep(0)
                finally:
                    inside -= 1

        async def cancel(task: asyncio.Task[None], after: int) -> None:
            for _ in range(after):
                await asyncio.sleep(0)
            task.cancel()

        tasks = [asyncio.create_task(work(before, holds)) for before, holds, _ in plans]
        cancels = [cancel(task, after) for task, (_, _, after) in zip(tasks, plans, strict=True) if after is not None]
        async with asyncio.timeout(10):
            await asyncio.gather(*cancels)
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            assert most <= limit
            assert inside == 0
            # All places are free again.
            async with contextlib.AsyncExitStack() as stack:
                for _ in range(limit):
                    await stack.enter_async_context(slots.slot(lambda place: None))

    asyncio.run(play())

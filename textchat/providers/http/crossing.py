"""Carries what comes on one event loop to a reader on another, in order, in batches and within a bound."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from functools import partial
from typing import Generic, TypeVar

from textchat.core.errors import NetworkError
from textchat.core.waiting.rounds import Rounds

MOST_WAITING = 512
"""Items that may wait for the reader before the network is read no further."""
MOST_FOR_A_ROUND = 32
"""Items that may wait for a round of the reader's; more wake it, so that a quick answer does not wait for frames."""

GIVING_WAY_S = 0.002
"""Seconds in which the other loop closes a connection that is given up, before this one draws the end of the reply and
leaves it little of the interpreter."""

Item = TypeVar("Item")
Call = partial[None]
"""Something to be done on the reader's loop when its turn comes."""


class Crossing(Generic[Item]):
    """The way from the loop `origin` to the running one; `put` belongs to the first, `items` to the second.

    Neither waits for a lock: a deque is safe at both of its ends, and all else is set by calls between the loops.
    """

    def __init__(self, origin: asyncio.AbstractEventLoop, rounds: Rounds | None = None) -> None:
        """While one of `rounds` is to come, the reader is not woken: it looks then."""
        self._origin = origin
        self._rounds = rounds or Rounds()
        self._reader = asyncio.get_running_loop()
        self._waiting: deque[Item | Call] = deque()
        self._news = asyncio.Event()
        """Of the reader: something has come."""
        self._room = asyncio.Event()
        """Of the origin: the reader has taken what waited."""
        self._is_announced = False
        self._is_full = False
        self._is_over = False
        self._is_given_up = False
        self._failure: BaseException | None = None
        self._task: asyncio.Task[None] | None = None

    # -- on the reader's loop ------------------------------------------------------------------------------------------

    async def items(self, make: Callable[[], AsyncGenerator[Item, None]]) -> AsyncGenerator[Item, None]:
        """Yield what the generator of `make`, run on the other loop, yields there; raises what it raises.

        Closing this one cancels that one at once, and waits for nothing.
        """
        self._origin.call_soon_threadsafe(self._begin, make)
        leave = self._rounds.join(self._look)
        try:
            while True:
                is_over = self._is_over  # told behind the last item, so looked at before them
                for _ in range(len(self._waiting)):
                    item = self._waiting.popleft()
                    if isinstance(item, partial):
                        item()
                    else:
                        yield item
                if is_over:
                    break
                if self._is_full:
                    self._origin.call_soon_threadsafe(self._room.set)
                if self._waiting:
                    await asyncio.sleep(0)  # more has come meanwhile: the others of this loop have their turn first
                else:
                    await self._news.wait()
                    self._news.clear()
            if self._failure is not None:
                raise self._failure
        finally:
            leave()
            if not self._is_over:
                self._give_up_soon()

    def _give_up_soon(self) -> None:
        with suppress(RuntimeError):  # that loop has ended, and all that ran on it
            self._origin.call_soon_threadsafe(self._give_up)
            time.sleep(GIVING_WAY_S)

    def _look(self) -> bool:
        """Wake the reader if something has come."""
        if self._waiting:
            self._news.set()
        return bool(self._waiting)

    # -- on the loop of origin -----------------------------------------------------------------------------------------

    def put(self, item: Item | Call) -> None:
        """Hand over an item; the reader is woken once for all that comes before this loop turns, or makes a round."""
        self._waiting.append(item)
        if not self._is_announced:
            self._is_announced = True
            self._origin.call_soon(self._announce)

    def _announce(self) -> None:
        self._is_announced = False
        if self._rounds.is_coming and not self._is_over and len(self._waiting) < MOST_FOR_A_ROUND:
            return
        try:
            self._reader.call_soon_threadsafe(self._news.set)
        except RuntimeError:  # the reader's loop has ended without closing this
            self._give_up()

    def _begin(self, make: Callable[[], AsyncGenerator[Item, None]]) -> None:
        if not self._is_given_up:
            self._task = self._origin.create_task(self._carry(make()))
            self._task.add_done_callback(self._end)

    async def _carry(self, source: AsyncGenerator[Item, None]) -> None:
        async with aclosing(source) as items:
            async for item in items:
                self.put(item)
                while len(self._waiting) >= MOST_WAITING:
                    await self._until_room()

    async def _until_room(self) -> None:
        self._room.clear()
        self._is_full = True
        if len(self._waiting) >= MOST_WAITING:  # else the reader was quicker, and will not look again
            await self._room.wait()
        self._is_full = False

    def _give_up(self) -> None:
        self._is_given_up = True
        if self._task is not None:
            self._task.cancel()

    def _end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self._failure = task.exception()
        elif not self._is_given_up:
            self._failure = NetworkError("textchat closed its connections while a reply was arriving.", may_pass=False)
        self._is_over = True
        self._announce()

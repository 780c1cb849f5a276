"""Limits how many replies of one provider run at once; the rest wait in order and can show their place."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager


class Slots:
    """A fair semaphore with `limit` places (None: unlimited) that reports to waiters how many are before them."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self._taken = 0
        self._waiting: deque[tuple[asyncio.Future[None], Callable[[int], None]]] = deque()

    @asynccontextmanager
    async def slot(self, on_place: Callable[[int], None]) -> AsyncGenerator[None, None]:
        """Hold a place for the length of the block; while waiting, `on_place` is called with the number before it."""
        await self._take(on_place)
        try:
            yield
        finally:
            self._give_back()

    async def _take(self, on_place: Callable[[int], None]) -> None:
        if self.limit is None or self._taken < self.limit:
            self._taken += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (turn, on_place)
        self._waiting.append(entry)
        on_place(len(self._waiting))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back()  # the turn came in the same moment as the cancel: hand it on
            elif entry in self._waiting:
                self._waiting.remove(entry)
                self._tell_places()
            raise

    def change_limit(self, limit: int | None) -> None:
        """Give places by another limit from now on; those that are held stay held."""
        self.limit = limit
        self._admit()

    def _give_back(self) -> None:
        self._taken -= 1
        self._admit()

    def _admit(self) -> None:
        """Give the free places to those who wait longest."""
        while self._waiting and (self.limit is None or self._taken < self.limit):
            turn, _ = self._waiting.popleft()
            if not turn.done():
                self._taken += 1
                turn.set_result(None)
        self._tell_places()

    def _tell_places(self) -> None:
        for place, (_, on_place) in enumerate(self._waiting, start=1):
            on_place(place)

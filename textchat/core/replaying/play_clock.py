"""The clock of a replay: its seconds pass faster or slower than true ones, not at all, or at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

SLOWEST, FASTEST = 0.5, 8.0


class PlayClock:
    """Counts the seconds of a recording at `speed` times the pace of `clock`, which is monotonic."""

    def __init__(self, speed: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._speed = speed
        self._is_paused = False
        self._is_rushing = False
        self._base, self._base_at = 0.0, clock()
        self._changed = asyncio.Event()

    def now(self) -> float:
        """Seconds of the recording."""
        passed = 0.0 if self._is_paused or self._is_rushing else (self._clock() - self._base_at) * self._speed
        return self._base + passed

    @property
    def speed(self) -> float:
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._set_base(self.now())
        self._speed = speed
        self._tell()

    @property
    def is_paused(self) -> bool:
        return self._is_paused

    @is_paused.setter
    def is_paused(self, is_paused: bool) -> None:
        now = self.now()
        self._is_paused = is_paused
        self._set_base(now)
        self._tell()

    def rush(self) -> None:
        """Wait for nothing from now on, until `calm_down`."""
        now = self.now()
        self._is_rushing = True
        self._set_base(now)
        self._tell()

    def calm_down(self) -> None:
        """Go on at the usual pace from the last moment that somebody waited for."""
        if self._is_rushing:
            self._is_rushing = False
            self._set_base(self._base)

    async def until(self, at: float) -> None:
        """Return when it is `at` this moment of the recording, or later."""
        while not self._is_rushing and (left := at - self.now()) > 0:
            changed = self._changed
            with suppress(TimeoutError):
                async with asyncio.timeout(None if self._is_paused else left / self._speed):
                    await changed.wait()
        if self._is_rushing:
            self._base = max(self._base, at)

    def _set_base(self, now: float) -> None:
        self._base, self._base_at = now, self._clock()

    def _tell(self) -> None:
        """Let those who wait look again."""
        self._changed.set()
        self._changed = asyncio.Event()

"""Waiting for something that another thread or task is about to do; fails with a sentence instead of hanging."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable

PATIENCE_S = float(os.environ.get("TEXTCHAT_TEST_PATIENCE_S", "20"))
"""How long a test waits in vain; a mutation run, in which many do, shortens it."""

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.03
"""Between two looks."""


async def wait_until(is_so: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Return as soon as `is_so`; raises AssertionError naming `what` was waited for."""
    begun = asked = time.monotonic()
    while not is_so():
        if (now := time.monotonic()) > begun + patience_s:
            raise AssertionError(f"waited {patience_s:g} s in vain: {what}")
        # To look at a whole screen takes longer than the shortest pause, and would leave the app no time to get on.
        await asyncio.sleep(min(LONGEST_PAUSE_S, max(SHORTEST_PAUSE_S, 2 * (now - asked))))
        asked = time.monotonic()


def wait_until_blocking(is_so: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """`wait_until` for tests without an event loop."""
    deadline = time.monotonic() + patience_s
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience_s:g} s in vain: {what}")
        time.sleep(SHORTEST_PAUSE_S)


class Gate:
    """A point in a server's script where it waits until the test opens it; usable from any thread."""

    def __init__(self, name: str = "gate") -> None:
        self.name = name
        self._lock = threading.Lock()
        self._is_open = False
        self._reached = 0
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    @property
    def reached(self) -> int:
        """How often a server has come to this point."""
        return self._reached

    def open(self) -> None:
        """Let all through, those that come later too."""
        with self._lock:
            self._is_open = True
            waiting, self._waiting = self._waiting, []
        for loop, event in waiting:
            loop.call_soon_threadsafe(event.set)

    async def pass_through(self) -> None:
        """The server's side: wait here until it is open."""
        with self._lock:
            self._reached += 1
            if self._is_open:
                return
            event = asyncio.Event()
            self._waiting.append((asyncio.get_running_loop(), event))
        await event.wait()

    async def until_reached(self, times: int = 1) -> None:
        """The test's side: wait until a server stands here."""
        await wait_until(lambda: self._reached >= times, f"a server reaches {self.name}")

    def until_reached_blocking(self, times: int = 1) -> None:
        wait_until_blocking(lambda: self._reached >= times, f"a server reaches {self.name}")

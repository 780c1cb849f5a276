"""When the growing text goes to the store: about twice a second, so that a crash takes half a second at most."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from textchat.core.reply import Reply

INTERVAL_S = 0.45
"""Short of half a second by what the write itself may take."""


class Checkpoints:
    """Calls `keep(reply)` for a reply that grew; a timer runs only while something waits to be kept."""

    def __init__(self, keep: Callable[[Reply], None], interval_s: float = INTERVAL_S) -> None:
        self._keep = keep
        self._interval_s = interval_s
        self._kept_at: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def grew(self, reply: Reply) -> None:
        if reply.id in self._timers:
            return
        due = self._kept_at.get(reply.id, -self._interval_s) + self._interval_s - time.monotonic()
        if due <= 0:
            self._keep_now(reply)
        else:
            self._timers[reply.id] = asyncio.get_running_loop().call_later(due, self._keep_now, reply)

    def forget(self, reply: Reply) -> None:
        """It has ended: its final form is stored by other means."""
        self._kept_at.pop(reply.id, None)
        if timer := self._timers.pop(reply.id, None):
            timer.cancel()

    def _keep_now(self, reply: Reply) -> None:
        self._timers.pop(reply.id, None)
        self._kept_at[reply.id] = time.monotonic()
        self._keep(reply)

"""Saves a growing reply about twice a second, so that a crash loses half a second of text at most."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from textchat.core.crashes import Caught, log_crash
from textchat.core.reply import Reply

INTERVAL_S = 0.45
"""Half a second, less the time of the write itself."""


class Checkpoints:
    """Calls `keep(reply)` at the first growth of a reply at once, then at most every `interval_s` seconds.

    The timer runs only while something waits to be kept.
    """

    def __init__(self, keep: Callable[[Reply], None], interval_s: float = INTERVAL_S) -> None:
        self._keep = keep
        self._interval_s = interval_s
        self._kept_at = -interval_s
        self._timer: asyncio.TimerHandle | None = None
        self._has_failed = False

    def grew(self, reply: Reply) -> None:
        if self._timer is not None:
            return
        due = self._kept_at + self._interval_s - time.monotonic()
        if due <= 0:
            self._keep_now(reply)
        else:
            self._timer = asyncio.get_running_loop().call_later(due, self._keep_now, reply)

    def stop(self) -> None:
        """Cancel the pending checkpoint, because the final reply is stored by other means."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _keep_now(self, reply: Reply) -> None:
        self._timer = None
        self._kept_at = time.monotonic()
        with Caught(self._failed):  # its end is stored by other means
            self._keep(reply)

    def _failed(self, failure: BaseException) -> None:
        if not self._has_failed:
            log_crash(failure)
        self._has_failed = True

"""Tells when the user does nothing, so that what keeps the interpreter busy can be done then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

ECHO_S = 0.015
"""Seconds after which what the user has just done is on the screen, as a rule."""


class Calm:
    """The time since the user last did something; it begins with this object."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()

    def disturb(self) -> None:
        """Note that the user does something now."""
        self._since = self._clock()

    async def lasts(self, seconds: float) -> None:
        """Return once the user has done nothing for so long."""
        while (left := self._since + seconds - self._clock()) > 0:
            await asyncio.sleep(left)

    def give_way(self) -> None:
        """Block this thread while the interface is at work on what the user has just done."""
        while (left := self._since + ECHO_S - self._clock()) > 0:
            time.sleep(left)

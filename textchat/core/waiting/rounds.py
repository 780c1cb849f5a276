"""Lets readers take what has arrived when a screen is drawn, instead of waking them for each piece."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

LEAD_S = 0.0015
"""Seconds that it takes to read what has come, and to hand it over, before a look."""


class Rounds:
    """The looks that a screen takes at what has arrived: while the next is sure to come, nobody else wakes its readers.

    To wake a sleeping event loop costs two system calls and a turn of it, more than all that is done with a token; a
    screen that draws fifty frames a second has no use for two hundred of them. All belongs to one event loop, but
    `is_coming` and `rest_s`, which are for any thread.
    """

    def __init__(self) -> None:
        self.is_coming = False
        """Whether `make` is sure to be called soon. What arrives is put down before this is read, and `make` resets it
        before anybody looks, so that nothing is left lying."""
        self._beat = (-math.inf, 0.0)
        """When the next is meant to come, by `time.monotonic`, and seconds from one to the next."""
        self._looks: dict[int, Callable[[], bool]] = {}
        self._next = 0

    def join(self, look: Callable[[], bool]) -> Callable[[], None]:
        """Have `look` called with every round; it says whether something has arrived. Returns what ends that."""
        number, self._next = self._next, self._next + 1
        self._looks[number] = look
        return partial(self._leave, number)

    def _leave(self, number: int) -> None:
        self._looks.pop(number, None)

    def announce(self, due: float = -math.inf, interval: float = 0.0) -> None:
        """Promise a round; where it is known, say when, and how long after it another might come."""
        self._beat = due, interval
        self.is_coming = True

    def rest_s(self, now: float) -> float:
        """How long what arrives may lie at its source without being late for a look; 0 where none may be to come.

        Near a round, that is for the one after it: whoever asks has just handed over what there was.
        """
        due, interval = self._beat
        if now > due + interval:
            return 0.0
        rest = due - LEAD_S - now
        return rest if rest > LEAD_S else max(0.0, rest + interval)

    def make(self) -> bool:
        """Wake all readers for whom something has arrived; returns whether there was one."""
        self.is_coming = False
        arrived = [look() for look in self._looks.values()]  # each of them, whatever the one before says
        return any(arrived)

"""Lets readers take what has arrived when a screen is drawn, instead of waking them for each piece."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial


class Rounds:
    """The looks that a screen takes at what has arrived: while the next is sure to come, nobody else wakes its readers.

    To wake a sleeping event loop costs two system calls and a turn of it, more than all that is done with a token; a
    screen that draws fifty frames a second has no use for two hundred of them. All belongs to one event loop, but
    `is_coming`, which any thread may read.
    """

    def __init__(self) -> None:
        self.is_coming = False
        """Whether `make` is sure to be called soon. What arrives is put down before this is read, and `make` resets it
        before anybody looks, so that nothing is left lying."""
        self._looks: dict[int, Callable[[], bool]] = {}
        self._next = 0

    def join(self, look: Callable[[], bool]) -> Callable[[], None]:
        """Have `look` called with every round; it says whether something has arrived. Returns what ends that."""
        number, self._next = self._next, self._next + 1
        self._looks[number] = look
        return partial(self._leave, number)

    def _leave(self, number: int) -> None:
        self._looks.pop(number, None)

    def announce(self) -> None:
        """Promise a round."""
        self.is_coming = True

    def make(self) -> bool:
        """Wake all readers for whom something has arrived; returns whether there was one."""
        self.is_coming = False
        arrived = [look() for look in self._looks.values()]  # each of them, whatever the one before says
        return any(arrived)

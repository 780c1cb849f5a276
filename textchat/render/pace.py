"""Paces the display of what has arrived: all at once, in bundles of chunks, or in an even flow."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence

LONGEST_LAG_S = 0.25
"""The even pace shows everything at most so long after it arrived."""
WINDOW_S = 0.2
"""Over how long the even pace spreads what came at once; the rest of `LONGEST_LAG_S` is for the frame that draws it."""
SHORTEST_STEP_S = WINDOW_S / 40
"""Arrivals closer together count as one, so that the work of a call does not grow with the speed of the model."""


class Pace:
    """Computes how many of the arrived chunks (or characters: it only counts) to show.

    `mode` is the setting `ui.smoothing`: `"off"` shows all; a number N shows whole bundles of N; `"even"` spreads each
    arrival over the next 0.2 seconds. What is shown never shrinks, and the end of a stream holds nothing back.
    `clock` counts seconds, monotonic.
    """

    def __init__(self, mode: str | int = "off", clock: Callable[[], float] = time.monotonic) -> None:
        self.mode = mode
        self._clock = clock
        self._arrived = 0
        self._shown = 0
        self._steps: deque[tuple[float, int]] = deque()
        """When something came, and how much, for what came within the window."""

    def visible(self, arrived: int, ended: bool) -> int:
        """The number of `arrived` to show now; it never decreases."""
        match self.mode:
            case _ if ended:
                shown = arrived
            case "even":
                shown = arrived - self._held_back(arrived)
            case int(bundle) if bundle > 1:
                shown = arrived - arrived % bundle
            case _:
                shown = arrived
        self._arrived = arrived
        self._shown = max(self._shown, shown)
        return self._shown

    @property
    def is_behind(self) -> bool:
        """Whether more will be shown without new input: the screen needs another frame."""
        return self.mode == "even" and self._shown < self._arrived

    def _held_back(self, arrived: int) -> int:
        """A moving average: each arrival is released linearly over the window."""
        now = self._clock()
        if arrived > self._arrived:
            self._note(now, arrived - self._arrived)
        while self._steps and now - self._steps[0][0] >= WINDOW_S:
            self._steps.popleft()
        held = math.fsum(count * (1 - (now - at) / WINDOW_S) for at, count in self._steps)
        # One less than the whole, so that a lone chunk is shown in the frame in which it came.
        return max(0, math.ceil(held) - 1)

    def _note(self, now: float, count: int) -> None:
        if self._steps and now - self._steps[-1][0] < SHORTEST_STEP_S:
            at, before = self._steps.pop()
            self._steps.append((at, before + count))
        else:
            self._steps.append((now, count))


class HeldText:
    """Text that has arrived and is not shown yet; what is taken of it comes in order, each character once."""

    def __init__(self) -> None:
        self._pieces: deque[str] = deque()

    def add(self, piece: str) -> None:
        self._pieces.append(piece)

    def take_pieces(self, count: int) -> str:
        """The next `count` pieces."""
        return "".join(self._pieces.popleft() for _ in range(count))

    def take(self, characters: int) -> str:
        """The next `characters`, which have to be there."""
        parts: list[str] = []
        while characters > 0:
            piece = self._pieces.popleft()
            if len(piece) > characters:
                self._pieces.appendleft(piece[characters:])
                piece = piece[:characters]
            parts.append(piece)
            characters -= len(piece)
        return "".join(parts)


class PacedText:
    """Releases a growing text at a pace: new parts in order, each once; joined they equal the whole.

    The even pace goes by characters, because some servers send a sentence a chunk; bundles go by chunks.
    """

    def __init__(self, mode: str | int = "off", clock: Callable[[], float] = time.monotonic, *, start: int = 0) -> None:
        """`start` is the number of chunks at the beginning that are left out."""
        self._pace = Pace(mode, clock)
        self._by_characters = mode == "even"
        self._held = HeldText()
        self._seen = start
        self._arrived = 0
        self._given = 0

    def take(self, chunks: Sequence[str], ended: bool) -> str:
        """The text to show beyond that returned before; `chunks` must only grow at its end."""
        for position in range(self._seen, len(chunks)):
            self._held.add(chunks[position])
            self._arrived += len(chunks[position]) if self._by_characters else 1
        self._seen = len(chunks)
        wanted = self._pace.visible(self._arrived, ended) - self._given
        self._given += wanted
        return self._held.take(wanted) if self._by_characters else self._held.take_pieces(wanted)

    @property
    def is_behind(self) -> bool:
        """Whether more will be released without new input."""
        return self._pace.is_behind

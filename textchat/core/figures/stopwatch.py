"""Measures the start, the pieces and the duration of a reply, in seconds of a monotonic clock."""

from __future__ import annotations

from collections.abc import Callable


class Stopwatch:
    """The times of one growing reply."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.now = clock
        self._started = clock()
        self.was_sent = False
        """Whether a request is known to have left."""
        self._arrived: float | None = None
        self._ended: float | None = None
        self._first: float | None = None
        self._last: float | None = None
        self._answer_from: float | None = None
        """Start of the current section of the answer; None while the reasoning grows."""
        self._answer_s = 0.0
        """Seconds of the earlier sections of the answer."""

    def start(self) -> None:
        """Start the clock: the request is being sent."""
        self._started = self.now()

    def sent(self, at: float) -> None:
        """Start the clock at the moment the request was written; what is sent in its place later changes nothing."""
        if not self.was_sent:
            self._started, self.was_sent = at, True

    def arrived(self, at: float) -> None:
        """Date the pieces that follow to the moment their bytes were read."""
        self._arrived = at

    def piece(self, is_answer: bool) -> None:
        """Note that a piece of the answer or of reasoning has arrived."""
        now = self.now() if self._arrived is None else self._arrived
        if is_answer != (self._answer_from is not None):
            self._answer_s, self._answer_from = self.answered_s, now if is_answer else None
        self._last = now
        if self._first is None:
            self._first = now

    def forget_answer(self) -> None:
        """Count what has come of the answer as reasoning."""
        self._answer_s, self._answer_from = 0.0, None

    def stop(self) -> None:
        self._ended = self.now()

    @property
    def has_begun(self) -> bool:
        """Whether any piece has arrived."""
        return self._first is not None

    @property
    def elapsed_s(self) -> float:
        """Seconds since the request was sent, until now or until the end."""
        return (self.now() if self._ended is None else self._ended) - self._started

    @property
    def first_piece_s(self) -> float | None:
        """Seconds from the request to the first piece."""
        return None if self._first is None else self._first - self._started

    @property
    def growing_s(self) -> float:
        """Seconds from the first piece to the last."""
        return 0.0 if self._first is None or self._last is None else self._last - self._first

    @property
    def answered_s(self) -> float:
        """Seconds spent on the answer, reasoning left out."""
        if self._answer_from is None or self._last is None:
            return self._answer_s
        return self._answer_s + self._last - self._answer_from

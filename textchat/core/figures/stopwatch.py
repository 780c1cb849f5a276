"""Keeps the times of a reply: the request, the first piece, the first word and the end, in seconds, monotonic."""

from __future__ import annotations

from collections.abc import Callable


class Stopwatch:
    """The times of one growing reply.

    They are those of the socket as far as it tells them with `sent` and `arrived`, so that nothing which is done with a
    piece moves them; `clock`, which must count the same seconds, stands in where nothing goes over a wire.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.now = clock
        self._created = self._started = clock()
        self.was_sent = False
        """Whether a request is known to have left."""
        self._arrived: float | None = None
        self._ended: float | None = None
        self._first: float | None = None
        self._first_text: float | None = None

    def start(self) -> None:
        """Start the clock: the request is about to be sent."""
        self._started = self.now()

    def sent(self, at: float) -> None:
        """Start the clock at the moment the request was written; what is sent in its place later changes nothing."""
        if not self.was_sent:
            self._started, self.was_sent = at, True

    def arrived(self, at: float) -> None:
        """Date the pieces that follow to the moment their bytes were read."""
        self._arrived = at

    def piece(self) -> float:
        """Note that a piece of the answer or of reasoning has come; returns the moment it arrived."""
        at = self.now() if self._arrived is None else self._arrived
        if self._first is None:
            self._first = at
        return at

    def text(self, at: float) -> None:
        """Note that a piece of the answer's own text came `at` this moment."""
        if self._first_text is None:
            self._first_text = at

    def forget_text(self) -> None:
        """What has come of the text was reasoning."""
        self._first_text = None

    def stop(self, *, is_whole: bool) -> None:
        """Stop the clock: a whole answer ended with its last byte, any other ends now."""
        self._ended = self.now() if self._arrived is None or not is_whole else self._arrived

    @property
    def started(self) -> float:
        """When the request was sent, on the clock."""
        return self._started

    @property
    def started_after_s(self) -> float:
        """Seconds from the creation of the watch to the request."""
        return self._started - self._created

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
        """Seconds from the request to the first piece, be it a thought or a word."""
        return None if self._first is None else self._first - self._started

    @property
    def first_text_s(self) -> float | None:
        """Seconds from the request to the first piece of the answer's text."""
        return None if self._first_text is None else self._first_text - self._started

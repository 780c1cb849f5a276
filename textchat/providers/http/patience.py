"""Limits the wait for the rest of a response after its finish reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textchat.core.configuration import Timeouts
from textchat.core.errors import ChatError
from textchat.providers.streams.response_reader import ResponseReader

if TYPE_CHECKING:
    from textchat.providers.http.network import HttpResponse

USAGE_GRACE_S = 5.0
"""Seconds that figures may take after a finish reason that stood by itself after the answer."""
MARGIN = 0.25
LONGEST_MARGIN_S = 1.0
"""The stream loop's own time limits end a reply as failed: what has finished must end a little before them, by this
part of the limit and at most these seconds."""


class Patience:
    """Reads a body; limits its silence after a finish reason, as the stream loop does before one.

    Text after a finish reason counts while the body is open, so that a server may be silent as long as at any other
    time; where at most figures can follow, no longer than `grace_s`. `now` counts seconds, monotonic.
    """

    def __init__(self, timeouts: Timeouts, grace_s: float, now: Callable[[], float]) -> None:
        self._between_s = _shortened(timeouts.between_tokens)
        self._alive_s = _shortened(timeouts.alive)
        self._grace_s = grace_s
        self._now = now
        self._until = now() + _shortened(timeouts.first_token)
        self._longest = now() + self._alive_s
        """Until when signs of life can extend the limit."""
        self._figures_until: float | None = None

    def extend(self) -> None:
        """Restart the time limit, because the model has sent something."""
        now = self._now()
        self._until = now + self._between_s
        self._longest = now + self._alive_s

    def sign_of_life(self) -> None:
        """Restart the time limit, because the server is still at work; it has a limit of its own."""
        until = self._now() + self._between_s
        self._until = max(self._until, min(until, self._longest))

    async def next_piece(self, response: HttpResponse, reader: ResponseReader) -> bytes | None:
        """The next piece of the body, None if nothing more is to be read; raises a ChatError.

        A server that breaks off or falls silent after a finish reason has not failed.
        """
        if reader.is_done:
            return None
        if not reader.has_finished:
            return await response.read()
        if not reader.awaits_usage:
            self._figures_until = None
        elif self._figures_until is None:
            self._figures_until = self._now() + self._grace_s
        until = self._until if self._figures_until is None else min(self._until, self._figures_until)
        try:
            return await response.read(max(0.0, until - self._now()))
        except (ChatError, TimeoutError):
            return None


def _shortened(limit_s: float) -> float:
    return limit_s - min(LONGEST_MARGIN_S, limit_s * MARGIN)

"""Time limit of a response after a finish reason, while its body is still open."""

from __future__ import annotations

from collections.abc import Callable

from textchat.core.configuration import Timeouts
from textchat.providers.streams.response_reader import ResponseReader

USAGE_GRACE_S = 5.0
"""Seconds that figures may take after a finish reason that stood by itself after the answer."""
MARGIN = 0.25
LONGEST_MARGIN_S = 1.0
"""The stream loop's own time limits end a reply as failed: what has finished must end a little before them, by this
part of the limit and at most these seconds."""


class Patience:
    """Limits the silence after a finish reason; before one, the stream loop limits it.

    Text after a finish reason counts while the body is open, so that a server may be silent as long as at any other
    time; where at most figures can follow, no longer than `grace_s`. `now` counts seconds, monotonic.
    """

    def __init__(self, timeouts: Timeouts, grace_s: float, now: Callable[[], float]) -> None:
        self._timeouts = timeouts
        self._grace_s = grace_s
        self._now = now
        self._until = now() + _shortened(timeouts.first_token)

    def extend(self) -> None:
        """Begin the silence anew: the model has said something."""
        self._until = self._now() + _shortened(self._timeouts.between_tokens)

    def left(self, reader: ResponseReader) -> float | None:
        """Seconds that the next piece of the body may take; None before a finish reason."""
        if not reader.has_finished:
            return None
        left = max(0.0, self._until - self._now())
        return min(left, self._grace_s) if reader.awaits_usage else left


def _shortened(limit_s: float) -> float:
    return limit_s - min(LONGEST_MARGIN_S, limit_s * MARGIN)

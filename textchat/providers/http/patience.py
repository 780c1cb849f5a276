"""Decides how long to wait for each piece of a response: rests before a read, and a limit after a finish reason."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textchat.core.configuration import Timeouts
from textchat.core.errors import ChatError
from textchat.core.waiting.rounds import Rounds
from textchat.providers.streams.response_reader import ResponseReader

if TYPE_CHECKING:
    from textchat.providers.http.network import HttpResponse

USAGE_GRACE_S = 5.0
"""Seconds that figures may take after a finish reason that stood by itself after the answer."""
MARGIN = 0.25
LONGEST_MARGIN_S = 1.0
"""The stream loop's own time limits end a reply as failed: what has finished must end a little before them, by this
part of the limit and at most these seconds."""
REST_SHARE, SHORTEST_REST_S, LONGEST_REST_S = 0.01, 0.002, 1 / 60
"""What comes during a rest is dated later than it came. So it takes no more than this share of the time since the first
piece, and does not show in the figures."""
WAITED_S = 0.001
"""A read that took so long had to wait: nothing more lies there. Without one, a fast server would be held up."""


class Patience:
    """Reads a body; limits its silence after a finish reason, as the stream loop does before one.

    Text after a finish reason counts while the body is open, so that a server may be silent as long as at any other
    time; where at most figures can follow, no longer than `grace_s`. While one of `rounds` is to come, what comes may
    lie until then: the system is asked less often for it. `now` counts seconds, monotonic.
    """

    def __init__(
        self,
        timeouts: Timeouts,
        grace_s: float,
        rounds: Rounds,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._between_s = _shortened(timeouts.between_tokens)
        self._alive_s = _shortened(timeouts.alive)
        self._grace_s = grace_s
        self._rounds = rounds
        self._now, self._sleep = now, sleep
        self._until = now() + _shortened(timeouts.first_token)
        self._longest = now() + self._alive_s
        """Until when signs of life can extend the limit."""
        self._figures_until: float | None = None
        self._begun: float | None = None
        """When the model began to send."""
        self._has_waited = False
        """Whether the last read had to wait for what it returned."""

    def extend(self) -> None:
        """Restart the time limit, because the model has sent something."""
        now = self._now()
        self._until = now + self._between_s
        self._longest = now + self._alive_s
        if self._begun is None:
            self._begun = now

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
            if self._has_waited:
                await self._rest()
            before = self._now()
            piece = await response.read()
            self._has_waited = self._now() - before >= WAITED_S
            return piece
        if not reader.awaits_usage:
            self._figures_until = None
        elif self._figures_until is None:
            self._figures_until = self._now() + self._grace_s
        until = self._until if self._figures_until is None else min(self._until, self._figures_until)
        try:
            return await response.read(max(0.0, until - self._now()))
        except (ChatError, TimeoutError):
            return None

    async def _rest(self) -> None:
        if self._begun is None:
            return
        now = self._now()
        rest_s = min(self._rounds.rest_s(now), (now - self._begun) * REST_SHARE, LONGEST_REST_S)
        if rest_s >= SHORTEST_REST_S:
            await self._sleep(rest_s)


def _shortened(limit_s: float) -> float:
    return limit_s - min(LONGEST_MARGIN_S, limit_s * MARGIN)

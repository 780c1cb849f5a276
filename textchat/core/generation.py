"""Runs one reply: consumes the stream, retries, limits silence and repetition, and always ends it, also on errors."""

from __future__ import annotations

import asyncio
import math
import random
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from textchat.core.configuration import ProviderSettings, Timeouts
from textchat.core.conversation import Status
from textchat.core.crashes import log_crash
from textchat.core.errors import ChatError, ErrorKind, NetworkError, RepetitionError, TimeLimitError
from textchat.core.events import ReasoningDelta, SignOfLife, StreamEvent, TextDelta, ToolCallDelta
from textchat.core.provider import Provider, Request, StreamTap
from textchat.core.reply import Reply, Retry
from textchat.core.scheduling import Slots

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504, 529})
FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 8.0
LONGEST_RETRY_AFTER_S = 60.0
"""If a server asks for a longer pause, the reply fails and its error says so."""
TIME_LIMIT_STEP_S = 0.02
"""A time limit moves on in steps of this, and is late by as much: to move a timer for each token costs more than all
else that is done with a token."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits, retries and repetitions that one reply may take."""

    timeouts: Timeouts = field(default_factory=Timeouts)
    retries: int = 2
    repeat_limit: int = 100

    @classmethod
    def of(cls, settings: ProviderSettings) -> Limits:
        return cls(settings.timeout, settings.retries, settings.repeat_limit)


def _ignore(reply: Reply) -> None:
    """No-op default."""


@dataclass(slots=True)
class Listener:
    """Callbacks for the changes of one reply, called from within the stream loop."""

    event: Callable[[Reply, StreamEvent], None] | None = None
    """Each event, after the reply has taken it in."""
    changed: Callable[[Reply], None] = _ignore
    """The reply looks different: it grew, or its phase changed."""
    ended: Callable[[Reply], None] = _ignore
    """Exactly once, whatever ended it."""


async def run_reply(
    provider: Provider,
    request: Request,
    reply: Reply,
    *,
    limits: Limits | None = None,
    slots: Slots | None = None,
    listener: Listener | None = None,
    tap: StreamTap | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Ask `provider` and feed `reply` until it has ended as complete, cancelled or failed.

    Failures of the stream do not raise: they are in `reply.error`. Cancelling the task closes the response at once,
    ends the reply as cancelled and raises `CancelledError` on, as a task must.
    """
    limits = limits or Limits()
    listener = listener or Listener()

    def queued(place: int) -> None:
        reply.queue(place)
        listener.changed(reply)

    try:
        await provider.prepare()
        async with (slots or Slots()).slot(queued):
            await _try_until_begun(provider, request, reply, limits, listener, tap, sleep)
        reply.end(Status.COMPLETE)
    except asyncio.CancelledError:
        reply.end(Status.CANCELLED)
        raise
    except ChatError as error:
        reply.end(Status.FAILED, error.report())
    finally:
        if not reply.is_ended:
            # Only an error of our own gets here with the reply still open; it must not look like an answer.
            details = log_crash(sys.exception())
            reply.end(Status.FAILED, NetworkError(f"textchat itself failed here; {details}.").report())
        listener.changed(reply)
        listener.ended(reply)


async def _try_until_begun(
    provider: Provider,
    request: Request,
    reply: Reply,
    limits: Limits,
    listener: Listener,
    tap: StreamTap | None,
    sleep: Callable[[float], Awaitable[None]],
) -> None:
    tries = 0
    while True:
        reply.start()
        listener.changed(reply)
        try:
            await _consume(provider, request, reply, limits, listener, tap)
        except ChatError as error:
            tries += 1
            if reply.has_begun or tries > limits.retries or not _may_pass(error):
                error.message += _why_not_again(reply, tries, error)
                raise
            pause = _pause_before(tries, error)
            reply.wait_to_retry(Retry(tries, limits.retries, reply.now() + pause, error.report()))
            listener.changed(reply)
            await sleep(pause)
        else:
            return


async def _consume(
    provider: Provider,
    request: Request,
    reply: Reply,
    limits: Limits,
    listener: Listener,
    tap: StreamTap | None,
) -> None:
    guard = _RepetitionGuard(limits.repeat_limit)
    timeouts = limits.timeouts
    now = asyncio.get_running_loop().time
    asked, extended, sign_at = now(), -math.inf, -math.inf
    try:
        async with (
            asyncio.timeout(timeouts.first_token) as patience,
            aclosing(provider.stream(request, tap)) as events,
        ):
            async for event in events:
                if isinstance(event, SignOfLife):
                    sign_at = now()
                    patience.reschedule(_alive_until(timeouts, sign_at, asked, extended))
                    continue
                reply.feed(event)
                if listener.event is not None:
                    listener.event(reply, event)
                listener.changed(reply)
                if isinstance(event, TextDelta | ReasoningDelta | ToolCallDelta):
                    if (at := now()) >= extended + TIME_LIMIT_STEP_S:
                        extended = at
                        patience.reschedule(at + timeouts.between_tokens + TIME_LIMIT_STEP_S)
                    guard.check(event)
    except TimeoutError:
        if sign_at > extended and now() >= _alive_until(timeouts, math.inf, asked, extended):
            raise _only_alive(timeouts) from None
        raise _time_limit(reply, timeouts) from None


def _alive_until(timeouts: Timeouts, sign_at: float, asked: float, last_piece: float) -> float:
    """When the wait ends after a sign of life at `sign_at`: it extends the usual limit, up to a limit of its own."""
    has_begun = last_piece > -math.inf
    usual = timeouts.between_tokens if has_begun else timeouts.first_token
    longest = (last_piece if has_begun else asked) + timeouts.alive
    return max(min(sign_at + usual, longest), (last_piece if has_begun else asked) + usual) + TIME_LIMIT_STEP_S


def _only_alive(timeouts: Timeouts) -> TimeLimitError:
    return TimeLimitError(
        f"The server kept the connection alive for {timeouts.alive:g} seconds without a word. "
        "Try again, or raise timeout.alive of its provider."
    )


def _time_limit(reply: Reply, timeouts: Timeouts) -> TimeLimitError:
    if reply.has_begun:
        return TimeLimitError(
            f"The model fell silent for {timeouts.between_tokens:g} seconds; what it wrote is kept. "
            "Continue it, or raise timeout.between_tokens of its provider."
        )
    if not reply.parameters.stream:
        return TimeLimitError(
            f"The whole answer did not come within {timeouts.first_token:g} seconds. "
            "Turn streaming on, or raise timeout.first_token of its provider."
        )
    return TimeLimitError(
        f"Nothing came from the model for {timeouts.first_token:g} seconds. "
        "Try again, or raise timeout.first_token of its provider."
    )


def _may_pass(error: ChatError) -> bool:
    if error.retry_after_s is not None and error.retry_after_s > LONGEST_RETRY_AFTER_S:
        return False
    if error.may_pass is not None:
        return error.may_pass
    return error.status in RETRIED_STATUSES or (error.kind is ErrorKind.NETWORK and error.status is None)


def _why_not_again(reply: Reply, tries: int, error: ChatError) -> str:
    """A sentence about the tries made and why no other follows, appended to the error; may be empty."""
    if error.retry_after_s is not None and error.retry_after_s > LONGEST_RETRY_AFTER_S and not reply.has_begun:
        return f" That is more than the {LONGEST_RETRY_AFTER_S:g} seconds that textchat waits by itself."
    return f" It was tried {tries} times." if tries > 1 else ""


def _pause_before(number: int, error: ChatError) -> float:
    """Seconds before try `number`: as the server asked, or doubled each time, with jitter."""
    if error.retry_after_s is not None:
        return error.retry_after_s
    longest = min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** (number - 1))
    return longest * random.uniform(0.5, 1.0)


class _RepetitionGuard:
    """Ends a reply whose model repeats itself: `limit` identical chunks in a row."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._last: StreamEvent | None = None
        self._count = 0

    def check(self, event: StreamEvent) -> None:
        """Raises RepetitionError at the chunk that reaches the limit."""
        self._count = self._count + 1 if event == self._last else 1
        self._last = event
        if 0 < self._limit <= self._count:
            raise RepetitionError(
                f"The model repeated one chunk {self._limit} times, so textchat stopped it; what it wrote is kept. "
                "Retry, or raise repeat_limit of its provider."
            )

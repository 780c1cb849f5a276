"""Runs one reply: consumes the stream, retries, limits silence and repetition, and always ends it, also on errors."""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from textchat.core.configuration import LimitSettings, ProviderSettings, Timeouts
from textchat.core.conversation import Status
from textchat.core.crashes import kept_details
from textchat.core.errors import ChatError, NetworkError, ProtocolError, RepetitionError, TimeLimitError
from textchat.core.events import (
    Arrived,
    PartReceived,
    ReasoningDelta,
    RequestWritten,
    SignOfLife,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
)
from textchat.core.limits import PIECES, REPLY, quantity
from textchat.core.provider import Provider, Request, StreamTap
from textchat.core.reply import Reply, Retry
from textchat.core.waiting.retries import LONGEST_RETRY_AFTER_S, asks_for_too_long, may_pass, pause_before
from textchat.core.waiting.scheduling import Slots

TIME_LIMIT_STEP_S = 0.02
"""A time limit moves on in steps of this, and is late by as much: to move a timer for each token costs more than all
else that is done with a token."""


_USUAL = LimitSettings()


@dataclass(frozen=True, slots=True)
class Limits:
    """Time, retries, repetitions and size that one reply may take."""

    timeouts: Timeouts = field(default_factory=Timeouts)
    retries: int = 2
    repeat_limit: int = 100
    most_bytes: int = REPLY.most
    most_pieces: int = PIECES.most

    @classmethod
    def of(cls, settings: ProviderSettings, limits: LimitSettings = _USUAL) -> Limits:
        return cls(settings.timeout, settings.retries, settings.repeat_limit, limits.reply_bytes, limits.reply_pieces)


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

    try:
        await provider.prepare()
        await _try_until_begun(provider, request, reply, limits, slots or Slots(), listener, tap, sleep)
        reply.end(Status.COMPLETE)
    except asyncio.CancelledError:
        reply.end(Status.CANCELLED)
        raise
    except ChatError as error:
        reply.end(Status.FAILED, error.report())
    finally:
        if not reply.is_ended:
            # Only an error of our own gets here with the reply still open; it must not look like an answer.
            details = kept_details(sys.exception())
            reply.end(Status.FAILED, NetworkError(f"textchat hit an internal error; {details}.").report())
        listener.changed(reply)
        listener.ended(reply)


async def _try_until_begun(
    provider: Provider,
    request: Request,
    reply: Reply,
    limits: Limits,
    slots: Slots,
    listener: Listener,
    tap: StreamTap | None,
    sleep: Callable[[float], Awaitable[None]],
) -> None:
    """Try as often as the limits allow. Each try has a slot of its own: others do not wait while this one pauses."""

    def queued(place: int) -> None:
        reply.queue(place)
        listener.changed(reply)

    tries = 0
    while True:
        try:
            async with slots.slot(queued):
                reply.start()
                listener.changed(reply)
                await _consume(provider, request, reply, limits, listener, tap)
            return
        except ChatError as error:
            tries += 1
            if reply.has_begun or tries > limits.retries or not may_pass(error):
                error.message += _why_not_again(reply, tries, error)
                raise
            pause = pause_before(tries, error)
            reply.wait_to_retry(Retry(tries, limits.retries, reply.now() + pause, error.report()))
        listener.changed(reply)
        await sleep(pause)


async def _consume(
    provider: Provider,
    request: Request,
    reply: Reply,
    limits: Limits,
    listener: Listener,
    tap: StreamTap | None,
) -> None:
    guard = _RepetitionGuard(limits.repeat_limit)
    size = _SizeGuard(limits.most_bytes, limits.most_pieces)
    patience = _Patience(limits.timeouts)
    try:
        async with patience.timer, aclosing(provider.stream(request, tap)) as events:
            async for event in events:
                if isinstance(event, Arrived):
                    reply.arrived(event.at)
                    continue
                if isinstance(event, SignOfLife):
                    patience.alive()
                    continue
                if isinstance(event, RequestWritten):
                    reply.sent(event.at)
                    listener.changed(reply)
                    continue
                reply.feed(event)
                if listener.event is not None:
                    listener.event(reply, event)
                listener.changed(reply)
                if isinstance(event, TextDelta | ReasoningDelta | ToolCallDelta):
                    patience.renew()
                    guard.check(event)
                elif isinstance(event, PartReceived):
                    patience.renew()
                size.check(event)
    except TimeoutError:
        raise (_only_alive if patience.is_at_bound else _time_limit)(reply, limits.timeouts) from None


class _Patience:
    """Limits the wait for each piece of an answer; signs of life extend it, up to a bound of their own."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._now = asyncio.get_running_loop().time
        self._since = self._now()
        """When the last piece came or, before the first, the request left."""
        self._usual = timeouts.first_token
        self._moved_at = -math.inf
        self.timer = asyncio.timeout(timeouts.first_token)
        self.is_at_bound = False
        """Whether signs of life cannot extend the wait any more."""

    def renew(self) -> None:
        """A piece has come: wait for the next."""
        at = self._now()
        if at >= self._moved_at + TIME_LIMIT_STEP_S:
            self._since = self._moved_at = at
            self._usual = self._timeouts.between_tokens
            self.is_at_bound = False
            self.timer.reschedule(at + self._usual + TIME_LIMIT_STEP_S)

    def alive(self) -> None:
        """A sign of life has come: wait as long again, up to the bound."""
        until = self._now() + self._usual
        bound = self._since + max(self._usual, self._timeouts.alive)
        self.is_at_bound = until >= bound and self._timeouts.alive > self._usual
        self.timer.reschedule(min(until, bound) + TIME_LIMIT_STEP_S)


def _only_alive(reply: Reply, timeouts: Timeouts) -> TimeLimitError:
    kept, way = ("; the text so far is kept", "Continue it") if reply.has_begun else ("", "Try again")
    return TimeLimitError(
        f"The server sent only keep-alives for {timeouts.alive:g} seconds{kept}. "
        f"{way}, or raise timeout.alive of its provider."
    )


def _time_limit(reply: Reply, timeouts: Timeouts) -> TimeLimitError:
    if reply.has_begun:
        return TimeLimitError(
            f"No tokens for {timeouts.between_tokens:g} seconds; the text so far is kept. Continue it, or "
            "raise timeout.between_tokens of its provider."
        )
    if not reply.parameters.stream:
        return TimeLimitError(
            f"The reply did not arrive within {timeouts.first_token:g} seconds. Turn on streaming, or raise "
            "timeout.first_token of its provider."
        )
    return TimeLimitError(
        f"No reply within {timeouts.first_token:g} seconds. Try again, or raise timeout.first_token of its provider."
    )


def _why_not_again(reply: Reply, tries: int, error: ChatError) -> str:
    """A sentence about the tries made and why no other follows, appended to the error; may be empty."""
    if asks_for_too_long(error) and not reply.has_begun:
        return f" textchat waits at most {LONGEST_RETRY_AFTER_S:g} seconds before a retry."
    return f" ({tries} attempts)" if tries > 1 else ""


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
                f"The model sent the same chunk {self._limit} times in a row, so textchat stopped it; the text so "
                "far is kept. Retry, or raise repeat_limit of its provider."
            )


class _SizeGuard:
    """Ends a reply that has become too long, or comes in too many pieces; the piece that is too much is kept."""

    def __init__(self, most_bytes: int, most_pieces: int) -> None:
        self._most_bytes, self._most_pieces = most_bytes, most_pieces
        self._bytes = self._pieces = 0

    def check(self, event: StreamEvent) -> None:
        """Raises ProtocolError at the event that exceeds a limit; one without text is a piece, too."""
        self._pieces += 1
        match event:
            case TextDelta(text) | ReasoningDelta(text) | ToolCallDelta(arguments=text):
                self._bytes += len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
        if self._bytes > self._most_bytes:
            raise self._too_long(quantity(self._most_bytes, REPLY.unit), REPLY.key)
        if self._pieces > self._most_pieces:
            raise self._too_long(quantity(self._most_pieces, PIECES.unit), PIECES.key)

    @staticmethod
    def _too_long(most: str, key: str) -> ProtocolError:
        return ProtocolError(
            f"The reply exceeded {most}, so textchat stopped it; the text so far is kept. Ask for a shorter one, or "
            f"raise {key} under [limits] of config.toml."
        )

"""Decodes a trace with the reader of its protocol, to show the events of each raw piece of the response."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from textchat.core.errors import ChatError
from textchat.core.events import StreamEvent
from textchat.core.trace import Exchange
from textchat.providers.protocol import ChatProtocol

_IDS = re.compile(rb'"(?:id|responseId)"\s*:\s*"([^"\\]{1,200})"')
_FINISHES = re.compile(rb'"(?:finish_reason|stop_reason|finishReason|done_reason)"\s*:\s*"([^"\\]{1,100})"')


@dataclass(frozen=True, slots=True)
class InspectedChunk:
    """One piece of a response's body with its events."""

    at: float
    """Seconds since the request left."""
    data: bytes
    events: tuple[StreamEvent, ...]
    """The events that it completed: one over several pieces counts where it ends, a blocking answer at its end."""
    id: str = ""
    """The first id that the server wrote into it."""
    finish_reason: str = ""
    """As the server calls it, where this piece names one."""
    failure: str = ""
    """Why the reader stopped here."""


def inspect(protocol: ChatProtocol, exchange: Exchange) -> list[InspectedChunk]:
    """Decode the kept pieces of `exchange`, oldest first; the body of an error has no events."""
    reader = protocol.reader()
    is_read = exchange.status is not None and 200 <= exchange.status < 300
    inspected: list[InspectedChunk] = []
    chunks = exchange.chunks
    for number, chunk in enumerate(chunks, start=1):
        if exchange.dropped_chunks and number == exchange.dropped_after + 1:
            reader = protocol.reader()  # what lies between is not known: begin anew at the next whole event
        events: list[StreamEvent] = []
        failure = ""
        if is_read:
            failure = _take(reader.feed(chunk.data), events)
            if not failure and number == len(chunks):
                # While it still grows, the end is missing: that is no failure.
                _take(reader.close(), events)
            is_read = not failure
        names = _first(_IDS, chunk.data), _first(_FINISHES, chunk.data)
        inspected.append(InspectedChunk(chunk.at, chunk.data, tuple(events), *names, failure))
    return inspected


def _take(read: Iterable[StreamEvent], events: list[StreamEvent]) -> str:
    """Append the events read to `events`; returns the sentence of a failure, or an empty string."""
    try:
        for event in read:
            events.append(event)  # noqa: PERF402 - what came before a failure counts
    except ChatError as error:
        return error.message
    return ""


def _first(pattern: re.Pattern[bytes], data: bytes) -> str:
    match = pattern.search(data)
    return match[1].decode("utf-8", "replace") if match else ""

"""Keeps a bounded record of the HTTP exchanges behind one reply, for the stream inspector."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from textchat.core.provider import TimedTap
from textchat.core.text.secrets import MASK, is_secret_name

KEPT_BYTES = 1024 * 1024
"""Limit per response: the first and the latest half of this are kept, the rest is only counted."""
KEPT_CHUNKS = 20_000
"""Limit per response, halved likewise: a server that sends byte by byte must not cost a hundred times its bytes."""
KEPT_BODY_BYTES = 256 * 1024
"""Limit per request; an image makes it longer."""
KEPT_EXCHANGES = 4
"""The last tries of one reply."""


@dataclass(frozen=True, slots=True)
class RawChunk:
    """A piece of a response as it came."""

    at: float
    """Seconds since the request left."""
    data: bytes


@dataclass(slots=True)
class Exchange:
    """One request and its response so far; secret headers are masked."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    """The first 256 KiB of it."""
    body_bytes: int
    started: float
    """On the trace's clock, in seconds."""
    status: int | None = None
    response_headers: Mapping[str, str] = field(default_factory=dict)
    responded_at: float | None = None
    """Seconds from the request to the head of the response."""
    received_bytes: int = 0
    received_chunks: int = 0
    _first: list[RawChunk] = field(default_factory=list)
    _first_bytes: int = 0
    _latest: deque[RawChunk] = field(default_factory=deque)
    _latest_bytes: int = 0

    @property
    def chunks(self) -> tuple[RawChunk, ...]:
        """The kept chunks, in order."""
        return (*self._first, *self._latest)

    @property
    def dropped_chunks(self) -> int:
        """Number of chunks dropped between the first half and the latest half."""
        return self.received_chunks - len(self._first) - len(self._latest)

    @property
    def dropped_after(self) -> int:
        """Number of `chunks` that came before the dropped ones."""
        return len(self._first)

    @property
    def kept_bytes(self) -> int:
        """Approximate memory in use, in bytes."""
        return len(self.body) + self._first_bytes + self._latest_bytes

    def copy(self) -> Exchange:
        """A copy that another thread can read while this one grows."""
        return replace(self, _first=list(self._first), _latest=deque(self._latest))

    def add(self, at: float, data: bytes, kept_bytes: int) -> None:
        """Keep `data`; the middle of a response longer than `kept_bytes` is dropped."""
        self.received_bytes += len(data)
        self.received_chunks += 1
        half = kept_bytes // 2
        chunk = RawChunk(at, data if len(data) <= half else data[:half])
        is_first = len(self._first) < KEPT_CHUNKS // 2 and self._first_bytes + len(chunk.data) <= half
        if not self._latest and is_first:
            self._first.append(chunk)
            self._first_bytes += len(chunk.data)
            return
        self._latest.append(chunk)
        self._latest_bytes += len(chunk.data)
        while self._latest_bytes > half or len(self._latest) > KEPT_CHUNKS // 2:
            self._latest_bytes -= len(self._latest.popleft().data)


class Trace(TimedTap):
    """A tap that records the exchanges of a reply: one for each try, oldest first."""

    def __init__(self, kept_bytes: int = KEPT_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept_bytes = kept_bytes
        self._clock = clock
        self._arrived: float | None = None
        self.exchanges: deque[Exchange] = deque(maxlen=KEPT_EXCHANGES)

    @property
    def kept_bytes(self) -> int:
        """Approximate memory in use, in bytes."""
        return sum(exchange.kept_bytes for exchange in self.exchanges)

    def requested(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        kept = body[:KEPT_BODY_BYTES]
        self.exchanges.append(Exchange(method, url, _masked(headers), kept, len(body), self._clock()))
        self._arrived = None

    def written(self, at: float) -> None:
        self.exchanges[-1].started = at

    def arrived(self, at: float) -> None:
        self._arrived = at

    def responded(self, status: int, headers: Mapping[str, str]) -> None:
        exchange = self.exchanges[-1]
        exchange.status, exchange.response_headers = status, _masked(headers)
        exchange.responded_at = self._now() - exchange.started

    def received(self, data: bytes) -> None:
        exchange = self.exchanges[-1]
        exchange.add(self._now() - exchange.started, data, self._kept_bytes)

    def _now(self) -> float:
        return self._clock() if self._arrived is None else self._arrived


def _masked(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: MASK if is_secret_name(name) else value for name, value in headers.items()}

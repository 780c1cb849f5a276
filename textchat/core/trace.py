"""Keeps a bounded record of the HTTP exchanges behind one reply, for the stream inspector."""

from __future__ import annotations

import time
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from textchat.core.provider import TimedTap
from textchat.core.text.secrets import MASK, is_secret_name

KEPT_BYTES = 1024 * 1024
"""Limit per response: the first and the latest half of this are kept, the rest is only counted."""
KEPT_CHUNKS = 20_000
"""Limit per response, halved likewise: each piece is decoded and listed when the trace is looked at."""
KEPT_BODY_BYTES = 256 * 1024
"""Limit per request; an image makes it longer."""
KEPT_EXCHANGES = 4
"""The last tries of one reply."""
EXCHANGE_BYTES = 4096
"""What an exchange takes beside its body and its pieces: two sets of headers, above all."""


@dataclass(frozen=True, slots=True)
class RawChunk:
    """A piece of a response as it came."""

    at: float
    """Seconds since the request left."""
    data: bytes


class JoinedChunks:
    """Pieces of a response one behind the other in one buffer, with their times and ends.

    An object for each would take as much again as a piece of one token does.
    """

    def __init__(self) -> None:
        self._data = bytearray()
        self._at = array("d")
        self._ends = array("Q")
        """Of each piece, in the response as a whole."""
        self._skipped = 0
        """Pieces at the beginning of both that were dropped; they are cut off together."""
        self._start = 0
        """Where the buffer begins in the response as a whole."""

    def __len__(self) -> int:
        return len(self._ends) - self._skipped

    def __iter__(self) -> Iterator[RawChunk]:
        start = self._start
        for number in range(self._skipped, len(self._ends)):
            end = self._ends[number]
            yield RawChunk(self._at[number], bytes(self._data[start - self._start : end - self._start]))
            start = end

    @property
    def size(self) -> int:
        """Bytes of the pieces alone."""
        return len(self._data)

    @property
    def kept_bytes(self) -> int:
        """Memory in use, in bytes."""
        return len(self._data) + (self._at.itemsize + self._ends.itemsize) * len(self._ends)

    def copy(self) -> JoinedChunks:
        twin = JoinedChunks()
        twin._data, twin._at, twin._ends = self._data[:], self._at[:], self._ends[:]
        twin._skipped, twin._start = self._skipped, self._start
        return twin

    def append(self, at: float, data: bytes) -> None:
        self._data += data
        self._at.append(at)
        self._ends.append(self._start + len(self._data))

    def drop_first(self) -> None:
        end = self._ends[self._skipped]
        del self._data[: end - self._start]
        self._start = end
        self._skipped += 1
        if self._skipped > len(self):
            del self._at[: self._skipped], self._ends[: self._skipped]
            self._skipped = 0


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
    _first: JoinedChunks = field(default_factory=JoinedChunks)
    _latest: JoinedChunks = field(default_factory=JoinedChunks)

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
        return EXCHANGE_BYTES + len(self.body) + self._first.kept_bytes + self._latest.kept_bytes

    def copy(self) -> Exchange:
        """A copy that another thread can read while this one grows."""
        return replace(self, _first=self._first.copy(), _latest=self._latest.copy())

    def add(self, at: float, data: bytes, kept_bytes: int) -> None:
        """Keep `data`; the middle of a response longer than `kept_bytes` is dropped."""
        self.received_bytes += len(data)
        self.received_chunks += 1
        half = kept_bytes // 2
        kept = data if len(data) <= half else data[:half]
        is_first = len(self._first) < KEPT_CHUNKS // 2 and self._first.size + len(kept) <= half
        if not len(self._latest) and is_first:
            self._first.append(at, kept)
            return
        self._latest.append(at, kept)
        while self._latest.size > half or len(self._latest) > KEPT_CHUNKS // 2:
            self._latest.drop_first()


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

"""Runs a provider in the network's thread."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial

from textchat.core.events import WireEvent
from textchat.core.parameters import Effort
from textchat.core.parts.part import Part
from textchat.core.parts.taking import Taking
from textchat.core.provider import ModelInfo, Provider, Request, StreamTap, TimedTap
from textchat.core.waiting.rounds import Rounds
from textchat.providers.http.crossing import Call, Crossing
from textchat.providers.http.network_thread import NetworkThread


class ThreadedProvider:
    """The same provider on the loop of `thread`, where it asks, reads and parses; whoever reads it calls the taps."""

    def __init__(self, provider: Provider, thread: NetworkThread, rounds: Rounds | None = None) -> None:
        """`rounds` are those of whoever reads the answers."""
        self.provider = provider
        self._thread = thread
        self._rounds = rounds
        self._is_prepared = False

    @property
    def name(self) -> str:
        """The provider's name in the settings."""
        return self.provider.name

    async def prepare(self) -> None:
        """See `core.provider.Provider.prepare`."""
        if not self._is_prepared:  # two turns of a busy loop, which the requests of a prompt need not wait for
            await self._thread.run(self.provider.prepare())
            self._is_prepared = True

    def stream(self, request: Request, tap: StreamTap | None = None) -> AsyncGenerator[WireEvent, None]:
        """See `core.provider.Provider.stream`."""
        crossing = Crossing[WireEvent](self._thread.loop, self._rounds)
        far_tap = None if tap is None else _CrossingTap(tap, crossing.put)
        return crossing.items(lambda: self.provider.stream(request, far_tap))

    def taking(self, part: Part, model: str) -> Taking:
        """See `core.provider.Provider.taking`."""
        return self.provider.taking(part, model)

    def efforts(self, model: str) -> tuple[Effort, ...] | None:
        """See `core.provider.Provider.efforts`."""
        return self.provider.efforts(model)

    async def list_models(self) -> list[ModelInfo]:
        """See `core.provider.Provider.list_models`."""
        return await self._thread.run(self.provider.list_models())

    async def aclose(self) -> None:
        """Close all connections; the next request opens new ones."""
        self._is_prepared = False
        if self._thread.is_running:
            await self._thread.run(self.provider.aclose())


class _CrossingTap:
    """Has a tap called by the reader of an answer, between its events; a `TimedTap`."""

    def __init__(self, tap: StreamTap, put: Callable[[Call], None]) -> None:
        self._tap = tap
        self._timed = tap if isinstance(tap, TimedTap) else None
        self._put = put

    def requested(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        self._put(partial(self._tap.requested, method, url, headers, body))

    def written(self, at: float) -> None:
        if self._timed is not None:
            self._put(partial(self._timed.written, at))

    def arrived(self, at: float) -> None:
        if self._timed is not None:
            self._put(partial(self._timed.arrived, at))

    def responded(self, status: int, headers: Mapping[str, str]) -> None:
        self._put(partial(self._tap.responded, status, headers))

    def received(self, data: bytes) -> None:
        self._put(partial(self._tap.received, data))

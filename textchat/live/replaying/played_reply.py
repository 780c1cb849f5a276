"""A reply that grows out of a recording, on the way of any other reply."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from textchat.core.configuration import Protocol, ProviderSettings, Timeouts
from textchat.core.conversation import Message
from textchat.core.events import Arrived, RequestWritten, StreamEvent, WireEvent
from textchat.core.parameters import Effort
from textchat.core.parts.part import Part
from textchat.core.parts.taking import Taking, Way
from textchat.core.provider import ModelInfo, Request, StreamTap
from textchat.core.replaying.timeline import Timeline
from textchat.core.reply import Reply
from textchat.core.waiting.scheduling import Slots
from textchat.providers.catalog import OpenedModel

_NEVER_S = 1e7
"""A replay may be paused for as long as one likes: no limit of a server counts."""


class PlayedReply(Reply):
    """A growing reply that freezes into the recorded message once all of it was played."""

    def __init__(
        self,
        recorded: Message,
        timeline: Timeline,
        conversation_id: str,
        prefix: str,
        clock: Callable[[], float],
    ) -> None:
        """`clock` counts the seconds of the recording."""
        super().__init__(
            conversation_id=conversation_id,
            parent_id=recorded.parent_id,
            model=recorded.model or "",
            parameters=recorded.parameters,
            prefix=prefix,
            reply_id=recorded.id,
            clock=clock,
        )
        self.created_at = recorded.created_at
        self.covers, self.merged, self.earlier = recorded.covers, recorded.merged, recorded.earlier
        self._recorded, self._recorded_timeline = recorded, timeline
        self.is_played = False
        """Whether all of it came, as it was recorded."""

    def end_as_recorded(self) -> None:
        """End it, however the recorded one has ended."""
        if not self.is_ended:
            self.is_played = True
            self.end(self._recorded.status, self._recorded.error)

    @property
    def timeline(self) -> Timeline:
        return self._recorded_timeline if self.is_played else super().timeline

    def freeze(self) -> Message:
        return self._recorded if self.is_played else super().freeze()


@dataclass(frozen=True, slots=True)
class _End:
    """Ends a stream."""

    at: float


class PlayedStream:
    """The provider of one played reply: it yields what is fed to it, dated as it was recorded."""

    def __init__(self, reply: PlayedReply, on_end: Callable[[], None] = lambda: None) -> None:
        """`on_end` is called when the reply has ended, by itself or by the user."""
        self.reply = reply
        self._on_end = on_end
        self._fed: asyncio.Queue[WireEvent | _End] = asyncio.Queue()
        self._ended = asyncio.Event()

    def begin(self, at: float) -> None:
        """The request leaves `at` this moment of the recording."""
        self._fed.put_nowait(RequestWritten(at))

    def feed(self, at: float, event: StreamEvent) -> None:
        """An event arrives."""
        self._fed.put_nowait(Arrived(at))
        self._fed.put_nowait(event)

    async def until_ended(self) -> None:
        """Wait until the reply has ended, by itself or by the user."""
        if not self.reply.is_ended:
            await self._ended.wait()

    def end(self, at: float) -> None:
        """All was fed."""
        self._fed.put_nowait(_End(at))

    def open(self, model: str) -> OpenedModel:
        """As `Catalog.open`: whatever the model is called, nothing is asked but this recording."""
        provider, _, name = model.partition("/")
        settings = ProviderSettings(
            provider,
            Protocol.REPLAY,
            retries=0,
            repeat_limit=0,
            timeout=Timeouts(_NEVER_S, _NEVER_S, _NEVER_S, _NEVER_S),
        )
        return OpenedModel(self, name, settings, Slots())

    # -- as a provider -------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return "replay"

    async def prepare(self) -> None:
        """No-op: a recording needs nothing."""

    async def stream(self, request: Request, tap: StreamTap | None = None) -> AsyncGenerator[WireEvent, None]:
        """See `core.provider.Provider.stream`; the reply has ended as recorded before the stream ends."""
        try:
            while True:
                event = await self._fed.get()
                if isinstance(event, _End):
                    yield Arrived(event.at)
                    self.reply.end_as_recorded()
                    return
                yield event
        finally:
            self._ended.set()
            self._on_end()

    def taking(self, part: Part, model: str) -> Taking:
        return Taking(Way.NATIVE)

    def efforts(self, model: str) -> tuple[Effort, ...] | None:
        return ()

    async def list_models(self) -> list[ModelInfo]:
        return []

    async def aclose(self) -> None:
        """No-op: nothing is kept open."""

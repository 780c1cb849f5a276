"""Defines the interface of a provider: requests in, a stream of events out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from textchat.core.conversation import Message
from textchat.core.events import WireEvent
from textchat.core.parameters import Effort, Parameters
from textchat.core.parts.part import MediaKind, Part
from textchat.core.parts.taking import Taking


@dataclass(frozen=True, slots=True)
class Request:
    """One request to one model."""

    model: str
    """The model's name as its server knows it, without the provider."""
    messages: tuple[Message, ...]
    """The branch to answer, root first. `parameters.system`, if set, goes before it."""
    parameters: Parameters = field(default_factory=Parameters)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that a server lists."""

    id: str
    context_window: int | None = None
    """In tokens, where the server says it."""
    kinds: frozenset[MediaKind] | None = None
    """The kinds of parts that it takes besides text, where the server says it."""
    efforts: tuple[Effort, ...] | None = None
    """The efforts that it takes, where the server says it; empty: none."""
    makes_pictures: bool = False
    """Whether the server says that it answers with pictures."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The models of one provider, or the reason why it could not list them."""

    provider: str
    models: tuple[ModelInfo, ...] = ()
    problem: str = ""
    """One sentence, where it could not be asked."""
    is_key_problem: bool = False
    """Whether that is because of its key."""


class StreamTap(Protocol):
    """Observer of one exchange with a server: the stream inspector and the recorder."""

    def requested(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Called with the request as it is sent; secret headers are already masked."""

    def responded(self, status: int, headers: Mapping[str, str]) -> None:
        """Called with the status and headers of the response."""

    def received(self, data: bytes) -> None:
        """Called with each piece of the body, decompressed, as it came."""


@runtime_checkable
class TimedTap(StreamTap, Protocol):
    """A tap that keeps times, which are of the socket: its calls may come later. All in seconds of `time.monotonic`."""

    def written(self, at: float) -> None:
        """Called after `requested`, with the moment the request had left."""

    def arrived(self, at: float) -> None:
        """Called before `responded` and `received`, with the moment that what follows was read."""


class Provider(Protocol):
    """A configured server that answers requests; safe to use from several tasks of one event loop."""

    @property
    def name(self) -> str:
        """Its name in the settings."""

    async def prepare(self) -> None:
        """Load what the first request would otherwise wait for (libraries, a key), outside of a reply's times.

        Raises a `ChatError`; done once, it costs nothing.
        """

    def stream(self, request: Request, tap: StreamTap | None = None) -> AsyncGenerator[WireEvent, None]:
        """Send the request and yield events as they come; ends after `Finished`, or raises a `ChatError`.

        `RequestWritten` comes as soon as the request has left, before the server has said anything, and once more for
        each request that is sent in its place; `Arrived` before the events of each read. Both may be missing where
        nothing goes over a wire.

        With `request.parameters.stream` off it makes one blocking request and yields the same events at its end.
        Closing the generator (or cancelling the task that runs it) closes the HTTP response at once.
        """

    def taking(self, part: Part, model: str) -> Taking:
        """How a model of this server gets a part of a prompt; costs nothing, and asks nobody."""

    def efforts(self, model: str) -> tuple[Effort, ...] | None:
        """The efforts that a model takes, least first, as far as it is known; asks nobody. None: nobody knows."""

    async def list_models(self) -> list[ModelInfo]:
        """List the models that the server offers now; raises a `ChatError`."""

    async def aclose(self) -> None:
        """Close the connections that are kept open."""

"""A protocol without its transport: requests out of values, and the readers of responses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from textchat.core.configuration import ProviderSettings
from textchat.core.errors import ChatError
from textchat.core.provider import ModelInfo, Request
from textchat.providers.streams.response_reader import ResponseReader


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request of a protocol, before keys and addresses."""

    path: str
    """Joined to the provider's address, such as `/chat/completions`; may hold a query."""
    body: Mapping[str, Any] | None = None
    """Sent as JSON with POST; None makes it a GET."""
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: bool = False
    """Whether a stream is asked for."""


@dataclass(frozen=True, slots=True)
class ModelPage:
    """A part of a server's list of models."""

    models: list[ModelInfo]
    next: HttpRequest | None = None
    """How to ask for the rest."""


class ChatProtocol(ABC):
    """One wire format: makes its requests and the readers of its responses, and sends nothing itself."""

    default_url: ClassVar[str]
    """Where the protocol's own public server is."""
    url_variable: ClassVar[str | None] = None
    """The environment variable that moves `default_url`."""
    key_variables: ClassVar[tuple[str, ...]] = ()
    """Where the key for the default address is looked for, in this order."""
    needs_key: ClassVar[bool] = True
    """Whether the default address answers only with a key."""
    reader_type: ClassVar[type[ResponseReader]]
    """Reads an answer, whether it comes as a stream or as one document."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings

    @abstractmethod
    def chat_request(self, request: Request) -> HttpRequest:
        """The HTTP request for `request`; raises BadRequestError for what the protocol cannot carry."""

    @abstractmethod
    def list_request(self) -> HttpRequest:
        """The HTTP request that lists models."""

    @abstractmethod
    def read_models(self, document: Any) -> ModelPage:
        """What `list_request` brought; raises ProtocolError where it is no list of models."""

    def reader(self) -> ResponseReader:
        """A new reader, for one response."""
        return self.reader_type(self.settings.name, self.settings.max_event_bytes)

    def address(self, address: str) -> str:
        """The base of all paths, out of what the settings or the environment say."""
        return address

    def key_headers(self, key: str) -> Mapping[str, str]:
        """The headers that carry the key."""
        return {"Authorization": f"Bearer {key}"}

    def amended(self, http_request: HttpRequest, error: ChatError) -> HttpRequest | None:
        """`http_request` without what the server has just refused, None where the answer cannot do without it."""
        return None

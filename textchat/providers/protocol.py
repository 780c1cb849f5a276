"""What a protocol is: requests out of values, events out of bytes; how it travels is for others to know."""

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
class Call:
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
    next: Call | None = None
    """How to ask for the rest."""


class Wire(ABC):
    """One protocol without its transport: requests out of values, events out of bytes."""

    usual_url: ClassVar[str]
    """Where the protocol's own public server is."""
    url_variable: ClassVar[str | None] = None
    """The environment variable that moves `usual_url`."""
    key_variables: ClassVar[tuple[str, ...]] = ()
    """Where the key for the usual address is looked for, in this order."""
    needs_key: ClassVar[bool] = True
    """Whether the usual address answers only with a key."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings

    @abstractmethod
    def ask(self, request: Request) -> Call:
        """The call for `request`; raises BadRequestError for what the protocol cannot carry."""

    @abstractmethod
    def reader(self, request: Request) -> ResponseReader:
        """Reads the answer, whether it comes as a stream or as one document."""

    @abstractmethod
    def list_call(self) -> Call:
        """The call that lists models."""

    @abstractmethod
    def models(self, document: Any) -> ModelPage:
        """What `list_call` brought; raises ProtocolError where it is no list of models."""

    def address(self, address: str) -> str:
        """The base of all paths, out of what the settings or the environment say."""
        return address

    def key_headers(self, key: str) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {key}"}

    def mend(self, call: Call, error: ChatError) -> Call | None:
        """The call without what the server has just refused, where the answer can do without it."""
        return None

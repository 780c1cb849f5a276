"""Defines the interface of a protocol: requests from values, and readers for responses, without the transport."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, ClassVar

from textchat.core.configuration import ProviderSettings
from textchat.core.parameters import Effort
from textchat.core.parts.part import MediaKind, Part
from textchat.core.parts.taking import Taking
from textchat.core.provider import ModelInfo, Request
from textchat.providers.capabilities.efforts import known_efforts
from textchat.providers.capabilities.kinds import known_kinds, known_types
from textchat.providers.capabilities.taking import Receiver, taking
from textchat.providers.streams.response_reader import ResponseReader


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request of a protocol, before address and key are added."""

    path: str
    """Joined to the provider's address, such as `/chat/completions`; may hold a query."""
    body: Mapping[str, Any] | None = None
    """Sent as JSON with POST; None makes it a GET."""
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: bool = False
    """Whether a stream is asked for."""
    notes: tuple[str, ...] = ()
    """Sentences about what of the request could not be said in this protocol; the reply tells them."""
    translated: Mapping[str, str] = field(default_factory=dict)
    """Fields of the body that stand for a setting of the user, such as the effort, and its name: where their value is
    refused, they are left out, too."""


@dataclass(frozen=True, slots=True)
class ModelPage:
    """One page of a server's list of models."""

    models: list[ModelInfo]
    next: HttpRequest | None = None
    """How to ask for the rest."""


@dataclass(frozen=True, slots=True)
class BodyFields:
    """Which fields of a request's body may be left out if a server refuses them: all but the needed ones."""

    needed: frozenset[str]
    options: str = ""
    """The field that holds the options of a protocol, where they are not fields of the body."""
    own: frozenset[str] = frozenset()
    """Fields that textchat adds: nobody misses them."""
    known_as: Mapping[str, str] = field(default_factory=dict)
    """What the user calls a field, where its name here is another."""
    other_names: Mapping[str, str] = field(default_factory=dict)
    """What a refused field is called by other servers."""


class ChatProtocol(ABC):
    """Base class of the wire formats: builds requests and makes the readers of responses; sends nothing itself."""

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
    natively: ClassVar[frozenset[MediaKind]] = frozenset({MediaKind.PICTURE})
    """The kinds of parts that the protocol has a form for."""
    body_fields: ClassVar[BodyFields]
    """What may be left out of a request."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        self._listed: Mapping[str, ModelInfo] = {}
        """The models of the last list, by name."""

    @abstractmethod
    def chat_request(self, request: Request) -> HttpRequest:
        """The HTTP request for `request`; raises BadRequestError for what the protocol cannot express."""

    @abstractmethod
    def list_request(self) -> HttpRequest:
        """The HTTP request that lists models."""

    @abstractmethod
    def read_models(self, document: Any) -> ModelPage:
        """Parse the response to `list_request`; raises ProtocolError if it is no list of models."""

    def reader(self) -> ResponseReader:
        """Create a reader for one response."""
        return self.reader_type(self.settings.name, self.settings.max_event_bytes)

    def taking(self, part: Part, model: str) -> Taking:
        """How `model` gets a part of a prompt, as far as it is known."""
        kind = part.kind
        natively = self.kinds(model)
        instead = self.other_model(kind) if kind in self.natively and kind not in natively else ""
        types = self.types(model, kind)
        return taking(part, Receiver(model, self.settings.name, natively, self.natively, types, instead))

    def kinds(self, model: str) -> frozenset[MediaKind]:
        """The kinds of parts that `model` gets as they are: all that the protocol has a form for, if it is unknown."""
        known = self._known_kinds(model)
        return self.natively if known is None else self.natively & known

    def types(self, model: str, kind: MediaKind) -> Set[str] | None:
        """The media types of a kind that `model` takes; None: all, as far as is known."""
        return known_types(model, kind)

    def sees(self, model: str) -> bool:
        """Whether `model` is known to take pictures, and not only not known to refuse them."""
        return MediaKind.PICTURE in (self._known_kinds(model) or ())

    def _known_kinds(self, model: str) -> frozenset[MediaKind] | None:
        listed = self.listed(model)
        return known_kinds(model) if listed is None or listed.kinds is None else listed.kinds

    def efforts(self, model: str) -> tuple[Effort, ...] | None:
        """The efforts that `model` takes, least first; empty where it takes none, None where it is unknown."""
        listed = self.listed(model)
        return known_efforts(model) if listed is None or listed.efforts is None else listed.efforts

    def other_model(self, kind: MediaKind) -> str:
        """A model of this server that takes parts of a kind; empty where none is known."""
        listed = (model.id for model in self._listed.values() if model.kinds is not None and kind in model.kinds)
        return next(listed, "")

    def learn(self, models: Iterable[ModelInfo]) -> None:
        """Remember what the server lists, for what it says of its models."""
        self._listed = {model.id: model for model in models}

    def listed(self, model: str) -> ModelInfo | None:
        """What the last list says of a model; None before there was one."""
        return self._listed.get(model)

    def detail_request(self, model: str) -> HttpRequest | None:
        """The HTTP request for what the list leaves out about a model, asked only when a list is made."""
        return None

    def read_detail(self, model: ModelInfo, document: Any) -> ModelInfo:
        """`model` with what the response to `detail_request` says."""
        return model

    def address(self, address: str) -> str:
        """The base of all paths, from the address in the settings or the environment."""
        return address

    def key_headers(self, key: str) -> Mapping[str, str]:
        """The headers that carry the key."""
        return {"Authorization": f"Bearer {key}"}

    def refused_extras(self, body: Mapping[str, Any], refusal: str) -> frozenset[str]:
        """What lies deeper in `body` than its fields, may be left out, and is refused in the words of `refusal`."""
        return frozenset()

    def without_extras(
        self, request: Request, body: Mapping[str, Any], names: Set[str]
    ) -> tuple[Mapping[str, Any], list[str]]:
        """The `body` of a request without what `refused_extras` named, and what the user misses of it."""
        return body, []

    def lower_limit(self, body: Mapping[str, Any], refusal: str) -> int | None:
        """The limit of output tokens to ask with instead, if `refusal` names one and the user set none."""
        return None

"""Defines request parameters, in a module that the settings can import before the first paint."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any


def _frozen(extra: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(extra))


class Effort(StrEnum):
    """How much a model is to think before it answers, least first."""

    OFF = "off"
    MINIMAL = "minimal"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt and the answer that a model is to take as its own: sent before the conversation, no message of it."""

    prompt: str
    answer: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a request; None means the server's default."""

    temperature: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    top_p: float | None = None
    system: str | None = None
    """The system prompt of the pane."""
    stream: bool = True
    effort: Effort | None = None
    stop: tuple[str, ...] | None = None
    """Texts at which the model is to stop; they are not part of the answer."""
    web: bool = False
    """Whether the server's own web search may be used."""
    schema: Mapping[str, Any] | None = field(default=None, hash=False, repr=False)
    """The JSON Schema that the answer must have."""
    examples: tuple[Example, ...] = ()
    """Turns that are sent before the conversation, oldest first."""
    extra: Mapping[str, Any] = field(default_factory=lambda: _frozen({}), hash=False, repr=False)
    """Any other request parameter, passed on as it is; it may hold a secret."""

    def merged(self, over: Mapping[str, Any]) -> Parameters:
        """A copy with `over` applied; names that are no field of this class go to `extra`."""
        known = {name: _typed(name, value) for name, value in over.items() if name in PARAMETER_NAMES}
        rest = {name: value for name, value in over.items() if name not in PARAMETER_NAMES}
        return replace(self, **known, extra=_frozen({**self.extra, **rest}))

    def without(self, names: Collection[str]) -> Parameters:
        """A copy without the parameters of `extra` that have these names."""
        return replace(self, extra=_frozen({name: value for name, value in self.extra.items() if name not in names}))

    def as_dict(self) -> dict[str, Any]:
        """The parameters that differ from the defaults, as plain data that `merged` reads back."""
        named = {name: getattr(self, name) for name in PARAMETER_DEFAULTS}
        known = {name: _plain(value) for name, value in named.items() if value != PARAMETER_DEFAULTS[name]}
        return known | dict(self.extra)


def _plain(value: Any) -> Any:
    match value:
        case Effort():
            return value.value
        case Example():
            return {"prompt": value.prompt, "answer": value.answer}
        case tuple():
            return list(map(_plain, value))
        case Mapping():
            return dict(value)
    return value


def _typed(name: str, value: Any) -> Any:
    """A value as its field holds it, from plain data; raises ValueError for one that its field does not take."""
    if name == "examples":
        return tuple(map(_example, value or ()))
    if value is None:
        return None
    if name == "effort":
        return Effort(value)
    if name == "stop":
        return (value,) if isinstance(value, str) else tuple(value)
    return value


def _example(value: Any) -> Example:
    match value:
        case Example():
            return value
        case {"prompt": str(prompt), "answer": str(answer)}:
            return Example(prompt, answer)
    raise ValueError("not an example")


PARAMETER_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        **dict.fromkeys(("temperature", "max_tokens", "seed", "top_p", "system")),
        "stream": True,
        **dict.fromkeys(("effort", "stop")),
        "web": False,
        "schema": None,
        "examples": (),
    }
)
PARAMETER_NAMES = frozenset(PARAMETER_DEFAULTS)

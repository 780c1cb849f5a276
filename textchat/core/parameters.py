"""Defines request parameters, in a module that the settings can import before the first paint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any


def _frozen(extra: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(extra))


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
    extra: Mapping[str, Any] = field(default_factory=lambda: _frozen({}), hash=False, repr=False)
    """Any other request parameter, passed on as it is; it may hold a secret."""

    def merged(self, over: Mapping[str, Any]) -> Parameters:
        """A copy with `over` applied; names that are no field of this class go to `extra`."""
        known = {name: value for name, value in over.items() if name in PARAMETER_NAMES}
        rest = {name: value for name, value in over.items() if name not in PARAMETER_NAMES}
        return replace(self, **known, extra=_frozen({**self.extra, **rest}))

    def as_dict(self) -> dict[str, Any]:
        """The parameters that differ from the defaults, as plain data that `merged` reads back."""
        named = {name: getattr(self, name) for name in PARAMETER_DEFAULTS}
        return {name: value for name, value in named.items() if value != PARAMETER_DEFAULTS[name]} | dict(self.extra)


PARAMETER_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {"temperature": None, "max_tokens": None, "seed": None, "top_p": None, "system": None, "stream": True}
)
PARAMETER_NAMES = frozenset(PARAMETER_DEFAULTS)

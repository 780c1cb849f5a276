"""Defines personas as values: one that can be given to a pane, and what a pane remembers of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from textchat.core.parameters import Parameters


@dataclass(frozen=True)
class Persona:
    """A name for a system prompt, a model, parameters and examples; each of these may be left open."""

    name: str
    model: str | None = None
    """`PROVIDER/MODEL`; None: whichever is asked."""
    values: Mapping[str, Any] = field(default_factory=dict, hash=False, repr=False)
    """The parameters that it sets, by name: `system` and `examples` are among them. They may hold a secret."""


@dataclass(frozen=True, slots=True)
class PanePersona:
    """The persona that a pane was given, as it was then: its file may say something else by now."""

    name: str
    model: str
    """The model of the pane since then."""
    parameters: Parameters = field(default_factory=Parameters)
    """The parameters of the pane since then."""
    sets: tuple[str, ...] = ()
    """Names of those parameters that are the persona's own, and not the model's."""
    sets_model: bool = False
    """Whether the model is the persona's own."""

    def as_dict(self) -> dict[str, Any]:
        """As plain data, which `pane_persona` reads back."""
        return {
            "name": self.name,
            "model": self.model,
            "parameters": self.parameters.as_dict(),
            "sets": list(self.sets),
            "sets_model": self.sets_model,
        }


def pane_persona(plain: object) -> PanePersona:
    """A persona from the plain data of its `as_dict`; raises ValueError for anything else."""
    match plain:
        case {
            "name": str(name),
            "model": str(model),
            "parameters": dict(parameters),
            "sets": [*sets],
            "sets_model": bool(sets_model),
        }:
            try:
                merged = Parameters().merged(parameters)
            except TypeError as error:
                raise ValueError("a parameter is of another type") from error
            return PanePersona(name, model, merged, tuple(str(each) for each in sets), sets_model)
    raise ValueError("not a persona")

"""A sweep as a value: models, axes of parameters and repeats, and every reply that they ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any

from textchat.core.personas.persona import Persona
from textchat.core.text.sanitize import plain_name

SEPARATOR = " · "
"""Between the parts of a label."""
PERSONA = "persona"
"""The key of the axis whose values are personas."""


@dataclass(frozen=True)
class Point:
    """One value of an axis, and how it is named on one line."""

    value: Any
    """Of a parameter, as `Parameters.merged` takes it; or a Persona."""
    label: str


@dataclass(frozen=True)
class Axis:
    """A parameter with the values that it is given in turn; no two points have one label."""

    key: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Variant:
    """One reply to be asked for: a model, what the sweep sets, and which of the repeats it is."""

    model: str
    values: Mapping[str, Any] = field(default_factory=dict)
    """Parameters by name, over all others."""
    persona: Persona | None = None
    """The one of the sweep; None: the sweep is not over personas."""
    repeat: int = 0
    """The same model was asked so many times with the same before."""
    name: str = ""
    """What tells it from the others of its sweep; empty where it is of none, or the only one."""
    kind: str = ""
    """The same without the repeat: what all repeats have in common."""

    @property
    def swept(self) -> Mapping[str, Any]:
        """What the sweep sets, as plain data."""
        return dict(self.values) if self.persona is None else {PERSONA: self.persona.name, **self.values}


@dataclass(frozen=True)
class Sweep:
    """Axes that are combined each with each, and every combination repeated."""

    axes: tuple[Axis, ...] = ()
    repeats: int = 1

    @property
    def combinations(self) -> int:
        """How many replies it asks each model for."""
        return prod(len(axis.points) for axis in self.axes) * self.repeats

    @property
    def personas(self) -> tuple[Persona | None, ...]:
        """Those of its axis; None alone without one."""
        found = [point.value for axis in self.axes if axis.key == PERSONA for point in axis.points]
        return tuple(found) or (None,)

    def count(self, models_of: Callable[[Persona | None], Sequence[str]]) -> int:
        """How many variants there are; `models_of` gives the models that are asked as a persona."""
        for_each = self.combinations // len(self.personas)
        return sum(len(models_of(persona)) for persona in self.personas) * for_each

    def variants(self, models_of: Callable[[Persona | None], Sequence[str]]) -> list[Variant]:
        """All replies to ask for: by model, then in the order of the axes, the last one changing first."""
        asked = [(persona, models_of(persona)) for persona in self.personas]
        order = {
            model: place for place, model in enumerate(dict.fromkeys(each for _, models in asked for each in models))
        }
        names = {model: plain_name(model) for model in order} if len(order) > 1 else {}
        found = [each for persona, models in asked for each in self._of_persona(persona, models, names)]
        if len(asked) > 1:
            found.sort(key=lambda each: (order[each[1].model], each[0]))
        return [variant for _, variant in found]

    def _of_persona(
        self, persona: Persona | None, models: Sequence[str], names: Mapping[str, str]
    ) -> Iterator[tuple[int, Variant]]:
        """The variants of a persona, with the place of their combination; `names` has the models that differ."""
        for place, model in enumerate(models):
            earlier = models[:place].count(model) * self.repeats
            repeats = models.count(model) * self.repeats
            for number, points in enumerate(product(*(axis.points for axis in self.axes))):
                values = {axis.key: point.value for axis, point in zip(self.axes, points, strict=True)}
                if values.pop(PERSONA, None) is not persona:
                    continue
                kind = self._kind(names.get(model, ""), points) or plain_name(model)
                for repeat in range(earlier, earlier + self.repeats):
                    name = f"{kind}{SEPARATOR}{repeat + 1} of {repeats}" if repeats > 1 else kind
                    yield number, Variant(model, values, persona, repeat, name, kind)

    def _kind(self, model: str, points: Sequence[Point]) -> str:
        labels = (point.label for axis, point in zip(self.axes, points, strict=True) if len(axis.points) > 1)
        return SEPARATOR.join(filter(None, (model, *labels)))

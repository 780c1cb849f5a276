"""Reads a sweep as it is typed: checks the values of each axis, opens the files and the personas that it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textchat.config.input_files import read_named
from textchat.config.personas.folders import PersonaLibrary
from textchat.core.errors import ConfigurationError
from textchat.core.limits import INPUT, too_large
from textchat.core.parameters import PARAMETER_DEFAULTS
from textchat.core.sweeps.axis_text import AxisText, TypedText, parse_axes
from textchat.core.sweeps.labels import LONGEST_VALUE, persona_label, value_label
from textchat.core.sweeps.sweep import PERSONA, Axis, Point, Sweep
from textchat.core.text.sanitize import plain_name
from textchat.core.text.secrets import masked_table
from textchat.live.settings.request_fields import field_name, plain_field, typed_field

FILE = "@"
"""Before the name of a file that holds a system prompt."""
NEVER = frozenset({"model", "messages", "examples"})
"""What a sweep cannot set; models are given apart from it."""


@dataclass(frozen=True)
class SweepReader:
    """Reads sweeps; a sentence about a wrong one begins with `where`, such as `--sweep `."""

    personas: PersonaLibrary
    most_file_bytes: int
    where: str = ""

    def read(self, texts: Sequence[str], repeats: int = 1) -> Sweep:
        """The sweep over the axes that were typed; raises ConfigurationError with one sentence."""
        try:
            typed = parse_axes(texts)
        except ValueError as error:
            raise ConfigurationError(f"{self.where}{error}") from error
        return Sweep(tuple(map(self._axis, typed)), repeats)

    def _axis(self, typed: AxisText) -> Axis:
        key = typed.key if typed.key == PERSONA else field_name(typed.key)
        if key in NEVER:
            hint = " Give models with -m." if key == "model" and self.where else ""
            raise ConfigurationError(f"{self.where}{key} cannot be swept.{hint}")
        points = [self._point(key, value) for value in typed.values]
        for place, point in enumerate(points):
            if any(_same(point.value, other.value) for other in points[:place]):
                hint = " For repeats, use -n." if self.where else ""
                raise ConfigurationError(f"{self.where}{plain_name(key, 50)}: two values are the same.{hint}")
        return Axis(key, tuple(_told_apart(points)))

    def _point(self, key: str, value: Any) -> Point:
        text = value.text if isinstance(value, TypedText) else value
        if key == PERSONA:
            if not isinstance(text, str):
                raise ConfigurationError(f"{self.where}{key}: expected the name of a persona.")
            persona = self.personas.named(text).value
            return Point(persona, persona_label(persona.name))
        if key == "system" and isinstance(value, TypedText) and value.text.startswith(FILE):
            name = value.text.removeprefix(FILE)
            return Point(self._content(name), f"system {plain_name(Path(name).name, LONGEST_VALUE)}")
        if isinstance(value, TypedText):
            read = typed_field(key, value.text, self.where)
        else:
            read = plain_field(key, value, self.where)
        return Point(read, value_label(key, read))

    def _content(self, name: str) -> str:
        where = f"{self.where}system: cannot read {plain_name(name, 200)}"
        try:
            data = read_named(Path(name).expanduser(), self.most_file_bytes)
        except (OSError, ValueError, RuntimeError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else "not a file name"
            raise ConfigurationError(f"{where}: {why}.") from error
        if len(data) > self.most_file_bytes:
            raise ConfigurationError(too_large(plain_name(name, 200), self.most_file_bytes, INPUT))
        try:
            return data.decode("utf-8-sig").strip()
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"{where}: not UTF-8 text.") from error


def _same(one: object, other: object) -> bool:
    """Whether two values are one for a request: 1 is 1.0, but true is not 1."""
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _told_apart(points: Sequence[Point]) -> list[Point]:
    """The points, those whose labels are alike with their number."""
    labels = [point.label for point in points]
    return [
        replace(point, label=f"{point.label} ({number})") if labels.count(point.label) > 1 else point
        for number, point in enumerate(points, start=1)
    ]


def masked_sweep(swept: Mapping[str, Any]) -> dict[str, Any]:
    """What a sweep sets, as it may stand in output that is passed on: a secret in a field of one's own is masked."""
    known = {name: value for name, value in swept.items() if name in PARAMETER_DEFAULTS or name == PERSONA}
    return known | masked_table({name: value for name, value in swept.items() if name not in known})

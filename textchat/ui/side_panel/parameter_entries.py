"""The entries of the parameter panel: what of a pane's parameters each shows, and reads back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from textual.widget import Widget

from textchat.core.parameters import Parameters
from textchat.ui.input.line_field import LineField
from textchat.ui.input.plain_editor import PlainEditor
from textchat.ui.side_panel.parameter_texts import fields_from, fields_text, stops_from, stops_text
from textchat.ui.side_panel.switches import EffortSwitch, TakenEfforts, Toggle


class Entry(Protocol):
    """One parameter, `extra` among them, and the widget that it is edited in."""

    name: str

    @property
    def widget(self) -> Widget: ...

    def show(self, parameters: Parameters) -> None:
        """Put the value into the widget."""

    def value(self, known: Parameters) -> Any:
        """What stands in the widget; `known` is what was shown. Raises ValueError with a sentence."""


@dataclass(frozen=True, slots=True)
class NumberField:
    """A numeric parameter, empty for the server's default."""

    name: str
    label: str
    read: Callable[[str], float | int]
    """Raises ValueError."""
    lowest: float
    highest: float
    hint: str

    def number(self, text: str) -> float | int | None:
        """The value, None for an empty field; raises ValueError for an invalid one."""
        if not text.strip():
            return None
        try:
            value = self.read(text.strip().replace(",", ".") if self.read is float else text.strip())
        except ValueError:
            raise ValueError(f"{self.label}: {self.hint}") from None
        if not self.lowest <= value <= self.highest:  # also what is not a number at all, which is never between
            raise ValueError(f"{self.label}: {self.hint}")
        return value


NUMBERS = (
    NumberField("temperature", "temperature", float, 0, 2, "a number from 0 to 2, such as 0.7"),
    NumberField("max_tokens", "max tokens", int, 1, 10**9, "a whole number from 1, such as 1000"),
    NumberField("seed", "seed", int, -(2**63), 2**63 - 1, "a whole number"),
)
TOP_P = NumberField("top_p", "top p", float, 0, 1, "a number from 0 to 1, such as 0.9")


class NumberEntry:
    def __init__(self, field: NumberField) -> None:
        self.name = field.name
        self.field = field
        self.widget = LineField(placeholder="default", compact=True, id=field.name, max_length=24)

    def show(self, parameters: Parameters) -> None:
        self.widget.value = self._text_of(parameters)

    def value(self, known: Parameters) -> float | int | None:
        is_shown = self.widget.value == self._text_of(known)  # perhaps with fewer digits than it has
        value: float | int | None = getattr(known, self.name)
        return value if is_shown else self.field.number(self.widget.value)

    def _text_of(self, parameters: Parameters) -> str:
        value = getattr(parameters, self.name)
        return "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)


class SwitchEntry:
    """A parameter that is on or off."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.widget = Toggle(id=name)

    def show(self, parameters: Parameters) -> None:
        self.widget.show(bool(getattr(parameters, self.name)))

    def value(self, known: Parameters) -> bool:
        return self.widget.is_on


class EffortEntry:
    name = "effort"

    def __init__(self) -> None:
        self.widget = EffortSwitch(id="effort")
        self.taken = TakenEfforts()

    def show(self, parameters: Parameters) -> None:
        self.widget.show(parameters.effort, self.taken)

    def value(self, known: Parameters) -> Any:
        return self.widget.effort


class TextEntry:
    """A parameter that is edited as a text of several lines: `text_of` writes it, `read` reads it."""

    def __init__(
        self,
        name: str,
        text_of: Callable[[Parameters], str],
        read: Callable[[str, Parameters], Any],
    ) -> None:
        self.name = name
        self.widget = PlainEditor(id=name, compact=True, placeholder="none")
        self._text_of = text_of
        self._read = read

    def show(self, parameters: Parameters) -> None:
        if self.widget.text != (text := self._text_of(parameters)):
            self.widget.text = text

    def value(self, known: Parameters) -> Any:
        is_shown = self.widget.text == self._text_of(known)  # a system prompt may end in a line break
        return getattr(known, self.name) if is_shown else self._read(self.widget.text, known)


def system_entry() -> TextEntry:
    return TextEntry("system", lambda parameters: parameters.system or "", lambda text, known: text.strip() or None)


def stop_entry() -> TextEntry:
    return TextEntry("stop", lambda parameters: stops_text(parameters.stop), lambda text, known: stops_from(text))


def extra_entry() -> TextEntry:
    return TextEntry(
        "extra", lambda parameters: fields_text(parameters.extra), lambda text, known: fields_from(text, known.extra)
    )

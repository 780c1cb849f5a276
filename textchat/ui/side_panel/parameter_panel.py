"""Form for the parameters of the active pane; invalid input is reported below and not applied."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from textual import events, on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message as TextualMessage
from textual.widget import Widget
from textual.widgets import Static

from textchat.core.conversation import Pane
from textchat.ui.input.line_field import LineField
from textchat.ui.input.plain_editor import PlainEditor
from textchat.ui.messages import ParametersChanged


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


NUMBERS = (
    NumberField("temperature", "temperature", float, 0, 2, "a number from 0 to 2, such as 0.7"),
    NumberField("max_tokens", "max tokens", int, 1, 10**9, "a whole number from 1, such as 1000"),
    NumberField("seed", "seed", int, -(2**63), 2**63 - 1, "a whole number"),
)
BUILD_AFTER_S = 0.2
"""Seconds after the panel is there; by then the first key has been echoed."""


class Toggle(Widget, can_focus=True):
    """On/off switch in one word, toggled by Enter, space or a click."""

    BINDINGS = [Binding("enter,space", "turn", show=False)]  # noqa: RUF012

    class Changed(TextualMessage):
        """The user has toggled it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_on = True

    def show(self, is_on: bool) -> None:
        self.is_on = is_on
        self.refresh()

    def render(self) -> Content:
        return Content("● on" if self.is_on else "○ off")

    def action_turn(self) -> None:
        self.show(not self.is_on)
        self.post_message(self.Changed())

    def on_click(self) -> None:
        self.action_turn()


class ParameterPanel(Vertical):
    """Posts `ParametersChanged` when Enter is pressed in a field or the field loses the focus."""

    def __init__(self) -> None:
        super().__init__()
        self._pane: Pane | None = None
        self._building = asyncio.Lock()
        self._is_built = False
        self._is_ready = False

    def on_mount(self) -> None:
        self.set_timer(BUILD_AFTER_S, self.build)

    async def build(self) -> None:
        """Mount the fields, once. Deferred: building them doubles the time to the first paint."""
        async with self._building:
            if not self._is_built and self.is_attached:  # the timer may come while the app ends
                self._is_built = True
                await self._make_fields()

    async def _make_fields(self) -> None:
        numbers = [LineField(placeholder="default", compact=True, id=field.name, max_length=24) for field in NUMBERS]
        labels = "\n".join([*(field.label for field in NUMBERS), "stream", "system prompt"])
        await self.mount(
            Horizontal(Static(labels, classes="labels"), Vertical(*numbers, Toggle()), classes="fields"),
            PlainEditor(id="system", compact=True, placeholder="none"),
            Static(id="problem", markup=False),
        )
        # Only now are the fields inside the containers there too; they are not where the app ended meanwhile.
        self._is_ready = bool(self.query(Toggle)) and len(self.query(LineField)) == len(NUMBERS)
        self._fill()

    def show(self, pane: Pane) -> None:
        """Show the parameters of `pane`; input for another pane is applied first."""
        before, is_new = self._pane, self._pane is None or self._pane.id != pane.id
        is_changed = is_new or before is None or before.parameters != pane.parameters
        if before is not None and is_changed:
            self._take(but_focused=not is_new)  # a field may have lost the focus without having been read yet
        self._pane = pane
        if is_changed:
            self._fill(keep_focused=not is_new)

    async def focus_first(self) -> None:
        await self.build()
        self.query_one("#temperature", LineField).focus()

    def _fill(self, keep_focused: bool = False) -> None:
        """Put the values into the fields, except one being edited."""
        if self._pane is None or not self._is_ready:
            return
        parameters = self._pane.parameters
        self.query_one(Toggle).show(parameters.stream)
        for field in NUMBERS:
            value = getattr(parameters, field.name)
            entry = self.query_one(f"#{field.name}", LineField)
            if not (keep_focused and entry.has_focus):
                entry.value = "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)
                entry.set_class(False, "-wrong")
        system = self.query_one("#system", PlainEditor)
        if not (keep_focused and system.has_focus) and system.text != (parameters.system or ""):
            system.text = parameters.system or ""
        self._say("")

    @on(LineField.Submitted)
    @on(LineField.Blurred)
    @on(Toggle.Changed)
    def _edited(self, event: LineField.Submitted | LineField.Blurred | Toggle.Changed) -> None:
        event.stop()
        self._take()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if event.widget is not None and event.widget.id == "system":
            self._take()

    def _take(self, *, but_focused: bool = False) -> None:
        """Post the values of the fields that have changed, if they are valid."""
        if self._pane is None or not self._is_ready:
            return
        values: dict[str, Any] = {"stream": self.query_one(Toggle).is_on}
        system = self.query_one("#system", PlainEditor)
        if not (but_focused and system.has_focus):
            values["system"] = system.text.strip() or None
        problem = ""
        for field in NUMBERS:
            entry = self.query_one(f"#{field.name}", LineField)
            if but_focused and entry.has_focus:
                continue
            try:
                values[field.name] = _number(field, entry.value)
            except ValueError:
                problem = problem or f"{field.label}: {field.hint}"
            entry.set_class(field.name not in values, "-wrong")
        self._say(problem)
        known = self._pane.parameters
        # Only what has changed: another change may be on its way that is not shown here yet.
        if changes := {name: value for name, value in values.items() if value != getattr(known, name)}:
            self._pane = replace(self._pane, parameters=known.merged(changes))
            self.post_message(ParametersChanged(self._pane.id, changes))

    def _say(self, problem: str) -> None:
        line = self.query_one("#problem", Static)
        line.update(Content(problem))
        line.display = bool(problem)


def _number(field: NumberField, text: str) -> float | int | None:
    """The value, None for an empty field; raises ValueError for an invalid one."""
    if not text.strip():
        return None
    value = field.read(text.strip().replace(",", ".") if field.read is float else text.strip())
    if not field.lowest <= value <= field.highest:  # also what is not a number at all, which is never between
        raise ValueError(text)
    return value

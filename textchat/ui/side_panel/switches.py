"""Switches of the parameter panel: on or off, and how much to think."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message as TextualMessage
from textual.widget import Widget

from textchat.core.parameters import Effort
from textchat.ui.themes import muted_style


class Switched(TextualMessage):
    """The user has changed a switch."""


class Toggle(Widget, can_focus=True):
    """On/off switch in one word, toggled by Enter, space or a click."""

    BINDINGS = [Binding("enter,space", "turn", show=False)]  # noqa: RUF012

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.is_on = True

    def show(self, is_on: bool) -> None:
        self.is_on = is_on
        self.refresh()

    def render(self) -> Content:
        return Content("● on" if self.is_on else "○ off")

    def action_turn(self) -> None:
        self.show(not self.is_on)
        self.post_message(Switched())

    def on_click(self) -> None:
        self.action_turn()


@dataclass(frozen=True, slots=True)
class TakenEfforts:
    """The efforts that a model is known to take."""

    known: tuple[Effort, ...] | None = None
    """None: nobody knows, so that all may be tried."""
    nearest: Effort | None = None
    """The one that is nearest to the pane's own."""

    def takes(self, effort: Effort | None) -> bool:
        return effort is None or self.known is None or effort in self.known

    def problem(self, model: str, effort: Effort | None) -> str:
        """What is to be known of an effort that the model does not take; empty for one that it takes."""
        if effort is None or self.takes(effort):
            return ""
        if self.nearest is None:
            return f"{model} has no effort to set."
        return f"{model} does not take effort {effort.value}; the nearest is {self.nearest.value}."


class EffortSwitch(Widget, can_focus=True):
    """The effort of a pane: the keys, and clicks on its halves, go through those that its model takes."""

    BINDINGS = [  # noqa: RUF012
        Binding("right,enter,space", "step(1)", show=False),
        Binding("left", "step(-1)", show=False),
        Binding("home", "end(0)", show=False),
        Binding("end", "end(-1)", show=False),
        Binding("backspace,delete", "default", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.effort: Effort | None = None
        """None: the server's default."""
        self._taken = TakenEfforts()

    def show(self, effort: Effort | None, taken: TakenEfforts) -> None:
        self.effort, self._taken = effort, taken
        self.refresh()

    @property
    def _choices(self) -> Sequence[Effort | None]:
        return (None, *(Effort if self._taken.known is None else self._taken.known))

    def render(self) -> Content:
        effort, muted = self.effort, muted_style(self)
        name = Content.styled("default", muted) if effort is None else Content(effort.value)
        if not self._taken.takes(effort):
            nearest = self._taken.nearest
            name = Content.assemble((name.plain, "$warning"), (f" → {nearest.value}" if nearest else " → none", muted))
        if len(self._choices) < 2 and effort is None:
            return Content.styled("none to set", muted)
        return Content.assemble(("◂ ", muted), name, (" ▸", muted)) if self.has_focus else name

    def on_click(self, event: events.Click) -> None:
        self.action_step(-1 if self.has_focus and event.x < 2 else 1)

    def action_step(self, step: int) -> None:
        """Choose the next effort, or the one before; from one that is not taken, the nearest that is."""
        choices = self._choices
        if self.effort in choices:
            self._choose(choices[(choices.index(self.effort) + step) % len(choices)])
        else:
            self._choose(self._taken.nearest)

    def action_end(self, place: int) -> None:
        self._choose(self._choices[1:][place] if len(self._choices) > 1 else None)

    def action_default(self) -> None:
        self._choose(None)

    def _choose(self, effort: Effort | None) -> None:
        if effort != self.effort:
            self.effort = effort
            self.refresh()
            self.post_message(Switched())

"""The persona of the active pane and its examples in the parameter panel."""

from __future__ import annotations

from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from textchat.core.conversation import Pane, first_line
from textchat.core.parameters import Example, Parameters
from textchat.core.personas.panes import persona_label
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.render.cells import cut_middle
from textchat.ui.themes import muted_style

MOST_EXAMPLES = 4
"""As many are shown; of the rest, their number."""


class PersonaRow(Widget, can_focus=True):
    """Says which persona the pane has; Enter, space or a click lets the user choose another."""

    BINDINGS = [Binding("enter,space", "screen.run('persona.use')", show=False)]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__(id="persona")
        self._label = ""

    def show(self, pane: Pane) -> None:
        if self._label != (label := plain_name(persona_label(pane))):
            self._label = label
            self.refresh()

    def render(self) -> Content:
        label = cut_middle(self._label, self.content_size.width)
        return Content(label) if label else Content.styled("none", muted_style(self))

    async def on_click(self) -> None:
        await self.run_action("screen.run('persona.use')")


class ExampleList(Static):
    """The turns that are sent before the conversation: each prompt with its answer, by their first lines."""

    def __init__(self) -> None:
        super().__init__(id="examples", markup=False)
        self.display = False
        self._shown: tuple[Example, ...] = ()

    def show(self, parameters: Parameters) -> None:
        examples = parameters.examples
        if examples == self._shown:
            return  # it is asked for with each figure that changes, and an update takes a layout
        self._shown = examples
        lines = ["examples, sent first"]
        for example in examples[:MOST_EXAMPLES]:
            lines += [f"› {plain_line(first_line(example.prompt))}", f"  {plain_line(first_line(example.answer))}"]
        if (more := len(examples) - MOST_EXAMPLES) > 0:
            lines.append(f"and {more} more")
        self.update(Content("\n".join(lines)))
        self.display = bool(examples)

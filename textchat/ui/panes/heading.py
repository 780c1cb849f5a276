"""Heading of a pane: its number in its accent colour, its model, and its non-default parameters."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.widget import Widget

from textchat.core.conversation import Pane
from textchat.core.parameters import Parameters
from textchat.core.text.sanitize import plain_name
from textchat.render.cells import cut_middle, width_of
from textchat.ui.messages import PaneFocused
from textchat.ui.panes.layout import FOLDED_WIDTH
from textchat.ui.themes import muted_style


def heading(pane: Pane, number: int, width: int, *, is_active: bool, muted: str = "$muted") -> Content:
    """One line of `width` cells. The model is cut in the middle: both its start and its end tell models apart."""
    if width <= 0:
        return Content("")
    accent = f"$pane-{number}"
    if pane.folded and width <= FOLDED_WIDTH:
        strip = (("▌" if is_active else " ", accent), (f"{number}", f"bold {accent}"), ("▸", muted))
        return Content.assemble(*strip).truncate(width)
    mark = Content.assemble(("▌ " if is_active else "  ", accent), (f"{number} ", f"bold {accent}"))
    name = plain_name(pane.model)
    parameters = ""
    room = width - mark.cell_length
    for part in differing(pane.parameters):
        if width_of(name) + 2 + len(parameters) + len(part) + 1 > room:
            break
        parameters += f" {part}"
    room -= len(parameters) + 1 if parameters else 0
    style = "bold" if is_active else muted
    return Content.assemble(
        mark, (cut_middle(name, room), style), (f" {parameters}" if parameters else "", f"not bold {muted}")
    ).truncate(width)


def differing(parameters: Parameters) -> list[str]:
    """The non-default parameters, in the shortest form."""
    parts: list[str] = []
    if not parameters.stream:
        parts.append("no stream")
    for name, value in parameters.as_dict().items():
        match name:
            case "stream":
                pass
            case "system":
                parts.append("system")
            case "temperature":
                parts.append(f"t={value:g}")
            case "max_tokens":
                parts.append(f"max={value}")
            case _:
                parts.append(f"{plain_name(name, 20)}={plain_name(str(value), 12)}")
    return parts


class PaneHeading(Widget):
    """Draws the heading; a click activates the pane, a double click zooms. The active one has the class `-active`."""

    ALLOW_SELECT = False

    def __init__(self, pane_id: str) -> None:
        super().__init__()
        self.pane_id = pane_id
        self._pane: Pane | None = None
        self._number = 0

    def show(self, pane: Pane, number: int) -> None:
        self._pane, self._number = pane, number
        self.tooltip = Content(pane.model)
        self.refresh()

    def render(self) -> Content:
        if self._pane is None:
            return Content("")
        return heading(
            self._pane,
            self._number,
            self.content_size.width,
            is_active=self.has_class("-active"),
            muted=muted_style(self),
        )

    async def on_click(self, event: events.Click) -> None:
        self.post_message(PaneFocused(self.pane_id))
        if event.chain == 2:
            await self.run_action(f"screen.run('pane.zoom', {self.pane_id!r})")

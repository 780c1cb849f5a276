"""Heading of a pane: its number in its accent colour, its model, and its non-default parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.widget import Widget

from textchat.core.conversation import Pane
from textchat.core.text.sanitize import plain_name
from textchat.render.cells import cut_middle, width_of
from textchat.ui.messages import PaneFocused
from textchat.ui.panes.layout import FOLDED_WIDTH
from textchat.ui.panes.telling_apart import Detail, details, raced_efforts, told_differences
from textchat.ui.themes import muted_style


@dataclass(frozen=True, slots=True)
class HeadingShare:
    """How full the window of the model is, as it is written: the longest form first."""

    forms: Sequence[str]
    is_marked: bool


def heading(
    pane: Pane,
    number: int,
    width: int,
    *,
    is_active: bool,
    muted: str = "$muted",
    panes: Sequence[Pane] = (),
    share: HeadingShare | None = None,
) -> Content:
    """One line of `width` cells. The model is cut in the middle: both its start and its end tell models apart.

    `panes` are all of the conversation; where all have one model, what differs is all that is said. The `share`
    of the window stands at the right, where it fits.
    """
    if width <= 0:
        return Content("")
    accent = f"$pane-{number}"
    if pane.folded and width <= FOLDED_WIDTH:
        strip = (("▌" if is_active else " ", accent), (f"{number}", f"bold {accent}"), ("▸", muted))
        return Content.assemble(*strip).truncate(width)
    mark = Content.assemble(("▌ " if is_active else "  ", accent), (f"{number} ", f"bold {accent}"))
    room = width - mark.cell_length
    if efforts := raced_efforts(panes):
        effort = efforts[[other.id for other in panes].index(pane.id)]
        name, parameters = f"effort {effort}", ""
        name = name if width_of(name) <= room else effort
    elif told := told_differences(panes, room):
        name, parameters = told[[other.id for other in panes].index(pane.id)], ""
    else:
        name = plain_name(pane.model)
        parameters = _fitting(details(pane, panes), room - width_of(name) - 2)
    room -= width_of(parameters) + 2 if parameters else 0
    style = "bold" if is_active else muted
    line = Content.assemble(
        mark, (cut_middle(name, room), style), (f"  {parameters}" if parameters else "", f"not bold {muted}")
    ).truncate(width)
    return line if share is None else _with_share(line, share, width, muted)


def _with_share(line: Content, share: HeadingShare, width: int, muted: str) -> Content:
    gap = 2
    fitting = next((form for form in share.forms if line.cell_length + gap + width_of(form) <= width), "")
    if not fitting and share.is_marked and (form := share.forms[-1]) and width_of(form) + gap < width // 2:
        fitting, line = form, line.truncate(width - gap - width_of(form), ellipsis=True)
    blanks = " " * (width - line.cell_length - width_of(fitting))
    style = "$warning" if share.is_marked else f"not bold {muted}"
    return Content.assemble(line, blanks, (fitting, style)) if fitting else line


def _fitting(parts: Sequence[Detail], room: int) -> str:
    """The parameters in `room` cells: in whole words, or else as many in their short form as fit."""
    long = " · ".join(part.long for part in parts)
    if width_of(long) <= room:
        return long
    short = ""
    for part in parts:
        longer = f"{short} {part.short}" if short else part.short
        if width_of(longer) > room:
            break
        short = longer
    return short


class PaneHeading(Widget):
    """Draws the heading; a click activates the pane, a double click zooms. The active one has the class `-active`."""

    ALLOW_SELECT = False

    def __init__(self, pane_id: str) -> None:
        super().__init__()
        self.pane_id = pane_id
        self._pane: Pane | None = None
        self._number = 0
        self._panes: Sequence[Pane] = ()
        self._share: HeadingShare | None = None

    def show_share(self, share: HeadingShare | None) -> None:
        """Show how full the window is; None where nobody knows."""
        if share != self._share:
            self._share = share
            self.refresh()

    def show(self, pane: Pane, number: int, panes: Sequence[Pane] = ()) -> None:
        self._pane, self._number, self._panes = pane, number, panes
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
            panes=self._panes,
            share=self._share,
        )

    async def on_click(self, event: events.Click) -> None:
        self.post_message(PaneFocused(self.pane_id))
        if event.chain == 2:
            await self.run_action(f"screen.run('pane.zoom', {self.pane_id!r})")

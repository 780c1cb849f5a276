"""The line that names all panes where not all are shown."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import pairwise

from textual import events
from textual.content import Content
from textual.widget import Widget

from textchat.core.conversation import Pane
from textchat.core.text.names import short_names
from textchat.ui.messages import PaneFocused
from textchat.ui.panes.telling_apart import names_of
from textchat.ui.themes import muted_style

MOST_WIDTH = 26
LEAST_NAME = 4
"""Cells of a name: with fewer all are the same ellipsis, and the number says more."""
UNREAD = "•"
"""The signs of a reply that has not ended."""


class PaneTabs(Widget):
    """One label a pane: number, state of its reply, and what tells its model from the others.

    A click activates a pane, a double click zooms. A reply that ended in a pane that was not shown is marked as unread.
    """

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._panes: Sequence[Pane] = ()
        self._active_id = ""
        self._shown: Collection[str] = ()
        self._glyphs: dict[str, str] = {}
        self._unread: set[str] = set()

    def show(self, panes: Sequence[Pane], active_id: str) -> None:
        self._panes, self._active_id = panes, active_id
        ids = {pane.id for pane in panes}
        self._unread &= ids - {active_id}
        self._glyphs = {pane_id: glyph for pane_id, glyph in self._glyphs.items() if pane_id in ids}
        self.refresh()

    def show_which(self, shown: Collection[str]) -> None:
        """Take in the ids of the panes that are on the screen."""
        self._shown = shown
        self._unread -= set(shown)

    def mark(self, pane_id: str, glyph: str) -> None:
        """Show the state of a pane's reply by its sign."""
        self._glyphs[pane_id] = glyph
        self.refresh()

    def ended(self, pane_id: str) -> None:
        """Mark a pane whose reply has ended as unread, unless it is on the screen."""
        if pane_id not in self._shown:
            self._unread.add(pane_id)
            self.refresh()

    def render(self) -> Content:
        return Content("").join(self._labels())

    def _labels(self) -> list[Content]:
        """The labels, in equal parts of the line, so that each can be clicked, however many there are."""
        if not self._panes:
            return []
        bounds = self._bounds(self.content_size.width)
        widths = [right - left for left, right in pairwise(bounds)]
        # A blank before the number, its state behind it, and a blank to the next label.
        room = min(widths, default=0) - 6
        names = short_names(names_of(self._panes, room), room if room >= LEAST_NAME else 0)
        return [
            self._label(number, pane, name).truncate(width, pad=True)
            for number, (pane, name, width) in enumerate(zip(self._panes, names, widths, strict=True), start=1)
        ]

    def _label(self, number: int, pane: Pane, name: str) -> Content:
        is_active, is_unread = pane.id == self._active_id, pane.id in self._unread
        muted, accent = muted_style(self), f"$pane-{number}"
        sign = self._glyphs.get(pane.id, "") or " "
        return Content.assemble(
            (f" {number} ", f"bold reverse {accent}" if is_active else f"bold {accent}"),
            (sign, "" if is_active or is_unread else muted),
            (UNREAD if is_unread else " ", "bold"),
            (name, "bold" if is_active or is_unread else muted),
            " ",
        )

    def _bounds(self, width: int) -> list[int]:
        count = max(1, len(self._panes))
        return [min(index * MOST_WIDTH, width * index // count) for index in range(count + 1)]

    def pane_at(self, x: int) -> Pane | None:
        """The pane whose label is at a cell of the line."""
        index = bisect_right(self._bounds(self.content_size.width), x) - 1
        return self._panes[index] if 0 <= index < len(self._panes) else None

    async def on_click(self, event: events.Click) -> None:
        if (pane := self.pane_at(event.get_content_offset_capture(self).x)) is not None:
            self.post_message(PaneFocused(pane.id))
            if event.chain == 2:
                await self.run_action(f"screen.run('pane.zoom', {pane.id!r})")

"""A list of rows with ticks, in named groups: ways, replies, points. Only the rows in view are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message as TextualMessage
from textual.strip import Strip

from textchat.render.cells import cut_end, cut_middle, width_of
from textchat.ui.cursor_list import CursorList

SIGN_WIDTH = 2
GAP = "  "
LEAST_ABOUT = 12
"""Cells of what is said behind a label; with fewer it is left out."""


@dataclass(frozen=True, slots=True)
class TickRow:
    """One row."""

    key: str
    """What it stands for."""
    sign: str
    label: str
    about: str = ""
    group: str = ""
    """Stands before the first row of a group."""


class TickList(CursorList[TickRow], can_focus=True):
    """Draws rows; posts `RowClicked` for a click and `CursorPlaced` when the cursor was moved.

    Labels are in one column with what is said behind them; where a row `is_text`, its label has all the room, and what
    is said stands at the right.
    """

    class RowClicked(TextualMessage):
        """The row under the cursor was clicked."""

    class CursorPlaced(TextualMessage):
        """The cursor is on a row, which may be the one it was on before."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tick-list--row", "tick-list--cursor", "tick-list--quiet"}

    def __init__(self, *, is_text: bool = False) -> None:
        super().__init__()
        self._is_text = is_text
        self._group_width = self._label_width = 0

    def show(self, rows: Sequence[TickRow]) -> None:
        """Show other rows; the cursor stays on the one with the same key, else in its place."""
        key = self.chosen.key if self.chosen is not None else None
        self.rows = rows
        self._group_width = max((width_of(row.group) for row in rows), default=0)
        self._label_width = max((width_of(row.label) for row in rows), default=0)
        keys = [row.key for row in rows]
        self.cursor = keys.index(key) if key in keys else min(self.cursor, max(0, len(rows) - 1))
        self._measure()

    def _measure(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.rows))
        self.refresh(layout=True)

    @property
    def chosen(self) -> TickRow | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def cursor_placed(self) -> None:
        self.post_message(self.CursorPlaced())

    def row_clicked(self) -> None:
        self.post_message(self.RowClicked())

    def on_resize(self) -> None:
        self._measure()

    def render_line(self, y: int) -> Strip:
        index, width = self.index_at(y), self.scrollable_content_region.width
        base = self._style("row")
        if index >= len(self.rows):
            return Strip.blank(width, base)
        pieces = self._pieces(self.rows[index], width)
        if index == self.cursor and self.has_focus_within_screen:
            cursor = base + self._style("cursor")
            return Strip([Segment(text, cursor) for text, _ in pieces]).adjust_cell_length(width, cursor)
        quiet = base + self._style("quiet")
        return Strip([Segment(text, quiet if is_quiet else base) for text, is_quiet in pieces]).adjust_cell_length(
            width, base
        )

    @property
    def has_focus_within_screen(self) -> bool:
        """Whether keys move the cursor: also where a field above the list has the focus."""
        return self.screen.is_current

    def _pieces(self, row: TickRow, width: int) -> list[tuple[str, bool]]:
        """The texts of a row, and whether each is a quiet one."""
        group = f"{_padded(row.group, self._group_width)}{GAP}" if self._group_width else ""
        sign = _padded(row.sign, SIGN_WIDTH)
        room = max(1, width - width_of(group) - SIGN_WIDTH)
        if self._is_text:
            about = row.about if width_of(row.about) <= room // 3 else ""
            label = cut_end(row.label, max(1, room - (width_of(about) + len(GAP) if about else 0)))
            gap = " " * max(0, room - width_of(label) - width_of(about))
            return [(group, True), (sign, False), (label, False), (gap, True), (about, True)]
        label_width = min(self._label_width, max(room // 2, room - LEAST_ABOUT * 2))
        label = _padded(cut_middle(row.label, label_width), label_width)
        left = room - label_width - len(GAP)
        about = cut_end(row.about, left) if left >= LEAST_ABOUT else ""
        return [(group, True), (sign, False), (label, False), (GAP, True), (about, True)]

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"tick-list--{part}", partial=part != "row")


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - width_of(text))

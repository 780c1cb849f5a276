"""A list of one-line rows with a cursor; only the visible rows are drawn, so that its length does not matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from textual import events
from textual.binding import Binding
from textual.geometry import Region
from textual.scroll_view import ScrollView

RowT = TypeVar("RowT")


class CursorList(ScrollView, Generic[RowT], can_focus=True):
    """Moves a cursor over `rows` by keys and clicks, and keeps it in view; subclasses draw and react."""

    BINDINGS = [  # noqa: RUF012
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move_page(-1)", show=False),
        Binding("pagedown", "move_page(1)", show=False),
        Binding("home", "move_to(0)", show=False),
        Binding("end", "move_to(-1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[RowT] = ()
        self.cursor = 0
        """The index of the chosen row; 0 where there is none."""

    def cursor_placed(self) -> None:
        """Called when the cursor was put on a row, even if it was there already; no-op by default."""

    def row_clicked(self) -> None:
        """Called when the row under the cursor was clicked; no-op by default."""

    def index_at(self, y: int) -> int:
        """The index of the row at line `y` of the widget; it may be beyond the last row."""
        return y + round(self.scroll_offset.y)

    def place_cursor(self, index: int) -> None:
        """Put the cursor on the row at `index`, or the nearest one if `index` is out of range."""
        if not self.rows:
            return
        before, self.cursor = self.cursor, max(0, min(index, len(self.rows) - 1))
        self.refresh_line(before)
        self.refresh_line(self.cursor)
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True, immediate=True)
        self.cursor_placed()

    def action_move(self, step: int) -> None:
        """Move the cursor by a number of rows."""
        self.place_cursor(self.cursor + step)

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by a number of pages, less one row that stays in view."""
        self.action_move(pages * max(1, self.size.height - 1))

    def action_move_to(self, index: int) -> None:
        """Put the cursor on the row at `index`; -1 is the last."""
        self.place_cursor(index if index >= 0 else len(self.rows) - 1)

    def on_click(self, event: events.Click) -> None:
        if (index := self.index_at(event.y)) < len(self.rows):
            self.place_cursor(index)
            self.row_clicked()

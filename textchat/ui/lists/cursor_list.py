"""A list of one-line rows with a cursor; only the visible rows are drawn, so that its length does not matter."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView

RowT = TypeVar("RowT")
NOWHERE = -1


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
    SHOWS_HOVER: ClassVar[bool] = False
    """Whether the row under the mouse is drawn otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[RowT] = ()
        self.cursor = 0
        """The index of the chosen row; 0 where there is none, or `NOWHERE` where none is to be chosen yet."""
        self.hovered: int | None = None
        """The index of the row under the mouse, where that is drawn."""

    def can_choose(self, row: RowT) -> bool:
        """Whether the cursor may stand on a row: it passes over headings and notes. Any row by default."""
        return True

    def cursor_placed(self) -> None:
        """Called when the cursor was put on a row, even if it was there already; no-op by default."""

    def row_clicked(self) -> None:
        """Called when the row under the cursor was clicked; no-op by default."""

    def index_at(self, y: int) -> int:
        """The index of the row at line `y` of the widget; it may be beyond the last row."""
        return y + round(self.scroll_offset.y)

    def show_rows(self, rows: Sequence[RowT], cursor: int | None = 0, *, line: int | None = None) -> None:
        """Show other rows, with the cursor on the row at `cursor` or the nearest one that can be chosen; None: on none.

        The cursor keeps to the line `line` of the window; without one, the list begins at its first row.
        """
        self.rows, self.cursor = rows, 0
        self._tell_length(len(rows))
        self.cursor = NOWHERE if cursor is None else self._choosable(cursor) or 0
        top = 0 if line is None else self.cursor - max(0, min(line, self.size.height - 1))
        self.scroll_to(y=max(0, top), animate=False, force=True, immediate=True)
        self.refresh()

    @property
    def line(self) -> int:
        """The line of the window on which the cursor stands."""
        return self.cursor - round(self.scroll_offset.y)

    def _tell_length(self, length: int) -> None:
        """Set the length without a layout of the whole screen, where neither a bar nor a height depends on it."""
        size, height = Size(0, length), self.styles.height
        has_bar = length > self.scrollable_content_region.height
        if height is None or height.is_auto or self.show_vertical_scrollbar != has_bar or not self.size:
            self.virtual_size = size
            return
        self.set_reactive(CursorList.virtual_size, size)
        if has_bar:
            self.vertical_scrollbar.window_virtual_size = length

    def _choosable(self, index: int) -> int | None:
        """The row at `index` or the next one that can be chosen, as the cursor comes; None where there is none."""
        last = len(self.rows) - 1
        index = max(0, min(index, last))
        below, above = range(index, last + 1), range(index - 1, -1, -1)
        ways = (below, above) if index >= self.cursor else (range(index, -1, -1), range(index + 1, last + 1))
        return next((place for place in chain(*ways) if self.can_choose(self.rows[place])), None)

    def place_cursor(self, index: int) -> None:
        """Put the cursor on the row at `index`, or on the nearest one that there is and that can be chosen."""
        if (place := self._choosable(index)) is None:
            return
        before, self.cursor = self.cursor, place
        self.refresh_line(before)
        self.refresh_line(place)
        self.scroll_to_region(Region(0, place, 1, 1), animate=False, force=True, immediate=True)
        self._show_heading()
        self.cursor_placed()

    def _show_heading(self) -> None:
        """Scroll to the headings right above the cursor, as many as leave it in view."""
        top = self.cursor
        while top > 0 and not self.can_choose(self.rows[top - 1]):
            top -= 1
        top = max(top, self.cursor - self.size.height + 1)
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, force=True, immediate=True)

    def action_move(self, step: int) -> None:
        """Move the cursor by a number of rows."""
        self.place_cursor(self.cursor + step)

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by a number of pages, less one row that stays in view."""
        self.action_move(pages * max(1, self.size.height - 1))

    def action_move_to(self, index: int) -> None:
        """Put the cursor on the row at `index`; -1 is the last."""
        self.place_cursor(index if index >= 0 else len(self.rows) - 1)

    # -- the mouse ---------------------------------------------------------------------------------------------------

    def index_under(self, event: events.MouseEvent) -> int | None:
        """The index of the row that the mouse is on; None where none is that can be chosen."""
        index = self.index_at(event.y)
        return index if index < len(self.rows) and self.can_choose(self.rows[index]) else None

    def on_click(self, event: events.Click) -> None:
        if (index := self.index_under(event)) is not None:
            self.place_cursor(index)
            self.row_clicked()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.SHOWS_HOVER:
            self._hover(self.index_under(event))

    def on_leave(self) -> None:
        self._hover(None)

    def _hover(self, index: int | None) -> None:
        before, self.hovered = self.hovered, index
        for changed in {before, index} - {None} if before != index else ():
            self.refresh_line(changed or 0)

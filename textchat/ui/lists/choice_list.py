"""The list of a dialog: its rows are drawn when they are seen, and one of them is chosen by Enter or a click."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.message import Message as TextualMessage
from textual.strip import Strip

from textchat.ui.lists.cursor_list import CursorList, RowT

Piece = tuple[str, str]
"""A piece of a row, and the part of the list whose style it has; empty for that of the row."""
QUIET, SIGN, STRONG, MATCH = "quiet", "sign", "strong", "match"
_COLOURED = frozenset({QUIET, SIGN})


class ChoiceList(CursorList[RowT]):
    """Draws each row by `draw`, which is given the row and the cells that there are."""

    ALLOW_SELECT = False
    SHOWS_HOVER = True
    BINDINGS = [Binding("enter", "choose", show=False)]  # noqa: RUF012
    COMPONENT_CLASSES = {  # noqa: RUF012
        "choice-list--row",
        "choice-list--cursor",
        "choice-list--hover",
        *(f"choice-list--{part}" for part in (QUIET, SIGN, STRONG, MATCH)),
    }

    class Chosen(TextualMessage):
        """Enter was pressed in the list, or the row under the cursor was clicked."""

        def __init__(self, *, is_click: bool) -> None:
            super().__init__()
            self.is_click = is_click

    class Moved(TextualMessage):
        """The cursor is on another row, or the rows are others."""

    def __init__(
        self, draw: Callable[[RowT, int], Sequence[Piece]], can_choose: Callable[[RowT], bool] = lambda row: True
    ) -> None:
        super().__init__()
        self._draw = draw
        self._can_choose = can_choose

    def can_choose(self, row: RowT) -> bool:
        return self._can_choose(row)

    @property
    def row(self) -> RowT | None:
        """The row under the cursor; None where there is none that can be chosen."""
        row = self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) else None
        return row if row is not None and self.can_choose(row) else None

    def show_rows(self, rows: Sequence[RowT], cursor: int | None = 0, *, line: int | None = None) -> None:
        super().show_rows(rows, cursor, line=line)
        self.post_message(self.Moved())

    def cursor_placed(self) -> None:
        self.post_message(self.Moved())

    def row_clicked(self) -> None:
        self.post_message(self.Chosen(is_click=True))

    def action_choose(self) -> None:
        self.post_message(self.Chosen(is_click=False))

    # -- drawing -----------------------------------------------------------------------------------------------------

    def pieces(self, index: int) -> Sequence[Piece]:
        """What is drawn of a row, as wide as the list is now."""
        return self._draw(self.rows[index], self.scrollable_content_region.width)

    def render_line(self, y: int) -> Strip:
        width, index = self.scrollable_content_region.width, self.index_at(y)
        base = self._style("row")
        if index >= len(self.rows):
            return Strip.blank(width, base)
        is_chosen = index == self.cursor and self.can_choose(self.rows[index])
        if is_chosen:
            base += self._style("cursor")
        elif index == self.hovered:
            base += self._style("hover")
        drawn = [Segment(text, self._toned(base, part, is_chosen)) for text, part in self.pieces(index)]
        return Strip(drawn).adjust_cell_length(width, base)

    def _toned(self, base: Style, part: str, is_chosen: bool) -> Style:
        # Quieter text and other colours could not be read on the cursor.
        return base + self._style(part) if part and not (is_chosen and part in _COLOURED) else base

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"choice-list--{part}", partial=part != "row")

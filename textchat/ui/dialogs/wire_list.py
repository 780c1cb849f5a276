"""List of wire traffic, one line each, and a view of the full text of the chosen row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message as TextualMessage
from textual.scroll_view import ScrollView
from textual.strip import Strip

from textchat.core.text.sanitize import revealed
from textchat.render.cells import cut_end, width_of, wrap
from textchat.ui.lists.cursor_list import CursorList

LONGEST_TEXT = 64 * 1024
"""Characters of one row's full text that are shown; the rest is counted."""
LONGEST_LINE = 500
"""Characters of a row that are looked at: more than a screen is wide."""
HEADING = f"{'#':>6} {'time':>8} {'after':>8} {'bytes':>6}  "
NARROWEST_ASIDE = 12
_PICTURES = str.maketrans({"\n": "␊", "\t": "␉"})


@dataclass(frozen=True, slots=True)
class WireRow:
    """One row of wire traffic. Its texts are unsanitised; the widgets sanitise them when drawing."""

    mark: str
    """A number, or a sign."""
    what: str
    full: Callable[[], str]
    """Everything about it, in lines; made when it is chosen."""
    at: float | None = None
    """Seconds since the request left."""
    gap: float | None = None
    """Seconds since what came before it."""
    size: int | None = None
    """Bytes."""
    aside: str = ""
    """Note at the right, where there is room."""
    is_failure: bool = False

    def figures(self) -> str:
        at = "" if self.at is None else f"{self.at:.3f} s"
        gap = "" if self.gap is None else f"+{self.gap * 1000:.0f} ms"
        size = "" if self.size is None else f"{self.size:,}"
        return f"{self.mark:>6} {at:>8} {gap:>8} {size:>6}  "


class WireList(CursorList[WireRow]):
    """Draws the rows of wire traffic, and posts `RowChosen` for the one under the cursor."""

    COMPONENT_CLASSES = {"wire-list--figures", "wire-list--cursor", "wire-list--failure"}  # noqa: RUF012
    BINDINGS = [  # noqa: RUF012
        Binding("k", "move(-1)", show=False),
        Binding("j", "move(1)", show=False),
        Binding("g", "move_to(0)", show=False),
        Binding("G", "move_to(-1)", show=False),
    ]

    class RowChosen(TextualMessage):
        """Posted when the cursor was put on a row."""

        def __init__(self, row: WireRow) -> None:
            super().__init__()
            self.row = row

        def can_replace(self, message: TextualMessage) -> bool:
            return isinstance(message, WireList.RowChosen)

    def show(self, rows: Sequence[WireRow]) -> None:
        """Show `rows`; the cursor keeps its row, or follows the end if it was there."""
        was_at_end = bool(self.rows) and self.cursor == len(self.rows) - 1 and self.cursor > 0
        self.rows = rows
        self.virtual_size = Size(0, len(rows))
        self.action_move_to(-1 if was_at_end else self.cursor)
        self.refresh()

    def cursor_placed(self) -> None:
        self.post_message(self.RowChosen(self.rows[self.cursor]))

    def render_line(self, y: int) -> Strip:
        width, index = self.scrollable_content_region.width, self.index_at(y)
        if index >= len(self.rows):
            return Strip.blank(width, self.rich_style)
        row = self.rows[index]
        muted = self._style("figures")
        figures = row.figures()
        what = _one_line(row.what)
        room = max(0, width - len(figures) - 1)
        what = cut_end(what, room)
        aside = _one_line(row.aside)
        left = room - width_of(what) - 2
        aside = cut_end(aside, left) if left >= min(NARROWEST_ASIDE, width_of(aside)) else ""
        segments = [Segment(figures, muted), Segment(what, self._style("failure") if row.is_failure else None)]
        if aside:
            used = len(figures) + width_of(what) + width_of(aside) + 1
            segments += [Segment(" " * (width - used)), Segment(aside, muted)]
        strip = Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)
        if index == self.cursor:
            return Strip([Segment(text, (style or Style.null()) + self._style("cursor")) for text, style, _ in strip])
        return strip

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"wire-list--{part}", partial=True)


class WireText(ScrollView, can_focus=True):
    """The full text of one row, wrapped, with control characters as pictures."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._rows: list[tuple[int, int]] = []
        self._width = 0

    def show(self, text: str) -> None:
        """Show `text`, sanitised when drawn, from its beginning."""
        more = len(text) - LONGEST_TEXT
        shown = revealed(text[:LONGEST_TEXT]).replace("\t", "␉")
        self._text = f"{shown}\n… and {more:,} more characters" if more > 0 else shown
        self._lay_out()
        self.scroll_home(animate=False)

    def on_resize(self) -> None:
        if self.scrollable_content_region.width != self._width:
            self._lay_out()

    def _lay_out(self) -> None:
        self._width = self.scrollable_content_region.width
        self._rows = wrap(self._text, self._width) if self._width else []
        self.virtual_size = Size(self._width, len(self._rows))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, index = self.scrollable_content_region.width, y + round(self.scroll_offset.y)
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        start, end = self._rows[index]
        return Strip([Segment(self._text[start:end])]).adjust_cell_length(width).apply_style(self.rich_style)

    def scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> None:
        """Scroll without animation, because moving text cannot be read."""
        super().scroll_to(x, y, **{**options, "animate": False})


def _one_line(text: str) -> str:
    return revealed(text[:LONGEST_LINE].translate(_PICTURES))

"""List of settings: name, value and origin in columns; the cursor skips headings."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.message import Message as TextualMessage
from textual.strip import Strip

from textchat.core.text.sanitize import plain_line
from textchat.render.cells import cut_end, cut_middle, width_of
from textchat.ui.lists.cursor_list import CursorList
from textchat.ui.settings.rows import AddRow, EntryRow, Heading, Row

NAME_SHARE, MOST_NAME = 0.36, 34
"""Of the width, and in cells."""
WIDEST = 110
"""Cells of a row: further away, nobody sees what belongs together."""
LONGEST = 500
"""Characters of a value that are looked at for one row."""


class SettingsList(CursorList[Row]):
    """Posts `Moved` when the cursor is on another row and `Chosen` at a click."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {  # noqa: RUF012
        "settings-list--row",
        "settings-list--heading",
        "settings-list--quiet",
        "settings-list--changed",
        "settings-list--cursor",
    }

    class Moved(TextualMessage):
        """The cursor is on another row, or the row has changed."""

    class Chosen(TextualMessage):
        """A row was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.can_focus = False  # keys come from the screen: what is typed filters

    @property
    def row(self) -> EntryRow | AddRow | None:
        """The row under the cursor."""
        row = self.rows[self.cursor] if self.cursor < len(self.rows) else None
        return None if isinstance(row, Heading) else row

    def show(self, rows: Sequence[Row], *, keep: bool) -> None:
        """Show rows; with `keep` the cursor stays on its setting."""
        before, line = _key_of(self.row), self.line
        places = {_key_of(row): place for place, row in enumerate(rows) if self.can_choose(row)}
        place = places.get(before) if keep else None
        self.show_rows(rows, place or 0, line=None if place is None else line)
        self.post_message(self.Moved())

    def can_choose(self, row: Row) -> bool:
        return not isinstance(row, Heading)

    def cursor_placed(self) -> None:
        self.post_message(self.Moved())

    def row_clicked(self) -> None:
        self.post_message(self.Chosen())

    def go_to_section(self, step: int) -> None:
        """Put the cursor on the first row of the next (`step` 1) or of this or the previous section (-1)."""
        starts = [at + 1 for at, row in enumerate(self.rows) if isinstance(row, Heading)]
        beyond = [at for at in starts if (at > self.cursor if step > 0 else at < self.cursor)]
        if beyond:
            at = beyond[0] if step > 0 else beyond[-1]
            self.place_cursor(at)
            self.scroll_to(y=at - 1, animate=False, force=True, immediate=True)

    def go_to(self, table: tuple[str, ...]) -> None:
        """Put the cursor on the first setting of a table."""
        for at, row in enumerate(self.rows):
            if isinstance(row, EntryRow) and row.entry.path[: len(table)] == table:
                self.place_cursor(at)
                self.scroll_to(y=at - 1, animate=False, force=True, immediate=True)
                return

    # -- drawing -----------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width, index = self.scrollable_content_region.width, self.index_at(y)
        base = self._style("row")
        if index >= len(self.rows):
            return Strip.blank(width, base)
        match self.rows[index]:
            case Heading() as heading:
                return self._heading(heading, width, base)
            case row if index == self.cursor:
                return self._line(row, width, base + self._style("cursor"), is_under_cursor=True)
            case row:
                return self._line(row, width, base)

    def _heading(self, heading: Heading, width: int, base: Style) -> Strip:
        title = cut_middle(plain_line(heading.title, LONGEST), width)
        segments = [Segment(title, base + self._style("heading"))]
        if heading.table and width_of(title) + len(heading.table) + 2 <= width:
            segments.append(Segment(f"  {plain_line(heading.table, LONGEST)}", base + self._style("quiet")))
        return Strip(segments).adjust_cell_length(width, base)

    def _line(self, row: EntryRow | AddRow, width: int, base: Style, *, is_under_cursor: bool = False) -> Strip:
        if isinstance(row, AddRow):
            return Strip([Segment(f" {row.label}", base)]).adjust_cell_length(width, base)
        whole, width = width, min(width, WIDEST)
        quiet = base if is_under_cursor else base + self._style("quiet")  # quieter text could not be read there
        changed = base if is_under_cursor else base + self._style("changed")
        name_width = min(MOST_NAME, int(width * NAME_SHARE))
        name = cut_end(plain_line(row.name, LONGEST), name_width - 1)
        origin = "" if row.origin == "default" else row.origin
        room = max(0, width - name_width - 1 - (len(origin) + 2 if origin else 1))
        value = cut_end(plain_line(row.value[:LONGEST]), room)
        is_own = row.origin != "default"
        segments = [
            Segment(f" {name}{' ' * (name_width - width_of(name))}", base),
            Segment(value, changed if row.origin == "changed" else base if is_own else quiet),
            Segment(" " * (room - width_of(value)), base),
            Segment(f"  {origin}" if origin else " ", changed if row.origin == "changed" else quiet),
        ]
        return Strip(segments).adjust_cell_length(whole, base)

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"settings-list--{part}", partial=part != "row")


def _key_of(row: Row | None) -> object:
    """What tells a row from all others, whatever its value."""
    return row.entry.path if isinstance(row, EntryRow) else row

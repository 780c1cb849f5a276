"""List of menu rows: labels at the left, keys at the right, and between them what fits; the cursor skips headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message as TextualMessage
from textual.strip import Strip

from textchat.core.text.names import short_names
from textchat.ui.lists.cursor_list import CursorList
from textchat.ui.menu.items import MenuHeading, MenuItem, MenuRow
from textchat.ui.menu.matching import Match
from textchat.ui.menu.row_text import Tone, item_pieces


class MenuList(CursorList[MenuRow]):
    """Posts `Chosen` when an item is clicked. `shows_ids` puts ids where else the descriptions stand."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {  # noqa: RUF012
        "menu-list--row",
        "menu-list--heading",
        "menu-list--quiet",
        "menu-list--match",
        "menu-list--cursor",
        "menu-list--key",
    }

    class Chosen(TextualMessage):
        """An item was clicked."""

        def __init__(self, item: MenuItem) -> None:
            super().__init__()
            self.item = item

    class Moved(TextualMessage):
        """The cursor is on another item."""

    def __init__(self, *, label_width: int = 0, shows_ids: bool = False) -> None:
        """`label_width` is the column of the descriptions; 0: there are none."""
        super().__init__()
        self.can_focus = False  # the keys come from the dialog around it
        self._label_width = label_width
        self._shows_ids = shows_ids
        self._marks: dict[str, Match] = {}

    @property
    def item(self) -> MenuItem | None:
        """The item under the cursor."""
        row = self.rows[self.cursor] if self.cursor < len(self.rows) else None
        return row if isinstance(row, MenuItem) else None

    def show(self, rows: Sequence[MenuRow], matches: Sequence[Match] = (), *, keep: bool = False) -> None:
        """Show rows; with `keep` the item under the cursor stays where it is on the screen, whatever came above it."""
        before, line = self.item, self.line
        self._marks = {match.item.id: match for match in matches}
        place = None
        if keep and before is not None:
            ids = [row.id if isinstance(row, MenuItem) else "" for row in rows]
            place = ids.index(before.id) if before.id in ids else None
        self.show_rows(rows, place or 0, line=None if place is None else line)
        self.post_message(self.Moved())

    def can_choose(self, row: MenuRow) -> bool:
        return isinstance(row, MenuItem)

    def cursor_placed(self) -> None:
        self.post_message(self.Moved())

    def row_clicked(self) -> None:
        if self.item is not None:
            self.post_message(self.Chosen(self.item))

    def go_to_letter(self, letter: str) -> None:
        """Put the cursor on the next item that begins with a letter, wrapping around."""
        count = len(self.rows)
        for step in range(1, count + 1):
            row = self.rows[(self.cursor + step) % count]
            if isinstance(row, MenuItem) and row.label.casefold().startswith(letter.casefold()):
                self.place_cursor((self.cursor + step) % count)
                return

    def on_mouse_move(self, event: events.MouseMove) -> None:
        index = self.index_under(event)
        if index is not None and index != self.cursor:
            before, self.cursor = self.cursor, index
            self.refresh_line(before)
            self.refresh_line(index)
            self.post_message(self.Moved())

    # -- drawing -----------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = self.index_at(y)
        base = self._style("row")
        if index >= len(self.rows):
            return Strip.blank(width, base)
        row = self.rows[index]
        if isinstance(row, MenuHeading):
            return self._heading(row, width, base)
        if index == self.cursor:
            base += self._style("cursor")
        return Strip(self._item(row, width, base)).adjust_cell_length(width, base)

    def _heading(self, row: MenuHeading, width: int, base: Style) -> Strip:
        quiet = base + self._style("quiet")
        if not row.text:
            return Strip([Segment("─" * width, quiet)], width)
        note = f"  {row.note}" if row.note else ""
        segments = [Segment(row.text, base + self._style("heading")), Segment(note, quiet)]
        return Strip(segments).adjust_cell_length(width, base)

    def _item(self, item: MenuItem, width: int, base: Style) -> list[Segment]:
        match = self._marks.get(item.id)
        pieces = item_pieces(
            replace(item, label=self._short_name(item, width - 2)) if item.is_name else item,
            width,
            marks=match.marks if match is not None else (),
            label_width=self._label_width,
            shows_ids=self._shows_ids,
        )
        is_under_cursor = item is self.item
        return [Segment(text, self._toned(base, tone, is_under_cursor)) for text, tone in pieces]

    def _short_name(self, item: MenuItem, width: int) -> str:
        names = [row.label for row in self.rows if isinstance(row, MenuItem) and row.is_name]
        return short_names(names, width)[names.index(item.label)]

    def _toned(self, base: Style, tone: Tone, is_under_cursor: bool) -> Style:
        match tone:
            case Tone.QUIET:  # quieter text could not be read on the cursor
                return base if is_under_cursor else base + self._style("quiet")
            case Tone.MATCH:
                return base + self._style("match")
            case Tone.KEY:
                return base + self._style("key")
            case Tone.PLAIN:
                return base

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"menu-list--{part}", partial=part != "row")

"""List of menu rows: labels at the left, keys at the right, and between them what fits; the cursor skips headings."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message as TextualMessage
from textual.strip import Strip

from textchat.core.text.sanitize import plain_line
from textchat.render.cells import cut_end, width_of
from textchat.ui.cursor_list import CursorList
from textchat.ui.menu.items import MenuHeading, MenuItem, MenuRow
from textchat.ui.menu.matching import Match

LEAST_ABOUT = 12
"""Cells: a description that gets less than this says nothing."""


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
        before, line = self.item, self.cursor - round(self.scroll_offset.y)
        self._marks = {match.item.id: match for match in matches}
        self.rows = rows
        self.virtual_size = Size(0, len(rows))
        places = {row.id: place for place, row in enumerate(rows) if isinstance(row, MenuItem)}
        first = next(iter(places.values()), 0)
        self.cursor = places.get(before.id, first) if keep and before is not None else first
        top = self.cursor - line if keep and before is not None and before.id in places else 0
        self.scroll_to(y=max(0, top), animate=False, force=True, immediate=True)
        self.refresh()
        self.post_message(self.Moved())

    def place_cursor(self, index: int) -> None:
        """Put the cursor on the item at `index`, or on the next one in the direction that it comes from."""
        step = 1 if index >= self.cursor else -1
        index = max(0, min(index, len(self.rows) - 1))
        ahead = range(index, len(self.rows)) if step > 0 else range(index, -1, -1)
        back = range(index, -1, -1) if step > 0 else range(index, len(self.rows))
        for place in (*ahead, *back):
            if isinstance(self.rows[place], MenuItem):
                super().place_cursor(place)
                if place and all(isinstance(row, MenuHeading) for row in self.rows[:place]):
                    self.scroll_to(y=0, animate=False, force=True, immediate=True)  # with the heading above the first
                self.post_message(self.Moved())
                return

    def go_to_letter(self, letter: str) -> None:
        """Put the cursor on the next item that begins with a letter, wrapping around."""
        count = len(self.rows)
        for step in range(1, count + 1):
            row = self.rows[(self.cursor + step) % count]
            if isinstance(row, MenuItem) and row.label.casefold().startswith(letter.casefold()):
                self.cursor = (self.cursor + step) % count
                self.place_cursor(self.cursor)
                self.refresh()
                return

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()  # a click on a heading is none on the item that follows
        event.stop()
        index = self.index_at(event.y)
        row = self.rows[index] if index < len(self.rows) else None
        if isinstance(row, MenuItem):
            self.place_cursor(index)
            self.post_message(self.Chosen(row))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        index = self.index_at(event.y)
        if index != self.cursor and index < len(self.rows) and isinstance(self.rows[index], MenuItem):
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
        quiet = base if item is self.item else base + self._style("quiet")
        keys = self._keys(item, width)
        room = max(0, width - 2 - (width_of(keys) + 2 if keys else 0))
        label = plain_line(item.label)
        shown = cut_end(label, room)
        segments = [Segment(" ", base), *self._label(shown, item, quiet if item.lacks else base)]
        left = room - width_of(shown)
        if self._label_width:
            gap = max(2, self._label_width - width_of(shown))
            about = item.id if self._shows_ids else item.lacks or item.about
            if about and about != label and left >= gap + (width_of(about) if self._shows_ids else LEAST_ABOUT):
                about = cut_end(plain_line(about), left - gap)
                segments.append(Segment(" " * gap + about, quiet))
                left -= gap + width_of(about)
        segments.append(Segment(" " * left, base))
        if keys:
            segments.append(Segment(f"  {keys} ", base + self._style("key")))
        return segments

    def _keys(self, item: MenuItem, width: int) -> str:
        """The keys that fit beside the label, in the help; else the first."""
        keys = item.keys[:1]
        if self._shows_ids:
            room = width - 4 - width_of(item.label)
            while len(keys) < len(item.keys) and width_of(", ".join(item.keys[: len(keys) + 1])) <= room:
                keys = item.keys[: len(keys) + 1]
        return ", ".join(keys)

    def _label(self, shown: str, item: MenuItem, style: Style) -> list[Segment]:
        match = self._marks.get(item.id)
        if match is None:
            return [Segment(shown, style)]
        segments, at = [], 0
        for start, end in match.marks:
            segments += [Segment(shown[at:start], style), Segment(shown[start:end], style + self._style("match"))]
            at = max(at, end)
        return [*segments, Segment(shown[at:], style)]

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"menu-list--{part}", partial=part != "row")


def drawn_width(item: MenuItem) -> int:
    """The cells that an item takes without a description."""
    return width_of(item.label) + 2 + (width_of(item.keys[0]) + 2 if item.keys else 0)

"""Keyboard cursor in the messages: moves by lines and characters, and can select text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from textchat.render.cells import offset_at, width_of
from textchat.ui.transcript.chosen import Chosen
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry_parts import MARGIN, PartKind
from textchat.ui.transcript.layout.long_text import Shift, shifted
from textchat.ui.transcript.layout.strips import Overlay
from textchat.ui.transcript.selection import Cell, Selection
from textchat.ui.transcript.window import EntryLine, Window

CARET_KEYS = {
    "up": "up",
    "down": "down",
    "left": "left",
    "right": "right",
    "home": "line_start",
    "end": "line_end",
    "pageup": "page_up",
    "pagedown": "page_down",
}
"""Keys that move the cursor while it is shown, and with Shift select; they are those of every text field."""


class CaretPlace(NamedTuple):
    """A cell of a line of a message."""

    message_id: str
    line: int
    cell: int


@dataclass(eq=False, repr=False)
class Caret:
    """The cursor: hidden until it is shown by a key, or a key with Shift selects."""

    entries: Entries
    window: Window
    chosen: Chosen
    selection: Selection
    repaint: Callable[[], None]
    place: CaretPlace | None = None
    """None while it is hidden."""
    _mark: CaretPlace | None = None
    """The other end of what it selects."""
    _is_marking: bool = False
    """Whether it selects what it passes without Shift."""

    def press(self, key: str) -> bool:
        """Handle a key by its name; False if it does nothing now."""
        name = key.removeprefix("shift+")
        direction = CARET_KEYS.get(name)
        if direction is not None and name != key:
            self.select(direction)
        elif self.place is not None and direction is not None:
            self.move(direction)
        elif self.place is not None and name == "escape":
            self.hide()
        else:
            return False
        return True

    def mark(self) -> None:
        """Show the cursor; on a second call, start to select there; on a third, clear the selection."""
        if self.place is None:
            self.place = self._first_place()
        elif not self._is_marking:
            self._mark, self._is_marking = self.place, True
        else:
            self._let_go()
        self._select_passed()

    def move(self, direction: str) -> None:
        """Move the cursor in a direction of `CARET_KEYS`."""
        if not self._is_marking and self._mark is not None:
            self._let_go()
        self._move(direction)

    def select(self, direction: str) -> None:
        """Move the cursor like `move`, and extend the selection."""
        if self.place is None:
            self.place = self._first_place()
        if self._mark is None:
            self._mark = self.place
        self._move(direction)

    def shift(self, position: int, shifts: Sequence[Shift]) -> None:
        """Stay at the same text where lines of an entry have other numbers."""
        self.place, self._mark = (
            place._replace(line=shifted(place.line, shifts))
            if place is not None and self.entries.position_of(place.message_id) == position
            else place
            for place in (self.place, self._mark)
        )

    def hide(self) -> None:
        """Hide the cursor and clear its selection."""
        self.place = None
        self._let_go()
        self.repaint()

    @property
    def line(self) -> tuple[str, int]:
        """The text of the line that it is in, and its place there."""
        position = self.entries.position_of(self.place.message_id) if self.place else None
        if self.place is None or position is None:
            return "", 0
        text = self._text((position, self.place.line))
        begin = offset_at(text, MARGIN)
        return text[begin:], max(0, offset_at(text, self.place.cell) - begin)

    def go_to(self, place: int) -> None:
        """Move to a place of the text of this line."""
        position = self.entries.position_of(self.place.message_id) if self.place else None
        if self.place is not None and position is not None:
            text = self._text((position, self.place.line))
            cell = width_of(text[: offset_at(text, MARGIN) + place])
            self.place = self.place._replace(cell=max(MARGIN, min(cell, self.window.width - 1)))
            self._select_passed()

    def go_to_edge(self, *, is_end: bool) -> None:
        """Move to the first or the last line of all messages."""
        if len(self.entries):
            position = len(self.entries) - 1 if is_end else 0
            line = self.entries.lay_out(position) - 1 if is_end else 0
            self.place = CaretPlace(self.entries[position].id, line, MARGIN)
            self._select_passed()

    @property
    def is_clear(self) -> bool:
        return self.place is None

    def overlays(self, position: int, line: int) -> Iterable[Overlay]:
        """The cursor, if it is in this line of an entry."""
        place = self.place
        if place is None or place.line != line or self.entries[position].id != place.message_id:
            return ()
        return ((place.cell, place.cell + 1, self.entries[position].context.styles.caret),)

    # -- moving ------------------------------------------------------------------------------------------------------

    def _let_go(self) -> None:
        self._mark, self._is_marking = None, False
        self.selection.clear()

    def _first_place(self) -> CaretPlace | None:
        """The beginning of the chosen message if it is in the window, else of the window."""
        if not len(self.entries):
            return None
        position, line = self.window.anchor
        if (chosen := self.chosen.position) is not None:
            position, line = next((row for row in self.window.rows() if row[0] == chosen), (chosen, 0))
        entry = self.entries[position]
        if (part := entry.part_at(line)) is not None and part.kind is PartKind.SIGNATURE:
            line = part.bottom  # that is no text to be selected
        return CaretPlace(entry.id, line, MARGIN)

    def _move(self, direction: str) -> None:
        position = self.entries.position_of(self.place.message_id) if self.place else None
        if self.place is None or position is None:
            self.place = self._first_place()
            self.repaint()
            return
        row, cell = self._beside((position, self.place.line), self.place.cell, direction)
        self.place = CaretPlace(self.entries[row[0]].id, row[1], cell)
        self.window.bring(row)
        self._select_passed()

    def _beside(self, row: EntryLine, cell: int, direction: str) -> tuple[EntryLine, int]:
        """The line and the cell one step away."""
        page = max(1, self.window.height - 2)
        match direction:
            case "up" | "down" | "page_up" | "page_down":
                lines = {"up": -1, "down": 1, "page_up": -page, "page_down": page}[direction]
                return self.window.row_beside(row, lines), cell
            case "left" | "right":
                return row, self._cell_beside(row, cell, 1 if direction == "right" else -1)
            case "line_start":
                return row, MARGIN
            case "line_end":
                return row, max(MARGIN, width_of(self._text(row).rstrip()) - 1)
            case unknown:
                raise ValueError(unknown)

    def _cell_beside(self, row: EntryLine, cell: int, step: int) -> int:
        text = self._text(row)
        index = offset_at(text, cell) + step
        # What is drawn as one character takes no cell for its further code points.
        while 0 < index < len(text) and width_of(text[:index]) == cell:
            index += step
        return max(MARGIN, min(width_of(text[: max(0, index)]), self.window.width - 1))

    def _text(self, row: EntryLine) -> str:
        return self.entries[row[0]].line(row[1]).text

    def _select_passed(self) -> None:
        mark, place = self._cell_at(self._mark), self._cell_at(self.place)
        if mark is None or place is None:
            self.repaint()
            return
        first, last = sorted((mark, place))
        self.selection.select_cells(first, last)

    def _cell_at(self, place: CaretPlace | None) -> Cell | None:
        position = self.entries.position_of(place.message_id) if place else None
        if place is None or position is None:
            return None
        height = self.entries.lay_out(position)
        return position, min(place.line, height - 1), place.cell

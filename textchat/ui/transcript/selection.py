"""The selected text as a source range, kept in step with Textual's own selection of screen cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from textual.geometry import Offset
from textual.selection import Selection as ScreenSelection

from textchat.render.cells import offset_at, width_of
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry import Entry
from textchat.ui.transcript.layout.entry_parts import EntryPart, PartKind
from textchat.ui.transcript.layout.strips import LINE_UNIT, Overlay
from textchat.ui.transcript.reading_position import ReadingPosition, SourcePoint
from textchat.ui.transcript.source_range import SourcePlace, SourceRange, place_at
from textchat.ui.transcript.window import Window

Cell = tuple[int, int, int]
"""The position of an entry, a line within it, and a cell of that line."""


@dataclass(eq=False, repr=False)
class Selection:
    """The selection in the messages, made by mouse, keys or the program.

    To Textual a selection is a pair of offsets (see `LINE_UNIT`); all changes go through the screen, so that
    there is one selection on it and its own copy command finds this one.
    """

    entries: Entries
    window: Window
    position: ReadingPosition
    tell_screen: Callable[[ScreenSelection | None], None]
    repaint: Callable[[], None]
    range: SourceRange | None = None

    @property
    def text(self) -> str:
        """The exact source of the selection; empty without one."""
        return self.range.text(self.entries) if self.range is not None else ""

    def take(self, selection: ScreenSelection | None) -> None:
        """Convert the screen's selection to a source range."""
        self.range = self._from_screen(selection) if selection is not None else None
        self.repaint()

    def select(self, selected: SourceRange) -> None:
        """Select a source range; does nothing if one of its ends is not shown."""
        positions = selected.positions(self.entries)
        if positions is not None:
            start, end = self._offset_of(positions[0], selected.start), self._offset_of(positions[1], selected.end)
            self.tell_screen(ScreenSelection(start, end))
            self.range = selected
            self.repaint()

    def select_cells(self, first: Cell, last: Cell) -> None:
        """Select the cells from `first` to `last`, both included."""
        start, end = self._offset_at(*first), self._offset_at(*last)
        self.tell_screen(ScreenSelection(start, Offset(end.x + 1, end.y)))

    def select_between(self, one: Cell, other: Cell) -> None:
        """Select from one cell to another, both included, in either order; nothing where no source stands."""
        selected = self._from_cells(min(one, other), max(one, other))
        if selected is None:
            self.clear()
        else:
            self.select(selected)

    def reveal(self, entry: Entry, part: EntryPart, start: int, end: int) -> None:
        """Select a range of a part and scroll its beginning into the window."""
        self.select(SourceRange.within(entry, part.kind, start, end))
        position = self.entries.position_of(entry.id)
        if position is not None and (position, part.line_of(start)) not in self.window.rows():
            self.position.hold(SourcePoint(position, part.kind, start), above=1)
        self.repaint()

    def clear(self) -> None:
        """Clear the selection."""
        self.tell_screen(None)

    def in_part(self, entry: Entry, kind: PartKind) -> tuple[int, int] | None:
        """The selected characters of a part of a message; None if anything else is selected."""
        selected = self.range
        if selected is None or not selected.is_in_one_part:
            return None
        is_there = (selected.start.message_id, selected.start.kind) == (entry.id, kind)
        return (selected.start.offset, selected.end.offset) if is_there else None

    def branch_changed(self) -> None:
        """Keep the selection after a change of branch, if both its ends are still shown."""
        if self.range is not None and self.range.positions(self.entries) is None:
            self.range = None

    @property
    def is_clear(self) -> bool:
        return self.range is None

    def overlays(self, position: int, line: int) -> Iterable[Overlay]:
        """The selected cells of a line of an entry."""
        cells = self.range.cells(self.entries, (position, line)) if self.range is not None else None
        return () if cells is None else ((*cells, self.entries[position].context.styles.selection),)

    # -- from and to the screen's offsets ----------------------------------------------------------------------------

    def _from_screen(self, selection: ScreenSelection) -> SourceRange | None:
        entries = self.entries
        if not len(entries):
            return None
        first = self._cell_of(selection.start) if selection.start else (0, 0, 0)
        position, line, cell = self._cell_of(selection.end) if selection.end else (len(entries) - 1, LINE_UNIT, 1)
        return self._from_cells(first, (position, line, cell - 1))

    def _from_cells(self, first: Cell, last: Cell) -> SourceRange | None:
        """The source from one cell to another, both included."""
        entries = self.entries
        start = end = None
        for position in range(first[0], last[0] + 1):
            entries.lay_out(position)
            line, cell = first[1:] if position == first[0] else (0, 0)
            if start := place_at(entries[position], line, cell, is_end=False):
                break
        for position in range(last[0], first[0] - 1, -1):
            entries.lay_out(position)
            line, cell = last[1:] if position == last[0] else (LINE_UNIT, 0)
            if end := place_at(entries[position], line, cell, is_end=True):
                break
        return SourceRange(start, end) if start and end else None

    def _cell_of(self, offset: Offset) -> Cell:
        position = max(0, min(offset.y, len(self.entries) - 1))
        height = self.entries.lay_out(position)
        line, character = divmod(offset.x, LINE_UNIT)
        text = self.entries[position].line(min(line, height - 1)).text
        return position, line, width_of(text[:character])

    def _offset_of(self, position: int, place: SourcePlace) -> Offset:
        self.entries.lay_out(position)
        part = self.entries[position].part(place.kind)
        if part is None:
            return Offset(0, position)
        y, x = part.drawing.position_of(place.offset)
        return self._offset_at(position, part.top + y, part.left + x)

    def _offset_at(self, position: int, line: int, cell: int) -> Offset:
        text = self.entries[position].line(line).text
        return Offset(line * LINE_UNIT + offset_at(text, cell), position)

"""Drawn rows of an editor's text: where each line breaks, and which cell of which row each place of the text is.

Cells and drawn characters are those of `render.cells`, so that editors and messages are measured by one rule.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from textual.geometry import Offset
from textual.widgets.text_area import DocumentNavigator, WrappedDocument

from textchat.render.cells import offset_at, width_of, wrap
from textchat.ui.input.plain_document import PlainDocument
from textchat.ui.input.text_steps import drawn_places, left_of, right_of, settled

if TYPE_CHECKING:
    from textual.widgets.text_area import Location


@dataclass(frozen=True)
class DrawnLine:
    """One line with its rows; `width` 0 breaks nothing."""

    source: str
    width: int
    tab: int
    known: tuple[int, ...] = (0,)
    """Beginnings of rows that are known, the first ones: a long line is not broken anew for each key."""

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each row begins, in the source."""
        begin = self.drawn_place(self.known[-1])
        rest = self.drawn[begin:]
        if not self.width or 2 * len(rest) <= self.width or width_of(rest) <= self.width:
            return self.known
        rows = wrap(rest, self.width)
        return (*self.known, *(self._source_place(begin + start) for start, _ in rows[1:]))

    def edited(self, source: str, place: int) -> DrawnLine:
        """The line with another text from a place on. Where a row ends may depend on the row behind it."""
        return DrawnLine(source, self.width, self.tab, self.starts[: max(1, self.row_of(place) - 1)])

    @cached_property
    def drawn(self) -> str:
        """The text as drawn: pictures for control characters, which must not reach the terminal, blanks for tabs."""
        if self._places is None:
            return drawn_places(self.source)
        sizes = (end - start for start, end in pairwise(self._places))
        text = zip(drawn_places(self.source), sizes, strict=False)
        return "".join(character * size for character, size in text)

    @cached_property
    def _places(self) -> Sequence[int] | None:
        """The place of each source character in the drawn text, and its end; None if they are the same."""
        if "\t" not in self.source:
            return None
        places, shown, cell = [0], drawn_places(self.source), 0
        for piece in self.source.split("\t"):
            begin = len(places) - 1
            cell += width_of(shown[begin : begin + len(piece)])
            places += range(places[-1] + 1, places[-1] + len(piece) + 1)
            blanks = self.tab - cell % self.tab
            places.append(places[-1] + blanks)
            cell += blanks
        return places[:-1]  # no tab behind the last piece

    def drawn_place(self, place: int) -> int:
        return place if self._places is None else self._places[place]

    def _source_place(self, drawn_place: int) -> int:
        return drawn_place if self._places is None else bisect_right(self._places, drawn_place) - 1

    def row_of(self, place: int) -> int:
        return bisect_right(self.starts, place) - 1

    def bounds(self, row: int) -> tuple[int, int]:
        """Where a row begins and ends, in the source."""
        return self.starts[row], self.starts[row + 1] if row + 1 < len(self.starts) else len(self.source)

    def text(self, start: int, end: int) -> str:
        """The drawn text of a range of the source."""
        return self.drawn[self.drawn_place(start) : self.drawn_place(end)]

    def cell_of(self, place: int) -> int:
        """The cell of a place in its row. Blanks that hang over its end are all at the last cell."""
        cell = width_of(self.text(self.starts[self.row_of(place)], place))
        return min(cell, self.width) if self.width else cell

    def place_at(self, row: int, cell: int) -> int:
        """The place of the character drawn at a cell; behind the row's end, the last place that is on the row."""
        start, end = self.bounds(row)
        begin = self.drawn_place(start)
        place = self._source_place(begin + offset_at(self.text(start, end), cell))
        if row + 1 < len(self.starts) and place >= end:
            return self.last_place(row)
        return left_of(self.source, place + 1) if settled(self.source, place) != place else place

    def last_place(self, row: int) -> int:
        """The last place on a row: its end is the beginning of the next."""
        start, end = self.bounds(row)
        return end if row + 1 == len(self.starts) else max(start, left_of(self.source, end))


class EditorRows(WrappedDocument):
    """All rows of a text. Unlike Textual's, a row never ends inside a drawn character, and no lookup fails."""

    def __init__(self, document: PlainDocument, width: int = 0, tab_width: int = 4) -> None:
        self._text = document
        self._drawn: list[DrawnLine] = []
        self._tops: list[int] = []
        """The first row of each line, and the number of all rows."""
        super().__init__(document, width, tab_width)

    def wrap(self, width: int, tab_width: int | None = None) -> None:
        self._columns, self._tab = width, tab_width or 4
        self._drawn = [DrawnLine(line, self._columns, self._tab) for line in self._text.lines]
        self._count()

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        """Take in an edit: lines that are still the same keep their rows."""
        lines = self._text.lines
        top = min(start[0], old_end[0], new_end[0], len(self._drawn), len(lines))
        kept = min(len(self._drawn) - 1 - max(start[0], old_end[0]), len(lines) - 1 - max(start[0], new_end[0]))
        below = max(0, min(kept, len(self._drawn) - top, len(lines) - top))
        changed, before = lines[top : len(lines) - below], self._drawn[top : len(self._drawn) - below]
        if len(changed) == len(before) == 1:
            self._drawn[top] = before[0].edited(changed[0], min(start, old_end, new_end)[1])
            if len(self._drawn[top].starts) == len(before[0].starts):
                return
        else:
            new = [DrawnLine(line, self._columns, self._tab) for line in changed]
            self._drawn[top : len(self._drawn) - below] = new
        self._count()

    def _count(self) -> None:
        self._tops = [0, *accumulate(len(line.starts) for line in self._drawn)]

    @property
    def lines(self) -> list[list[str]]:
        return [[line.source[slice(*line.bounds(row))] for row in range(len(line.starts))] for line in self._drawn]

    @property
    def height(self) -> int:
        return self._tops[-1]

    def line(self, index: int) -> DrawnLine:
        return self._drawn[max(0, min(index, len(self._drawn) - 1))]

    def row_at(self, y: int) -> tuple[int, int]:
        """The line at a drawn row, and the row within the line; rows beyond the text are its first or last."""
        y = max(0, min(y, self.height - 1))
        index = bisect_right(self._tops, y) - 1
        return index, y - self._tops[index]

    def offset_to_location(self, offset: Offset) -> Location:
        index, row = self.row_at(offset.y)
        return index, self.line(index).place_at(row, max(0, offset.x))

    def location_to_offset(self, location: Location) -> Offset:
        # While Textual undoes, the cursor stands for a moment where there is no text any more.
        index = max(0, min(location[0], len(self._drawn) - 1))
        line = self._drawn[index]
        place = max(0, min(location[1], len(line.source)))
        return Offset(line.cell_of(place), self._tops[index] + line.row_of(place))

    def get_target_document_column(self, line_index: int, x_offset: int, y_offset: int) -> int:
        line = self.line(line_index)
        return line.place_at(y_offset % len(line.starts), max(0, x_offset))

    def get_sections(self, line_index: int) -> list[str]:
        line = self.line(line_index)
        return [line.source[slice(*line.bounds(row))] for row in range(len(line.starts))]

    def get_offsets(self, line_index: int) -> list[int]:
        return list(self.line(line_index).starts[1:])

    def get_tab_widths(self, line_index: int) -> list[int]:
        raise NotImplementedError("tabs are drawn as blanks here")


class EditorNavigator(DocumentNavigator):
    """Ways of the cursor: left and right by drawn character, up and down by drawn row in the same cell."""

    def __init__(self, rows: EditorRows, document: PlainDocument) -> None:
        super().__init__(rows)
        self._rows = rows
        self._text = document

    def get_location_left(self, location: Location) -> Location:
        index, place = location
        if place > 0:
            return index, left_of(self._text[index], place)
        return (index - 1, len(self._text[index - 1])) if index > 0 else (0, 0)

    def get_location_right(self, location: Location) -> Location:
        index, place = location
        if place < len(self._text[index]):
            return index, right_of(self._text[index], place)
        return (index + 1, 0) if index + 1 < self._text.line_count else location

    def get_location_above(self, location: Location) -> Location:
        x, y = self._rows.location_to_offset(location)
        return (0, 0) if y == 0 else self._rows.offset_to_location(Offset(max(x, self.last_x_offset), y - 1))

    def get_location_below(self, location: Location) -> Location:
        x, y = self._rows.location_to_offset(location)
        if y + 1 >= self._rows.height:
            return self._text.end
        return self._rows.offset_to_location(Offset(max(x, self.last_x_offset), y + 1))

    def get_location_home(self, location: Location, smart_home: bool = False) -> Location:
        """The beginning of the drawn row, or of the line if it is there already."""
        index, place = location
        line = self._rows.line(index)
        start = line.bounds(line.row_of(place))[0]
        return index, start if place != start else 0

    def get_location_end(self, location: Location) -> Location:
        """The end of the drawn row, or of the line if it is there already."""
        index, place = location
        line = self._rows.line(index)
        last = line.last_place(line.row_of(place))
        return index, last if place != last else len(line.source)

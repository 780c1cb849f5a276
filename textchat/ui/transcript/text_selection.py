"""What is selected in a branch, held by places in the source: it survives streaming, scrolling and a new width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from rich.cells import cell_len

from textchat.ui.transcript.entries import Branch
from textchat.ui.transcript.entry import Entry
from textchat.ui.transcript.entry_parts import MARGIN, ORDER, SOURCES, Kind, Part

Row: TypeAlias = tuple[int, int]
"""The position of an entry, and a line within it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A gap between two characters of a part of a message."""

    message_id: str
    kind: Kind
    offset: int


@dataclass(frozen=True, slots=True)
class TextSelection:
    """All source text from one place to a later one."""

    start: Place
    end: Place

    @property
    def is_in_one_part(self) -> bool:
        return (self.start.message_id, self.start.kind) == (self.end.message_id, self.end.kind)

    def takes(self, kind: Kind) -> bool:
        """Whether parts of this kind count: what is said about a message counts only if nothing else is selected."""
        return kind in SOURCES or self.is_in_one_part

    def text(self, branch: Branch, positions: tuple[int, int]) -> str:
        """The exact source, an empty line between parts; `positions` are those of the two ends, the first laid out."""
        if self.is_in_one_part:
            return branch[positions[0]].excerpt(self.start.kind, self.start.offset, self.end.offset)
        pieces: list[str] = []
        for position in range(positions[0], positions[1] + 1):
            for kind in SOURCES:
                if kind is Kind.REASONING and branch.is_folded(position):
                    continue
                from_, to = self._range(kind, position, positions)
                if piece := branch.text_of(position, kind)[from_:to]:
                    pieces.append(piece)
        return "\n\n".join(pieces)

    def _range(self, kind: Kind, position: int, positions: tuple[int, int]) -> tuple[int, int | None]:
        from_: int = 0
        to: int | None = None
        if position == positions[0]:
            before = ORDER[kind] - ORDER[self.start.kind]
            from_ = self.start.offset if before == 0 else 0
            to = 0 if before < 0 else None
        if position == positions[1] and to is None:
            after = ORDER[kind] - ORDER[self.end.kind]
            to = self.end.offset if after == 0 else (0 if after > 0 else None)
        return from_, to

    def cells(self, branch: Branch, positions: tuple[int, int], row: Row) -> tuple[int, int] | None:
        """The cells of a line that are selected."""
        position, line = row
        entry = branch[position]
        part = entry.part_at(line) if positions[0] <= position <= positions[1] else None
        if part is None or not self.takes(part.kind):
            return None
        left = MARGIN + part.indent
        first, past = left, left + cell_len(part.drawing.line(line - part.top).text.rstrip())
        if position == positions[0]:
            y, x = _row_of(entry, self.start)
            if line < y:
                return None
            first = max(first, x) if line == y else first
        if position == positions[1]:
            y, x = _row_of(entry, self.end)
            if line > y:
                return None
            past = min(past, x) if line == y else past
        return (first, past) if first < past else None


def place_at(entry: Entry, line: int, cell: int, *, is_end: bool) -> Place | None:
    """The place at a cell of a laid out entry: before the character there, or with `is_end` after it.

    Where nothing of the source stands, it is the next piece of source below, or with `is_end` the one above; None where
    the entry has none.
    """
    height = _height(entry)
    for each in range(min(line, height - 1), -1, -1) if is_end else range(line, height):
        part = entry.part_at(each)
        if part is None:
            continue
        x = cell - MARGIN - part.indent if each == line else None
        span = _span(part, each - part.top, x, is_end)
        if span is None and x is not None and not is_end and (row := _span(part, each - part.top, None, is_end)):
            # Behind the end of a line: what follows there is the end of that line.
            return Place(entry.id, part.kind, row[1])
        if span is not None:
            return Place(entry.id, part.kind, span[1] if is_end else span[0])
    return None


def _span(part: Part, y: int, x: int | None, is_end: bool) -> tuple[int, int] | None:
    """The source from cell `x` on, or with `is_end` up to and with it; of the whole line for None."""
    widest = cell_len(part.drawing.line(y).text)
    if is_end:
        return part.drawing.source_span(y, 0, widest if x is None else max(0, x + 1))
    return part.drawing.source_span(y, 0 if x is None else max(0, x), widest)


def _height(entry: Entry) -> int:
    last = entry.parts[-1] if entry.parts else None
    return last.top + last.drawing.height if last else 0


def _row_of(entry: Entry, place: Place) -> tuple[int, int]:
    """The line and the cell of a place in a laid out entry; the line above all where its part is not shown."""
    part = entry.part(place.kind)
    if part is None:
        return -1, 0
    y, x = part.drawing.position_of(place.offset)
    return part.top + y, MARGIN + part.indent + x

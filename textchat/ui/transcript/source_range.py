"""A source range of messages, such as a selection: it survives streaming, scrolling and changes of width."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.render.cells import width_of
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry import Entry
from textchat.ui.transcript.layout.entry_parts import ORDER, SOURCES, EntryPart, PartKind
from textchat.ui.transcript.window import EntryLine


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """A place between two characters of a part of a message."""

    message_id: str
    kind: PartKind
    offset: int


@dataclass(frozen=True, slots=True)
class SourceRange:
    """The source text from one place to a later one."""

    start: SourcePlace
    end: SourcePlace

    @classmethod
    def within(cls, entry: Entry, kind: PartKind, start: int, end: int) -> SourceRange:
        """A range within one part of a message."""
        return cls(SourcePlace(entry.id, kind, start), SourcePlace(entry.id, kind, end))

    @property
    def is_in_one_part(self) -> bool:
        return (self.start.message_id, self.start.kind) == (self.end.message_id, self.end.kind)

    def takes(self, kind: PartKind) -> bool:
        """Whether parts of this kind are included: notes about a message only if nothing else is selected."""
        return kind in SOURCES or self.is_in_one_part

    def positions(self, entries: Entries) -> tuple[int, int] | None:
        """The positions of the entries of both ends; None if one is not shown."""
        first, last = entries.position_of(self.start.message_id), entries.position_of(self.end.message_id)
        return None if first is None or last is None else (first, last)

    def text(self, entries: Entries) -> str:
        """The exact source, with an empty line between parts; empty if an end is not shown."""
        positions = self.positions(entries)
        if positions is None:
            return ""
        if self.is_in_one_part:
            entries.lay_out(positions[0])
            return entries[positions[0]].excerpt(self.start.kind, self.start.offset, self.end.offset)
        texts: list[str] = []
        for position in range(positions[0], positions[1] + 1):
            for kind in SOURCES:
                if kind is PartKind.REASONING and entries.is_folded(position):
                    continue
                start, end = self._bounds(kind, position, positions)
                if text := entries.text_of(position, kind)[start:end]:
                    texts.append(text)
        return "\n\n".join(texts)

    def _bounds(self, kind: PartKind, position: int, positions: tuple[int, int]) -> tuple[int, int | None]:
        """The included characters of a part; an end of None means the end of the part."""
        start: int = 0
        end: int | None = None
        if position == positions[0]:
            before = ORDER[kind] - ORDER[self.start.kind]
            start = self.start.offset if before == 0 else 0
            end = 0 if before < 0 else None
        if position == positions[1] and end is None:
            after = ORDER[kind] - ORDER[self.end.kind]
            end = self.end.offset if after == 0 else (0 if after > 0 else None)
        return start, end

    def cells(self, entries: Entries, row: EntryLine) -> tuple[int, int] | None:
        """The included cells of a line that is laid out."""
        positions = self.positions(entries)
        position, line = row
        if positions is None or not positions[0] <= position <= positions[1]:
            return None
        entry = entries[position]
        part = entry.part_at(line)
        if part is None or not self.takes(part.kind):
            return None
        first, past = part.left, part.left + width_of(part.drawing.line(line - part.top).text.rstrip())
        if position == positions[0]:
            y, x = _cell_of(entry, self.start)
            if line < y:
                return None
            first = max(first, x) if line == y else first
        if position == positions[1]:
            y, x = _cell_of(entry, self.end)
            if line > y:
                return None
            past = min(past, x) if line == y else past
        return (first, past) if first < past else None


def place_at(entry: Entry, line: int, cell: int, *, is_end: bool) -> SourcePlace | None:
    """The place at a cell of a laid out entry: before the character there, or with `is_end` after it.

    Where nothing of the source stands, it is the next piece of source below, or with `is_end` the one above; None where
    the entry has none.
    """
    height = entry.parts[-1].bottom if entry.parts else 0
    for y in range(min(line, height - 1), -1, -1) if is_end else range(line, height):
        part = entry.part_at(y)
        if part is None or part.kind is PartKind.ATTACHMENT:
            continue  # a card has a name to be found by, and no text
        x = cell - part.left if y == line else None
        span = _span(part, y - part.top, x, is_end)
        if span is None and x is not None and not is_end and (row := _span(part, y - part.top, None, is_end)):
            # Behind the end of a line: what follows there is the end of that line.
            return SourcePlace(entry.id, part.kind, row[1])
        if span is not None:
            return SourcePlace(entry.id, part.kind, span[1] if is_end else span[0])
    return None


def _span(part: EntryPart, y: int, x: int | None, is_end: bool) -> tuple[int, int] | None:
    """The source from cell `x` on or, with `is_end`, up to it; None means the whole line."""
    widest = width_of(part.drawing.line(y).text)
    if is_end:
        return part.drawing.source_span(y, 0, widest if x is None else max(0, x + 1))
    return part.drawing.source_span(y, 0 if x is None else max(0, x), widest)


def _cell_of(entry: Entry, place: SourcePlace) -> tuple[int, int]:
    """The line and the cell of a place in a laid out entry; the line above all if its part is not shown."""
    part = entry.part(place.kind)
    if part is None:
        return -1, 0
    y, x = part.drawing.position_of(place.offset)
    return part.top + y, part.left + x

"""The reading position by text instead of lines, so that it survives changes of width and theme, and restarts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from textchat.core.conversation import ReadingPlace
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry_parts import EntryPart, PartKind
from textchat.ui.transcript.window import EntryLine, Window


class SourcePoint(NamedTuple):
    """A source character of an entry."""

    position: int
    kind: PartKind
    offset: int


@dataclass(eq=False, repr=False)
class ReadingPosition:
    """Determines the text at the top of the window, and scrolls the window to a text."""

    entries: Entries
    window: Window
    repaint: Callable[[], None]
    after_refresh: Callable[[Callable[[], None]], object]
    """Calls a function once the screen is laid out."""
    _kept: tuple[str, int] | None = None
    _awaited: ReadingPlace | None = None
    """The pending scroll position: applied once there is a size, and kept until the screen is laid out."""

    # -- at another width --------------------------------------------------------------------------------------------

    def top(self) -> SourcePoint | None:
        """The first source character in the window; None without text or size."""
        held = self.held()
        return None if held is None else held[0]

    def held(self) -> tuple[SourcePoint, int] | None:
        """The first source character in the window, and the lines above it that have none, such as a signature."""
        position, first = self.window.anchor
        context = self.entries.context
        if context is None or position >= len(self.entries):
            return None
        entry = self.entries[position]
        for line in range(first, first + self.window.height):
            part = entry.part_at(line)
            span = part.drawing.source_span(line - part.top, 0, context.width) if part else None
            if part is not None and span is not None:
                return SourcePoint(position, part.kind, span[0]), line - first
        return None

    def hold(self, point: SourcePoint, above: int = 0) -> None:
        """Scroll to a source character, with `above` lines before it."""
        self.entries.lay_out(point.position)
        part = self.entries[point.position].part(point.kind)
        line = self.window.exact(point.position, part.line_of(point.offset) if part else 0, above=max(0, above))
        part = self.entries[point.position].part(point.kind)  # counted again: an estimate stood for a passage
        self.window.hold(point.position, (part.line_of(point.offset) if part else line) - above)

    # -- while other messages are shown ------------------------------------------------------------------------------

    def keep(self) -> None:
        """Save the line at the top for `kept_row`; at the end, save nothing."""
        position, line = self.window.anchor
        is_held = not self.window.following and position < len(self.entries)
        self._kept = (self.entries.sources[position].id, line) if is_held else None

    def forget(self) -> None:
        """Drop the saved line and any pending scroll."""
        self._kept = self._awaited = None

    def kept_row(self) -> EntryLine | None:
        """The saved line, if its message is shown."""
        position = self.entries.position_of(self._kept[0]) if self._kept else None
        return (position, self._kept[1]) if self._kept and position is not None else None

    # -- over a restart ----------------------------------------------------------------------------------------------

    @property
    def place(self) -> ReadingPlace | None:
        """The scroll position for `return_to`; None at the end."""
        context = self.entries.context
        if context is None or self._awaited is not None:
            return self._awaited
        position, line = self.window.anchor
        if self.window.following or position >= len(self.entries):
            return None
        entry = self.entries[position]
        part = entry.part(PartKind.TEXT)
        if part is None:
            return ReadingPlace(entry.id, above=-line)
        offset = _offset_near(part, line - part.top, context.width)
        return ReadingPlace(entry.id, offset, above=_line_of(part, offset) - line)

    def return_to(self, place: ReadingPlace | None) -> None:
        """Scroll to a position, once there is a size; to the end if its message is gone."""
        self._awaited = place
        self.settle()

    def go_to_message(self, message_id: str, offset: int = 0) -> None:
        """Scroll to the beginning of a message, or so far that a character is in view; nothing if it is not shown."""
        self._awaited = None
        position = self.entries.position_of(message_id)
        if position is None:
            return
        if self.entries.context is None or offset:
            self.return_to(ReadingPlace(message_id, offset, above=self.window.height // 3))
            return
        self.window.hold(position, 0)
        self.repaint()

    def settle(self) -> None:
        """Perform the pending scroll, if there is a size now."""
        if self.entries.context is None or self._awaited is None:
            return
        # The first size may be a line taller than the last one is: a place near the end would be taken for the end.
        place = self._awaited
        self.after_refresh(lambda: self._arrive(place))
        position = self.entries.position_of(place.message_id)
        if position is None:
            self.window.go_to_end()
        else:
            self.entries.lay_out(position)
            part = self.entries[position].part(PartKind.TEXT)
            line = _line_of(part, place.offset) if part else 0
            self.window.exact(position, line, above=max(0, place.above), below=max(0, -place.above))
            part, height = self.entries[position].part(PartKind.TEXT), self.entries[position].height
            line = _line_of(part, place.offset) if part else 0
            # Folded anew, or drawn at another width, it may have fewer lines than it had.
            self.window.hold(position, max(0, min(line - place.above, height - 1)))
        self.repaint()

    def _arrive(self, place: ReadingPlace) -> None:
        if self._awaited is place:
            self._awaited = None


def _offset_near(part: EntryPart, line: int, width: int) -> int:
    """The first character on a line of a part, else on the next line that has one, else on one before; else 0."""
    height = part.drawing.height
    line = max(0, min(line, height - 1))
    for near in (*range(line, height), *range(line - 1, -1, -1)):
        if span := part.drawing.source_span(near, 0, width):
            return span[0]
    return 0


def _line_of(part: EntryPart, offset: int) -> int:
    """The line of the entry with this character of the part; an offset out of range is moved to the nearest."""
    return part.line_of(max(0, min(offset, len(part.drawing.text))))

"""Keeps where the numbers of sources stand in what is drawn, and converts its offsets to those of the source."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from textchat.core.parts.number_marks import Mark
from textchat.ui.transcript.cited.marks import without_numbers


class _Number(NamedTuple):
    start: int
    """In what is drawn."""
    end: int
    mark: Mark
    added: int
    """Characters that are drawn and not in the source, up to its end."""


class Numbers:
    """The numbers in a drawn text, ascending; each is noted once."""

    def __init__(self) -> None:
        self._all: list[_Number] = []

    def __bool__(self) -> bool:
        return bool(self._all)

    @property
    def added(self) -> int:
        """Characters that are drawn and not in the source."""
        return self._all[-1].added if self._all else 0

    def note(self, mark: Mark, length: int) -> None:
        """Note a number behind all others; it is drawn as `length` characters."""
        start = mark.start + self.added
        self._all.append(_Number(start, start + length, mark, self.added + length - (mark.end - mark.start)))

    def at(self, drawn: int) -> int | None:
        """The number at a character of what is drawn."""
        found = self._before(drawn)
        return found.mark.number if found is not None and drawn < found.end else None

    def to_source(self, drawn: int) -> int:
        """The character of the source that is drawn there, or the one behind an inserted number."""
        found = self._before(drawn)
        if found is None:
            return drawn
        return (
            drawn - found.added if drawn >= found.end else min(found.mark.end, found.mark.start + drawn - found.start)
        )

    def to_drawn(self, source: int) -> int:
        """Where a character of the source is drawn."""
        at = bisect_right(self._all, source, key=lambda number: number.mark.start) - 1
        if at < 0:
            return source
        found = self._all[at]
        if source < found.mark.end:
            return found.start + source - found.mark.start
        return source + found.added

    def source_of(self, drawn: str) -> str:
        """The source of what is drawn."""
        return without_numbers(drawn) if self._all else drawn

    def _before(self, drawn: int) -> _Number | None:
        at = bisect_right(self._all, drawn, key=lambda number: number.start) - 1
        return self._all[at] if at >= 0 else None

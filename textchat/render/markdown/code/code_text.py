"""Stores the exact lines of a code block and their places in the source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from textchat.core.text.sanitize import revealed
from textchat.render.cells import graphemes

_LONGEST, _REACH = 4_096, 64
"""Characters of a line that are kept together, and how far to look for a place to cut it."""
SURELY_CUT = _LONGEST + _REACH
"""Characters of a line after which it is cut in any case."""
_TAB = 4
"""Cells between tab stops within code."""


def cut_code(line: str) -> int:
    """Where a line of code is cut: between what is drawn as two characters, and 0 as long as it is short enough."""
    if len(line) < SURELY_CUT:
        return 0
    if line.isascii():
        return _LONGEST
    begin = _LONGEST - _REACH
    starts = (begin + first for first, _, _ in graphemes(line[begin:SURELY_CUT]))
    return next((at for at in starts if at >= _LONGEST), _LONGEST)


class CodeText:
    """Lines of code that grow at their end. A very long line is kept as several parts, each continuing the last.

    `cut` says where to cut a line; it must say the same of a line that goes on.
    """

    def __init__(self, cut: Callable[[str], int] = cut_code) -> None:
        self._cut = cut
        self.lines: list[str] = []
        """The code, exact."""
        self._sources: list[int] = []
        self._pads: dict[int, int] = {}
        """Lines whose first columns are the rest of a tab, and how many columns."""
        self._continued: set[int] = set()
        """The lines that go on with the one before them."""

    def add_line(self, text: str, offset: int, pad: int = 0) -> None:
        """Add a line that starts at `offset` of the source, with `pad` columns of a tab that was split before it."""
        if pad:
            self._pads[len(self.lines)] = pad
        self.lines.append(text)
        self._sources.append(offset)
        self._cut_last()

    def extend(self, text: str) -> None:
        """Add text to the last line."""
        self.lines[-1] += text
        self._cut_last()

    def _cut_last(self) -> None:
        """Split a very long line, so that the cost of appending to it is bounded."""
        while cut := self._cut(line := self.lines[-1]):
            self.lines[-1] = line[:cut]
            self._continued.add(len(self.lines))
            self.lines.append(line[cut:])
            self._sources.append(self._sources[-1] + cut)

    def goes_on(self, index: int) -> bool:
        """Whether a line continues the one before it."""
        return index in self._continued

    def last_line(self) -> str:
        """The last line, including all its parts."""
        first = len(self.lines) - 1
        while first in self._continued:
            first -= 1
        return "".join(self.lines[first:])

    def __str__(self) -> str:
        """The exact code, without a newline at its end."""
        return self._joined(0, [self._padded(index) for index in range(len(self.lines))])

    def _padded(self, index: int) -> str:
        return " " * self._pads.get(index, 0) + self.lines[index]

    def _joined(self, first: int, lines: list[str]) -> str:
        """The lines from `first` on as one text."""
        return "".join(
            ("" if index == first or index in self._continued else "\n") + line
            for index, line in enumerate(lines, first)
        )

    def is_plain(self, index: int) -> bool:
        """Whether a line is drawn unchanged, one cell per character."""
        line = self.lines[index]
        return line.isascii() and "\t" not in line and index not in self._pads

    def drawn(self, index: int) -> str:
        """A line in its drawn form."""
        line = self._padded(index) if self._pads else self.lines[index]
        return revealed(line.expandtabs(_TAB) if "\t" in line else line)

    # Source

    def line_at(self, offset: int) -> int:
        """The line with the source character at `offset`; -1 before the first."""
        return bisect_right(self._sources, offset) - 1

    def source_of(self, index: int, start: int, end: int) -> tuple[int, int]:
        """The source range of characters [start, end) of a drawn line."""
        places = self._places(index)
        return self._sources[index] + places[start], self._sources[index] + places[end]

    def drawn_index(self, index: int, offset: int) -> int:
        """The index in a drawn line that shows the source character at `offset`."""
        return bisect_right(self._places(index), offset - self._sources[index] - 1)

    def _places(self, index: int) -> list[int]:
        """The index in the line for each character of the drawn line, and for its end."""
        pad = self._pads.get(index, 0)
        places, column = [0] * pad, pad
        for place, character in enumerate(self.lines[index]):
            cells = _TAB - column % _TAB if character == "\t" else 1
            places += [place] * cells
            column += cells
        return [*places, len(self.lines[index])]

    def excerpt(self, start: int, end: int) -> str | None:
        """The code between two offsets of the source; None unless both are within it."""
        first, last = self.line_at(start), self.line_at(max(start, end - 1))
        if first < 0 or end > self._sources[last] + len(self.lines[last]) + 1:
            return None
        lines = [self._padded(index) for index in range(first, last + 1)]
        ending = "\n" if end > self._sources[last] + len(self.lines[last]) else ""
        lines[-1] = lines[-1][: self._pads.get(last, 0) + end - self._sources[last]]
        if start > self._sources[first]:
            lines[0] = lines[0][self._pads.get(first, 0) + start - self._sources[first] :]
        return self._joined(first, lines) + ending

"""Draws text as typed: wrapped at the width, every space kept, no markup."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from textchat.core.text.sanitize import revealed, visible
from textchat.render.cells import slice_of, width_of, wrap
from textchat.ui.terminal.drawing.plain_strip import PlainStrip

TAB = 4
"""Cells from one tab stop to the next."""


class PlainText:
    """Lines of exactly `width` cells for an unchanging text, with the interface of `Document`."""

    def __init__(self, text: str, style: Style, width: int, *, reveals: bool = False) -> None:
        """`reveals`: the text is a name or code, in which nothing may be hidden."""
        self.text = text
        self._style = style
        self._width = max(2, width)
        self._drawn, self._offsets = _expanded((revealed if reveals else visible)(text.replace("\r\n", " \n")))
        self._rows: list[tuple[int, int]] = []
        self._strips: dict[int, Strip] = {}

    @property
    def height(self) -> int:
        return len(self._laid())

    def set_width(self, width: int) -> None:
        width = max(2, width)
        if width != self._width:
            self._width, self._rows = width, []
            self._strips.clear()

    def set_style(self, style: Style) -> None:
        self._style = style
        self._strips.clear()

    def line(self, y: int) -> Strip:
        """Line `y`; raises IndexError if out of range."""
        strip = self._strips.get(y)
        if strip is None:
            text = self._row(y)
            padding = " " * (self._width - width_of(text))
            strip = self._strips[y] = PlainStrip([Segment(text + padding, self._style)], self._width)
        return strip

    def source_span(self, y: int, start: int, end: int) -> tuple[int, int] | None:
        """The characters of the text in cells `start` to `end` of line `y`; None if there are none."""
        text = self._row(y)
        first, past = slice_of(text, max(0, start), max(0, end))
        if start >= end or first >= past:
            return None
        row = self._laid()[y][0]
        # A tab may be cut by the end of the line: it belongs to both.
        return self._source(row + first), self._source(row + past - 1) + 1

    def position_of(self, offset: int) -> tuple[int, int]:
        """The line and the cell of the character at `offset`."""
        drawn = offset if self._offsets is None else bisect_left(self._offsets, offset)
        rows = self._laid()
        y = max(0, bisect_right(rows, drawn, key=lambda row: row[0]) - 1)
        start, end = rows[y]
        return y, width_of(self._drawn[start : min(drawn, end)])

    def _row(self, y: int) -> str:
        start, end = self._laid()[y]
        return self._drawn[start:end]

    def _source(self, drawn: int) -> int:
        return drawn if self._offsets is None else self._offsets[drawn]

    def _laid(self) -> list[tuple[int, int]]:
        if not self._rows:
            self._rows = wrap(self._drawn, self._width)
        return self._rows


def _expanded(text: str) -> tuple[str, list[int] | None]:
    """`text` with tabs as spaces, and the position of each character in `text`; None: unchanged."""
    if "\t" not in text:
        return text, None
    pieces: list[str] = []
    offsets: list[int] = []
    x = 0
    for run in re.finditer("[\t\n]|[^\t\n]+", text):
        piece, offset = run.group(), run.start()
        if piece == "\t":
            piece = " " * (TAB - x % TAB)
        x = 0 if piece == "\n" else x + width_of(piece)
        pieces.append(piece)
        offsets += [offset] * len(piece) if run.group() == "\t" else range(offset, run.end())
    return "".join(pieces), offsets

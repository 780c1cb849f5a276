"""The sources below an answer: a line each, or one line for many."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip

from textchat.core.parts.citation import Citation
from textchat.core.text.sanitize import plain_line, plain_name, revealed
from textchat.render.cells import fitted, slice_of, width_of
from textchat.render.markdown import Link
from textchat.ui.terminal.drawing.plain_strip import PlainStrip
from textchat.ui.transcript.layout.styles import TranscriptStyles

FOLDED_FROM = 9
"""Sources from which on they are one line until they are asked for."""
MOST_LISTED = 1_000
"""More sources are counted."""
_LONGEST_TITLE, _LONGEST_HOST = 200, 100


def source_lines(citations: Sequence[Citation]) -> str:
    """The sources as they are listed, a line each: number, title and host."""
    return "\n".join(
        f"[{number}] {source_line(citation)}" for number, citation in enumerate(citations[:MOST_LISTED], 1)
    )


def source_line(citation: Citation) -> str:
    """A source on one line: title and host."""
    from textchat.core.text.addresses import host_of  # few answers name sources

    host = plain_name(host_of(citation.url).removeprefix("www."), _LONGEST_HOST)
    title = plain_line(citation.title or "", _LONGEST_TITLE)
    return " · ".join(filter(None, (title, host))) or plain_name(citation.url, _LONGEST_TITLE)


class SourceList:
    """Lines of exactly `width` cells, with the interface of `Document`; each line is a link."""

    def __init__(self, citations: Sequence[Citation], styles: TranscriptStyles, width: int, *, is_folded: bool) -> None:
        self.made_of = citations, styles, is_folded
        self.text = source_lines(citations)
        self._citations = citations[:MOST_LISTED]
        self._count = len(citations)
        self._lines = self.text.split("\n")
        self._starts = [0]
        for line in self._lines[:-1]:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._styles = styles
        self._width = max(2, width)
        self.is_long = len(citations) >= FOLDED_FROM
        self._is_folded = is_folded and self.is_long
        self._strips: dict[int, Strip] = {}

    @property
    def height(self) -> int:
        return 1 if self._is_folded else len(self._lines) + self.is_long

    def set_width(self, width: int) -> None:
        """Set another width."""
        self._width = max(2, width)
        self._strips.clear()

    def line(self, y: int) -> Strip:
        """Line `y`."""
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._drawn(y)
        return strip

    def is_header(self, y: int) -> bool:
        """Whether line `y` folds and unfolds the others."""
        return self.is_long and y == 0

    def source_span(self, y: int, start: int, end: int) -> tuple[int, int] | None:
        """The characters of `text` in cells `start` to `end` of line `y`."""
        if self.is_header(y):
            return None
        number = y - self.is_long
        first, past = slice_of(self._lines[number], max(0, start), max(0, min(end, self._width)))
        return (self._starts[number] + first, self._starts[number] + past) if first < past else None

    def position_of(self, offset: int) -> tuple[int, int]:
        """The line and the cell of the character at `offset`; the header where the lines are folded."""
        if self._is_folded:
            return 0, 0
        number = max(0, bisect_right(self._starts, offset) - 1)
        return number + self.is_long, min(
            self._width - 1, width_of(self._lines[number][: offset - self._starts[number]])
        )

    def link_at(self, y: int, x: int) -> str | None:
        """The address of the source on a line."""
        is_text = not self.is_header(y) and 0 <= x < width_of(self._lines[y - self.is_long])
        return self._citations[y - self.is_long].url if is_text else None

    def links(self) -> Sequence[Link]:
        """All sources, in order, be they folded or not."""
        return [
            Link(start, start + len(line), citation.url)
            for start, line, citation in zip(self._starts, self._lines, self._citations, strict=True)
        ]

    def _drawn(self, y: int) -> Strip:
        if self.is_header(y):
            mark = "▸" if self._is_folded else "▾"
            header = fitted(f"{mark} {self._count:,} sources", self._width)
            return PlainStrip([Segment(header, self._styles.note)], self._width)
        line = fitted(revealed(self._lines[y - self.is_long]), self._width)
        behind = line.find("]") + 1 or len(line)
        return PlainStrip(
            [Segment(line[:behind], self._styles.text.link), Segment(line[behind:], self._styles.note)], self._width
        )

"""Draws blocks of HTML: those that models write among prose (`<details>`, `<p align=…>`) readable, others as source."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from rich.segment import Segment

from textchat.render.cells import offset_at, slice_of, width_of, wrap
from textchat.render.markdown.code.code_text import SURELY_CUT, CodeText, cut_code
from textchat.render.markdown.code.verbatim import Verbatim
from textchat.render.markdown.inline.html_tags import OpenLists
from textchat.render.markdown.inline.parse import parse_html_line
from textchat.render.markdown.inline.tag_syntax import may_be_prose
from textchat.render.spans import InlineText, Link, Span, links_in, place_in, source_range, span_segments, spans_between
from textchat.render.styles import SpanStyle, Styles

_HALF_TAG = re.compile(r"<[A-Za-z/!?]?[^<>]*$")
_TAG_START = re.compile(r"(?<!^)<[A-Za-z]")
_ROW_START = re.compile(r"<(?:li|tr|p|div|h[1-6]|br|summary|details|blockquote)\b", re.IGNORECASE)
_MOST_TAGS = 120
"""Tags of a line that are drawn anew with each piece that comes: 4 ms."""
_RULE = re.compile(r"\s*<hr\b[^<>]*>\s*", re.IGNORECASE)


class _Line(NamedTuple):
    """A line of the source as it is drawn."""

    source: str
    is_open: bool
    """Whether it may grow."""
    drawn: InlineText
    rows: list[tuple[int, int]]
    """As ranges of the drawn text; none where nothing is drawn."""
    lists: tuple[int | None, ...]
    """Those that are open behind it."""


class HtmlBlock(Verbatim):
    """A block of HTML. Its first tag decides how it is drawn, and each line is drawn by itself."""

    def __init__(self) -> None:
        super().__init__(is_html=True, text=CodeText(_cut))
        self._readable = False
        self._prose_width = 0
        self._lines: list[_Line] = []
        self._tops: list[int] = []
        """The first row of each line, and behind the last."""

    # Laying out

    def lay(self, width: int) -> int:
        was_readable = self._readable
        self._readable = may_be_prose(self.text.lines[0], self.is_open and len(self.text.lines) == 1)
        rows = self._lay_readable(width) if self._readable else super().lay(width)
        if self._readable != was_readable:
            self.changed = 0
        return rows

    def _lay_readable(self, width: int) -> int:
        if width != self._prose_width:
            self._prose_width = width
            self._lines, self._tops = [], []
        count = len(self.text.lines)
        while self._lines and self._lines[-1][:2] != self._written(len(self._lines) - 1):
            self._lines.pop()
        del self._tops[len(self._lines) :]
        row = self.changed = self._tops[-1] + len(self._lines[-1].rows) if self._lines else 0
        for index in range(len(self._lines), count):
            line = self._line(*self._written(index))
            self._lines.append(line)
            self._tops.append(row)
            row += len(line.rows)
        return row

    def _written(self, index: int) -> tuple[str, bool]:
        return self.text.lines[index], self.is_open and index == len(self.text.lines) - 1

    def _line(self, source: str, is_open: bool) -> _Line:
        width = max(self._prose_width, 2)
        lists = self._lines[-1].lists if self._lines else ()
        if _RULE.fullmatch(source):
            spans = [Span(0, SpanStyle.TARGET, "", 0, len(source), False)]
            return _Line(source, is_open, InlineText("─" * width, spans, False), [(0, width)], lists)
        shown = _HALF_TAG.sub("", source) if is_open else source
        lead = len(shown) - len(shown.lstrip())
        drawn = parse_html_line(shown.strip(), around := OpenLists(lists))
        if lead:
            drawn = drawn._replace(spans=[span.moved(0, lead) for span in drawn.spans])
        return _Line(source, is_open, drawn, list(_drawn_rows(drawn.plain, width)), tuple(around.numbers))

    @property
    def settled(self) -> int:
        if not self._readable:
            return super().settled
        if not self._tops:
            return 0
        return self._tops[-1] if self.is_open else self._tops[-1] + len(self._lines[-1].rows)

    # Drawing

    def _place(self, row: int) -> tuple[int, _Line, int, int]:
        """The line that is drawn on a row, and the range of its drawn text there."""
        index = bisect_right(self._tops, row) - 1
        line = self._lines[index]
        return (index, line, *line.rows[row - self._tops[index]])

    def draw(self, row: int, styles: Styles) -> list[Segment]:
        if not self._readable:
            return super().draw(row, styles)
        _, line, start, end = self._place(row)
        spans = spans_between(line.drawn.spans, start, end)
        return span_segments(line.drawn.plain[start:end], start, spans, styles, styles.text)

    def source_of(self, row: int, start: int, end: int) -> tuple[int, int] | None:
        if not self._readable:
            return super().source_of(row, start, end)
        index, line, row_start, row_end = self._place(row)
        plain = line.drawn.plain
        first, last = (row_start + place for place in slice_of(plain[row_start:row_end], start, end))
        if first >= last:
            return None
        begin, stop = source_range(line.drawn.spans, first, last)
        begin = 0 if first == 0 else begin
        stop = len(line.source) if last == len(plain) else stop
        return self._start_of(index) + begin, self._start_of(index) + max(begin + 1, stop)

    def _start_of(self, index: int) -> int:
        """Where a line begins in the source."""
        return self.text.source_of(index, 0, 0)[0]

    def place_of(self, offset: int) -> tuple[int, int]:
        if not self._readable:
            return super().place_of(offset)
        index = self.text.line_at(offset)
        if index < 0:
            return 0, 0
        line = self._lines[index]
        at = place_in(line.drawn.spans, offset - self._start_of(index))
        for number, (start, end) in enumerate(line.rows):
            if at < end or number == len(line.rows) - 1:
                return self._tops[index] + number, width_of(line.drawn.plain[start : max(start, min(at, end))])
        return max(0, min(self._tops[index], self._tops[-1] + len(self._lines[-1].rows) - 1)), 0

    def links(self) -> Iterator[Link]:
        for index, line in enumerate(self._lines if self._readable else []):
            start = self._start_of(index)
            for link in links_in(line.drawn.spans):
                yield Link(start + link.start, start + link.end, link.target)

    def link_at(self, row: int, cell: int) -> str | None:
        if not self._readable:
            return None
        _, line, start, end = self._place(row)
        place = start + offset_at(line.drawn.plain[start:end], cell)
        return spans_between(line.drawn.spans, place, place + 1)[-1].href or None if place < end else None


def _cut(line: str) -> int:
    """Where a line full of tags is cut: at the last tag that begins a row, or else at the last that begins."""
    starts = [tag.start() for tag in islice(_TAG_START.finditer(line, 0, SURELY_CUT), _MOST_TAGS + 1)]
    if len(starts) <= _MOST_TAGS:
        return cut_code(line)
    starts.pop()  # its name may not be complete
    return next((start for start in reversed(starts) if _ROW_START.match(line, start)), starts[-1])


def _drawn_rows(text: str, width: int) -> Iterator[tuple[int, int]]:
    """The rows of a line without empty ones, and without blanks at the beginning: between tags they mean nothing."""
    for start, end in wrap(text, width):
        words = text[start:end].lstrip(" ")
        if words:
            yield end - len(words), end

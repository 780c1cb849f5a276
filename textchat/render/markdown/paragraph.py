"""Paragraphs and headings: wrapped inline text, parsed incrementally, so that long ones cost no more as they grow."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from rich.segment import Segment
from rich.style import Style

from textchat.render.cells import offset_at, slice_of, width_of, wrap
from textchat.render.markdown.block import Block
from textchat.render.markdown.inline.definitions import LONGEST_HELD, LinkDefinitions, may_define
from textchat.render.markdown.inline.live_tail import LiveTail
from textchat.render.markdown.inline.parse import parse
from textchat.render.markdown.inline.stream import InlineStream
from textchat.render.markdown.inline.text_buffer import TextBuffer
from textchat.render.spans import (
    InlineText,
    Link,
    Span,
    links_in,
    place_in,
    source_range,
    span_segments,
    spans_between,
)
from textchat.render.styles import Styles


class Paragraph(Block):
    """A paragraph (level 0) or a heading."""

    def __init__(self, definitions: LinkDefinitions, level: int = 0) -> None:
        self.level = level
        self._text = TextBuffer()
        """The Markdown of all its lines, joined by newlines, without their indentation."""
        self._line_starts: list[int] = []
        self._line_sources: list[int] = []
        self._definitions = definitions
        self._has_brackets = False
        self._seen = 0
        """How many definitions were known when its beginning was parsed."""
        self._reset()

    def _reset(self) -> None:
        self._stream = InlineStream(self._definitions)
        self._live = LiveTail()
        self._tail = InlineText("", [], False)
        self._tail_spans: list[Span] = []
        self._stale = True
        self._unlay(0)
        self._is_new = True
        """Whether nothing of what was drawn before holds."""

    def _unlay(self, width: int) -> None:
        self._width = width
        self._rows: list[tuple[int, int]] = []
        self._row_start = 0
        self._tail_rows: list[tuple[int, int]] = []

    # Growing

    @property
    def text(self) -> str:
        """The Markdown of all its lines, joined by newlines, without their indentation."""
        return str(self._text)

    @property
    def length(self) -> int:
        """The length of its text in characters."""
        return len(self._text)

    @property
    def is_bracketed(self) -> bool:
        """Whether it starts like a link definition."""
        return self._text.slice(0, 1) == "["

    def add_line(self, text: str, offset: int) -> None:
        """Start a line with `text`, which begins at `offset` of the source."""
        if self._line_starts:
            self._text.add("\n")
        self._line_starts.append(len(self._text))
        self._line_sources.append(offset)
        self.extend(text)

    def extend(self, text: str) -> None:
        """Append text to the last line."""
        self._text.add(text)
        self._has_brackets = self._has_brackets or "[" in text
        self._stale = True

    def trim(self, length: int) -> None:
        """Shorten the text to `length` characters; the last kept line ends there."""
        self._text.cut(length)
        while self._line_starts and self._line_starts[-1] >= length > 0:
            self._line_starts.pop()
            self._line_sources.pop()
        if self._stream.done > length:
            self._reset()
        self._stale = True

    def become_heading(self, level: int) -> None:
        """Turn it into a heading, because of the underline below."""
        self.level = level
        self._stale = self._is_new = True

    @property
    def first_source(self) -> int:
        """Where it begins in the source."""
        return self._line_sources[0]

    def last_line(self) -> tuple[str, int]:
        """The last line and its offset in the source."""
        return self._text.slice(self._line_starts[-1], len(self._text)), self._line_sources[-1]

    def drop_last_line(self) -> None:
        """Remove the last line, which turned out to be the header of a table."""
        self.trim(max(self._line_starts[-1] - 1, 0))

    @property
    def line_count(self) -> int:
        """The number of its lines in the source."""
        return len(self._line_starts)

    def part(self, start: int, end: int) -> Paragraph:
        """A copy of the lines in [start, end) of its text, in which nothing refers to a definition."""
        part = Paragraph(LinkDefinitions())
        for number in range(bisect_right(self._line_starts, start) - 1, len(self._line_starts)):
            first = self._line_starts[number]
            if first >= end:
                break
            last = self._line_starts[number + 1] - 1 if number + 1 < len(self._line_starts) else len(self._text)
            part.add_line(self._text.slice(first, min(last, end)), self._line_sources[number])
        return part

    def drop_front(self, length: int) -> None:
        """Remove the first `length` characters, which were link definitions."""
        keep = bisect_right(self._line_starts, length) - 1
        self._line_sources = self._line_sources[keep:]
        self._line_sources[0] += length - self._line_starts[keep]
        self._line_starts = [max(0, start - length) for start in self._line_starts[keep:]]
        rest = self.text[length:]
        self._text = TextBuffer()
        self._text.add(rest)
        self._reset()

    def close(self) -> None:
        super().close()
        last, _ = self.last_line()
        if last[-1:] in (" ", "\t"):
            self.trim(len(self._text) - len(last) + len(last.rstrip(" \t")))
        self._stale = True

    def refresh(self) -> None:
        """Resolve links to definitions that came after it."""
        is_read = self._stream.done > 0 or not self._stale
        if is_read and self._has_brackets and self._seen < len(self._definitions.known):
            self._reset()

    def resolve(self) -> None:
        """Parse it, so that it is known which definitions it refers to."""
        if self._has_brackets and self._stale:
            self._parse()
            self._unlay(0)

    # Laying out

    def lay(self, width: int) -> int:
        if self._stale:
            self._parse()
        elif width == self._width:
            self.changed = len(self._rows) + len(self._tail_rows)
            return self.changed
        if width != self._width:
            self._unlay(width)
        self.changed = 0 if self._is_new else len(self._rows)
        self._is_new = False
        plain = self._stream.plain
        if len(plain) > self._row_start:
            rows = self._wrapped(plain.slice(self._row_start, len(plain)), width)
            if len(rows) > 1:
                self._rows += rows[:-1]
                self._row_start = rows[-1][0]
        rest = plain.slice(self._row_start, len(plain)) + self._tail.plain
        self._tail_rows = self._wrapped(rest, width) if rest or not self.is_open else []
        return len(self._rows) + len(self._tail_rows)

    def _wrapped(self, text: str, width: int) -> list[tuple[int, int]]:
        shift = self._row_start
        return [(start + shift, end + shift) for start, end in wrap(text, width)] if shift else wrap(text, width)

    def _parse(self) -> None:
        self._stale = False
        if not self._stream.done:
            self._seen = len(self._definitions.known)
        self._stream.advance(self._text)
        rest = self._text.slice(self._stream.done, max(self._shown_end(), self._stream.done))
        known = self._definitions.known
        self._tail = self._live.draw(rest, self._stream.done, known) if self.is_open else parse(rest, known)
        at, source = len(self._stream.plain), self._stream.done
        self._tail_spans = [span.moved(at, source) for span in self._tail.spans] if source else self._tail.spans

    def _shown_end(self) -> int:
        """The end of the shown text: a possible table header or definition is held back."""
        length = len(self._text)
        if not self.is_open or not self._line_starts:
            return length
        if self.is_bracketed and may_define(self._text.slice(0, LONGEST_HELD)):
            return 0
        start = self._line_starts[-1]
        if self.level == 0 and start >= self._stream.done and self._text.slice(start, start + 1) == "|":
            return max(start - 1, 0)
        return length

    def _row(self, row: int) -> tuple[int, int]:
        return self._rows[row] if row < len(self._rows) else self._tail_rows[row - len(self._rows)]

    def _plain(self, start: int, end: int) -> str:
        """The drawn text between two places."""
        plain = self._stream.plain
        if end <= len(plain):
            return plain.slice(start, end)
        return plain.slice(start, len(plain)) + self._tail.plain[max(0, start - len(plain)) : end - len(plain)]

    def _spans(self, start: int, end: int) -> list[Span]:
        """The spans between two places of the drawn text; the first and the last may extend beyond them."""
        border = len(self._stream.plain)
        if end <= border:
            return spans_between(self._stream.spans, start, end)
        if start >= border:
            return spans_between(self._tail_spans, start, end)
        return spans_between(self._stream.spans, start, border) + spans_between(self._tail_spans, border, end)

    def row_text(self, row: int) -> str:
        """The drawn text of a row."""
        return self._plain(*self._row(row))

    @property
    def drawn(self) -> InlineText:
        """All of its drawn text, after `lay`."""
        plain = self._stream.plain
        return InlineText(str(plain) + self._tail.plain, [*self._stream.spans, *self._tail_spans], False)

    # Drawing

    def base(self, styles: Styles) -> Style:
        """The style of its plain text."""
        return styles.headings[self.level - 1] if self.level else styles.text

    def draw(self, row: int, styles: Styles) -> list[Segment]:
        start, end = self._row(row)
        return span_segments(self._plain(start, end), start, self._spans(start, end), styles, self.base(styles))

    def source_of(self, row: int, start: int, end: int) -> tuple[int, int] | None:
        row_start, row_end = self._row(row)
        first, last = (row_start + place for place in slice_of(self._plain(row_start, row_end), start, end))
        if first >= last:
            return None
        begin, stop = source_range(self._spans(first, last), first, last)
        if first == 0:
            begin = 0  # marks of emphasis belong to the text that they begin
        if last == len(self._stream.plain) + len(self._tail.plain):
            stop = len(self._text)
        return self._to_source(begin), self._to_source(max(begin, stop - 1)) + 1

    def _to_source(self, place: int) -> int:
        line = bisect_right(self._line_starts, place) - 1
        return self._line_sources[line] + place - self._line_starts[line]

    def place_of(self, offset: int) -> tuple[int, int]:
        line = max(0, bisect_right(self._line_sources, offset) - 1)
        place = self._line_starts[line] + max(0, offset - self._line_sources[line])
        rows = self._rows + self._tail_rows
        if not rows:
            return 0, 0
        at = place_in(self._tail_spans if place >= self._stream.done else self._stream.spans, place)
        row = max(0, bisect_right(rows, at, key=_first) - 1)
        start, end = rows[row]
        return row, width_of(self._plain(start, min(at, end)))

    def links(self) -> Iterator[Link]:
        for start, end, target in links_in((*self._stream.spans, *self._tail_spans)):
            yield Link(self._to_source(start), self._to_source(end - 1) + 1, target)

    def link_at(self, row: int, cell: int) -> str | None:
        start, end = self._row(row)
        place = start + offset_at(self.row_text(row), cell)
        if place >= end:
            return None
        return self._spans(place, place + 1)[-1].href or None


def _first(row: tuple[int, int]) -> int:
    return row[0]

"""Markdown text with the numbers of its sources where they are cited, each a link; its source is without them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rich.segment import Segment
from textual.strip import Strip

from textchat.core.parts.citation import Citation, numbered_places
from textchat.core.parts.number_marks import Mark, marks_of, written_in
from textchat.render.markdown import CodeBlock, Document, Link
from textchat.render.styles import Styles
from textchat.ui.terminal.drawing.plain_strip import PlainStrip
from textchat.ui.transcript.cited.marks import (
    DRAWN,
    SPACE,
    drawn,
    labelled,
    shown_with,
    without_numbers,
)
from textchat.ui.transcript.cited.numbers import Numbers

_KEPT = 300
"""Lines with numbers that are kept."""
_LONGEST_HELD = 5
"""Characters at the end of what has come that may be the beginning of a number: `[123]`."""
_FENCES = ("```", "~~~")


class CitedDocument(Document):
    """A `Document` whose offsets are those of the model's text, though the numbers of sources stand in what is drawn.

    While it grows, a number is drawn where its source is told in time. What is told late, or would have to move, is
    drawn in place when the text is whole: see `is_drawn_as`.
    """

    __slots__ = ("_citations", "_held", "_is_code", "_line_so_far", "_marked", "_numbers", "_waiting")

    def __init__(
        self, styles: Styles, width: int, text: str = "", citations: Sequence[Citation] = (), *, finished: bool = False
    ) -> None:
        marks = marks_of(text, citations)
        super().__init__(styles, width, shown_with(text, marks), finished=finished, strip=PlainStrip)
        self._citations = tuple(citations)
        self._numbers = Numbers()
        for mark, label in labelled(marks):
            self._numbers.note(mark, len(label))
        self._waiting: dict[int, tuple[int, ...]] = {}
        """The places that are to come, with their numbers."""
        self._held = ""
        """What has come and is not drawn yet, because it may be the beginning of a number."""
        self._line_so_far, self._is_code = "", False
        self._marked: dict[int, tuple[Strip, Strip]] = {}

    # -- growing -----------------------------------------------------------------------------------------------------

    @property
    def has_numbers(self) -> bool:
        """Whether what is drawn is another text than the source."""
        return bool(self._numbers) or bool(self._held)

    def cite(self, citations: tuple[Citation, ...]) -> None:
        """Take in the sources that are known by now."""
        if citations == self._citations:
            return
        told = {place for citation in self._citations for place in citation.places}
        self._citations = citations
        places = numbered_places(citations)
        self._waiting = {
            place: numbers
            for place, numbers in places.items()
            if place in self._waiting or (place not in told and place >= self._source_length)
        }
        self._grow("")

    def append(self, text: str) -> None:
        """Add text at the end."""
        if self._citations:
            self._grow(text)
        else:
            self._write(text)

    def finish(self) -> None:
        self._let_go()
        super().finish()

    def is_drawn_as(self, text: str, citations: Sequence[Citation]) -> bool:
        """Whether it looks like this whole text with these sources would."""
        self._let_go()
        return super().text == shown_with(text, marks_of(text, citations))

    def _let_go(self) -> None:
        """Draw what was held."""
        text, self._held = self._held, ""
        self._write(text)

    @property
    def _source_length(self) -> int:
        """Characters of the source that are drawn."""
        return self.length - self._numbers.added

    def _grow(self, text: str) -> None:
        """Draw what has come, with the numbers in it and at its end."""
        text, self._held = self._held + text, ""
        at = text.rfind("[", max(0, len(text) - _LONGEST_HELD))
        if at >= 0 and text[at:].strip("0123456789") in ("[", "[]"):
            text, self._held = text[:at], text[at:]
        start = self._source_length
        for place in sorted(place for place in self._waiting if place <= start + len(text)):
            numbers = self._waiting.pop(place)
            self._write(text[: max(0, place - start)])
            text, start = text[max(0, place - start) :], self._source_length
            if place == start and not self._is_code and self._line_so_far[-1:].strip():
                self._insert(Mark(place, place, number) for number in numbers)
        self._write(text)

    def _insert(self, marks: Iterable[Mark]) -> None:
        for mark, label in labelled(marks):
            self._numbers.note(mark, len(label))
            super().append(label)

    def _write(self, text: str) -> None:
        """Draw a piece of the source, in which the numbers that the model wrote are links."""
        if not text:
            return
        is_prose = not self._is_code and "`" not in text and "`" not in self._line_so_far
        self._follow(text)
        if is_prose and self._citations and "[" in text:
            start = self._source_length
            marks = [m for m in written_in(text, len(self._citations)) if not self._citations[m.number - 1].places]
            for mark, label in labelled(marks):
                self._numbers.note(mark._replace(start=start + mark.start, end=start + mark.end), len(label))
            text = shown_with(text, marks)
        super().append(text)

    def _follow(self, text: str) -> None:
        """Note whether the end of the text is in fenced code."""
        *lines, self._line_so_far = (self._line_so_far + text).split("\n")
        for line in lines:
            if line.lstrip().startswith(_FENCES):
                self._is_code = not self._is_code

    # -- drawing -----------------------------------------------------------------------------------------------------

    def line(self, y: int) -> Strip:
        """Line `y`, padded to the exact width in cells."""
        strip = super().line(y)
        if not self._numbers:
            return strip
        known = self._marked.get(y)
        if known is None or known[0] is not strip:
            if len(self._marked) >= _KEPT:
                self._marked.clear()
            known = self._marked[y] = strip, _with_numbers(strip, self._styles)
        return known[1]

    # -- source ------------------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The source."""
        return self._numbers.source_of(super().text) + self._held

    def source_span(self, y: int, start: int, end: int) -> tuple[int, int] | None:
        """The source range of cells [start, end) of line `y`; None where there is nothing, or only a number."""
        span = super().source_span(y, start, end)
        if span is None or not self._numbers:
            return span
        first, last = self._numbers.to_source(span[0]), self._numbers.to_source(span[1] - 1)
        past = last + (self._numbers.to_drawn(last) == span[1] - 1)
        return (first, past) if first < past else None

    def position_of(self, offset: int) -> tuple[int, int]:
        """The line and the cell of the source character at `offset`, or of what is drawn next to it."""
        return super().position_of(self._numbers.to_drawn(offset))

    def excerpt(self, start: int, end: int) -> str:
        """The source between two offsets, prepared for copying."""
        if not self._numbers:
            return super().excerpt(start, end)
        if start >= end:
            return ""
        to_drawn = self._numbers.to_drawn
        return without_numbers(super().excerpt(to_drawn(start), to_drawn(end - 1) + 1))

    def link_at(self, y: int, x: int) -> str | None:
        """The target of the link at a cell; behind a number, the address of its source."""
        if self._numbers and (span := super().source_span(y, x, x + 1)) is not None:
            number = self._numbers.at(span[1] - 1)
            if number is not None:
                return self._citations[number - 1].url
        return super().link_at(y, x)

    def links(self) -> Sequence[Link]:
        """The links and images of the text, in order; the sources are in their list."""
        links = super().links()
        if not self._numbers:
            return links
        to_source = self._numbers.to_source
        return [link._replace(start=to_source(link.start), end=to_source(link.end - 1) + 1) for link in links]

    def code_blocks(self) -> Sequence[CodeBlock]:
        """The code blocks in order."""
        blocks = super().code_blocks()
        return [replace(block, code=without_numbers(block.code)) for block in blocks] if self._numbers else blocks


def _with_numbers(strip: Strip, styles: Styles) -> Strip:
    """A line in which the signs for numbers are drawn as these."""
    if DRAWN.search(strip.text) is None:
        return strip
    segments: list[Segment] = []
    for text, style, _ in strip:
        at = 0
        for found in DRAWN.finditer(text):
            segments += [Segment(text[at : found.start()].replace(SPACE, " "), style)] if found.start() > at else []
            segments.append(Segment(drawn(found.group()), styles.link if style is None else style + styles.link))
            at = found.end()
        segments += [Segment(text[at:], style)] if at < len(text) else []
    return PlainStrip(segments, strip.cell_length)

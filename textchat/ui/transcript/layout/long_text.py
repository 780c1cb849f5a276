"""Draws a text of any length piece by piece: each is laid out when it is looked at, and has an estimated height before.

Heights are corrected by `settle` alone. Where something is asked of a piece before, its rows are scaled to the
estimate: whoever asks, the numbers of the lines stay the same.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from textual.strip import Strip

from textchat.core.parts.citation import Citation, cited_within
from textchat.render.cells import width_of
from textchat.render.markdown import CodeBlock, Document, Link, estimate_height
from textchat.render.styles import Styles
from textchat.ui.transcript.layout.layout_index import LayoutIndex
from textchat.ui.transcript.layout.pieces import LONG, LONGEST, LONGEST_GROWING, Piece, markdown_pieces, plain_pieces
from textchat.ui.transcript.layout.plain_text import PlainText

KEPT = 8
"""Drawn pieces that are kept: some screens' worth."""
_SAMPLE = 400
"""Characters that tell how wide those of a text are."""
MakeDrawing = Callable[[str, bool, Sequence[Citation]], Document | PlainText]
"""Draws the text of a piece: as Markdown with the numbers of its sources, or as plain text."""


Citations = tuple[Citation, ...]
CiteDrawing = Callable[[Document, Citations], Document]
"""Draws the numbers of these sources in a text that grows."""


class Shift(NamedTuple):
    """From a line on, lines have other numbers: by so many more, or fewer."""

    line: int
    by: int


def shifted(line: int, shifts: Iterable[Shift]) -> int:
    """The number that a line has after `shifts`."""
    for shift in shifts:
        if line >= shift.line:
            line += shift.by
    return line


class LongText:
    """Lines of exactly `width` cells for a long text that does not change, with the interface of `Document`."""

    settled = 0
    """No line is sure to stay where it is: see `Document.settled`."""

    def __init__(
        self, text: str, pieces: Sequence[Piece], width: int, make: MakeDrawing, citations: Citations = ()
    ) -> None:
        self._text = text
        self._citations = citations
        self._pieces = list(pieces)
        self._starts = [piece.start for piece in pieces]
        self._width = max(2, width)
        self._make = make
        sample = text[:_SAMPLE]
        self._cells_each = width_of(sample) / max(1, len(sample))
        self._index = LayoutIndex()
        self._is_true = bytearray()
        """For each piece, whether its height in the index is no estimate."""
        self._drawings: OrderedDict[int, Document | PlainText] = OrderedDict()
        self.has_plain = not all(piece.is_markdown for piece in pieces)
        """Whether some of it is drawn as plain text."""
        self._guess()

    @property
    def text(self) -> str:
        """The source."""
        return self._text

    @property
    def height(self) -> int:
        """The number of lines, estimated where nobody has looked."""
        return self._index.total

    def set_width(self, width: int) -> None:
        """Set another width; all heights are estimates again."""
        if max(2, width) != self._width:
            self._width = max(2, width)
            self._drawings.clear()
            self._guess()

    def set_make(self, make: MakeDrawing) -> None:
        """Draw in other styles."""
        self._make = make
        self._drawings.clear()

    # -- heights -----------------------------------------------------------------------------------------------------

    def settle(self, line: int, above: int, below: int) -> list[Shift]:
        """Make the heights true from `above` lines before a line to `below` lines behind it."""
        index, row = self._index.find(line)
        shifts = self._settle(index, row)
        row = shifted(line, shifts) - self._index.top(index)
        at, missing = index, above - row
        while missing > 0 and at > 0:
            at -= 1
            shifts += self._settle(at)
            missing -= self._index[at]
        at, missing = index, below - (self._index[index] - row)
        while missing >= 0 and at < len(self._pieces) - 1:
            at += 1
            shifts += self._settle(at)
            missing -= self._index[at]
        return shifts

    def _settle(self, index: int, row: int = 0) -> list[Shift]:
        """Make the height of a piece true; of its rows, `row` stays at its share of the height."""
        if self._is_true[index]:
            return []
        before, now, top = self._index[index], self._true_height(index), self._index.top(index)
        self._is_true[index] = True
        self._index.replace(index, now)
        by = row * now // max(1, before) - row
        return [Shift(top + row, by), Shift(top + before + by, now - before - by)] if now != before else []

    def _true_height(self, index: int) -> int:
        return self._drawing(index).height + self._gap(index)

    def _gap(self, index: int) -> int:
        """The blank lines below a piece: Markdown has none at its end."""
        return int(self._pieces[index].is_markdown and index < len(self._pieces) - 1)

    def _guess(self) -> None:
        self._is_true = bytearray(len(self._pieces))
        self._index.rebuild(map(self._guessed, range(len(self._pieces))))

    def _guessed(self, index: int) -> int:
        start, end, _ = self._pieces[index]
        newlines = self.text.count("\n", start, max(start, end - 1))
        return estimate_height(int((end - start) * self._cells_each), newlines, self._width) + self._gap(index)

    # -- drawing -----------------------------------------------------------------------------------------------------

    @property
    def drawn(self) -> Sequence[Document | PlainText]:
        """The drawings of the pieces that are drawn."""
        return list(self._drawings.values())

    def line(self, y: int) -> Strip:
        """Line `y`."""
        _, row, drawing = self._at(y)
        return drawing.line(row) if row < drawing.height else Strip.blank(self._width)

    def source_span(self, y: int, start: int, end: int) -> tuple[int, int] | None:
        """The source range of cells [start, end) of line `y`; None where there is nothing."""
        piece, row, drawing = self._at(y)
        span = drawing.source_span(row, start, end) if row < drawing.height else None
        return None if span is None else (piece.start + span[0], piece.start + span[1])

    def position_of(self, offset: int) -> tuple[int, int]:
        """The line and the cell of the source character at `offset`."""
        index = max(0, bisect_right(self._starts, offset) - 1)
        drawing = self._drawing(index)
        row, cell = drawing.position_of(min(offset, self._pieces[index].end) - self._starts[index])
        if not self._is_true[index]:
            row = row * self._index[index] // max(1, self._true_height(index))
        return self._index.top(index) + row, cell

    def excerpt(self, start: int, end: int) -> str:
        """The source between two offsets."""
        return self.text[start:end]

    def link_at(self, y: int, x: int) -> str | None:
        """The target of the link at a cell."""
        _, row, drawing = self._at(y)
        is_there = isinstance(drawing, Document) and row < drawing.height
        return drawing.link_at(row, x) if is_there and isinstance(drawing, Document) else None

    def links(self) -> Sequence[Link]:
        """The links of what is drawn, in order."""
        return [
            link._replace(start=start + link.start, end=start + link.end)
            for index, document in self._documents()
            for start in [self._starts[index]]
            for link in document.links()
        ]

    def code_blocks(self) -> Sequence[CodeBlock]:
        """The code blocks of what is drawn, in order."""
        return [
            replace(block, line=self._index.top(index) + block.line)
            for index, document in self._documents()
            for block in document.code_blocks()
        ]

    def _documents(self) -> Iterator[tuple[int, Document]]:
        for index in sorted(self._drawings):
            drawing = self._drawings[index]
            if isinstance(drawing, Document):
                yield index, drawing

    def _at(self, y: int) -> tuple[Piece, int, Document | PlainText]:
        """The piece at line `y`, and the row within it."""
        if not 0 <= y < self.height:
            raise IndexError(f"line {y} of {self.height}")
        index, row = self._index.find(y)
        drawing = self._drawing(index)
        if not self._is_true[index]:
            row = row * self._true_height(index) // max(1, self._index[index])
        return self._pieces[index], row, drawing

    def _drawing(self, index: int) -> Document | PlainText:
        drawing = self._drawings.get(index)
        if drawing is None:
            piece = self._pieces[index]
            text = self.text[piece.start : piece.end]
            if not piece.is_markdown and index < len(self._pieces) - 1:
                text = text.removesuffix("\n").removesuffix("\r")  # that is the step to the next piece
            cited = cited_within(self._citations, piece.start, piece.end) if piece.is_markdown else ()
            drawing = self._drawings[index] = self._make(text, piece.is_markdown, cited)
            if len(self._drawings) > KEPT:
                self._drawings.popitem(last=False)
        self._drawings.move_to_end(index)
        return drawing


class GrowingText(LongText):
    """A long text that grows at its end: its last piece grows, and is cut when it has become long.

    The cost of text that is added does not depend on how much comes before it, and neither does that of another width.
    A block too long for a piece stays plain text for as long as the text grows, with all that follows it.
    """

    def __init__(
        self,
        tail: Document,
        width: int,
        make: MakeDrawing,
        grow: Callable[[str], Document],
        cite: CiteDrawing,
        citations: Citations = (),
    ) -> None:
        """It goes on from `tail`, which has the numbers of `citations`; `grow` draws a text that grows as Markdown."""
        self._cite = cite
        self._grow = grow
        self._tail: Document | PlainText = tail
        self._added: list[str] = []
        super().__init__(tail.text, [Piece(0, len(tail.text), True)], width, make, citations)

    @property
    def text(self) -> str:
        """The source, joined again only when it has grown."""
        if self._added:
            self._text = "".join([self._text, *self._added])
            self._added = []
        return self._text

    def append(self, text: str) -> None:
        """Add text at the end."""
        if not text:
            return
        start, end, is_markdown = self._pieces[-1]
        self._added.append(text)
        self._pieces[-1] = Piece(start, end + len(text), is_markdown)
        most = LONGEST_GROWING if is_markdown else LONGEST
        if len(text) > LONG or end + len(text) - start > most:
            self._cut()
        elif isinstance(self._tail, Document):
            self._tail.append(text)
        else:
            self._tail = self._make(self._tail.text + text, False, ())
        last = len(self._pieces) - 1
        self._index.replace(last, self._true_height(last))
        self._is_true[last] = True

    def cite(self, citations: Citations) -> None:
        """Take in the sources that are known by now; drawn anew is only a piece that one of them is cited in."""
        if citations == self._citations:
            return
        known, self._citations = self._citations, citations
        if not known and len(self._tail.text) > LONG and isinstance(self._tail, Document):
            self._cut()  # so that only the last of it is drawn anew
        elif isinstance(self._tail, Document):
            self._tail = self._cite(self._tail, self._cited_from(self._starts[-1]))
        last = len(self._pieces) - 1
        for index in self._newly_cited(known) - {last}:
            self._drawings.pop(index, None)
            self._is_true[index] = False
        self._index.replace(last, self._true_height(last))
        self._is_true[last] = True

    def _newly_cited(self, known: Citations) -> set[int]:
        """The pieces that a source is newly cited in; all that are drawn where one is without places."""
        new = [citation for citation in self._citations[len(known) :] if not citation.places]
        found = set(self._drawings) if new else set()
        for number, citation in enumerate(self._citations):
            before = known[number] if number < len(known) else None
            if citation is not before:
                told = set(citation.places).difference(before.places if before else ())
                found |= {max(0, bisect_left(self._starts, place) - 1) for place in told}
        return found

    def _cited_from(self, start: int) -> Citations:
        return cited_within(self._citations, start, sys.maxsize)

    def set_width(self, width: int) -> None:
        super().set_width(width)
        self._tail.set_width(self._width)

    def set_styles(self, styles: Styles) -> None:
        """Set other styles, after those of the finished pieces."""
        if isinstance(self._tail, Document):
            self._tail.set_styles(styles)
        else:
            self._tail = self._make(self._tail.text, False, ())

    @property
    def drawn(self) -> Sequence[Document | PlainText]:
        return [*self._drawings.values(), self._tail]

    def _drawing(self, index: int) -> Document | PlainText:
        return self._tail if index == len(self._pieces) - 1 else super()._drawing(index)

    def _growing(self, text: str, start: int) -> Document:
        """Draw the last piece."""
        if not self._citations:
            return self._grow(text)
        tail = self._cite(self._grow(""), self._cited_from(start))
        tail.append(text)
        return tail

    def _cut(self) -> None:
        """Cut the last piece into some, the last of which goes on growing."""
        (start, end, is_markdown), tail = self._pieces[-1], self._tail
        text = self.text[start:end]
        parts = list(markdown_pieces(text) if is_markdown else plain_pieces(text))
        pieces = [Piece(start + part.start, start + part.end, part.is_markdown) for part in parts]
        self._pieces[-1:], self._starts[-1:] = pieces, [piece.start for piece in pieces]
        self.has_plain = self.has_plain or not all(piece.is_markdown for piece in pieces)
        last = text[parts[-1].start :]
        self._tail = self._growing(last, pieces[-1].start) if parts[-1].is_markdown else self._make(last, False, ())
        # What is read stays where it is: a piece is as high as it was in what was cut.
        is_known = isinstance(tail, PlainText) or tail.is_laid_out
        tops = [tail.position_of(part.start)[0] for part in parts if is_known and part.start < len(tail.text)]
        heights = [below - top for top, below in pairwise(tops)]
        first = len(self._pieces) - len(pieces)
        guessed = map(self._guessed, range(first + len(heights), len(self._pieces)))
        for at, height in enumerate([*heights, *guessed], start=first):
            if at == first:
                self._index.replace(at, height)
            else:
                self._index.append(height)
        self._is_true[first:] = bytearray(len(pieces))

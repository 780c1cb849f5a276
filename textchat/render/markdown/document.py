"""Layout of one Markdown text in lines; it grows at its end, and what is settled is never laid out again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from textchat.render.markdown.block import Block
from textchat.render.markdown.code.verbatim import Verbatim
from textchat.render.markdown.container import PlacedBlock
from textchat.render.markdown.gutters import draw_gutters, drawn_containers, gutter_width, marker_range
from textchat.render.markdown.inline.parse import NO_TARGET
from textchat.render.markdown.parsing.text_parser import TextParser
from textchat.render.spans import Link
from textchat.render.styles import Styles

_KEPT = 600
"""Drawn lines that a document keeps: some screens' worth."""


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced or indented block of code within a document."""

    language: str
    code: str
    """The source between the fences, exact, without a trailing newline."""
    line: int
    """The first line of the document that shows it, its label included."""
    lines: int
    """How many lines show it."""


class Document:
    """One Markdown text, laid out for a width, growing at its end.

    Nothing is parsed before a height or a line is asked for. What comes then is paid for once: the cost of text that is
    added does not depend on how much comes before it, neither in the document nor in its last block.
    """

    __slots__ = (
        "_chunks",
        "_finished",
        "_height",
        "_is_stale",
        "_laid",
        "_live",
        "_live_block",
        "_parser",
        "_strips",
        "_styles",
        "_tops",
        "_unread",
        "_width",
    )

    def __init__(self, styles: Styles, width: int, text: str = "", *, finished: bool = False) -> None:
        self._styles = styles
        self._width = max(width, 1)
        self._chunks = [text] if text else []
        self._unread = len(self._chunks)
        """How many chunks at the end have not been read."""
        self._parser: TextParser | None = None
        self._finished = finished
        self._tops: list[int] = []
        """The line where each block begins, with the empty rows before it."""
        self._laid = 0
        """How many blocks are laid out for good."""
        self._height = 0
        self._is_stale = True
        self._strips: dict[int, Strip] = {}
        self._live: PlacedBlock | None = None
        """The block that was open at the last layout."""
        self._live_block: Block | None = None
        """What stood at its place: a paragraph may turn out to be a table."""

    # Growing

    def append(self, text: str) -> None:
        """Add text at the end. It is read when a height or a line is asked for."""
        if self._finished:
            raise ValueError("a finished document does not grow")
        if text:
            self._chunks.append(text)
            self._unread += 1
            self._is_stale = True

    def finish(self) -> None:
        """End the text: what waited for more is decided, and links find the definitions that came after them."""
        if self._finished:
            return
        if self._parser is not None:
            self._read().finish()
        self._finished = True
        self._forget_layout()

    def set_width(self, width: int) -> None:
        """Lay out for another width, when something is asked for next."""
        if max(width, 1) != self._width:
            self._width = max(width, 1)
            self._forget_layout()

    def set_styles(self, styles: Styles) -> None:
        """Draw in other styles."""
        if styles is not self._styles:
            self._styles = styles
            self._strips.clear()

    @property
    def text(self) -> str:
        """The source."""
        if len(self._chunks) > 1 and not self._unread:
            self._chunks = ["".join(self._chunks)]
        return "".join(self._chunks)

    def _forget_layout(self) -> None:
        self._is_stale = True
        self._tops, self._laid, self._height = [], 0, 0
        self._live = self._live_block = None
        self._strips.clear()

    def _read(self) -> TextParser:
        """Parse what has been added."""
        if self._parser is None:
            self._parser = TextParser()
        if self._unread:
            text = "".join(self._chunks[-self._unread :])
            self._unread = 0
            if len(self._chunks) > 1_000:
                self._chunks = ["".join(self._chunks)]
            self._parser.feed(text)
        return self._parser

    # Laying out

    def _lay(self) -> TextParser:
        """Bring the layout up to date."""
        if self._parser is not None and not self._is_stale:
            return self._parser
        is_new = self._parser is None
        parser = self._read()
        if self._finished and is_new:
            parser.finish()
        self._lay_from(parser, self._laid)
        self._is_stale = False
        return parser

    def _lay_from(self, parser: TextParser, first: int) -> None:
        y = self._top_behind(parser.blocks, first)
        del self._tops[first:]
        for index, placed in enumerate(parser.blocks[first:], first):
            self._tops.append(y)
            rows = self._rows(placed)
            if index == first:
                is_known = placed is self._live and placed.block is self._live_block
                self._forget_strips(y + placed.gap + placed.block.changed if is_known else y)
            y += rows
        self._height = y
        self._live = parser.open_block
        self._live_block = self._live.block if self._live else None
        self._laid = len(parser.blocks) - (self._live is not None)

    def _top_behind(self, blocks: Sequence[PlacedBlock], count: int) -> int:
        """The index of the line behind the first `count` blocks, which are laid out."""
        if not count:
            return 0
        if count < len(self._tops):
            return self._tops[count]
        return self._tops[count - 1] + self._rows(blocks[count - 1])

    def _forget_strips(self, y: int) -> None:
        """Forget the drawn lines from `y` on."""
        for drawn in range(y, self._height) if self._height - y < len(self._strips) else [*self._strips]:
            if drawn >= y:
                self._strips.pop(drawn, None)

    def _rows(self, placed: PlacedBlock) -> int:
        """The rows of a block with the empty ones before it; none while it has nothing to show."""
        rows = placed.block.lay(self._inner(placed))
        if not rows and any(container.first_block is placed for container in placed.containers):
            rows = 1
        return rows + placed.gap if rows else 0

    def _inner(self, placed: PlacedBlock) -> int:
        """The width that is left to a block beside its gutters."""
        return self._width - gutter_width(drawn_containers(placed.containers, self._width))

    @property
    def height(self) -> int:
        """The number of lines now."""
        self._lay()
        return self._height

    @property
    def settled(self) -> int:
        """The number of lines at the top that do not change while the text grows; the end may change them."""
        placed = self._lay().open_block
        if self._finished or placed is None:
            return self._height
        rows = placed.block.settled
        return self._tops[-1] + (placed.gap + rows if rows else 0)

    # Drawing

    def line(self, y: int) -> Strip:
        """Line `y`, exactly the width in cells."""
        parser = self._lay()
        strip = self._strips.get(y)
        if strip is None:
            if not 0 <= y < self._height:
                raise IndexError(f"line {y} of {self._height}")
            if len(self._strips) >= _KEPT:
                for old in list(self._strips)[: _KEPT // 4]:
                    del self._strips[old]
            strip = self._strips[y] = self._draw(parser.blocks, y)
        return strip

    def _at(self, blocks: Sequence[PlacedBlock], y: int) -> tuple[PlacedBlock, int]:
        """The block that line `y` belongs to, and the row within it; negative for the empty rows before it."""
        index = bisect_right(self._tops, y) - 1
        placed = blocks[index]
        return placed, y - self._tops[index] - placed.gap

    def _draw(self, blocks: Sequence[PlacedBlock], y: int) -> Strip:
        placed, row = self._at(blocks, y)
        containers = drawn_containers(placed.containers, self._width)
        if row < 0:
            shared = placed.containers[: placed.shared]
            gutters = draw_gutters([container for container in containers if container in shared], None, self._styles)
            return self._strip(gutters, self._styles.text)
        segments = draw_gutters(containers, placed if row == 0 else None, self._styles)
        if row < placed.block.lay(self._inner(placed)):
            segments += placed.block.draw(row, self._styles)
        return self._strip(segments, placed.block.fill(self._styles))

    def _strip(self, segments: list[Segment], fill: Style) -> Strip:
        width = sum(len(text) if text.isascii() else cell_len(text) for text, _, _ in segments)
        if width < self._width:
            segments.append(Segment(" " * (self._width - width), fill))
        elif width > self._width:
            return Strip(segments, width).adjust_cell_length(self._width)
        return Strip(segments, self._width)

    # Source

    def source_span(self, y: int, start: int, end: int) -> tuple[int, int] | None:
        """The range of source characters behind cells [start, end) of line `y`, without padding and soft wraps.

        Where the cells take in the marker of a list or a quote, it begins with the marker. None where there is nothing.
        """
        placed, row = self._at(self._lay().blocks, y)
        if row < 0:
            return None
        indent = self._width - self._inner(placed)
        source = None
        if row < placed.block.lay(self._inner(placed)) and end > indent:
            source = placed.block.source_of(row, max(0, start - indent), end - indent)
        marker = marker_range(placed, self._width, start, end) if row == 0 else None
        if marker is None:
            return source
        return marker[0], max(marker[1], source[1] if source else 0)

    def _block_at(self, blocks: Sequence[PlacedBlock], offset: int) -> int:
        """The index of the block that the source character at `offset` belongs to."""
        return max(0, bisect_right(blocks, offset, key=_start) - 1)

    def position_of(self, offset: int) -> tuple[int, int]:
        """The line and the cell where the source character at `offset` is drawn, or what is drawn beside it."""
        blocks = self._lay().blocks
        if not blocks:
            return 0, 0
        index = self._block_at(blocks, offset)
        placed = blocks[index]
        if not self._rows(placed):
            return max(0, min(self._tops[index], self._height - 1)), 0
        row, cell = placed.block.place_of(offset)
        x = min(self._width - self._inner(placed) + cell, self._width - 1)
        return self._tops[index] + placed.gap + row, x

    def excerpt(self, start: int, end: int) -> str:
        """The source between two offsets, as it is worth copying.

        That is the exact source; but within one block of code without the quote marks and the indentation of the list
        that the block stands in, which belong to the text around the code and not to the code.
        """
        blocks = self._lay().blocks
        block = blocks[self._block_at(blocks, start)].block if blocks else None
        code = block.text.excerpt(start, end) if isinstance(block, Verbatim) else None
        return self.text[start:end] if code is None else code

    def link_at(self, y: int, x: int) -> str | None:
        """The target of the link under a cell."""
        placed, row = self._at(self._lay().blocks, y)
        cell = x - (self._width - self._inner(placed))
        if row < 0 or cell < 0 or row >= placed.block.lay(self._inner(placed)):
            return None
        return placed.block.link_at(row, cell)

    def links(self) -> Sequence[Link]:
        """The links and images, in order."""
        return [link for placed in self._lay().blocks for link in placed.block.links() if link.target != NO_TARGET]

    def code_blocks(self) -> Sequence[CodeBlock]:
        """The blocks of code, in order."""
        blocks: list[CodeBlock] = []
        for placed, top in zip(self._lay().blocks, self._tops, strict=True):
            code = placed.block
            if isinstance(code, Verbatim) and not code.is_html:
                blocks.append(CodeBlock(code.language, str(code.text), top + placed.gap, code.lay(self._inner(placed))))
        return blocks


def _start(placed: PlacedBlock) -> int:
    return placed.start


def estimate_height(text_length: int, newlines: int, width: int) -> int:
    """Estimate the lines of a text that is not laid out, from its length and its newlines."""
    lines = newlines + 1
    return lines + int(max(0, text_length - lines * width * 0.45) // max(width, 1))

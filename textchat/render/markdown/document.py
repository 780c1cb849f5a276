"""One Markdown text laid out in lines: it grows at its end, and what is settled is never laid out again."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from textchat.render.markdown.block import Part
from textchat.render.markdown.blocks import Blocks
from textchat.render.markdown.code.code_block import Code
from textchat.render.markdown.container import Block
from textchat.render.markdown.gutters import draw_frames, frames_in, marker_span, width_of_frames
from textchat.render.markdown.inline.inline import NO_TARGET
from textchat.render.spans import Link
from textchat.render.styles import Styles

_NEWLINE = re.compile(r"\r\n|\n|\r")
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
    added does not depend on how much stands before it, neither in the document nor in its last block.
    """

    __slots__ = (
        "_blocks",
        "_chunks",
        "_finished",
        "_height",
        "_is_line_open",
        "_is_stale",
        "_laid",
        "_live_block",
        "_live_part",
        "_offset",
        "_pending",
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
        self._blocks: Blocks | None = None
        self._pending = ""
        """The beginning of a line of which it is not certain what it means."""
        self._is_line_open = False
        self._offset = 0
        """Where in the source the line stands that is not complete."""
        self._finished = finished
        self._tops: list[int] = []
        """The line where each block begins, with the empty rows before it."""
        self._laid = 0
        """How many blocks are laid out for good."""
        self._height = 0
        self._is_stale = True
        self._strips: dict[int, Strip] = {}
        self._live_block: Block | None = None
        """The block that was open when it was last laid out, and its part."""
        self._live_part: Part | None = None

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
        """The text is whole: what waited for more is decided, and links find definitions that came after them."""
        if self._finished:
            return
        if self._blocks is not None:
            self._end(self._read())
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
        self._live_block = self._live_part = None
        self._strips.clear()

    def _read(self) -> Blocks:
        """Read what has been added."""
        if self._blocks is None:
            self._blocks = Blocks()
        if self._unread:
            text = "".join(self._chunks[-self._unread :])
            self._unread = 0
            if len(self._chunks) > 1_000:
                self._chunks = ["".join(self._chunks)]
            self._feed(self._blocks, text)
        return self._blocks

    def _feed(self, blocks: Blocks, text: str) -> None:
        text = self._pending + text
        self._pending = ""
        start = 0
        for newline in _NEWLINE.finditer(text):
            if newline.end() == len(text) and newline.group() == "\r":
                break  # it may be the first half of a newline
            line = text[start : newline.start()]
            if self._is_line_open:
                blocks.extend(line)
                blocks.end_line()
                self._is_line_open = False
            else:
                blocks.line(line, self._offset, complete=True)
            self._offset += newline.end() - start
            start = newline.end()
        rest = text[start:]
        if rest.endswith("\r"):
            self._pending = rest
        elif self._is_line_open:
            blocks.extend(rest)
            self._offset += len(rest)
        elif rest and blocks.line(rest, self._offset, complete=False):
            self._is_line_open = True
            self._offset += len(rest)
        else:
            self._pending = rest

    def _end(self, blocks: Blocks) -> None:
        rest = self._pending.removesuffix("\r")
        if self._is_line_open:
            blocks.extend(rest)
            blocks.end_line()
        elif rest or self._pending:
            blocks.line(rest, self._offset, complete=True)
        self._pending, self._is_line_open = "", False
        blocks.finish()

    # Laying out

    def _lay(self) -> Blocks:
        """Bring the layout up to date."""
        if self._blocks is not None and not self._is_stale:
            return self._blocks
        is_new = self._blocks is None
        blocks = self._read()
        if self._finished and is_new:
            self._end(blocks)
        self._lay_from(blocks, self._laid)
        self._is_stale = False
        return blocks

    def _lay_from(self, blocks: Blocks, first: int) -> None:
        y = self._top_behind(blocks, first)
        del self._tops[first:]
        for index, block in enumerate(blocks.blocks[first:], first):
            self._tops.append(y)
            rows = self._rows(block)
            if index == first:
                is_known = block is self._live_block and block.part is self._live_part
                self._forget_strips(y + block.gap + block.part.changed if is_known else y)
            y += rows
        self._height = y
        is_open = blocks.open_block is not None
        self._laid = len(blocks.blocks) - is_open
        self._live_block = blocks.blocks[-1] if is_open else None
        self._live_part = self._live_block.part if self._live_block else None

    def _top_behind(self, blocks: Blocks, count: int) -> int:
        """The line behind the first `count` blocks, which are laid out."""
        if not count:
            return 0
        return (
            self._tops[count]
            if count < len(self._tops)
            else self._tops[count - 1] + self._rows(blocks.blocks[count - 1])
        )

    def _forget_strips(self, y: int) -> None:
        """Forget the drawn lines from `y` on."""
        for drawn in range(y, self._height) if self._height - y < len(self._strips) else [*self._strips]:
            if drawn >= y:
                self._strips.pop(drawn, None)

    def _rows(self, block: Block) -> int:
        """The rows of a block with the empty ones before it; none while it has nothing to show."""
        rows = block.part.lay(self._inner(block))
        if not rows and any(frame.owner is block for frame in block.frames):
            rows = 1
        return rows + block.gap if rows else 0

    def _inner(self, block: Block) -> int:
        return self._width - width_of_frames(frames_in(block.frames, self._width))

    @property
    def height(self) -> int:
        """Lines now."""
        self._lay()
        return self._height

    @property
    def settled(self) -> int:
        """Lines above this index change no more until the width, the styles or the end."""
        block = self._lay().open_block
        if self._finished or block is None:
            return self._height
        rows = block.part.settled
        return self._tops[-1] + (block.gap + rows if rows else 0)

    # Drawing

    def line(self, y: int) -> Strip:
        """Line `y`, exactly the width in cells."""
        blocks = self._lay()
        strip = self._strips.get(y)
        if strip is None:
            if not 0 <= y < self._height:
                raise IndexError(f"line {y} of {self._height}")
            if len(self._strips) >= _KEPT:
                for old in list(self._strips)[: _KEPT // 4]:
                    del self._strips[old]
            strip = self._strips[y] = self._draw(blocks, y)
        return strip

    def _at(self, blocks: Blocks, y: int) -> tuple[Block, int]:
        """The block that line `y` belongs to, and the row within its part; negative for the empty rows before it."""
        index = bisect_right(self._tops, y) - 1
        block = blocks.blocks[index]
        return block, y - self._tops[index] - block.gap

    def _draw(self, blocks: Blocks, y: int) -> Strip:
        block, row = self._at(blocks, y)
        frames = frames_in(block.frames, self._width)
        if row < 0:
            shared = block.frames[: block.shared]
            segments = draw_frames([frame for frame in frames if frame in shared], None, self._styles)
            return self._strip(segments, self._styles.text)
        segments = draw_frames(frames, block if row == 0 else None, self._styles)
        if row < block.part.lay(self._inner(block)):
            segments += block.part.draw(row, self._styles)
        return self._strip(segments, block.part.fill(self._styles))

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
        block, row = self._at(self._lay(), y)
        if row < 0:
            return None
        indent = self._width - self._inner(block)
        span = None
        if row < block.part.lay(self._inner(block)) and end > indent:
            span = block.part.source_of(row, max(0, start - indent), end - indent)
        marker = marker_span(block, self._width, start, end) if row == 0 else None
        if marker is None:
            return span
        return marker[0], max(marker[1], span[1] if span else 0)

    def position_of(self, offset: int) -> tuple[int, int]:
        """The line and the cell where the source character at `offset` is drawn, or what is drawn beside it."""
        blocks = self._lay()
        if not blocks.blocks:
            return 0, 0
        index = max(0, bisect_right(blocks.blocks, offset, key=_start) - 1)
        block = blocks.blocks[index]
        if not self._rows(block):
            return max(0, min(self._tops[index], self._height - 1)), 0
        row, cell = block.part.place_of(offset)
        return self._tops[index] + block.gap + row, min(self._width - self._inner(block) + cell, self._width - 1)

    def excerpt(self, start: int, end: int) -> str:
        """The source between two offsets, as it is worth copying.

        That is the exact source; but within one block of code without the quote marks and the indentation of the list
        that the block stands in, which belong to the text around the code and not to the code.
        """
        blocks = self._lay().blocks
        block = blocks[max(0, bisect_right(blocks, start, key=_start) - 1)] if blocks else None
        code = block.part.excerpt(start, end) if block is not None and isinstance(block.part, Code) else None
        return self.text[start:end] if code is None else code

    def link_at(self, y: int, x: int) -> str | None:
        """The target of the link under a cell."""
        block, row = self._at(self._lay(), y)
        cell = x - (self._width - self._inner(block))
        if row < 0 or cell < 0 or row >= block.part.lay(self._inner(block)):
            return None
        return block.part.link_at(row, cell)

    def links(self) -> Sequence[Link]:
        """The links and images, in order."""
        return [link for block in self._lay().blocks for link in block.part.links() if link.target != NO_TARGET]

    def code_blocks(self) -> Sequence[CodeBlock]:
        """The blocks of code, in order."""
        found = []
        for block, top in zip(self._lay().blocks, self._tops, strict=True):
            part = block.part
            if isinstance(part, Code) and not part.is_html:
                rows = part.lay(self._inner(block))
                found.append(CodeBlock(part.language, part.code, top + block.gap, rows))
        return found


def _start(block: Block) -> int:
    return block.start


def estimate_height(text_length: int, newlines: int, width: int) -> int:
    """A guess at the lines of a text that is not laid out, from its length and its newlines."""
    lines = newlines + 1
    return lines + int(max(0, text_length - lines * width * 0.45) // max(width, 1))

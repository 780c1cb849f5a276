"""Lays out one Markdown text in lines; it grows at its end, and settled lines are never laid out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from textchat.render.cells import fitted, width_of
from textchat.render.markdown.block_layout import BlockLayout
from textchat.render.markdown.code.verbatim import Verbatim
from textchat.render.markdown.gutters import draw_gutters, drawn_containers, marker_range
from textchat.render.markdown.inline.parse import NO_TARGET
from textchat.render.markdown.parsing.text_parser import TextParser
from textchat.render.spans import Link
from textchat.render.styles import Styles

_KEPT = 300
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
    """One growing Markdown text, laid out for a width.

    Nothing is parsed before a height or a line is asked for. What comes then is paid for once: the cost of text that is
    added does not depend on how much comes before it, neither in the document nor in its last block.
    """

    __slots__ = (
        "_chunks",
        "_finished",
        "_layout",
        "_line_type",
        "_parser",
        "_strips",
        "_styles",
        "_unread",
        "_width",
        "length",
    )

    def __init__(
        self, styles: Styles, width: int, text: str = "", *, finished: bool = False, strip: type[Strip] = Strip
    ) -> None:
        """`strip` is what lines are made of, which are kept."""
        self._styles = styles
        self._line_type = strip
        self._width = max(width, 1)
        self._chunks = [text] if text else []
        self.length = len(text)
        """Characters of the source."""
        self._unread = len(self._chunks)
        """How many chunks at the end have not been read."""
        self._parser: TextParser | None = None
        self._finished = finished
        self._layout: BlockLayout | None = None
        self._strips: dict[int, Strip] = {}

    # Growing

    def append(self, text: str) -> None:
        """Add text at the end; it is parsed when a height or a line is requested."""
        if self._finished:
            raise ValueError("a finished document does not grow")
        if text:
            self._chunks.append(text)
            self.length += len(text)
            self._unread += 1

    def finish(self) -> None:
        """End the text: pending lines are decided, and links find definitions that came after them."""
        if self._finished:
            return
        self._finished = True
        layout = self._layout
        if self._parser is None or self._read().finish() or layout is None:
            self._forget_layout()
        else:
            height = layout.height
            self._forget_strips(layout.update(), height)

    def set_width(self, width: int) -> None:
        """Set another width; the layout follows with the next request."""
        if max(width, 1) != self._width:
            self._width = max(width, 1)
            self._forget_layout()

    def set_styles(self, styles: Styles) -> None:
        """Set other styles."""
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
        self._layout = None
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

    def _lay(self) -> BlockLayout:
        """Bring the layout up to date."""
        layout = self._layout
        if layout is not None and not self._unread:
            return layout
        is_new = self._parser is None
        parser = self._read()
        if self._finished and is_new:
            parser.finish()
        if layout is None:
            layout = self._layout = BlockLayout(parser, self._width)
        height = layout.height
        self._forget_strips(layout.update(), height)
        return layout

    def _forget_strips(self, first: int, end: int) -> None:
        """Drop the cached lines from `first` on, the last of which is before `end`."""
        for y in range(first, end) if end - first < len(self._strips) else [*self._strips]:
            if y >= first:
                self._strips.pop(y, None)

    @property
    def height(self) -> int:
        """The current number of lines."""
        return self._lay().height

    @property
    def kept_lines(self) -> int:
        """How many drawn lines it keeps, once all have been looked at."""
        return min(self.height, _KEPT)

    @property
    def is_laid_out(self) -> bool:
        """Whether a height costs no more than what was added since the last one."""
        return self._layout is not None

    @property
    def settled(self) -> int:
        """The number of lines at the top that do not change while the text grows; `finish` may change them."""
        return self._lay().settled

    # Drawing

    def line(self, y: int) -> Strip:
        """Line `y`, padded to the exact width in cells."""
        layout = self._lay()
        strip = self._strips.get(y)
        if strip is None:
            if not 0 <= y < layout.height:
                raise IndexError(f"line {y} of {layout.height}")
            if len(self._strips) >= _KEPT:
                for old in list(self._strips)[: _KEPT // 4]:
                    del self._strips[old]
            strip = self._strips[y] = self._draw(layout, y)
        return strip

    def _draw(self, layout: BlockLayout, y: int) -> Strip:
        placed, row = layout.at(y)
        containers = drawn_containers(placed.containers, self._width)
        if row < 0:
            shared = placed.containers[: placed.shared]
            gutters = draw_gutters([container for container in containers if container in shared], None, self._styles)
            return self._strip(gutters, self._styles.text)
        segments = draw_gutters(containers, placed if row == 0 else None, self._styles)
        if row < placed.block.lay(layout.inner_width(placed)):
            segments += placed.block.draw(row, self._styles)
        return self._strip(segments, placed.block.fill(self._styles))

    def _strip(self, segments: list[Segment], fill: Style) -> Strip:
        width = sum(width_of(text) for text, _, _ in segments)
        if width < self._width:
            segments.append(Segment(" " * (self._width - width), fill))
        elif width > self._width:
            segments = _cut(segments, self._width)
        return self._line_type(segments, self._width)

    # Source

    def source_span(self, y: int, start: int, end: int) -> tuple[int, int] | None:
        """The source range of cells [start, end) of line `y`, without padding and soft wraps.

        Where the cells take in the marker of a list or a quote, it begins with the marker. None where there is nothing.
        """
        layout = self._lay()
        placed, row = layout.at(y)
        if row < 0:
            return None
        inner = layout.inner_width(placed)
        indent = self._width - inner
        source = None
        if row < placed.block.lay(inner) and end > indent:
            source = placed.block.source_of(row, max(0, start - indent), end - indent)
        marker = marker_range(placed, self._width, start, end) if row == 0 else None
        if marker is None:
            return source
        return marker[0], max(marker[1], source[1] if source else 0)

    def position_of(self, offset: int) -> tuple[int, int]:
        """The line and the cell of the source character at `offset`, or of what is drawn next to it."""
        layout = self._lay()
        if not layout.blocks:
            return 0, 0
        index = layout.index_of(offset)
        placed = layout.blocks[index]
        top = layout.top(index)
        if not layout.rows(placed):
            return max(0, min(top - layout.gap(placed), layout.height - 1)), 0
        row, cell = placed.block.place_of(offset)
        return top + row, min(self._width - layout.inner_width(placed) + cell, self._width - 1)

    def excerpt(self, start: int, end: int) -> str:
        """The source between two offsets, prepared for copying.

        That is the exact source; but within one block of code without the quote marks and the indentation of the list
        that the block stands in, which belong to the text around the code and not to the code. So does the mark of the
        list on the line where the block begins, and the fence behind it.
        """
        layout = self._lay()
        placed = layout.blocks[layout.index_of(start)] if layout.blocks else None
        code = None
        if placed and isinstance(placed.block, Verbatim) and placed.block.text.lines:
            text = placed.block.text
            first = text.source_of(0, 0, 0)[0]
            is_behind_mark = placed.containers and placed.start <= start < first < end
            code = text.excerpt(first if is_behind_mark else start, end)
        return self.text[start:end] if code is None else code

    def link_at(self, y: int, x: int) -> str | None:
        """The target of the link at a cell."""
        layout = self._lay()
        placed, row = layout.at(y)
        inner = layout.inner_width(placed)
        cell = x - (self._width - inner)
        if row < 0 or cell < 0 or row >= placed.block.lay(inner):
            return None
        return placed.block.link_at(row, cell)

    def links(self) -> Sequence[Link]:
        """The links and images, in order."""
        return [link for placed in self._lay().blocks for link in placed.block.links() if link.target != NO_TARGET]

    def code_blocks(self) -> Sequence[CodeBlock]:
        """The code blocks in order."""
        layout = self._lay()
        blocks: list[CodeBlock] = []
        for index, placed in enumerate(layout.blocks):
            code = placed.block
            if isinstance(code, Verbatim) and not code.is_html:
                rows = code.lay(layout.inner_width(placed))
                blocks.append(CodeBlock(code.language, str(code.text), layout.top(index), rows))
        return blocks


def estimate_height(text_length: int, newlines: int, width: int) -> int:
    """Estimate the height of a text that is not laid out, from its length and its newlines."""
    lines = newlines + 1
    return lines + int(max(0, text_length - lines * width * 0.45) // max(width, 1))


def _cut(segments: list[Segment], width: int) -> list[Segment]:
    """The segments as far as they fit in `width` cells, filled up with a space where a wide character is cut off."""
    kept: list[Segment] = []
    for text, style, _ in segments:
        used = width_of(text)
        kept.append(Segment(text if used <= width else fitted(text, width), style))
        width -= used
        if width <= 0:
            break
    return kept

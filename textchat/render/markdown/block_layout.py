"""Vertical layout: assigns lines to the blocks of a growing text at a width."""

from __future__ import annotations

from bisect import bisect_right

from textchat.render.markdown.block import Block
from textchat.render.markdown.container import PlacedBlock, Quote
from textchat.render.markdown.gutters import drawn_containers, gutter_width
from textchat.render.markdown.parsing.text_parser import TextParser


class BlockLayout:
    """Positions of the blocks of a text. Only the open block and those after it are laid out again."""

    __slots__ = ("_first", "_laid", "_live", "_live_block", "_parser", "_tops", "height", "width")

    def __init__(self, parser: TextParser, width: int) -> None:
        self.width = width
        self.height = 0
        """The number of lines."""
        self._parser = parser
        self._tops: list[int] = []
        """The line where each block begins, with the empty rows before it."""
        self._first: PlacedBlock | None = None
        """The first block that has rows: nothing is above it."""
        self._laid = 0
        """How many blocks are laid out for good."""
        self._live: PlacedBlock | None = None
        """The block that was open at the last layout."""
        self._live_block: Block | None = None
        """The block object laid out at its place: a paragraph may turn out to be a table."""

    @property
    def blocks(self) -> list[PlacedBlock]:
        """The blocks, in order."""
        return self._parser.blocks

    def update(self) -> int:
        """Lay out what is new; returns the first line that may look different."""
        first = self._laid
        y = changed = self._top_behind(first)
        del self._tops[first:]
        for index, placed in enumerate(self.blocks[first:], first):
            self._tops.append(y)
            if not y:
                self._first = placed
            rows = self.rows(placed)
            if index == first and placed is self._live and placed.block is self._live_block:
                changed = y + self.gap(placed) + placed.block.changed
            y += rows
        self.height = y
        self._live = self._parser.open_block
        self._live_block = self._live.block if self._live else None
        self._laid = len(self.blocks) - (self._live is not None)
        return changed

    def _top_behind(self, count: int) -> int:
        """The line after the first `count` blocks, which are laid out."""
        if not count:
            return 0
        if count < len(self._tops):
            return self._tops[count]
        return self._tops[count - 1] + self.rows(self.blocks[count - 1])

    def rows(self, placed: PlacedBlock) -> int:
        """The rows of a block including the empty ones before it; none while it is empty."""
        rows = placed.block.lay(self.inner_width(placed))
        if not rows and self._has_marker(placed):
            rows = 1
        return rows + self.gap(placed) if rows else 0

    def _has_marker(self, placed: PlacedBlock) -> bool:
        """Whether a block without rows has a row for what marks its containers; a closed quote needs none."""
        return any(placed.block.is_open or not isinstance(container, Quote) for container in placed.begins)

    def gap(self, placed: PlacedBlock) -> int:
        """The empty rows before a block that has rows."""
        if placed is self._first:
            return 0
        above = placed.below
        while above and not above.block.lay(self.inner_width(above)):
            above = above.below
        return 0 if above else placed.gap

    def inner_width(self, placed: PlacedBlock) -> int:
        """The width left for a block beside its gutters."""
        if not placed.containers:
            return self.width
        return self.width - gutter_width(drawn_containers(placed.containers, self.width))

    @property
    def settled(self) -> int:
        """The number of lines at the top that do not change while the text grows."""
        if self._live is None:
            return self.height
        rows = self._live.block.settled
        return self._tops[-1] + (self.gap(self._live) + rows if rows else 0)

    def top(self, index: int) -> int:
        """The first line of the block at an index, without the empty rows before it."""
        return self._tops[index] + self.gap(self.blocks[index])

    def at(self, y: int) -> tuple[PlacedBlock, int]:
        """The block at line `y`, and the row within it; negative for the empty rows before it."""
        index = bisect_right(self._tops, y) - 1
        return self.blocks[index], y - self.top(index)

    def index_of(self, offset: int) -> int:
        """The index of the block with the source character at `offset`."""
        return max(0, bisect_right(self.blocks, offset, key=_start) - 1)


def _start(placed: PlacedBlock) -> int:
    return placed.start

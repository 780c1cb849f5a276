"""Defines the interface of a block in a document, and the kinds of block without text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from rich.segment import Segment
from rich.style import Style

from textchat.render.spans import Link
from textchat.render.styles import Styles


class Block(ABC):
    """A block without child blocks; laid out by itself, and growing at its end until it is closed.

    Rows and cells count from the block's own first row and left edge.
    """

    is_open = True
    changed = 0
    """After `lay`: the first row that may look different from what it was after the `lay` before."""

    @abstractmethod
    def lay(self, width: int) -> int:
        """Lay out for `width` cells, reusing what has not changed; returns the number of rows."""

    @abstractmethod
    def draw(self, row: int, styles: Styles) -> list[Segment]:
        """Draw a row, at most as wide as the width of the layout."""

    @property
    def settled(self) -> int:
        """The number of rows at the top that do not change while the block grows."""
        return 0

    def close(self) -> None:
        """Note that the block is complete."""
        self.is_open = False

    def fill(self, styles: Styles) -> Style:
        """The style of the cells after the end of a row."""
        return styles.text

    def source_of(self, row: int, start: int, end: int) -> tuple[int, int] | None:
        """The source range of cells [start, end) of a row."""
        return None

    def place_of(self, offset: int) -> tuple[int, int]:
        """The row and the cell that show the source character at `offset`."""
        return 0, 0

    def links(self) -> Iterator[Link]:
        """Its links in order, after `lay`."""
        yield from ()

    def link_at(self, row: int, cell: int) -> str | None:
        """The target of the link at a cell."""
        return None


class Rule(Block):
    """A thematic break: a line across the page."""

    def __init__(self, source_range: tuple[int, int]) -> None:
        self._source_range = source_range
        self._width = 0

    def lay(self, width: int) -> int:
        self._width = width
        return 1

    def draw(self, row: int, styles: Styles) -> list[Segment]:
        return [Segment("─" * self._width, styles.rule)]

    def source_of(self, row: int, start: int, end: int) -> tuple[int, int] | None:
        return self._source_range


class AlertLabel(Block):
    """The first line of an alert: what kind of quote it is."""

    def __init__(self, name: str, source_range: tuple[int, int]) -> None:
        self._name = name
        self._source_range = source_range

    def lay(self, width: int) -> int:
        return 1

    def draw(self, row: int, styles: Styles) -> list[Segment]:
        return [Segment(self._name, styles.text + styles.strong)]

    def source_of(self, row: int, start: int, end: int) -> tuple[int, int] | None:
        return self._source_range


class EmptyItem(Block):
    """The content of an empty list item: one row, with nothing but the marker before it."""

    def lay(self, width: int) -> int:
        return 1

    def draw(self, row: int, styles: Styles) -> list[Segment]:
        return []

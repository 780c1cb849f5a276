"""A part of a document: one block that holds no other, laid out by itself and growing at its end until it is closed."""

from __future__ import annotations

from collections.abc import Iterator

from rich.segment import Segment
from rich.style import Style

from textchat.render.spans import Link
from textchat.render.styles import Styles


class Part:
    """What a document asks of each of its blocks. Rows and cells count from the part's own first row and left edge."""

    changed = 0
    """After `lay`: the first row that may look different from what it was after the `lay` before."""

    def lay(self, width: int) -> int:
        """Lay out for `width` cells, doing again only what has changed; returns the number of rows."""
        raise NotImplementedError

    @property
    def settled(self) -> int:
        """Rows above this one stay as they are while the part grows."""
        return 0

    def close(self) -> None:
        """Nothing will be added any more."""

    def refresh(self) -> None:
        """Link definitions may have come that this part could not know."""

    def draw(self, row: int, styles: Styles) -> list[Segment]:
        """A row, as many cells as it takes up to the width."""
        raise NotImplementedError

    def fill(self, styles: Styles) -> Style:
        """The style of the cells behind a row."""
        return styles.text

    def source_of(self, row: int, start: int, end: int) -> tuple[int, int] | None:
        """The range of the source behind cells [start, end) of a row."""
        return None

    def place_of(self, offset: int) -> tuple[int, int]:
        """The row and the cell that show the source character at `offset`."""
        return 0, 0

    def links(self) -> Iterator[Link]:
        """Its links, in order, after `lay`."""
        yield from ()

    def link_at(self, row: int, cell: int) -> str | None:
        """The target of the link under a cell."""
        return None

"""The two parts without text: a rule across the page, and the place of a list item that has nothing in it."""

from __future__ import annotations

from rich.segment import Segment

from textchat.render.markdown.block import Part
from textchat.render.styles import Styles


class Rule(Part):
    """A thematic break."""

    def __init__(self, span: tuple[int, int]) -> None:
        self._span = span
        self._width = 0

    def lay(self, width: int) -> int:
        self._width = width
        return 1

    def draw(self, row: int, styles: Styles) -> list[Segment]:
        return [Segment("─" * self._width, styles.rule)]

    def source_of(self, row: int, start: int, end: int) -> tuple[int, int] | None:
        return self._span


class Empty(Part):
    """One row with nothing but the marker before it."""

    def lay(self, width: int) -> int:
        return 1

    def draw(self, row: int, styles: Styles) -> list[Segment]:
        return []

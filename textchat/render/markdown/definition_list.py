"""Shows the link definitions that nothing refers to: in a chat, a list of sources is a part of the answer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.segment import Segment

from textchat.render.markdown.block import Block
from textchat.render.markdown.inline.definitions import Definition, LinkDefinitions
from textchat.render.markdown.paragraph import Paragraph
from textchat.render.spans import Link
from textchat.render.styles import Styles


class _Shown(NamedTuple):
    """One definition that is shown, and where it begins in the source."""

    start: int
    paragraph: Paragraph


class DefinitionList(Block):
    """Definitions in a row, without those that something refers to.

    That is decided when they are first laid out, and again at the end of the text: settled lines stay while it grows.
    """

    def __init__(self, definitions: LinkDefinitions, text: Paragraph, found: Sequence[Definition]) -> None:
        self._definitions = definitions
        self._text = text
        self._found = found
        self._visible: list[_Shown] | None = None
        self._is_final = False
        self._tops: list[int] = []
        self._height = 0

    def refresh(self) -> None:
        """Decide anew which of them nothing refers to, because all text is known."""
        self._visible = None
        self._is_final = True

    def lay(self, width: int) -> int:
        if self._visible is None:
            known = self._definitions.known
            used = known.used if self._is_final else known.asked
            self._visible = [self._shown(index) for index, found in enumerate(self._found) if found.label not in used]
        self._tops, self._height = [], 0
        for entry in self._visible:
            self._tops.append(self._height)
            self._height += entry.paragraph.lay(width)
        return self._height

    def _shown(self, index: int) -> _Shown:
        paragraph = self._text.part(self._found[index - 1].end if index else 0, self._found[index].end)
        paragraph.close()
        return _Shown(paragraph.first_source, paragraph)

    @property
    def settled(self) -> int:
        return self._height

    def _at(self, row: int) -> tuple[Paragraph, int]:
        index = bisect_right(self._tops, row) - 1
        return (self._visible or [])[index].paragraph, row - self._tops[index]

    def draw(self, row: int, styles: Styles) -> list[Segment]:
        paragraph, row = self._at(row)
        return paragraph.draw(row, styles)

    def source_of(self, row: int, start: int, end: int) -> tuple[int, int] | None:
        paragraph, row = self._at(row)
        return paragraph.source_of(row, start, end)

    def place_of(self, offset: int) -> tuple[int, int]:
        index = bisect_right(self._visible or [], offset, key=_start) - 1
        if not self._visible or index < 0:
            return 0, 0
        row, cell = self._visible[index].paragraph.place_of(offset)
        return self._tops[index] + row, cell

    def links(self) -> Iterator[Link]:
        for entry in self._visible or []:
            yield from entry.paragraph.links()

    def link_at(self, row: int, cell: int) -> str | None:
        paragraph, row = self._at(row)
        return paragraph.link_at(row, cell)


def _start(entry: _Shown) -> int:
    return entry.start

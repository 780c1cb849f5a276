"""Splits lines of a table into cells, and reads the alignments of the columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from enum import Enum, auto

from textchat.render.cells import width_of
from textchat.render.markdown.inline.definitions import LinkDefinitions
from textchat.render.markdown.inline.parse import parse
from textchat.render.spans import InlineText

_DELIMITERS = re.compile(r"(?:\||:?-|:)(?:[-:|]|(?<!^-)[ \t])[-:| \t]*$|\|$")


_CELL = re.compile(r"(?:[^|\\]|\\\|?)*")
"""Up to the next pipe that no backslash stands before; a backslash before that one does not matter."""


class Alignment(Enum):
    """Alignment of the cells in a table's column."""

    LEFT = auto()
    CENTER = auto()
    RIGHT = auto()


def alignments_of(delimiters: str) -> list[Alignment] | None:
    """The column alignments in the delimiter line below a header; None if it is no such line."""
    if not _DELIMITERS.match(delimiters):
        return None
    cells = [cell.strip() for cell in delimiters.split("|")]
    alignments: list[Alignment] = []
    for index, cell in enumerate(cells):
        if not cell and index in (0, len(cells) - 1):
            continue
        if not re.fullmatch(r":?-+:?", cell):
            return None
        if cell[-1] != ":":
            alignments.append(Alignment.LEFT)
        else:
            alignments.append(Alignment.CENTER if cell[0] == ":" else Alignment.RIGHT)
    return alignments or None


class TableCell:
    """One cell: its Markdown, its drawn form, and its place in the source."""

    __slots__ = ("_definitions", "_drawn", "_seen", "cuts", "source", "text")

    def __init__(self, text: str, source: int, cuts: tuple[int, ...], definitions: LinkDefinitions) -> None:
        self.text = text
        self.source = source
        self.cuts = cuts
        """The places in `text` before which a backslash of the source was left out."""
        self._definitions = definitions
        self._drawn: InlineText | None = None
        self._seen = 0

    @property
    def drawn(self) -> InlineText:
        """The drawn form."""
        known = self._definitions.known
        if self._drawn is None or (self._seen < len(known) and "[" in self.text):
            self._drawn = parse(self.text, known)
            self._seen = len(known)
        return self._drawn

    def width(self) -> int:
        """The width without wrapping, in cells of the screen."""
        return max(width_of(line) for line in self.drawn.plain.split("\n"))

    def longest_word(self) -> int:
        """The width of its longest word."""
        return max((width_of(word) for word in self.drawn.plain.split()), default=0)

    def to_source(self, place: int) -> int:
        """Convert a place in the text to a place in the source."""
        return self.source + place + bisect_right(self.cuts, place)

    def to_text(self, source: int) -> int:
        """Convert a place in the source to a place in the text."""
        place = max(0, min(source - self.source, len(self.text) + len(self.cuts)))
        return max(0, place - sum(1 for index, cut in enumerate(self.cuts) if cut + index < place))


def _places(text: str, part: str) -> Iterator[int]:
    """Where a part stands in a text, from left to right."""
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + len(part))


def split_row(line: str) -> list[tuple[str, int, tuple[int, ...]]]:
    r"""The cells of a table row: text, place in the line, and positions of removed backslashes before pipes."""
    cells: list[tuple[str, int, tuple[int, ...]]] = []
    start = 0
    while start <= len(line):
        cell = _CELL.match(line, start)
        end = cell.end() if cell else start
        text, cuts = line[start:end], []  # type: str, list[int]
        if "\\|" in text:
            cuts = [place - number for number, place in enumerate(_places(text, "\\|"))]
            text = text.replace("\\|", "|")
        lead = len(text) - len(text.lstrip())
        cells.append((text.strip(), start + lead, tuple(max(cut - lead, 0) for cut in cuts)))
        start = end + 1
    if cells and not cells[0][0] and line[:1] == "|":
        del cells[0]
    if cells and not cells[-1][0] and line[-1:] == "|" and len(cells) > 0:
        del cells[-1]
    return cells

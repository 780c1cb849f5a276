"""The parts of a message on the screen: their kinds, their drawings, and the context of their layout."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from textual.strip import Strip

from textchat.core.conversation import Message
from textchat.core.figures.ending import Hints
from textchat.core.reply import Reply
from textchat.core.text.pretty_json import pretty_json
from textchat.render.markdown import Document
from textchat.ui.transcript.cards.mixed_text import CardNames, MixedText
from textchat.ui.transcript.cited.source_list import SourceList
from textchat.ui.transcript.layout.long_text import LongText
from textchat.ui.transcript.layout.styles import TranscriptStyles

MARGIN = 2
"""Cells left of the text: the sign and a space."""
LONGEST_LAID_OUT = 64_000
"""Characters of JSON that are put on lines of their own; to do so takes a frame for so many."""
WIDEST = 120
"""Cells of text in a line; longer ones are hard to read."""


def measure_for(width: int) -> int:
    """Width of the text, in cells, in a list of `width` cells."""
    return max(2, min(width - MARGIN - 1, WIDEST))


def shown_text(source: Message | Reply) -> str:
    """The text as it is drawn: on lines of its own where it is JSON with the structure that was asked for."""
    is_structure = isinstance(source, Message) and source.structure is not None and source.structure.is_valid
    return _laid_out(source.text) if is_structure and len(source.text) <= LONGEST_LAID_OUT else source.text


@lru_cache(64)
def _laid_out(text: str) -> str:
    pretty = pretty_json(text.strip())
    return f"```json\n{pretty}\n```" if pretty[:1] in ("{", "[") else text


class Drawing(Protocol):
    """Drawn lines with their places in the source: of a text, of cards, of a list of sources."""

    @property
    def text(self) -> str: ...
    @property
    def height(self) -> int: ...
    def line(self, y: int) -> Strip: ...
    def set_width(self, width: int) -> None: ...
    def source_span(self, y: int, start: int, end: int) -> tuple[int, int] | None: ...
    def position_of(self, offset: int) -> tuple[int, int]: ...


class PartKind(StrEnum):
    """The kinds of parts, in order from top to bottom."""

    OMITTED = "omitted"
    """What of the messages above is not sent."""
    SIGNATURE = "signature"
    LENGTH = "length"
    """That a text is too long to be drawn as Markdown throughout."""
    ATTACHMENT = "attachment"
    """The files of a text that is too long for cards within it; else their names, for what looks for words."""
    FOLD = "fold"
    REASONING = "reasoning"
    TEXT = "text"
    TOOL_CALL = "tool_call"
    CITATIONS = "citations"
    """The sources of an answer."""
    WAITING = "waiting"
    ENDING = "ending"
    VERSIONS = "versions"
    """Of a prompt; those of a reply are told by its signature."""


SOURCES = (PartKind.REASONING, PartKind.TEXT)
"""The parts that hold the words of the message; the others are notes about it."""
FOUND = (PartKind.ATTACHMENT, PartKind.REASONING, PartKind.TEXT, PartKind.CITATIONS)
"""The parts in which words are looked for."""
ORDER = {kind: place for place, kind in enumerate(PartKind)}
"""Which part stands above which."""


@dataclass(slots=True)
class EntryPart:
    """A part of an entry, from line `top` of the entry on."""

    kind: PartKind
    drawing: Drawing
    indent: int
    top: int = 0

    @property
    def left(self) -> int:
        """The cell where its text begins."""
        return MARGIN + self.indent

    @property
    def bottom(self) -> int:
        """The first line after it."""
        return self.top + self.drawing.height

    @property
    def document(self) -> Document | LongText | MixedText | None:
        """Its drawing, if that is Markdown, or may be."""
        return self.drawing if isinstance(self.drawing, Document | LongText | MixedText) else None

    @property
    def mixed(self) -> MixedText | None:
        """Its drawing, if there are cards in it."""
        return self.drawing if isinstance(self.drawing, MixedText) else None

    @property
    def names(self) -> EntryPart | None:
        """The cards in its text as a part, whose source is the names of the files; None without cards."""
        mixed = self.mixed
        return None if mixed is None else EntryPart(PartKind.ATTACHMENT, CardNames(mixed), self.indent, self.top)

    def card_at(self, line: int) -> int | None:
        """The number of the file, from 0, whose card is on a line of the entry."""
        mixed = self.drawing.mixed if isinstance(self.drawing, CardNames) else self.mixed
        card = None if mixed is None else mixed.card_at(line - self.top)
        return None if card is None else card.number

    @property
    def long_text(self) -> LongText | None:
        """Its drawing, if the heights in it are estimates."""
        return self.drawing if isinstance(self.drawing, LongText) else None

    def line_of(self, offset: int) -> int:
        """The line of the entry with the source character at `offset`."""
        return self.top + self.drawing.position_of(offset)[0]

    def link_at(self, line: int, cell: int) -> str | None:
        """The target of the link at a cell of a line of the entry."""
        drawing = self.document or self.drawing
        if not isinstance(drawing, Document | LongText | MixedText | SourceList):
            return None
        return drawing.link_at(line - self.top, cell - self.left)


@dataclass(frozen=True, slots=True)
class LayoutContext:
    """The inputs of the layout of entries; a change of any of them causes a new layout."""

    width: int
    styles: TranscriptStyles
    hints: Hints

    @property
    def measure(self) -> int:
        """Width of the text in cells."""
        return measure_for(self.width)

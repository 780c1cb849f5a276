"""The open blocks of a growing document: the one that lines are added to, and the containers around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from textchat.core.text.fences import Fence
from textchat.render.markdown.code.verbatim import Verbatim
from textchat.render.markdown.container import Container, Numbering, PlacedBlock
from textchat.render.markdown.formula import FormulaBlock
from textchat.render.markdown.paragraph import Paragraph
from textchat.render.markdown.table import TableBlock


@dataclass(slots=True)
class OpenParagraph:
    """A paragraph that may continue."""

    placed: PlacedBlock
    paragraph: Paragraph
    can_be_header: bool = True
    """Whether its last line stands where the header of a table may."""
    formula_end: str = ""
    """What closes the formula that began at the end of one of its lines; nothing where none is open."""


@dataclass(slots=True)
class OpenHeading:
    """A heading that begins with `#`, while its line grows."""

    placed: PlacedBlock
    heading: Paragraph


@dataclass(slots=True)
class OpenFence:
    """A fenced code block that is not closed."""

    placed: PlacedBlock
    code: Verbatim
    fence: Fence
    indent: int
    """Columns by which the fence is indented."""


@dataclass(slots=True)
class OpenIndentedCode:
    """An indented code block that may continue."""

    placed: PlacedBlock
    code: Verbatim
    held_back: list[tuple[str, int, int]] = field(default_factory=list)
    """Blank lines at its end, their offsets and pads: they belong to it only if more code follows."""


@dataclass(slots=True)
class OpenHtml:
    """A block of HTML that has not ended."""

    placed: PlacedBlock
    code: Verbatim
    end: re.Pattern[str] | None
    """What a line holds that ends the block; None: an empty line ends it."""


@dataclass(slots=True)
class OpenTable:
    """A table that may get more rows."""

    placed: PlacedBlock
    table: TableBlock


@dataclass(slots=True)
class OpenFormula:
    """A display formula that is not closed."""

    placed: PlacedBlock
    formula: FormulaBlock
    closer: str
    held_back: list[tuple[str, int, int]] = field(default_factory=list)
    """Blank lines at its end, their offsets and pads: they belong to it only if it goes on."""


OpenCode = OpenFence | OpenIndentedCode | OpenHtml
OpenLeaf = OpenParagraph | OpenHeading | OpenCode | OpenTable | OpenFormula


@dataclass(slots=True, kw_only=True)
class OpenParent:
    """The document, or a container, while blocks may be added to it."""

    is_empty: bool = True
    numbering: Numbering | None = None
    """Of the list that the last thing in it is an item of."""


@dataclass(slots=True)
class OpenContainer(OpenParent):
    """A quote or a list item that may go on."""

    container: Container
    content_indent: int = 0
    """The columns by which the content of an item is indented."""

"""Defines the structure of a document: a sequence of blocks, each within its quotes and list items."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.render.markdown.block import Block


@dataclass(slots=True)
class Numbering:
    """The numbering of a list while its items come."""

    sign: str
    """The bullet, or the character behind the number: another one begins another list."""
    number: int
    """Of its last item."""


@dataclass(slots=True, eq=False)
class Quote:
    """A block quote around its blocks."""

    source_range: tuple[int, int]
    """Of its first marker."""
    has_block: bool = False


@dataclass(slots=True, eq=False)
class ListItem:
    """A list item around its blocks."""

    source_range: tuple[int, int]
    """Of its marker."""
    numbering: Numbering
    marker: str
    """The bullet, number or box that is drawn before its first row."""
    has_block: bool = False


@dataclass(slots=True, eq=False)
class Footnote:
    """A footnote around its blocks."""

    source_range: tuple[int, int]
    """Of its marker."""
    marker: str
    """What its references look like."""
    has_block: bool = False


Container = Quote | ListItem | Footnote


@dataclass(slots=True, eq=False)
class PlacedBlock:
    """A block of the document with the containers around it."""

    block: Block
    containers: tuple[Container, ...]
    """The outermost first."""
    start: int
    """The offset in the source of the line where it begins."""
    gap: int = 0
    """Empty rows before it."""
    shared: int = 0
    """How many containers it has in common with the block before it."""
    begins: tuple[Container, ...] = ()
    """Of the containers, those whose first block it is: its first row shows their markers. They do not refer to it, for
    what refers to itself is only given back when Python looks for such circles."""
    below: PlacedBlock | None = None
    """Definitions in the lines right above it: if they are shown, nothing is between."""

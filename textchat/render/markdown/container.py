"""What a document consists of: blocks, one below the other, each within its quotes and list items."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.render.markdown.block import Part


@dataclass(slots=True)
class List:
    """A list while its items come."""

    sign: str
    """The bullet, or the character behind the number: another one begins another list."""
    number: int
    """Of its last item."""


@dataclass(slots=True, eq=False)
class Frame:
    """A quote or a list item as it surrounds its blocks."""

    marker: str = ""
    """What stands before the first row of an item; nothing for a quote."""
    span: tuple[int, int] = (0, 0)
    """The marker's range in the source."""
    list: List | None = None
    owner: Block | None = None
    """The first block within: its first row shows the marker."""


@dataclass(slots=True, eq=False)
class Block:
    """A part of the document with what surrounds it."""

    part: Part
    frames: tuple[Frame, ...]
    start: int
    """The offset in the source of the line where it begins."""
    gap: int = 0
    """Empty rows before it."""
    shared: int = 0
    """How many frames it has in common with the block before it."""

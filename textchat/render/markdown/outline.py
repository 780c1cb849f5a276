"""The blocks of a Markdown text as ranges of its source: what two texts are aligned by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from textchat.render.markdown.blocks import Blocks
from textchat.render.markdown.code.code_block import Code
from textchat.render.markdown.container import Block
from textchat.render.markdown.paragraph import Prose
from textchat.render.markdown.table import Table

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|$)")


class Kind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    QUOTE = "quote"
    CODE = "code"
    TABLE = "table"
    RULE = "rule"


BY_LINE = frozenset({Kind.CODE, Kind.TABLE})
"""Whose lines are elements of their own; in all others a line may end anywhere."""


@dataclass(frozen=True, slots=True)
class Section:
    """One block with its marks, its newlines and the blank lines below it: characters [start, end) of the source."""

    kind: Kind
    start: int
    end: int


def outline(text: str) -> list[Section]:
    """The blocks in order; their ranges joined are the whole text."""
    blocks = Blocks()
    for line in _LINE.finditer(text):
        if line.end() > line.start():
            blocks.line(line[1], line.start(), complete=True)
    blocks.finish()
    starts = [(max(0, block.start), _kind(block)) for block in blocks.blocks]
    if not starts:
        return [Section(Kind.PARAGRAPH, 0, len(text))] if text else []
    # Definitions of links before the first block make none of their own.
    starts[0] = 0, starts[0][1]
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return [Section(kind, start, end) for (start, kind), end in zip(starts, ends, strict=True) if end > start]


def _kind(block: Block) -> Kind:
    part = block.part
    if isinstance(part, Code):
        return Kind.PARAGRAPH if part.is_html else Kind.CODE
    if isinstance(part, Table):
        return Kind.TABLE
    if isinstance(part, Prose) and part.level:
        return Kind.HEADING
    if block.frames:
        return Kind.ITEM if block.frames[-1].marker else Kind.QUOTE
    return Kind.PARAGRAPH if isinstance(part, Prose) else Kind.RULE


def lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The lines of a range of `text`, newlines included; blank ones at its end belong to the last that is not."""
    found = [each.span() for each in _LINE.finditer(text, start, end) if each.end() > each.start()]
    while len(found) > 1 and not text[slice(*found[-1])].strip():
        (first, _), (_, last) = found[-2], found.pop()
        found[-1] = first, last
    return found

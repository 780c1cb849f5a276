"""Lists the blocks of a Markdown text as ranges of its source, for aligning two texts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from textchat.render.markdown.block import Rule
from textchat.render.markdown.code.verbatim import Verbatim
from textchat.render.markdown.container import ListItem, PlacedBlock, Quote
from textchat.render.markdown.paragraph import Paragraph
from textchat.render.markdown.parsing.text_parser import TextParser
from textchat.render.markdown.table import TableBlock


class BlockKind(StrEnum):
    """The kind of a block in an outline; for a paragraph or a rule, that of its innermost container."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    QUOTE = "quote"
    CODE = "code"
    TABLE = "table"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class OutlineBlock:
    """One block with its marks, its newlines and the blank lines below it: characters [start, end) of the source."""

    kind: BlockKind
    start: int
    end: int


def outline(text: str) -> list[OutlineBlock]:
    """The blocks in order; the concatenated ranges are the whole text."""
    parser = TextParser()
    parser.feed(text)
    parser.finish()
    starts = [(max(0, placed.start), _kind(placed)) for placed in parser.blocks]
    if not starts:
        return [OutlineBlock(BlockKind.PARAGRAPH, 0, len(text))] if text else []
    # Definitions of links before the first block make none of their own.
    starts[0] = 0, starts[0][1]
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return [OutlineBlock(kind, start, end) for (start, kind), end in zip(starts, ends, strict=True) if end > start]


def _kind(placed: PlacedBlock) -> BlockKind:
    match placed.block:
        case Verbatim(is_html=True):
            return BlockKind.PARAGRAPH
        case Verbatim():
            return BlockKind.CODE
        case TableBlock():
            return BlockKind.TABLE
        case Paragraph(level=level) if level:
            return BlockKind.HEADING
    match placed.containers[-1:]:
        case (ListItem(),):
            return BlockKind.ITEM
        case (Quote(),):
            return BlockKind.QUOTE
    return BlockKind.RULE if isinstance(placed.block, Rule) else BlockKind.PARAGRAPH

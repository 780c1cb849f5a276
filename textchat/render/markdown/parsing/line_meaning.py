"""Closed set of the possible meanings of a line of Markdown, given the lines before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from textchat.core.text.fences import Fence
from textchat.render.markdown.parsing.block_syntax import Cursor, HtmlSyntax
from textchat.render.markdown.parsing.formula_syntax import FormulaOpener
from textchat.render.markdown.parsing.open_blocks import (
    OpenCode,
    OpenFormula,
    OpenIndentedCode,
    OpenParagraph,
    OpenTable,
)
from textchat.render.markdown.table_row import Alignment

# Containers that a line may begin


class QuoteStart(NamedTuple):
    """Begins a block quote with the `>` at `place` of the line."""

    place: int


class ItemStart(NamedTuple):
    """Begins a list item with the marker at [place, end) of the line."""

    place: int
    end: int
    content_indent: int
    """Columns by which the lines of the item are indented, counted from where its own container's content begins."""
    sign: str
    """The bullet, or the character behind the number."""
    number: int


class FootnoteStart(NamedTuple):
    """Begins a footnote with the `[^label]:` at [place, end) of the line."""

    place: int
    end: int


ContainerStart = QuoteStart | ItemStart | FootnoteStart

# Blocks that a line may begin


class ParagraphStart(NamedTuple):
    """Begins a paragraph."""

    is_task_done: bool | None = None
    """Of the box of a task list in front of it; None where there is no box."""


class HeadingStart(NamedTuple):
    """Begins a heading with `level` times `#`."""

    level: int
    marker_length: int
    """Characters of its marker and the blanks behind it."""


class FenceStart(NamedTuple):
    """Begins a fenced code block."""

    fence: Fence
    indent: int
    """Columns by which the fence is indented; as many are taken from the lines of its code."""
    info: str


@dataclass(frozen=True, slots=True)
class IndentedCodeStart:
    """Begins an indented code block with its first line."""


class HtmlStart(NamedTuple):
    """Begins a block of HTML with its first line."""

    syntax: HtmlSyntax


class AlertStart(NamedTuple):
    """Names the kind of the quote that the line begins."""

    name: str


class FormulaStart(NamedTuple):
    """Begins a display formula, and ends it if its closer follows."""

    opener: FormulaOpener


@dataclass(frozen=True, slots=True)
class RuleStart:
    """Makes a thematic break."""


BlockStart = (
    ParagraphStart | HeadingStart | FenceStart | IndentedCodeStart | HtmlStart | FormulaStart | AlertStart | RuleStart
)

# What a line means


class BlankLine(NamedTuple):
    """Ends a paragraph and all containers but the outermost `matched`."""

    matched: int


class NewBlock(NamedTuple):
    """Ends the open block and all containers but the outermost `matched`, and begins others."""

    matched: int
    containers: tuple[ContainerStart, ...]
    block: BlockStart | None
    """None: the containers begin without content."""
    cursor: Cursor
    """Where the content of the block begins."""


class ParagraphLine(NamedTuple):
    """Continues a paragraph."""

    leaf: OpenParagraph
    place: int
    """Where its text begins."""
    can_be_header: bool
    """Whether it stands where the header of a table may."""


class HeadingUnderline(NamedTuple):
    """Turns the paragraph above into a heading."""

    leaf: OpenParagraph
    level: int


class TableDelimiters(NamedTuple):
    """Turns the last line of the paragraph above into the header of a table."""

    leaf: OpenParagraph
    place: int
    alignments: list[Alignment]


class TableRow(NamedTuple):
    """Adds a row to a table."""

    leaf: OpenTable
    place: int


class CodeLine(NamedTuple):
    """Adds a line to a block of code or HTML."""

    leaf: OpenCode
    cursor: Cursor
    """Where its text begins."""


class BlankCodeLine(NamedTuple):
    """Adds an empty line to indented code, if more code follows."""

    leaf: OpenIndentedCode
    cursor: Cursor
    """Where what is left of it begins."""


class FormulaLine(NamedTuple):
    """Goes on with a formula, and ends it if it holds the closer."""

    leaf: OpenFormula
    cursor: Cursor
    """Where its text begins."""


@dataclass(frozen=True, slots=True)
class FenceEnd:
    """Closes a fence."""


LineMeaning = (
    BlankLine
    | NewBlock
    | ParagraphLine
    | HeadingUnderline
    | TableDelimiters
    | TableRow
    | CodeLine
    | BlankCodeLine
    | FormulaLine
    | FenceEnd
)

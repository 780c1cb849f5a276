"""Determines the meaning of one line as soon as its beginning is enough to tell, without changing any state."""

from __future__ import annotations

from textchat.core.text.fences import opening_fence
from textchat.render.markdown.container import ListItem, Quote
from textchat.render.markdown.inline.definitions import LONGEST_HELD, is_only_definitions
from textchat.render.markdown.parsing import block_syntax as syntax
from textchat.render.markdown.parsing.block_syntax import Cursor
from textchat.render.markdown.parsing.formula_syntax import formula_opener, goes_on
from textchat.render.markdown.parsing.line_meaning import (
    AlertStart,
    BlankCodeLine,
    BlankLine,
    BlockStart,
    CodeLine,
    ContainerStart,
    FenceEnd,
    FenceStart,
    FootnoteStart,
    FormulaLine,
    FormulaStart,
    HeadingStart,
    HeadingUnderline,
    HtmlStart,
    IndentedCodeStart,
    ItemStart,
    LineMeaning,
    NewBlock,
    ParagraphLine,
    ParagraphStart,
    QuoteStart,
    RuleStart,
    TableDelimiters,
    TableRow,
)
from textchat.render.markdown.parsing.open_blocks import (
    OpenContainer,
    OpenFence,
    OpenFormula,
    OpenHtml,
    OpenIndentedCode,
    OpenLeaf,
    OpenParagraph,
    OpenTable,
)
from textchat.render.markdown.parsing.parser_state import ParserState
from textchat.render.markdown.table_row import alignments_of, split_row

_DEEPEST = 24
"""Quotes and lists within each other beyond which their marks are text."""
_LINE_START = Cursor()
_PLAIN_PARAGRAPH = ParagraphStart()


def read_line(state: ParserState, text: str, complete: bool) -> LineMeaning | None:
    """The meaning of a line, or None if it is incomplete and the rest decides."""
    cursor, matched = _LINE_START, 0
    for opened in state.containers:
        content = _content_of(opened, text, cursor)
        if content is None:
            break
        cursor, matched = content, matched + 1
    return _LineReader(state, text, matched, complete).read(cursor)


def _content_of(opened: OpenContainer, text: str, cursor: Cursor) -> Cursor | None:
    """The start of a container's content in a line, or None if the container ends."""
    at = cursor.behind_blanks(text)
    is_blank, indent = at.place == len(text), at.column - cursor.column
    if isinstance(opened.container, Quote):
        if is_blank or indent > 3 or text[at.place] != ">":
            return None
        return at.behind(1).behind_columns(text, 1)
    if is_blank:
        return None if opened.is_empty else cursor.behind_columns(text, opened.content_indent)
    return cursor.behind_columns(text, opened.content_indent) if indent >= opened.content_indent else None


class _LineReader:
    """Reads a line after the markers of the continuing containers."""

    __slots__ = ("_complete", "_leaf", "_matched", "_state", "_text")

    def __init__(self, state: ParserState, text: str, matched: int, complete: bool) -> None:
        self._state = state
        self._text = text
        self._matched = matched
        self._complete = complete
        self._leaf: OpenLeaf | None = state.leaf if matched == len(state.containers) else None
        """The open block, unless a container around it ends."""

    def read(self, cursor: Cursor) -> LineMeaning | None:
        at = cursor.behind_blanks(self._text)
        if at.place == len(self._text):
            return self._read_blank(cursor) if self._complete else None
        match self._leaf:
            case OpenHtml() as leaf:
                return CodeLine(leaf, cursor)
            case OpenFence() as leaf:
                return self._read_fenced(leaf, cursor, at)
            case OpenIndentedCode() as leaf if at.column - cursor.column >= 4:
                return CodeLine(leaf, cursor.behind_columns(self._text, 4))
        if isinstance(formula := self._state.leaf, OpenFormula):
            if not self._complete:
                return None
            if self._is_in_formula(formula, at):
                return FormulaLine(formula, at)
        return self._read_text(cursor, at)

    def _is_in_formula(self, leaf: OpenFormula, at: Cursor) -> bool:
        """Whether a line belongs to the open formula. Models leave out the indentation of its list, too."""
        rest = self._text[at.place :]
        if opening_fence(rest):
            return False
        if leaf is not self._leaf:
            return not leaf.held_back and goes_on(rest)
        return not leaf.held_back or goes_on(rest)

    def _read_blank(self, cursor: Cursor) -> LineMeaning:
        match self._leaf:
            case OpenFence(indent=indent) as leaf:
                return CodeLine(leaf, cursor.behind_columns(self._text, indent) if indent else cursor)
            case OpenIndentedCode() as leaf:
                return BlankCodeLine(leaf, cursor.behind_columns(self._text, 4))
            case OpenHtml(end=end) as leaf if end is not None:
                return CodeLine(leaf, cursor)
            case OpenFormula() as leaf:
                return FormulaLine(leaf, cursor)
        return BlankLine(self._matched)

    def _read_fenced(self, leaf: OpenFence, cursor: Cursor, at: Cursor) -> LineMeaning | None:
        indent = at.column - cursor.column
        rest = self._text[at.place :].rstrip(" \t")
        if indent < 4 and not rest.strip(leaf.fence.sign):
            if not self._complete:
                return None
            if leaf.fence.is_closed_by(rest):
                return FenceEnd()
        return CodeLine(leaf, cursor.behind_columns(self._text, min(indent, leaf.indent)) if leaf.indent else cursor)

    def _read_text(self, cursor: Cursor, at: Cursor) -> LineMeaning | None:
        """Read a line that may continue a paragraph or a table, or begin containers and a block."""
        paragraph = self._continued_paragraph(self._text[at.place])
        if paragraph is None:
            return self._read_starts(cursor, self._state.leaf if isinstance(self._state.leaf, OpenTable) else None)
        if paragraph is self._leaf and paragraph.formula_end:
            return ParagraphLine(paragraph, at.place, True)  # in a formula, signs of lists and underlines are its own
        if at.column - cursor.column >= 4:
            return ParagraphLine(paragraph, at.place, False)
        if paragraph is self._leaf:
            rest, header = self._text[at.place :], _possible_header(paragraph)
            if not self._complete and syntax.is_undecided(rest, True, "|" in header):
                return None
            if meaning := _end_of_paragraph(paragraph, header, rest, at.place):
                return meaning
        return self._read_starts(cursor, paragraph)

    def _continued_paragraph(self, first: str) -> OpenParagraph | None:
        """The paragraph continued by a line that begins nothing; none after a complete link definition."""
        leaf = self._state.leaf
        if not isinstance(leaf, OpenParagraph):
            return None
        paragraph = leaf.paragraph
        if leaf is not self._leaf or first in "\"'(" or not paragraph.is_bracketed or paragraph.length > LONGEST_HELD:
            return leaf
        return None if is_only_definitions(paragraph.text) else leaf

    def _read_starts(self, cursor: Cursor, interrupted: OpenParagraph | OpenTable | None) -> LineMeaning | None:
        """Read the containers and the block that a line begins, unless it continues the block it may interrupt."""
        containers: tuple[ContainerStart, ...] = ()
        while (at := cursor.behind_blanks(self._text)).place < len(self._text):
            rest, indent = self._text[at.place :], at.column - cursor.column
            if indent >= 4:
                return self._new_block(containers, IndentedCodeStart(), cursor.behind_columns(self._text, 4))
            if not self._complete and syntax.is_undecided(rest, interrupted is not None, False):
                return None
            if block := _block_start(rest, indent, interrupted is not None):
                return self._new_block(containers, block, cursor if isinstance(block, HtmlStart) else at)
            is_in_paragraph = isinstance(interrupted, OpenParagraph) and interrupted is self._leaf
            container = _container_start(self._text, at, indent, is_in_paragraph)
            if container is None or len(self._state.containers) + len(containers) >= _DEEPEST:
                return self._read_plain(rest, at, containers, interrupted)
            containers = (*containers, container)
            cursor = _behind_marker(self._text, at, indent, container)
            interrupted = None
        return self._new_block(containers, None, cursor) if self._complete else None

    def _read_plain(
        self,
        rest: str,
        at: Cursor,
        containers: tuple[ContainerStart, ...],
        interrupted: OpenParagraph | OpenTable | None,
    ) -> LineMeaning | None:
        """Read text that begins no other kind of block."""
        if isinstance(interrupted, OpenParagraph):
            return ParagraphLine(interrupted, at.place, interrupted is self._leaf)
        if interrupted is not None and interrupted is self._leaf:
            return TableRow(interrupted, at.place) if self._complete else None
        if self._begins_item(containers) and (task := syntax.TASK.match(rest)):
            return self._new_block(containers, ParagraphStart(task[1] != " "), Cursor(at.place + task.end()))
        if containers and isinstance(containers[-1], QuoteStart) and (alert := syntax.ALERT.fullmatch(rest)):
            return self._new_block(containers, AlertStart(alert[1].capitalize()), at)
        return self._new_block(containers, _PLAIN_PARAGRAPH, at)

    def _begins_item(self, containers: tuple[ContainerStart, ...]) -> bool:
        if containers:
            return isinstance(containers[-1], ItemStart)
        opened = self._state.containers[self._matched - 1] if self._matched else None
        return opened is not None and isinstance(opened.container, ListItem) and opened.is_empty

    def _new_block(self, containers: tuple[ContainerStart, ...], block: BlockStart | None, cursor: Cursor) -> NewBlock:
        if isinstance(block, HeadingStart):
            cursor = Cursor(cursor.place + block.marker_length)
        return NewBlock(self._matched, containers, block, cursor)


def _possible_header(leaf: OpenParagraph) -> str:
    """The line of the paragraph that may become a table header."""
    return leaf.paragraph.last_line()[0].rstrip(" \t") if leaf.can_be_header else ""


def _end_of_paragraph(leaf: OpenParagraph, header: str, rest: str, index: int) -> LineMeaning | None:
    """The meaning of a line that changes the type of the paragraph above it."""
    if "|" in header and (alignments := alignments_of(rest)) and len(split_row(header)) == len(alignments):
        return TableDelimiters(leaf, index, alignments)
    if not syntax.UNDERLINE.match(rest):
        return None
    if leaf.paragraph.is_bracketed and is_only_definitions(leaf.paragraph.text):
        return None  # nothing of it would be left to be the heading
    return HeadingUnderline(leaf, 1 if rest[0] == "=" else 2)


def _block_start(rest: str, indent: int, in_text: bool) -> BlockStart | None:
    """The block that `rest` begins, unless it is a paragraph."""
    if opening := opening_fence(rest):
        fence, info = opening
        return FenceStart(fence, indent, info)
    if syntax.RULE.match(rest):
        return RuleStart()
    if rest[0] == "<" and (html := syntax.html_syntax(rest, in_text)):
        return HtmlStart(html)
    if heading := syntax.HEADING.match(rest):
        return HeadingStart(len(heading[1]), heading.end())
    if opener := formula_opener(rest):
        return FormulaStart(opener)
    return None


def _container_start(text: str, at: Cursor, indent: int, in_paragraph: bool) -> ContainerStart | None:
    """The quote or list item that begins at `at`, indented by `indent` columns in its parent."""
    if text[at.place] == ">":
        return QuoteStart(at.place)
    if footnote := syntax.FOOTNOTE.match(text, at.place):
        return FootnoteStart(at.place, footnote.end())
    marker = syntax.MARKER.match(text, at.place)
    if marker is None:
        return None
    end = at.behind(marker.end() - at.place)
    content = end.behind_blanks(text)
    is_blank = content.place == len(text)
    if in_paragraph and (is_blank or (marker[2] and int(marker[2]) != 1)):
        return None
    blanks = content.column - end.column
    if is_blank or blanks > 4:
        blanks = 1
    content_indent = indent + end.column - at.column + blanks
    return ItemStart(at.place, end.place, content_indent, marker[1] or marker[3], int(marker[2] or 0))


def _behind_marker(text: str, at: Cursor, indent: int, container: ContainerStart) -> Cursor:
    """The start of the content of a container that begins at `at`."""
    match container:
        case QuoteStart():
            return at.behind(1).behind_columns(text, 1)
        case ItemStart(end=end, content_indent=content_indent):
            width = end - at.place
            return at.behind(width).behind_columns(text, content_indent - indent - width)
        case FootnoteStart(place, end):
            return at.behind(end - place).behind_blanks(text)

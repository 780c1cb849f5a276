"""Block parser: turns complete or growing lines into blocks. A line is read once, when its meaning is certain."""

from __future__ import annotations

from typing import assert_never

from textchat.render.markdown.block import AlertLabel, Rule
from textchat.render.markdown.code.code_text import CodeText
from textchat.render.markdown.code.html_block import HtmlBlock
from textchat.render.markdown.code.verbatim import Verbatim
from textchat.render.markdown.container import PlacedBlock
from textchat.render.markdown.definition_list import DefinitionList
from textchat.render.markdown.formula import FormulaBlock
from textchat.render.markdown.paragraph import Paragraph
from textchat.render.markdown.parsing import block_syntax as syntax
from textchat.render.markdown.parsing.formula_syntax import FormulaOpener, end_of_formula, formula_behind, tail_of
from textchat.render.markdown.parsing.line_meaning import (
    AlertStart,
    BlankCodeLine,
    BlankLine,
    CodeLine,
    FenceEnd,
    FenceStart,
    FormulaLine,
    FormulaStart,
    HeadingStart,
    HeadingUnderline,
    HtmlStart,
    IndentedCodeStart,
    LineMeaning,
    NewBlock,
    ParagraphLine,
    ParagraphStart,
    RuleStart,
    TableDelimiters,
    TableRow,
)
from textchat.render.markdown.parsing.line_reader import read_line
from textchat.render.markdown.parsing.open_blocks import (
    OpenFence,
    OpenFormula,
    OpenHeading,
    OpenHtml,
    OpenIndentedCode,
    OpenParagraph,
)
from textchat.render.markdown.parsing.parser_state import ParserState
from textchat.render.markdown.table import TableBlock
from textchat.render.markdown.table_row import Alignment, TableCell, split_row


class BlockParser:
    """Takes lines and builds blocks from them."""

    def __init__(self) -> None:
        self._state = ParserState()

    @property
    def blocks(self) -> list[PlacedBlock]:
        """The blocks so far, in order."""
        return self._state.blocks

    @property
    def open_block(self) -> PlacedBlock | None:
        """The block that may still change; always the last."""
        return self._state.leaf.placed if self._state.leaf else None

    def line(self, text: str, offset: int, *, complete: bool) -> bool:
        """Take a line that starts at `offset` of the source, without its newline.

        An incomplete line is taken only if what it means is certain whatever follows; else this returns False and
        nothing has changed. What then comes of the line goes to `extend`, and its end to `end_line`.
        """
        meaning = read_line(self._state, text, complete)
        if meaning is None:
            return False
        self._apply(meaning, text, offset)
        if complete:
            self.end_line()
        return True

    def extend(self, text: str) -> None:
        """Append to the last line, which was taken while incomplete."""
        match self._state.leaf:
            case OpenParagraph(paragraph=paragraph) | OpenHeading(heading=paragraph):
                paragraph.extend(text)
            case OpenFence(code=code) | OpenIndentedCode(code=code) | OpenHtml(code=code):
                code.extend(text)

    def end_line(self) -> None:
        """Note that the last line is complete."""
        match self._state.leaf:
            case OpenParagraph() as leaf:
                leaf.formula_end = formula_behind(leaf.paragraph.last_line()[0], leaf.formula_end)
            case OpenHeading(heading=heading):
                if ending := syntax.HEADING_END.search(heading.text):
                    heading.trim(ending.start())
                self._state.close_leaf()
            case OpenHtml(code=code, end=end) if end is not None and end.search(code.text.last_line()):
                self._state.close_leaf()

    def finish(self) -> bool:
        """End the text: open blocks are closed, and links find definitions that came after them.

        Returns whether blocks that were closed before may look different.
        """
        self._state.close_containers(0)
        self._state.close_leaf()
        if not len(self._state.definitions.known):
            return False
        texts = [placed.block for placed in self.blocks if isinstance(placed.block, Paragraph | TableBlock)]
        sources = [placed.block for placed in self.blocks if isinstance(placed.block, DefinitionList)]
        for text in texts:
            text.refresh()
            if sources:
                text.resolve()
        for source in sources:
            source.refresh()
        return True

    # What a line does

    def _apply(self, meaning: LineMeaning, text: str, offset: int) -> None:
        match meaning:
            case CodeLine(leaf, cursor):
                if isinstance(leaf, OpenIndentedCode):
                    for blank in leaf.held_back:
                        leaf.code.text.add_line(*blank)
                    leaf.held_back.clear()
                leaf.code.text.add_line(text[cursor.content :], offset + cursor.content, cursor.pad)
            case BlankLine(matched):
                self._state.close_containers(matched)
                self._state.close_leaf()
            case NewBlock():
                self._begin(meaning, text, offset)
            case ParagraphLine(leaf, index, can_be_header):
                leaf.paragraph.add_line(text[index:], offset + index)
                leaf.can_be_header = can_be_header
            case HeadingUnderline(leaf, level):
                leaf.paragraph.become_heading(level)
                self._state.close_leaf()
            case TableDelimiters(leaf, index, alignments):
                self._begin_table(leaf, alignments, (offset + index, offset + len(text)))
            case TableRow(leaf, index):
                self._add_row(leaf.table, text[index:], offset + index)
            case BlankCodeLine(leaf, cursor):
                leaf.held_back.append((text[cursor.content :], offset + cursor.content, cursor.pad))
            case FormulaLine(leaf, cursor):
                self._extend_formula(leaf, text[cursor.content :], offset + cursor.content, cursor.pad)
            case FenceEnd():
                self._state.close_leaf()
            case _:
                assert_never(meaning)
        self._state.is_after_blank = isinstance(meaning, BlankLine)

    def _begin(self, new: NewBlock, text: str, offset: int) -> None:
        state = self._state
        state.close_containers(new.matched)
        state.close_leaf()
        for container in new.containers:
            state.open_container(container, text, offset)
        begin = new.cursor.content
        content, source = text[begin:], offset + begin
        match new.block:
            case ParagraphStart(is_task_done):
                if is_task_done is not None:
                    state.mark_task(is_task_done)
                paragraph = self._paragraph(0, content, source)
                state.leaf = OpenParagraph(state.place(paragraph, offset), paragraph)
            case HeadingStart(level=level):
                heading = self._paragraph(level, content, source)
                state.leaf = OpenHeading(state.place(heading, offset), heading)
            case FenceStart(fence, indent, info):
                code = Verbatim(language_of(info), fence_range=(source, source + len(content)))
                is_formula = code.language.lower() == "math"
                block = FormulaBlock(code.text, 0, source) if is_formula else code
                state.leaf = OpenFence(state.place(block, offset), code, fence, indent)
            case FormulaStart(opener):
                self._begin_formula(opener, content, source)
            case IndentedCodeStart():
                code = Verbatim()
                code.text.add_line(content, source, new.cursor.pad)
                state.leaf = OpenIndentedCode(state.place(code, offset), code)
            case HtmlStart(html):
                code = HtmlBlock()
                code.text.add_line(content, source, new.cursor.pad)
                state.leaf = OpenHtml(state.place(code, offset), code, html.end)
            case AlertStart(name):
                state.place(AlertLabel(name, (source, source + len(content))), offset)
            case RuleStart():
                state.place(Rule((source, source + len(content))), offset)
            case None:
                pass
            case _:
                assert_never(new.block)

    def _begin_formula(self, opener: FormulaOpener, line: str, source: int) -> None:
        formula = FormulaBlock(CodeText(), opener.content, source)
        leaf = OpenFormula(self._state.place(formula, source), formula, opener.closer)
        self._state.leaf = leaf
        self._extend_formula(leaf, line, source, first=opener.content)

    def _extend_formula(self, leaf: OpenFormula, line: str, source: int, pad: int = 0, first: int = 0) -> None:
        """Add a line to a formula; what stands behind its closer begins a paragraph."""
        if not line.strip(" \t") and not first:
            leaf.held_back.append((line, source, pad))
            return
        for blank in leaf.held_back:
            leaf.formula.text.add_line(*blank)
        leaf.held_back.clear()
        end = end_of_formula(line, leaf.closer, first)
        leaf.formula.text.add_line(line[:end] if end else line, source, pad)
        leaf.formula.reach(source + (end or len(line)))
        if not end:
            return
        tail = tail_of(line[end:])
        behind = line[end + len(tail) :].lstrip(" \t")
        leaf.formula.finish(0 if leaf.closer.startswith(r"\end") else len(leaf.closer), tail)
        self._state.close_leaf()
        if behind:
            start = source + len(line) - len(behind)
            paragraph = self._paragraph(0, behind, start)
            self._state.leaf = OpenParagraph(self._state.place(paragraph, start), paragraph)

    def _paragraph(self, level: int, content: str, source: int) -> Paragraph:
        paragraph = Paragraph(self._state.definitions, level)
        paragraph.add_line(content, source)
        return paragraph

    def _begin_table(self, leaf: OpenParagraph, alignments: list[Alignment], delimiters: tuple[int, int]) -> None:
        """Begin a table whose header is the last line of the paragraph."""
        header, source = leaf.paragraph.last_line()
        header = header.rstrip(" \t")
        table = TableBlock(self._cells(header, source), alignments, (source, source + len(header)), delimiters)
        self._state.open_table(leaf, table, source)

    def _add_row(self, table: TableBlock, line: str, source: int) -> None:
        end = source + len(line)
        # Cells that a row lacks are not made up: a thousand rows of one cell below a thousand columns are a million.
        cells = self._cells(line, source)[: table.columns] or [TableCell("", end, (), self._state.definitions)]
        table.add_row(cells, (source, end))

    def _cells(self, line: str, source: int) -> list[TableCell]:
        return [
            TableCell(text, source + place, cuts, self._state.definitions)
            for text, place, cuts in split_row(line.rstrip(" \t"))
        ]


def language_of(info: str) -> str:
    """The language in the info string of a fence: its first word, without the braces that some put around it."""
    return (info.split() or [""])[0].strip("{}").lstrip(".").split(",")[0]

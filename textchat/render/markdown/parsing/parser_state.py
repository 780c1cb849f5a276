"""The state of the block parser: the blocks so far, and the open ones."""

from __future__ import annotations

from typing import assert_never

from textchat.core.text.sanitize import visible
from textchat.render.markdown.block import Block, EmptyItem
from textchat.render.markdown.code.verbatim import Verbatim
from textchat.render.markdown.container import Container, Footnote, ListItem, Numbering, PlacedBlock, Quote
from textchat.render.markdown.definition_list import DefinitionList
from textchat.render.markdown.inline.definitions import LinkDefinitions
from textchat.render.markdown.parsing.block_syntax import FOOTNOTE_INDENT
from textchat.render.markdown.parsing.line_meaning import ContainerStart, FootnoteStart, ItemStart, QuoteStart
from textchat.render.markdown.parsing.open_blocks import (
    OpenContainer,
    OpenFormula,
    OpenLeaf,
    OpenParagraph,
    OpenParent,
    OpenTable,
)
from textchat.render.markdown.table import TableBlock

_BULLETS = "•◦▪"


class ParserState:
    """The blocks so far, the open block and its containers; begun and ended only by its own methods."""

    def __init__(self) -> None:
        self.blocks: list[PlacedBlock] = []
        self.containers: list[OpenContainer] = []
        """The open quotes and items, the outermost first."""
        self.leaf: OpenLeaf | None = None
        """The open block; always the last one."""
        self.definitions = LinkDefinitions()
        self.is_after_blank = False
        """Whether the line before was blank."""
        self._document = OpenParent()

    @property
    def _parent(self) -> OpenParent:
        """The innermost open container, or the document."""
        return self.containers[-1] if self.containers else self._document

    # Beginning

    def open_container(self, start: ContainerStart, text: str, offset: int) -> None:
        """Begin a container in the line `text` at `offset` of the source."""
        parent = self._parent
        parent.is_empty = False
        match start:
            case QuoteStart(index):
                parent.numbering = None
                self.containers.append(OpenContainer(Quote((offset + index, offset + index + 1))))
            case ItemStart(index, end, content_indent, sign, number):
                numbering = parent.numbering
                if numbering is None or numbering.sign != sign:
                    numbering = parent.numbering = Numbering(sign, number)
                else:
                    # An answer speaks of its "point 5": 1. 5. 6. stays so, while 1. 1. 1. is counted.
                    numbering.number = max(numbering.number + 1, number)
                item = ListItem((offset + index, offset + end), numbering, self._marker(numbering))
                self.containers.append(OpenContainer(item, content_indent))
            case FootnoteStart(index, end):
                parent.numbering = None
                footnote = Footnote((offset + index, offset + end), visible(text[index : end - 1]))
                self.containers.append(OpenContainer(footnote, FOOTNOTE_INDENT))
            case _:
                assert_never(start)

    def _marker(self, numbering: Numbering) -> str:
        if numbering.sign not in "-+*":
            return f"{numbering.number}{numbering.sign}"
        depth = sum(isinstance(opened.container, ListItem) for opened in self.containers)
        return _BULLETS[depth % len(_BULLETS)]

    def mark_task(self, is_done: bool) -> None:
        """Draw a check box instead of the bullet of the innermost item, or behind its number."""
        item = self.containers[-1].container
        if isinstance(item, ListItem):
            number = "" if item.numbering.sign in "-+*" else item.marker + " "
            item.marker = number + ("☑" if is_done else "☐")

    def place(self, block: Block, offset: int) -> PlacedBlock:
        """Append a block that begins at `offset` of the source, within the open containers."""
        parent = self._parent
        parent.is_empty = False
        parent.numbering = None
        containers = tuple(opened.container for opened in self.containers)
        placed = PlacedBlock(block, containers, offset)
        if self.blocks:
            before = self.blocks[-1].containers
            while (
                placed.shared < min(len(containers), len(before)) and containers[placed.shared] is before[placed.shared]
            ):
                placed.shared += 1
            placed.gap = self._gap(before, containers, placed.shared)
            if isinstance(self.blocks[-1].block, DefinitionList) and before == containers and not self.is_after_blank:
                placed.below = self.blocks[-1]
        placed.begins = tuple(container for container in containers if not container.has_block)
        for container in placed.begins:
            container.has_block = True
        self.blocks.append(placed)
        return placed

    def _gap(self, before: tuple[Container, ...], containers: tuple[Container, ...], shared: int) -> int:
        """Empty rows before a block: in lists as in the source, else one between any two blocks."""
        last = before[shared] if shared < len(before) else None
        this = containers[shared] if shared < len(containers) else None
        is_one_list = isinstance(last, ListItem) and isinstance(this, ListItem) and last.numbering is this.numbering
        is_one_list = is_one_list or (isinstance(last, Footnote) and isinstance(this, Footnote))
        is_in_item = shared > 0 and not isinstance(containers[shared - 1], Quote)
        return int(self.is_after_blank) if is_one_list or is_in_item else 1

    def open_table(self, leaf: OpenParagraph, table: TableBlock, offset: int) -> None:
        """Begin a table at `offset` of the source with the last line of the open paragraph as its header."""
        if leaf.paragraph.line_count == 1:
            leaf.placed.block = table
            self.leaf = OpenTable(leaf.placed, table)
            return
        leaf.paragraph.drop_last_line()
        self.close_leaf()
        self.leaf = OpenTable(self.place(table, offset), table)

    # Ending

    def close_containers(self, count: int) -> None:
        """End all containers but the outermost `count`, with the open block in them."""
        if len(self.containers) == count:
            return
        self.close_leaf()
        while len(self.containers) > count:
            container = self.containers[-1].container
            if not isinstance(container, Quote) and not container.has_block:
                self.place(EmptyItem(), container.source_range[0])
            self.containers.pop()

    def close_leaf(self) -> None:
        """End the open block, if there is one."""
        leaf, self.leaf = self.leaf, None
        if leaf is None:
            return
        if isinstance(leaf, OpenParagraph):
            self._take_definitions(leaf)
        if isinstance(leaf, OpenFormula) and leaf.formula.is_open:
            leaf.placed.block = Verbatim(is_html=True, text=leaf.formula.text)  # nothing closed it
        leaf.placed.block.close()

    def _take_definitions(self, leaf: OpenParagraph) -> None:
        """Take the link definitions out of a paragraph."""
        paragraph = leaf.paragraph
        definitions = self.definitions.take(paragraph.text) if paragraph.is_bracketed else []
        if not definitions:
            return
        start = definitions[-1].end
        is_whole = start >= paragraph.length
        found = DefinitionList(self.definitions, paragraph if is_whole else paragraph.part(0, start), definitions)
        found.close()
        if is_whole:
            leaf.placed.block = found
            return
        placed = PlacedBlock(found, leaf.placed.containers, leaf.placed.start, leaf.placed.gap, leaf.placed.shared)
        placed.below = leaf.placed.below
        self.blocks.insert(len(self.blocks) - 1, placed)
        paragraph.drop_front(start)
        leaf.placed.start = paragraph.first_source
        leaf.placed.gap, leaf.placed.shared, leaf.placed.below = 1, len(leaf.placed.containers), placed

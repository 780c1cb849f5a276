"""The blocks of a Markdown text, made line by line: what a line means is settled when it comes, and not read again."""

from __future__ import annotations

from textchat.render.markdown import block_syntax as syntax
from textchat.render.markdown.block import Part
from textchat.render.markdown.block_parser import Container, Leaf, Open, Plan, Start
from textchat.render.markdown.code.code_block import Code
from textchat.render.markdown.container import Block, Frame, List
from textchat.render.markdown.paragraph import Prose
from textchat.render.markdown.rule import Empty, Rule
from textchat.render.markdown.table import Table
from textchat.render.markdown.table_cell import Cell, split_row

_BULLETS = "•◦▪"


class Blocks:
    """Takes lines, complete or growing, and makes blocks of them."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._open = Open()
        self._is_after_blank = False

    @property
    def open_block(self) -> Block | None:
        """The block that may still change; always the last."""
        return self._open.leaf.block if self._open.leaf else None

    def line(self, text: str, offset: int, *, complete: bool) -> bool:
        """Take a line that stands at `offset` of the source, without its newline.

        An incomplete line is taken only if what it means is certain whatever follows; else this returns False and
        nothing has changed. What then comes of the line goes to `extend`, and its end to `end_line`.
        """
        plan = self._open.read(text, complete)
        if plan is None:
            return False
        self._apply(plan, text, offset)
        if complete:
            self.end_line()
        return True

    def extend(self, text: str) -> None:
        """Add to the line that was taken although it was incomplete."""
        leaf = self._open.leaf
        if leaf and isinstance(leaf.block.part, Prose | Code):
            leaf.block.part.extend(text)

    def end_line(self) -> None:
        """The line that was taken is complete."""
        leaf = self._open.leaf
        if leaf is None:
            return
        part = leaf.block.part
        if leaf.kind == "heading" and isinstance(part, Prose):
            if ending := syntax.HEADING_END.search(part.text):
                part.trim(ending.start())
            self._close_leaf()
        elif leaf.kind == "html" and isinstance(part, Code):
            end = syntax.HTML[leaf.detail][1]
            if end is not None and end.search(part.last_line()):
                self._close_leaf()
        elif leaf.kind == "paragraph" and isinstance(part, Prose):
            leaf.detail = syntax.formula_behind(part.last_line()[0], leaf.detail or "")

    def finish(self) -> None:
        """There are no more lines: links whose definition came late are found now."""
        self._close_to(0)
        self._close_leaf()
        for block in self.blocks:
            block.part.refresh()

    # What a line does

    def _apply(self, plan: Plan, text: str, offset: int) -> None:
        place = plan.place + (plan.pad > 0)  # the tab that was cut in two is behind us
        content, source = text[place:], offset + place
        leaf = self._open.leaf
        part = leaf.block.part if leaf else None
        match plan.kind:
            case "continue" if isinstance(part, Prose):
                part.add_line(content, source)
                self._open.can_head = plan.matched == len(self._open.stack) and plan.detail is None
            case "code" if leaf and isinstance(part, Code):
                for blank in leaf.blanks:
                    part.add_line(*blank)
                leaf.blanks.clear()
                part.add_line(content, source, plan.pad)
            case "blank code" if leaf:
                leaf.blanks.append(_blank_code(text, plan.place, offset))
            case "row" if isinstance(part, Table):
                cells = self._cells(content, source)[: part.columns]
                end = source + len(content)
                empty = [Cell("", end, (), self._open.definitions) for _ in range(part.columns - len(cells))]
                part.add_row(cells + empty, (offset + plan.place, end))
            case "end of fence":
                self._close_leaf()
            case "underline" if isinstance(part, Prose):
                self._end_paragraph(part)
                part.become_heading(plan.detail)
                self._close_leaf()
            case "table" if leaf and isinstance(part, Prose):
                self._begin_table(leaf.block, part, plan.detail, (source, source + len(content)))
            case _:
                self._begin(plan, content, source, offset)
        if plan.kind != "blank":
            self._is_after_blank = False

    def _begin(self, plan: Plan, content: str, source: int, offset: int) -> None:
        """A line that goes on with no block: it ends some, and begins some unless it is blank."""
        self._close_to(plan.matched)
        self._close_leaf()
        if plan.kind == "blank":
            self._is_after_blank = True
            return
        for start in plan.starts:
            self._begin_container(start, offset)
        match plan.kind:
            case "paragraph":
                if plan.detail:
                    self._open.stack[-1].frame.marker = "☐" if plan.detail == " " else "☑"
                self._begin_prose(0, content, source, offset)
                self._open.can_head = True
            case "heading":
                self._begin_prose(plan.detail, content, source, offset)
            case "fence":
                fence, info = plan.detail
                span = (source, source + len(content))
                self._begin_leaf("fence", Code(language_of(info), fence_span=span), offset, fence)
            case "indented" | "html":
                code = Code(is_html=plan.kind == "html")
                code.add_line(content, source, plan.pad)
                self._begin_leaf(plan.kind, code, offset, plan.detail)
            case "rule":
                self._begin_leaf("rule", Rule((source, source + len(content))), offset)
                self._close_leaf()

    def _begin_container(self, start: Start, offset: int) -> None:
        parent = self._open.stack[-1] if self._open.stack else self._open.root
        parent.is_empty = False
        frame = Frame(span=(offset + start.place, offset + start.end))
        if start.offset:
            current = parent.last_list
            if current is None or current.sign != start.sign:
                current = List(start.sign, start.number)
                parent.last_list = current
            else:
                current.number += 1
            frame.list = current
            depth = sum(1 for container in self._open.stack if container.offset)
            is_bullet = start.sign in "-+*"
            frame.marker = _BULLETS[depth % len(_BULLETS)] if is_bullet else f"{current.number}{start.sign}"
        else:
            parent.last_list = None
        self._open.stack.append(Container(frame, start.offset))

    def _begin_prose(self, level: int, content: str, source: int, offset: int) -> None:
        prose = Prose(self._open.definitions, level)
        prose.add_line(content, source)
        self._begin_leaf("heading" if level else "paragraph", prose, offset)

    def _begin_leaf(self, kind: str, part: Part, offset: int, detail: object = None) -> None:
        parent = self._open.stack[-1] if self._open.stack else self._open.root
        parent.is_empty = False
        parent.last_list = None
        self._open.leaf = Leaf(kind, self._add_block(part, offset), detail)

    def _add_block(self, part: Part, offset: int) -> Block:
        frames = tuple(container.frame for container in self._open.stack)
        block = Block(part, frames, offset)
        if self.blocks:
            before = self.blocks[-1]
            while (
                block.shared < min(len(frames), len(before.frames))
                and frames[block.shared] is before.frames[block.shared]
            ):
                block.shared += 1
            block.gap = self._gap(before.frames, frames, block.shared)
        for frame in frames:
            if frame.owner is None:
                frame.owner = block
        self.blocks.append(block)
        return block

    def _gap(self, before: tuple[Frame, ...], frames: tuple[Frame, ...], shared: int) -> int:
        """Within an item and between items, an empty row where the source has one; else one between any two blocks."""
        last = before[shared] if shared < len(before) else None
        this = frames[shared] if shared < len(frames) else None
        is_one_list = last is not None and this is not None and last.list is not None and last.list is this.list
        is_in_item = shared > 0 and frames[shared - 1].list is not None
        return int(self._is_after_blank) if is_one_list or is_in_item else 1

    def _begin_table(self, block: Block, paragraph: Prose, alignments: list[str], rule_span: tuple[int, int]) -> None:
        """The last line of the paragraph turns out to be the header of a table."""
        header, source = paragraph.last_line()
        header = header.rstrip(" \t")
        cells = self._cells(header, source)
        table = Table(cells, alignments, (source, source + len(header)), rule_span)
        if paragraph.line_count() == 1:
            block.part = table
            self._open.leaf = Leaf("table", block)
            return
        paragraph.drop_last_line()
        self._close_leaf()
        self._begin_leaf("table", table, source)

    def _cells(self, line: str, source: int) -> list[Cell]:
        return [
            Cell(text, source + place, cuts, self._open.definitions)
            for text, place, cuts in split_row(line.rstrip(" \t"))
        ]

    # Closing

    def _close_to(self, count: int) -> None:
        """Close all containers but the outermost `count`, and with them what is open in them."""
        stack = self._open.stack
        if len(stack) == count:
            return
        self._close_leaf()
        while len(stack) > count:
            if stack[-1].frame.owner is None and stack[-1].frame.marker:
                self._add_block(Empty(), stack[-1].frame.span[0])
            stack.pop()

    def _close_leaf(self) -> None:
        leaf = self._open.leaf
        if leaf is None:
            return
        if leaf.kind == "paragraph" and isinstance(leaf.block.part, Prose):
            self._end_paragraph(leaf.block.part)
        leaf.block.part.close()
        self._open.leaf = None

    def _end_paragraph(self, part: Prose) -> None:
        """Take the link definitions out of a paragraph; without anything else it vanishes."""
        if not part.is_bracketed:
            return
        text = part.text
        taken = self._open.definitions.take(text)
        if taken >= len(text):
            block = self.blocks.pop()
            for frame in block.frames:
                if frame.owner is block:
                    frame.owner = None
        elif taken:
            part.drop_front(taken)


def _blank_code(text: str, place: int, offset: int) -> tuple[str, int]:
    """An empty line of indented code, without the four columns of its indentation, and its offset."""
    behind, _, _ = syntax.skip_columns(text, place, 0, 4)
    return text[behind:], offset + behind


def language_of(info: str) -> str:
    """The language that the line of a fence names: its first word, without the braces that some put around it."""
    return (info.split() or [""])[0].strip("{}").lstrip(".").split(",")[0]

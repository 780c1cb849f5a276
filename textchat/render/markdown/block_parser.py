"""What a line means behind the lines before it: told from its beginning where that is enough, without side effects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from textchat.render.markdown import block_syntax as syntax
from textchat.render.markdown.block_syntax import skip_blanks, skip_columns
from textchat.render.markdown.container import Block, Frame, List
from textchat.render.markdown.inline.definitions import LONGEST_HELD, Definitions
from textchat.render.markdown.paragraph import Prose
from textchat.render.markdown.table_cell import split_row

_DEEPEST = 24
"""Quotes and lists within each other beyond which their marks are text."""


@dataclass(slots=True)
class Container:
    """An open quote or list item."""

    frame: Frame
    offset: int = 0
    """For an item: the columns that its content is indented by. 0: a quote."""
    is_empty: bool = True
    last_list: List | None = None
    """The list that the last of its children belongs to."""


@dataclass(slots=True)
class Leaf:
    """The block that lines are added to."""

    kind: str
    """paragraph, heading, fence, indented, html or table."""
    block: Block
    detail: Any = None
    """Of a fence: its sign, length and indentation. Of HTML: its kind. Of a paragraph: what closes its open formula."""
    blanks: list[tuple[str, int]] = field(default_factory=list)
    """Empty lines at the end of indented code, which belong to it only if more code follows."""


class Start(NamedTuple):
    """A container that begins."""

    place: int
    """Where its marker stands in the line."""
    end: int
    """Where its marker ends."""
    blanks: int
    """The columns behind the marker that belong to it."""
    offset: int
    """As in `Container`."""
    sign: str
    number: int


class Plan(NamedTuple):
    """What a line means."""

    kind: str
    matched: int
    """How many of the open containers go on."""
    place: int
    """Where its content begins."""
    starts: tuple[Start, ...] = ()
    pad: int = 0
    """The columns left of a tab at `place` that was cut in two."""
    detail: Any = None


class Open:
    """What is open: the state that a line is read against."""

    def __init__(self) -> None:
        self.stack: list[Container] = []
        self.root = Container(Frame())
        self.leaf: Leaf | None = None
        self.can_head = False
        """Whether the last line of the paragraph stands where the header of a table may."""
        self.definitions = Definitions()

    def read(self, text: str, complete: bool) -> Plan | None:
        """What a line means, or nothing if it is incomplete and what is still to come decides."""
        matched, place, column, pad = 0, 0, 0, 0
        for container in self.stack:
            at, at_column = skip_blanks(text, place, column)
            is_blank = at == len(text)
            if is_blank and not complete:
                return None
            indent = at_column - column
            if not container.offset:
                if is_blank or indent > 3 or text[at] != ">":
                    break
                place, column, pad = skip_columns(text, at + 1, at_column + 1, 1)
            elif is_blank:
                if container.is_empty:
                    break
            elif indent >= container.offset:
                place, column, pad = skip_columns(text, place, column, container.offset)
            else:
                break
            matched += 1
        at, at_column = skip_blanks(text, place, column)
        if at == len(text):
            return self._read_blank(text, matched, place, column, pad) if complete else None
        leaf = self.leaf if matched == len(self.stack) else None
        match leaf.kind if leaf else "":
            case "html":
                return Plan("code", matched, place, pad=pad)
            case "fence":
                return self._read_fenced(text, place, column, pad, complete)
            case "indented" if at_column - column >= 4:
                place, _, pad = skip_columns(text, place, column, 4)
                return Plan("code", matched, place, pad=pad)
        return self._read_starts(text, matched, (place, column, pad), complete)

    def _read_blank(self, text: str, matched: int, place: int, column: int, pad: int) -> Plan:
        leaf = self.leaf if matched == len(self.stack) else None
        match leaf.kind if leaf else "":
            case "fence" if leaf:
                if leaf.detail[2]:
                    place, _, pad = skip_columns(text, place, column, leaf.detail[2])
                return Plan("code", matched, place, pad=pad)
            case "indented":
                return Plan("blank code", matched, place, pad=pad)
            case "html" if leaf and syntax.HTML[leaf.detail][1] is not None:
                return Plan("code", matched, place, pad=pad)
        return Plan("blank", matched, place)

    def _read_fenced(self, text: str, place: int, column: int, pad: int, complete: bool) -> Plan | None:
        sign, length, fence_indent = self.leaf.detail if self.leaf else ("`", 3, 0)
        at, at_column = skip_blanks(text, place, column)
        rest = text[at:].rstrip(" \t")
        if at_column - column < 4 and not rest.strip(sign):
            if not complete:
                return None
            if len(rest) >= length:
                return Plan("end of fence", len(self.stack), place)
        if fence_indent:
            place, _, pad = skip_columns(text, place, column, min(at_column - column, fence_indent))
        return Plan("code", len(self.stack), place, pad=pad)

    def _read_starts(self, text: str, matched: int, start: tuple[int, int, int], complete: bool) -> Plan | None:
        place, column, pad = start
        starts: tuple[Start, ...] = ()
        while True:
            at, at_column = skip_blanks(text, place, column)
            if at == len(text):
                return Plan("nothing", matched, place, starts) if complete else None
            goes_on = not starts and self._goes_on(matched, text[at])
            indent = at_column - column
            in_paragraph = goes_on and matched == len(self.stack)
            if in_paragraph and self.leaf and self.leaf.detail:
                return Plan("continue", matched, at)  # in a formula, signs of lists and underlines are its own
            if indent >= 4:
                if goes_on:
                    return Plan("continue", matched, at, detail="indented")
                place, _, pad = skip_columns(text, place, column, 4)
                return Plan("indented", matched, place, starts, pad)
            rest = text[at:]
            in_table = not starts and self.leaf is not None and self.leaf.kind == "table"
            if not complete and syntax.is_undecided(rest, goes_on or in_table, in_paragraph and "|" in self._header()):
                return None
            plan = self._read_paragraph_end(rest, at) if in_paragraph else None
            plan = plan or _read_leaf(rest, at, indent, goes_on or in_table)
            if plan:
                if plan.kind == "html":
                    plan = plan._replace(place=place, pad=pad)
                return plan._replace(matched=matched, starts=starts)
            begun = _read_container(text, at, at_column, indent, in_paragraph)
            if begun is None or len(self.stack) + len(starts) >= _DEEPEST:
                return self._read_text(rest, at, Plan("paragraph", matched, at, starts), goes_on, complete)
            starts = (*starts, begun)
            place, column, pad = skip_columns(text, begun.end, at_column + begun.end - at, begun.blanks)

    def _goes_on(self, matched: int, first: str) -> bool:
        """Whether a line that begins nothing would continue a paragraph; not so behind a complete link definition."""
        if self.leaf is None or self.leaf.kind != "paragraph" or not isinstance(self.leaf.block.part, Prose):
            return False
        if matched < len(self.stack) or first in "\"'(" or not self.leaf.block.part.is_bracketed:
            return True
        if self.leaf.block.part.length > LONGEST_HELD:
            return True
        paragraph = self.leaf.block.part.text
        return self.definitions.scan(paragraph)[0] < len(paragraph)

    def _header(self) -> str:
        """The line of the paragraph that may become the header of a table."""
        leaf = self.leaf
        if not self.can_head or leaf is None or not isinstance(leaf.block.part, Prose):
            return ""
        return leaf.block.part.last_line()[0].rstrip(" \t")

    def _read_paragraph_end(self, rest: str, at: int) -> Plan | None:
        """Lines that change what the paragraph above them is."""
        header = self._header()
        if "|" in header and (alignments := syntax.columns_of(rest)) and len(split_row(header)) == len(alignments):
            return Plan("table", 0, at, detail=alignments)
        if not syntax.UNDERLINE.match(rest):
            return None
        return Plan("underline", 0, at, detail=1 if rest[0] == "=" else 2)

    def _read_text(self, rest: str, at: int, plan: Plan, goes_on: bool, complete: bool) -> Plan | None:
        if goes_on:
            return plan._replace(kind="continue")
        container = self.stack[plan.matched - 1] if plan.matched else self.root
        if self.leaf and self.leaf.kind == "table" and not plan.starts and plan.matched == len(self.stack):
            return plan._replace(kind="row") if complete else None
        begins_item = plan.starts[-1].offset > 0 if plan.starts else container.offset > 0 and container.is_empty
        if begins_item and (task := syntax.TASK.match(rest)):
            return plan._replace(place=at + task.end(), detail=task[1])
        return plan


def _read_leaf(rest: str, at: int, indent: int, in_text: bool) -> Plan | None:
    """A block that holds no other and begins with `rest`; `matched` and `starts` are filled in by the caller."""
    if fence := syntax.FENCE.match(rest):
        marks, info = fence[1] or fence[3], fence[2] if fence[1] else fence[4]
        return Plan("fence", 0, at, detail=((marks[0], len(marks), indent), info.strip()))
    if syntax.RULE.match(rest):
        return Plan("rule", 0, at)
    if rest[0] == "<" and (kind := syntax.html_kind(rest, in_text)) is not None:
        return Plan("html", 0, at, detail=kind)
    if heading := syntax.HEADING.match(rest):
        return Plan("heading", 0, at + heading.end(), detail=len(heading[1]))
    return None


def _read_container(text: str, at: int, column: int, indent: int, in_paragraph: bool) -> Start | None:
    """A quote or a list item that begins at `at`, which is `indent` columns into what holds it."""
    if text[at] == ">":
        return Start(at, at + 1, 1, 0, "", 0)
    marker = syntax.MARKER.match(text, at)
    if marker is None:
        return None
    width = marker.end() - at
    content, content_column = skip_blanks(text, marker.end(), column + width)
    is_blank = content == len(text)
    if in_paragraph and (is_blank or (marker[2] and int(marker[2]) != 1)):
        return None
    blanks = content_column - column - width
    if is_blank or blanks > 4:
        blanks = 1
    return Start(at, marker.end(), blanks, indent + width + blanks, marker[1] or marker[3], int(marker[2] or 0))

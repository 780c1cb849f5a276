"""Splits a text into the units of a comparison: blocks, lines of some blocks, and words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from textchat.render.markdown import BlockKind, outline

BY_LINE = frozenset({BlockKind.CODE, BlockKind.TABLE})
"""Blocks whose lines are units of their own; in all others a line may end anywhere."""
_MARK = "[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d."
_WIDE = "[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_TOKEN = re.compile(rf"\s+|{_FLAG}|{_WIDE}(?:{_MARK})*|(?:(?!{_WIDE})\w(?:{_MARK})*)+|.(?:{_MARK})*", re.DOTALL)
"""Blanks, a character that is a word by itself (Chinese and its like), a word, or a sign."""
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|$)")


@dataclass(frozen=True, slots=True)
class DiffUnit:
    """A block or a line: characters [start, end) of a text, and the key it is compared by."""

    kind: BlockKind
    start: int
    end: int
    key: str


def block_units(text: str, code_only: bool = False) -> list[DiffUnit]:
    """The blocks of a text; where lines wrap freely, any run of blanks is compared as one blank."""
    return [
        DiffUnit(block.kind, block.start, block.end, _key(block.kind, text[block.start : block.end]))
        for block in outline(text)
        if block.kind is BlockKind.CODE or not code_only
    ]


def _key(kind: BlockKind, text: str) -> str:
    if kind in BY_LINE:
        return "\n".join(line.rstrip() for line in re.split(r"\r\n|\n|\r", text.rstrip()))
    return " ".join(text.split())


def line_units(text: str, unit: DiffUnit) -> list[DiffUnit]:
    """The lines of a block."""
    ranges = line_ranges(text, unit.start, unit.end)
    return [DiffUnit(unit.kind, start, end, text[start:end].rstrip()) for start, end in ranges]


def line_ranges(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The lines of a range of `text`, newlines included; trailing blank lines belong to the last line before them."""
    ranges = [line.span() for line in _LINE.finditer(text, start, end) if line.end() > line.start()]
    while len(ranges) > 1 and not text[slice(*ranges[-1])].strip():
        (first, _), (_, last) = ranges[-2], ranges.pop()
        ranges[-1] = first, last
    return ranges


def words_of(unit: DiffUnit) -> Counter[str]:
    """The number of occurrences of each word and sign in a unit, ignoring case."""
    words = Counter(token.casefold() for token in _TOKEN.findall(unit.key) if not token.isspace())
    return words if words else Counter([unit.key])


def token_ranges(text: str, unit: DiffUnit) -> list[tuple[int, int]]:
    """The words, signs and blanks of a unit as ranges of its text."""
    end = unit.start + len(text[unit.start : unit.end].rstrip())
    return [token.span() for token in _TOKEN.finditer(text, unit.start, end)]

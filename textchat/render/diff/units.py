"""Splits a text into the units of a comparison: blocks, lines of some blocks, and words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from textchat.render.markdown import BlockKind, outline

BY_LINE = frozenset({BlockKind.CODE, BlockKind.TABLE})
"""Blocks whose lines are units of their own; in all others a line may end anywhere."""
_MARK = "[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d."
_WIDE = "[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_TOKEN = re.compile(rf"\s+|{_FLAG}|{_WIDE}(?:{_MARK})*|(?:(?!{_WIDE})\w(?:{_MARK})*)+|.(?:{_MARK})*", re.DOTALL)
"""Blanks, a character that is a word by itself (Chinese and its like), a word, or a sign."""
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|$)")
_MARKER = re.compile(
    r"""(?:>\s*|\#{1,6}\s+|[-*+•]\s+|\d{1,9}[.)]\s+|\[[ xX]\]\s+)*  # signs of quotes, headings, items and tasks
    (?:(?:\*\*|__)?                                                # and a number that the author wrote, bold or not:
    (?:\d+(?:\.\d+)+[.):]?|\d+[.):]|(?<=\#\ )\d+|\d\ufe0f?\u20e3   # 1.2  1)  "# 1"  a keycap
    |[IVXLC]+[.)]|[A-Za-z][.)]                                     # IV.  b)
    |(?:[^\W\d_]+\s)\d+\s?[-–—:.)]|第\s?\w{1,4}[章节節步]\s?[:：]?)\s+)?  # Step 1:  第1章
    """,
    re.VERBOSE,
)
"""What stands before a block's own words and changes when another block is put in before it."""
LONGEST_WEIGHT = 12
"""Characters of a word that count; an address is no more of a likeness than a long word."""


@dataclass(frozen=True)
class DiffUnit:
    """A block, a part of one or a line: characters [start, end) of a text, and the key that says whether it differs."""

    kind: BlockKind
    start: int
    end: int
    key: str

    @cached_property
    def content(self) -> str:
        """The key without list marker, heading signs and number; the key if there is nothing else."""
        if self.kind in BY_LINE:
            return self.key
        found = _MARKER.match(self.key)
        return (self.key[found.end() :] if found else "") or self.key

    @cached_property
    def words(self) -> Counter[str]:
        """The words and signs of the content, ignoring case, each as often as it stands there times its weight.

        By characters, for two reasons: long words say more than short ones, and fewer characters are shown as changed.
        """
        counts = Counter(token.casefold() for token in _TOKEN.findall(self.content) if not token.isspace())
        if not counts:
            return Counter([self.key])
        return Counter({word: count * min(len(word), LONGEST_WEIGHT) for word, count in counts.items()})

    @cached_property
    def weight(self) -> int:
        return self.words.total()


def block_units(text: str, code_only: bool = False) -> list[DiffUnit]:
    """The blocks of a text; where lines wrap freely, any run of blanks is compared as one blank."""
    return [
        unit_of(text, block.kind, block.start, block.end)
        for block in outline(text)
        if block.kind is BlockKind.CODE or not code_only
    ]


def unit_of(text: str, kind: BlockKind, start: int, end: int) -> DiffUnit:
    return DiffUnit(kind, start, end, _key(kind, text[start:end]))


def content_start(text: str, unit: DiffUnit) -> int:
    """Where the content of a unit begins in its text, behind list marker, heading signs and number."""
    found = None if unit.kind in BY_LINE else _MARKER.match(text, unit.start, unit.end)
    return found.end() if found and found.end() < unit.end else unit.start


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


def token_ranges(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The words, signs and blanks of a range of `text`, without the blanks at its end."""
    end = start + len(text[start:end].rstrip())
    return [token.span() for token in _TOKEN.finditer(text, start, end)]

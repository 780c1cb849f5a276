"""Where vim's motions lead in lines of text, and what an operator takes of the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from textchat.ui.input.text_steps import left_of, right_of
from textchat.ui.keymaps.vim.words import (
    Lines,
    Place,
    earlier_end,
    first_word,
    last_place,
    next_word,
    word_end,
    word_start,
)

BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_CLOSING = {close: opening for opening, close in BRACKETS.items()}
_MATCHED = "()[]{}"
_FARTHEST = 100_000
"""Characters that are looked through for the other bracket."""


class Reach(Enum):
    """What an operator takes up to the place of a motion."""

    BEFORE = auto()
    """All before it."""
    WITH = auto()
    """The character there, too."""
    LINES = auto()
    """Whole lines."""


@dataclass(frozen=True)
class Way:
    """A motion with what belongs to it."""

    name: str
    count: int | None = None
    character: str = ""
    """That is looked for by f, F, t and T."""

    @property
    def times(self) -> int:
        return self.count or 1


Finding = Callable[[Lines, Place, Way], Place | None]


def _times(one: Callable[[Lines, Place], Place]) -> Finding:
    def repeated(lines: Lines, at: Place, way: Way) -> Place:
        for _ in range(way.times):
            before, at = at, one(lines, at)
            if at == before:
                break
        return at

    return repeated


def _left(lines: Lines, at: Place) -> Place:
    return at[0], left_of(lines[at[0]], at[1])


def _right(lines: Lines, at: Place) -> Place:
    return at[0], right_of(lines[at[0]], at[1])


def _earlier_end(is_big: bool, lines: Lines, at: Place, way: Way) -> Place | None:
    to = _times(partial(earlier_end, is_big=is_big))(lines, at, way)
    return None if to == at else to


def _below(step: int, lines: Lines, at: Place, way: Way) -> Place | None:
    row = max(0, min(at[0] + step * way.times, len(lines) - 1))
    return None if row == at[0] else (row, first_word(lines, row))


def _this_and_below(lines: Lines, at: Place, way: Way) -> Place:
    row = min(at[0] + way.times - 1, len(lines) - 1)
    return row, first_word(lines, row)


def _line_end(lines: Lines, at: Place, way: Way) -> Place:
    row = min(at[0] + way.times - 1, len(lines) - 1)
    return row, last_place(lines, row)


def _line(default: int, lines: Lines, at: Place, way: Way) -> Place:
    row = max(0, min((way.count or default) - 1, len(lines) - 1))
    return row, first_word(lines, row)


def _column(lines: Lines, at: Place, way: Way) -> Place:
    place = 0
    for _ in range(way.times - 1):
        place = right_of(lines[at[0]], place)
    return at[0], min(place, last_place(lines, at[0]))


def _found(lines: Lines, at: Place, way: Way) -> Place | None:
    """f and t to the right, F and T to the left; the count is that of the hits."""
    row, place = at
    line = lines[row]
    for _ in range(way.times):
        place = line.find(way.character, place + 1) if way.name in "ft" else line.rfind(way.character, 0, place)
        if place < 0:
            return None
    if way.name == "t":
        place = left_of(line, place)
    return row, right_of(line, place) if way.name == "T" else place


def _paragraph(step: int, lines: Lines, at: Place, way: Way) -> Place:
    """The next empty line behind or before lines with text; else the end or the beginning."""
    row = at[0]
    for _ in range(way.times):
        while 0 <= row < len(lines) and not lines[row]:
            row += step
        while 0 <= row < len(lines) and lines[row]:
            row += step
    if row < 0:
        return 0, 0
    return (row, 0) if row < len(lines) else (len(lines) - 1, last_place(lines, len(lines) - 1))


def _bracket(lines: Lines, at: Place, way: Way) -> Place | None:
    """`%`: the partner of the first bracket from here in the line."""
    row, column = at
    column = next((place for place in range(column, len(lines[row])) if lines[row][place] in _MATCHED), -1)
    if column < 0:
        return None
    sign = lines[row][column]
    if sign in BRACKETS:
        return partner(lines, (row, column), sign, BRACKETS[sign], 1)
    return partner(lines, (row, column), sign, _CLOSING[sign], -1)


def partner(lines: Lines, at: Place, sign: str, other: str, step: int) -> Place | None:
    """The bracket `other` that belongs to a `sign` at a place, forward (1) or backward (-1)."""
    depth, (row, column), left = 1, at, _FARTHEST
    while left > 0:
        left -= 1
        column += step
        while not 0 <= column < len(lines[row]):
            row += step
            left -= 1
            if not 0 <= row < len(lines) or left < 0:
                return None
            column = 0 if step > 0 else len(lines[row]) - 1
        depth += (lines[row][column] == sign) - (lines[row][column] == other)
        if depth == 0:
            return row, column
    return None


_WORDS: Mapping[str, Finding] = {
    name: _times(partial(one, is_big=is_big))
    for names, one in (("wW", next_word), ("bB", word_start), ("eE", word_end))
    for name, is_big in zip(names, (False, True), strict=True)
}
MOTIONS: Mapping[str, tuple[Finding, Reach]] = {
    "h": (_times(_left), Reach.BEFORE),
    "l": (_times(_right), Reach.BEFORE),
    **{name: (finding, Reach.WITH if name in "eE" else Reach.BEFORE) for name, finding in _WORDS.items()},
    "ge": (partial(_earlier_end, False), Reach.WITH),
    "gE": (partial(_earlier_end, True), Reach.WITH),
    "0": (lambda lines, at, way: (at[0], 0), Reach.BEFORE),
    "^": (lambda lines, at, way: (at[0], first_word(lines, at[0])), Reach.BEFORE),
    "$": (_line_end, Reach.WITH),
    "|": (_column, Reach.BEFORE),
    "f": (_found, Reach.WITH),
    "t": (_found, Reach.WITH),
    "F": (_found, Reach.BEFORE),
    "T": (_found, Reach.BEFORE),
    "%": (_bracket, Reach.WITH),
    "{": (partial(_paragraph, -1), Reach.BEFORE),
    "}": (partial(_paragraph, 1), Reach.BEFORE),
    "+": (partial(_below, 1), Reach.LINES),
    "-": (partial(_below, -1), Reach.LINES),
    "_": (_this_and_below, Reach.LINES),
    "gg": (partial(_line, 1), Reach.LINES),
    "G": (lambda lines, at, way: _line(len(lines), lines, at, way), Reach.LINES),
}
"""By name; j and k go by drawn rows and are the editor's."""

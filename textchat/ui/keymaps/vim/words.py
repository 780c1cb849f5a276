"""Steps through lines of text as vim makes them: from character to character, by words, over line ends.

A place is a line and an index into it; a step never ends inside of what is drawn as one character.
"""

from __future__ import annotations

from collections.abc import Sequence

from textchat.ui.input.text_steps import kind_at, left_of, right_of

Place = tuple[int, int]
Lines = Sequence[str]


def last_place(lines: Lines, row: int) -> int:
    """The place of the last character of a line; 0 in an empty one."""
    return left_of(lines[row], len(lines[row]))


def first_word(lines: Lines, row: int) -> int:
    """The place of the first character that is no blank; of a line of blanks, the last."""
    line = lines[row]
    blanks = len(line) - len(line.lstrip())
    return blanks if blanks < len(line) else last_place(lines, row)


def step(lines: Lines, at: Place) -> Place | None:
    """The next character; an empty line counts as one. None at the end."""
    row, column = at
    behind = right_of(lines[row], column)
    if behind < len(lines[row]):
        return row, behind
    return (row + 1, 0) if row + 1 < len(lines) else None


def back(lines: Lines, at: Place) -> Place | None:
    """The character before; None at the beginning."""
    row, column = at
    if column > 0:
        return row, left_of(lines[row], column)
    return (row - 1, last_place(lines, row - 1)) if row > 0 else None


def kind(lines: Lines, at: Place, *, is_big: bool) -> object:
    """What a word is made of; None for a blank and for an empty line. A big word is all that is no blank."""
    row, column = at
    line = lines[row]
    if column >= len(line) or line[column].isspace():
        return None
    return True if is_big else kind_at(line, column)


def next_word(lines: Lines, at: Place, *, is_big: bool) -> Place:
    """`w`: the beginning of the next word or an empty line; the end of the text if there is none."""
    here: object = kind(lines, at, is_big=is_big)
    while (following := step(lines, at)) is not None:
        if following[0] != at[0]:
            here = None
            if not lines[following[0]]:
                return following
        at = following
        now = kind(lines, at, is_big=is_big)
        if now is not None and now != here:
            return at
        here = now
    return len(lines) - 1, len(lines[-1])


def word_end(lines: Lines, at: Place, *, is_big: bool, stays: bool = False) -> Place:
    """`e`: the last character of this word, or of the next from there; `stays`: also if it is this one."""
    following = at if stays else step(lines, at)
    while following is not None and kind(lines, following, is_big=is_big) is None:
        at, following = following, step(lines, following)
    if following is None:
        return at
    return _run_end(lines, following, is_big=is_big)


def _run_end(lines: Lines, at: Place, *, is_big: bool) -> Place:
    here = kind(lines, at, is_big=is_big)
    while (following := step(lines, at)) is not None and following[0] == at[0]:
        if kind(lines, following, is_big=is_big) != here:
            break
        at = following
    return at


def word_start(lines: Lines, at: Place, *, is_big: bool) -> Place:
    """`b`: the beginning of this word, or of the one before; an empty line stops it."""
    before = back(lines, at)
    while before is not None and lines[before[0]] and kind(lines, before, is_big=is_big) is None:
        before = back(lines, before)
    if before is None:
        return 0, 0
    return run_start(lines, before, is_big=is_big)


def run_start(lines: Lines, at: Place, *, is_big: bool) -> Place:
    """The first character of the run of one kind, or of blanks, in this line."""
    here = kind(lines, at, is_big=is_big)
    while at[1] > 0 and (before := back(lines, at)) is not None and kind(lines, before, is_big=is_big) == here:
        at = before
    return at


def run_end(lines: Lines, at: Place, *, is_big: bool) -> Place:
    """The last character of the run of one kind, or of blanks, in this line."""
    return _run_end(lines, at, is_big=is_big)


def earlier_end(lines: Lines, at: Place, *, is_big: bool) -> Place:
    """`ge`: the last character of the word before."""
    here = kind(lines, at, is_big=is_big)
    while (before := back(lines, at)) is not None:
        if before[0] != at[0]:
            here = None
            if not lines[before[0]]:
                return before
        at = before
        now = kind(lines, at, is_big=is_big)
        if now is not None and now != here:
            return at
        here = now
    return 0, 0

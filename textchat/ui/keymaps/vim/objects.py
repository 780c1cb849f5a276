"""Vim's text objects: the word, quotation, brackets or paragraph around the cursor."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.ui.input.text_steps import right_of
from textchat.ui.keymaps.vim.motions import BRACKETS, partner
from textchat.ui.keymaps.vim.words import Lines, Place, kind, run_end, run_start, step

OBJECTS = {"w", "W", "p", '"', "'", "`", *"()b[]{}B<>"}
_PAIRS = {"b": "(", "B": "{", ")": "(", "]": "[", "}": "{", ">": "<"}


@dataclass(frozen=True)
class Stretch:
    """A range of the text; `end` is behind its last character, or a place in the last of whole lines."""

    start: Place
    end: Place
    is_lines: bool = False


def object_at(lines: Lines, at: Place, name: str, *, is_around: bool, count: int = 1) -> Stretch | None:
    """What the object `name` is at a place, with what is around it (`a`) or without (`i`); None where it is not."""
    if name in "wW":
        return _words(lines, at, is_big=name == "W", is_around=is_around, count=count)
    if name == "p":
        return _paragraph(lines, at[0], is_around=is_around, count=count)
    if name in "\"'`":
        return _quotation(lines, at, name, is_around=is_around)
    return _brackets(lines, at, _PAIRS.get(name, name), is_around=is_around, count=count)


def _words(lines: Lines, at: Place, *, is_big: bool, is_around: bool, count: int) -> Stretch:
    start = run_start(lines, at, is_big=is_big)
    end, has_blanks = start, False
    for number in range(count):
        if number:
            following = step(lines, end)
            if following is None or following[0] != end[0]:
                break
            end = following
        begins_blank = kind(lines, end, is_big=is_big) is None
        end = run_end(lines, end, is_big=is_big)
        following = step(lines, end)
        has_blanks = begins_blank
        if is_around and following is not None and following[0] == end[0]:
            if not begins_blank and kind(lines, following, is_big=is_big) is not None:
                continue
            end, has_blanks = run_end(lines, following, is_big=is_big), True
    if is_around and not has_blanks and start[1] > 0:
        before = run_start(lines, (start[0], start[1] - 1), is_big=is_big)
        if before[1] > 0 and kind(lines, before, is_big=is_big) is None:  # an indent is no gap between words
            start = before
    return Stretch(start, (end[0], right_of(lines[end[0]], end[1])))


def _paragraph(lines: Lines, row: int, *, is_around: bool, count: int) -> Stretch | None:
    def behind_run(at: int) -> int:
        is_blank = not lines[at].strip()
        while at < len(lines) and (not lines[at].strip()) == is_blank:
            at += 1
        return at

    first = row
    while first > 0 and (not lines[first - 1].strip()) == (not lines[row].strip()):
        first -= 1
    behind = row
    for _ in range(count):
        if behind >= len(lines):
            return None
        behind = behind_run(behind)
        if is_around and behind < len(lines):
            behind = behind_run(behind)
        elif is_around:  # no blank lines behind the last: those before it
            while first > 0 and not lines[first - 1].strip():
                first -= 1
    return Stretch((first, 0), (behind - 1, 0), is_lines=True)


def _quotation(lines: Lines, at: Place, sign: str, *, is_around: bool) -> Stretch | None:
    row, column = at
    line = lines[row]
    places = [place for place, each in enumerate(line) if each == sign and _is_bare(line, place)]
    for start, end in zip(places[::2], places[1::2], strict=False):
        if column <= end:
            if not is_around:
                return Stretch((row, start + 1), (row, end))
            behind = end + 1
            while behind < len(line) and line[behind].isspace():
                behind += 1
            if behind == end + 1:
                while start > 0 and line[start - 1].isspace():
                    start -= 1
            return Stretch((row, start), (row, behind))
    return None


def _is_bare(line: str, place: int) -> bool:
    """Whether no backslash takes a quote for itself."""
    before = line[:place]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 0


def _brackets(lines: Lines, at: Place, opening: str, *, is_around: bool, count: int) -> Stretch | None:
    closing = BRACKETS[opening]
    row, column = at
    start: Place | None = at
    if lines[row][column : column + 1] != opening:
        start = partner(lines, at, closing, opening, -1)
    for _ in range(count - 1):
        start = start and partner(lines, start, closing, opening, -1)
    end = start and partner(lines, start, opening, closing, 1)
    if start is None or end is None:
        return None
    if is_around:
        return Stretch(start, (end[0], end[1] + 1))
    return _inside(lines, (start[0], start[1] + 1), end)


def _inside(lines: Lines, start: Place, end: Place) -> Stretch:
    """Without the brackets; of a block whose brackets stand at the ends of lines, the lines between."""
    if start[0] < end[0] and start[1] == len(lines[start[0]]):
        start = start[0] + 1, 0
        if not lines[end[0]][: end[1]].strip():
            if end[0] > start[0]:
                return Stretch(start, (end[0] - 1, 0), is_lines=True)
            end = start  # nothing between them
    return Stretch(start, max(start, end))

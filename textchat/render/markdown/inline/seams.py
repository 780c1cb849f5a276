"""Finds the places in a growing paragraph where it may be cut: no construct may lie over one, whatever follows."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from textchat.render.spans import InlineText
from textchat.render.styles import SpanStyle

_SEAM = re.compile(r"[ \n。！？；，、](?:(?<=[ \n])(?<![\s\\].)(?=\S)|(?<=[。！？；，、])(?=\w))", re.DOTALL)
"""A single set of signs first: what begins with a look at what is before it takes eight times as long."""
_WORD_SEAM = re.compile(r"(?<=\w)(?=\w)")
_ADDRESS = re.compile(r"(?:://|www\.|@)\S*$", re.IGNORECASE)
_MAY_HOLD_BRACKETS = re.compile(r"[`$\\<]")
_BRACKET = re.compile(r"\\.|\[|\]", re.DOTALL)
_PLAIN_TARGET = re.compile(r"(?:\\.|[^\\\s()<])(?:\\.|[^\\\s()])*|", re.DOTALL)
_ANGLE_TARGET = re.compile(r"<(?:\\.|[^\\<>\n])*", re.DOTALL)
_TITLES = {
    '"': re.compile(r'"(?:\\.|[^\\"])*', re.DOTALL),
    "'": re.compile(r"'(?:\\.|[^\\'])*", re.DOTALL),
    "(": re.compile(r"\((?:\\.|[^\\()])*", re.DOTALL),
}
_CLOSERS = {"(": ")"}
_MOST_NESTED = 32
"""Parentheses within each other beyond which markdown-it takes nothing for a target."""
_UNCUT = SpanStyle.LINK | SpanStyle.IMAGE | SpanStyle.TARGET | SpanStyle.CODE | SpanStyle.MATHS | SpanStyle.HTML
_NEAR = 300
"""Characters at the beginning of a stretch in which an open bracket does not count: it has been open too long. Of a
short stretch, which is full of signs, most."""


def next_seam(text: str, start: int, end: int) -> int:
    """The first place from `start` on where the text before `end` may be cut; -1 if there is none."""
    found = _SEAM.search(text, start, end)
    return _place(found) if found else -1


def _place(seam: re.Match[str]) -> int:
    """Before a blank, behind a punctuation mark."""
    return seam.start() if seam.group() in " \n" else seam.end()


def is_within(text: str, follows: str) -> bool:
    """Whether an address or the target of a link may go on behind `text`; `follows` is the character at that seam."""
    if follows not in " \n" and _ADDRESS.search(text):
        return True
    return text.count("$$") % 2 == 1 or is_in_target(text)


def has_open_bracket(text: str) -> bool:
    """Whether a bracket is open at the end of `text` for certain: it is in no code, formula or tag."""
    return text.count("[") > text.count("]") and not _MAY_HOLD_BRACKETS.search(text)


def is_in_target(text: str) -> bool:
    """Whether the target of a link or an image is open at the end of `text`."""
    place = text.find("](")
    while place >= 0:
        if _target_is_open(text, place + 2):
            return True
        place = text.find("](", place + 2)
    return False


def _target_is_open(text: str, place: int) -> bool:
    """Whether the target that begins at `place` is neither complete nor impossible at the end of `text`."""
    place = _behind_blanks(text, place)
    if text[place : place + 1] == "<":
        end = _matched(_ANGLE_TARGET, text, place)
        if text[end : end + 1] != ">":
            return end >= len(text)
        place = end + 1
    else:
        place = _behind_target(text, place)
    begin = _behind_blanks(text, place)
    if begin > place and (title := _TITLES.get(text[begin : begin + 1])):
        end = _matched(title, text, begin)
        if text[end : end + 1] != _CLOSERS.get(text[begin], text[begin]):
            return end >= len(text)
        begin = _behind_blanks(text, end + 1)
    return begin >= len(text)


def _behind_target(text: str, place: int) -> int:
    """The index behind a target without angle brackets, which may hold pairs of parentheses."""
    depth = 0
    while depth <= _MOST_NESTED:
        place = _matched(_PLAIN_TARGET, text, place)
        sign = text[place : place + 1]
        if sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif sign != "<" or not depth:
            return place
        place += 1
    return place


def _matched(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


_BLANKS = re.compile(r"[ \t\n]*")


def _behind_blanks(text: str, place: int) -> int:
    return _matched(_BLANKS, text, place)


def last_seam(text: str) -> int:
    """The last place where `text` may be cut; before its last character, if there is none."""
    return max(map(_place, _SEAM.finditer(text, _near(text))), default=len(text) - 1)


def _near(text: str) -> int:
    return min(_NEAR, len(text) * 3 // 4)


def forced_cut(text: str, drawn: InlineText) -> int | None:
    """The place to cut `text`, of which something is open and too long to wait for.

    A link, code or formula found in it stays whole, and so does one that may begin near its end. None where the whole
    text is one.
    """
    spans = [span for span in drawn.spans if span.style & _UNCUT or span.href]
    starts = [span.source for span in spans]

    def is_free(place: int) -> bool:
        index = bisect_right(starts, place - 1) - 1
        return index < 0 or spans[index].source_end <= place

    near = _near(text)
    border = next(_open_brackets(text, near), len(text))
    if border == len(text) and not is_in_target(text) and (not spans or spans[-1].source_end < len(text)):
        return border
    last = behind = 0
    for seam in map(_place, _SEAM.finditer(text, near)):
        if is_free(seam):
            last, behind = (seam, behind) if seam <= border else (last, seam)
    if last or behind:
        return last or behind
    ends = [span.source_end for span in spans if near < span.source_end < len(text)]
    if ends:
        return ends[-1]
    if is_in_target(text) or (spans and spans[-1].source_end >= len(text)):
        return None
    in_word = [seam.start() for seam in _WORD_SEAM.finditer(text, near) if is_free(seam.start())] if spans else []
    return in_word[-1] if in_word else len(text)


def _open_brackets(text: str, near: int) -> Iterator[int]:
    """The brackets that nothing closes, but for those before `near`."""
    opened: list[int] = []
    for sign in _BRACKET.finditer(text):
        if sign.group() == "[":
            opened.append(sign.start())
        elif sign.group() == "]" and opened:
            opened.pop()
    return (place for place in opened if place > near)

"""Steps of the cursor and of deletions within one line: by drawn character, by code point, by word.

A place is an index into the line; the line's text holds no newline.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto
from functools import cache

from textchat.core.text.sanitize import visible
from textchat.core.text.unseen import NEAR
from textchat.render.cells import graphemes, is_simple

_JOINER = "\u200d"
_LONGEST_AHEAD = 64
"""Code points behind a place that can belong to the character there; `graphemes` cuts at 32."""


class _Kind(Enum):
    """What a character is for steps by words: a word ends where the kind changes."""

    BLANK = auto()
    SIGN = auto()
    WORD = auto()
    HAN = auto()
    HIRAGANA = auto()
    KATAKANA = auto()
    WIDE_SIGN = auto()


_UNSPACED = (
    ("[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]", _Kind.HAN),
    ("[\u3041-\u309f]", _Kind.HIRAGANA),
    ("[\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9f]", _Kind.KATAKANA),
    ("[\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]", _Kind.WIDE_SIGN),
)
"""Scripts that are written without blanks between words, and their signs. The first that fits counts."""
_TAKEN_WHOLE = (
    "[\0-\u02af\u0370-\u052f\u1c80-\u1c8f\u1e00-\u1fff\u2c60-\u2c7f\u3001-\u30ff\u31f0-\u31ff\u3400-\u9fff"
    "\ua640-\ua69f\ua720-\ua7ff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
"""Letters that Backspace deletes with all their marks: Latin, Greek, Cyrillic, kana, Han, Hangul syllables.

Those of all other scripts (Thai, Indic, Arabic, Hebrew, Hangul jamo, …) are typed in pieces and taken back in pieces,
as Pango and Android do it; what is no letter (emoji, flags, keycaps) is taken whole.
"""
_compiled = cache(re.compile)
"""Compiled when they are needed first: that takes 6 ms, which no start waits for."""


def drawn_places(line: str) -> str:
    """The line as the steps see it: each character is one that is drawn, at the same index."""
    return visible(line).replace("\t", " ")


def left_of(line: str, place: int) -> int:
    """The beginning of the drawn character before `place`, or of the one that it is inside of."""
    return _around(line, place - 1)[0] if place > 0 else 0


def right_of(line: str, place: int) -> int:
    """The end of the drawn character at `place`."""
    return _around(line, place)[1] if place < len(line) else len(line)


def settled(line: str, place: int) -> int:
    """The end of the drawn character that `place` is inside of; `place` itself if it is between two."""
    if not 0 < place < len(line):
        return place
    start, end = _around(line, place)
    return place if start == place else end


def erased_from(line: str, place: int) -> int:
    """Where the text begins that Backspace deletes: a drawn character, or a code point of scripts typed in pieces."""
    start = left_of(line, place)
    if place - start < 2 or not _is_typed_in_pieces(line[start]):
        return start
    place -= 1
    while place - start > 1 and line[place - 1] == _JOINER:  # it would join nothing
        place -= 1
    return place


def word_left(line: str, place: int) -> int:
    """The beginning of the word before `place`; a word is letters, digits and `_` of one way of writing."""
    start = _skipped_left(line, place, {_Kind.BLANK, _Kind.SIGN, _Kind.WIDE_SIGN})
    return _settled_left(line, _run_left(line, start, {}), place)


def word_right(line: str, place: int) -> int:
    """The end of the word behind `place`."""
    while place < len(line) and _kind(line[place]) in {None, _Kind.BLANK, _Kind.SIGN, _Kind.WIDE_SIGN}:
        place += 1
    first = _kind(line[place]) if place < len(line) else None
    while place < len(line) and _kind(line[place]) in {None, first}:
        place += 1
    return settled(line, place)


def kind_at(line: str, place: int) -> object:
    """What the drawn character at `place` is for steps by words: equal for characters of one word; None for a blank."""
    kind = _kind(line[place]) or _Kind.SIGN
    return None if kind is _Kind.BLANK else kind


def blank_left(line: str, place: int) -> int:
    """The beginning of what stands between blanks before `place`, signs included, such as a path.

    Where no blanks are written it is a word: of `日本語abc` first `abc`.
    """
    start = _skipped_left(line, place, {_Kind.BLANK})
    return _settled_left(line, _run_left(line, start, {_Kind.SIGN: _Kind.WORD}), place)


def _settled_left(line: str, found: int, place: int) -> int:
    """`found`, put between two drawn characters and before `place`: a word may begin inside the one that ends there."""
    end = settled(line, found)
    return end if end < place else left_of(line, place)


def _skipped_left(line: str, place: int, kinds: set[_Kind]) -> int:
    """The place before the characters of these kinds; a mark is of the kind of what carries it."""
    skipped = place
    while place > 0:
        place -= 1
        kind = _kind(line[place])
        if kind is not None:
            if kind not in kinds:
                return skipped
            skipped = place
    return 0


def _run_left(line: str, place: int, same: dict[_Kind, _Kind]) -> int:
    """The beginning of the run of one kind before `place`."""
    run: _Kind | None = None
    while place > 0:
        kind = _kind(line[place - 1])
        kind = kind and same.get(kind, kind)
        if run is not None and kind not in {None, run}:
            return place
        run = run or kind
        place -= 1
    return 0


def _kind(character: str) -> _Kind | None:
    """The kind of a character; None for marks and joiners, which belong to what stands before them."""
    if character.isspace():
        return _Kind.BLANK
    if character >= "\u0300":
        for signs, kind in _UNSPACED:
            if _compiled(signs).match(character):
                return kind
    category = unicodedata.category(character)
    if category[0] == "M" or category in {"Cf", "Sk"}:
        return None if character > "\x7f" else _Kind.SIGN
    return _Kind.WORD if category[0] in "LN" or character == "_" else _Kind.SIGN


def _is_typed_in_pieces(base: str) -> bool:
    return unicodedata.category(base)[0] in "LM" and _compiled(_TAKEN_WHOLE).match(base) is None


def _around(line: str, index: int) -> tuple[int, int]:
    """Beginning and end of the drawn character that the code point at `index` belongs to.

    Only what may belong together is looked at, because a line may hold a megabyte: an ASCII character and what
    stands before it are never one.
    """
    begin = index
    while begin > 0 and not line[begin].isascii():
        begin -= 1
    around = max(0, begin - NEAR)  # what is shown depends on the letters before
    piece = drawn_places(line[around : index + _LONGEST_AHEAD])[begin - around :]
    if is_simple(piece[index - begin : index - begin + 2]):
        return index, index + 1
    for first, last, _ in graphemes(piece):
        if begin + last > index:
            return begin + first, begin + last
    return index, index + 1

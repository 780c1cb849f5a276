"""Rules for the marks of emphasis and strikethrough, also beside the punctuation of Chinese, Japanese and Korean.

Imported with the parser, at its first use.
"""

from __future__ import annotations

import functools
import unicodedata
from typing import NamedTuple

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

STAR, UNDERSCORE, TILDES = b"*_~"
_ONE_TILDE = 1
"""The delimiter of `~x~`, which `~~` does not close. It is a number of its own: its character never comes here."""
_SELECTORS = ("\ufe00", "\ufe0e"), ("\U000e0100", "\U000e01ef")
"""Variants of the character before them; not that of emoji, U+FE0F, which are no letters."""
_QUOTES_BEFORE, _QUOTES_BEHIND = "“‘", "”’"
"""Quotes that say on which side of a word they stand: `**“q”**x` can be read in one way only."""


class _Run(NamedTuple):
    """A run of marks, and whether it may begin and end what it marks."""

    length: int
    can_open: bool
    can_close: bool


def emphasis(state: StateInline, silent: bool) -> bool:
    """Rule for `*` and `_`."""
    sign = state.src[state.pos]
    if silent or sign not in "*_":
        return False
    run = _run(state, sign == "*")
    for _ in range(run.length):
        _push_mark(state, sign, ord(sign), run.length, run)
    state.pos += run.length
    return True


def strikethrough(state: StateInline, silent: bool) -> bool:
    """Rule for `~~x~~` and `~x~` as in GFM, where three tildes or more are text.

    One tilde within a word means about, or a range: `3~5天，6~8天` has no mark, as `snake_case_name` has none.
    """
    if silent or state.src[state.pos] != "~":
        return False
    run = _run(state, state.src.startswith("~~", state.pos))
    if run.length > 2:
        state.push("text", "", 0).content = "~" * run.length
    else:
        _push_mark(state, "~" * run.length, TILDES if run.length == 2 else _ONE_TILDE, 0, run)
    state.pos += run.length
    return True


def struck(state: StateInline) -> None:
    """Rule for pairs of tildes: turns them into what begins and ends a strikethrough."""
    levels = [state.delimiters, *(meta["delimiters"] for meta in state.tokens_meta if meta and "delimiters" in meta)]
    for delimiters in levels:
        for mark in delimiters:
            if mark.marker not in (TILDES, _ONE_TILDE) or mark.end < 0:
                continue
            for place, kind, nesting in ((mark.token, "s_open", 1), (delimiters[mark.end].token, "s_close", -1)):
                token = state.tokens[place]
                token.type, token.tag, token.nesting, token.markup, token.content = (
                    kind,
                    "s",
                    nesting,
                    token.content,
                    "",
                )


def is_between_wide(state: StateInline, mark: Delimiter) -> bool:
    """Whether a double mark stands behind a Chinese, Japanese or Korean character, where a word is marked so."""
    place = mark.token
    sign = state.tokens[place].content
    if mark.length != 2 and sign != "~~":
        return False
    while place and state.tokens[place].content == sign:
        place -= 1
    before = state.tokens[place].content[-1:]
    return bool(before) and _kind(before).is_wide


def _push_mark(state: StateInline, text: str, marker: int, length: int, run: _Run) -> None:
    state.push("text", "", 0).content = text
    place = len(state.tokens) - 1
    state.delimiters.append(Delimiter(marker, length, place, -1, run.can_open, run.can_close))


def _run(state: StateInline, splits_words: bool) -> _Run:
    """The run of marks at the place of the state; `splits_words`: they may begin and end within a word.

    As CommonMark has it, but for one amendment (https://github.com/commonmark/commonmark-spec/issues/650): punctuation
    of Chinese, Japanese and Korean counts as a letter, and all other punctuation may stand between a mark and one of
    their characters: `**注意：**这里`, `**"x"**은`. These put no blank where others do.
    """
    source, start, end = state.src, state.pos, state.pos
    while end < state.posMax and source[end] == source[start]:
        end += 1
    at = start - 1
    if at > 0 and any(first <= source[at] <= last for first, last in _SELECTORS):
        at -= 1
    before, behind = source[at] if at >= 0 else " ", source[end] if end < state.posMax else " "
    left, right = _kind(before), _kind(behind)
    opens = not right.is_blank and (not right.parts or not left.is_letter or left.is_wide or behind in _QUOTES_BEFORE)
    closes = not left.is_blank and (not left.parts or not right.is_letter or right.is_wide or before in _QUOTES_BEHIND)
    return _Run(
        end - start,
        opens and (splits_words or not closes or left.is_punctuation),
        closes and (splits_words or not opens or right.is_punctuation),
    )


class _Kind(NamedTuple):
    """What the flanking of marks asks of a character."""

    is_blank: bool
    is_punctuation: bool
    is_wide: bool
    """Whether it is Chinese, Japanese or Korean."""
    is_letter: bool
    """Whether a mark beside it may stand within a word."""
    parts: bool
    """Whether a mark outside of it does not touch the word on its other side."""


@functools.lru_cache(maxsize=4_096)
def _kind(sign: str) -> _Kind:
    code = ord(sign)
    # Pictures are as wide as Chinese characters, and nobody's letters; the letters of old Hangul are narrow.
    is_picture = 0x2300 <= code < 0x2E80 or 0x1F000 <= code < 0x20000
    is_wide = 0x1100 <= code < 0x1200 or (not is_picture and unicodedata.east_asian_width(sign) in "WFH")
    is_blank, is_punctuation = isWhiteSpace(code), isMdAsciiPunct(code) or isPunctChar(sign)
    parts = is_punctuation and not is_wide
    return _Kind(is_blank, is_punctuation, is_wide, not is_blank and not parts, parts)

"""Finds where the terms of a query occur in a text, in the spelling that the text has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise

from textchat.store.search.query import Term
from textchat.store.search.words import TOKEN, folded, part_tokens, tokens, without_colours

Span = tuple[int, int]

MOST_OF_ONE = 20
"""Occurrences of one term that are looked at together."""
MOST_TRIES = 500
"""Places that begin like it: a single letter stands in most words."""
LONGEST_WORD = 60
"""Of an unfinished word, the whole is marked, but not all of a line without a blank."""

_OTHER = "[\x00-/:-`{-\x7f]"
_VARIANTS = "[\u200d\ufe0e\ufe0f]*"


@cache
def _pieces() -> re.Pattern[str]:
    """Runs that stay as they are, of ASCII or of unspaced scripts, or what NFKC can make one character of."""
    mark = (
        "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1160-\u11ff\u1ab0-\u1aff"
        "\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f\uff9e\uff9f]"
    )
    unspaced = "[\u3041-\u3096\u30a1-\u30fa\u30fc-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]"
    return re.compile(f"([\\x00-\\x7f]+)(?!{mark})|({unspaced}+)(?!{mark})|[\\s\\S]{mark}*")


class FoldedText:
    """A text as the index sees it, with the way back to the characters as they are written."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] | None = None
        """The place of the piece of text that each folded character comes from; None: the same place."""
        self._ends: list[int] = []
        text = without_colours(text)
        if text.isascii():
            self.folded = text.lower()
            return
        parts: list[str] = []
        starts: list[int] = []
        ends = self._ends
        for piece in _pieces().finditer(text):
            start, end = piece.span()
            if piece[1]:
                parts.append(piece[1].lower())
                starts += range(start, end)
                ends += range(start + 1, end + 1)
            elif piece[2]:
                parts.append(f" {'  '.join(piece[2])} ")
                starts += [place for place in range(start, end) for _ in "   "]
                ends += [place for place in range(start + 1, end + 1) for _ in "   "]
            else:
                part = _folded_piece(piece[0])
                parts.append(part)
                starts += [start] * len(part)
                ends += [end] * len(part)
        self._starts = starts
        self.folded = "".join(parts)

    def span(self, start: int, end: int) -> Span:
        """The written characters of folded ones."""
        if self._starts is None:
            return start, end
        return self._starts[start], self._ends[end - 1]

    def begins_word(self, place: int) -> bool:
        """Whether a token begins at this folded character."""
        return place == 0 or not _is_one_token(self.folded[place - 1 : place + 1])

    def ends_word(self, place: int) -> bool:
        """Whether a token ends before this folded character."""
        return place >= len(self.folded) or not _is_one_token(self.folded[place - 1 : place + 1])

    def end_of_word(self, place: int) -> int:
        """Where the token ends, as far as one may be marked."""
        for end in range(place, place + LONGEST_WORD):
            if self.ends_word(end):
                return end
        return place

    def begins_part(self, place: int) -> bool:
        """Whether a capital letter is written there, as at the beginning of a part of camelCase."""
        return place < len(self.folded) and self.text[self.span(place, place + 1)[0]].isupper()


_memory: dict[str, str] = {}


def _folded_piece(piece: str) -> str:
    if (known := _memory.get(piece)) is None:
        if len(_memory) > 20_000:
            _memory.clear()
        known = _memory[piece] = folded(piece).lower()
    return known


def _is_one_token(pair: str) -> bool:
    return TOKEN.fullmatch(pair) is not None


@dataclass(frozen=True, slots=True)
class SoughtTerm:
    """A term of a query, prepared to be found in texts."""

    is_complete: bool
    first: str
    """The first token, to be looked for before the pattern is: that is much quicker. Empty for signs."""
    pattern: re.Pattern[str]
    """Of folded text; of the text as it is written where the term is signs."""
    parts: re.Pattern[str]
    """The same with camelCase taken apart."""
    first_part: str

    def may_be_in(self, folded_text: str) -> bool:
        """Whether it is worth looking for."""
        return not self.first or self.first in folded_text or self.first_part in folded_text

    def occurrences(self, text: FoldedText) -> list[Span]:
        """Where it stands in the text as written, the first `MOST_OF_ONE`; parts of words only without whole ones."""
        if not self.first:
            return [match.span() for match in islice(self.pattern.finditer(text.text), MOST_OF_ONE)]
        return list(islice(self._words(text), MOST_OF_ONE)) or list(islice(self._parts(text), MOST_OF_ONE))

    def _words(self, text: FoldedText) -> Iterator[Span]:
        for start, end in _matches(self.pattern, self.first, text.folded):
            if text.begins_word(start) and (not self.is_complete or text.ends_word(end)):
                yield text.span(start, text.end_of_word(end))

    def _parts(self, text: FoldedText) -> Iterator[Span]:
        for start, end in _matches(self.parts, self.first_part, text.folded):
            begins = text.begins_word(start) or text.begins_part(start)
            if begins and (not self.is_complete or text.ends_word(end) or text.begins_part(end)):
                yield text.span(start, end)


def _matches(pattern: re.Pattern[str], first: str, text: str) -> Iterator[Span]:
    place, tries = text.find(first), MOST_TRIES
    while place >= 0 and tries:
        tries -= 1
        if match := pattern.match(text, place):
            yield match.span()
        place = text.find(first, place + len(first))


def sought(terms: Iterable[Term]) -> tuple[SoughtTerm, ...]:
    """The wanted terms of a query, prepared."""
    return tuple(_sought(term) for term in dict.fromkeys(terms) if term.is_wanted and term.text.strip())


def _sought(term: Term) -> SoughtTerm:
    known = tokens(term.text)
    has_signs = term.text.endswith(("+", "#"))
    if not known or (has_signs and len(known) == 1):
        signs = _VARIANTS.join(map(re.escape, re.sub(_VARIANTS, "", term.text.strip())))
        pattern = re.compile(signs or r"(?!)", re.IGNORECASE)
        return SoughtTerm(term.is_complete, "", pattern, pattern, "")
    pieces = part_tokens(term.text)
    is_complete = term.is_complete or has_signs
    return SoughtTerm(is_complete, known[0], _words_pattern(known), _parts_pattern(pieces), pieces[0])


def _words_pattern(known: list[str]) -> re.Pattern[str]:
    """The tokens with something between them, where they would be one token otherwise."""
    between = [f"{_OTHER}+" if _is_one_token(left[-1] + right[0]) else f"{_OTHER}*" for left, right in pairwise(known)]
    rest = (gap + re.escape(token) for gap, token in zip(between, known[1:], strict=True))
    return re.compile("".join((re.escape(known[0]), *rest)))


def _parts_pattern(pieces: list[str]) -> re.Pattern[str]:
    return re.compile(f"{_OTHER}*".join(map(re.escape, pieces)))

"""Whether two texts have the same words, whatever their Markdown, their line breaks and their punctuation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from textchat.core.text.sanitize import plain_line

MOST_COMPARED = 5_000
"""Words of each text by which the share that differs is measured."""
LONGEST_SENTENCE = 160
_MARKER = re.compile(r"(?:[-*+•]|[0-9]{1,9}[.)]|#{1,6}|>{1,9})(?:\s+|$)")
_INLINE = re.compile(r"[*_`~|#\[]|\](?:\([^)\s]{0,300}\))?")
_RULE = frozenset("|:-=*_ \t")
_EDGES = ".,;:!?…\"'“”‘’„«»()[]{}–—"
_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Rewording:
    """How the words of a text have changed."""

    share: float
    """Of the words of both texts, those that the other does not have in the same order: above 0, at most 1."""
    old: str
    new: str
    """The first sentences that differ, each on one line; empty where a text has ended before."""


def words_of(text: str) -> list[str]:
    """Its words, without Markdown and the punctuation around them; capitals are kept, and signs within: 3.5, -2."""
    words: list[str] = []
    for line in text.splitlines():
        bare = _without_marker(line.strip())
        if bare.startswith(("```", "~~~")) or _RULE.issuperset(bare):
            continue
        words += (word for each in _INLINE.sub(" ", bare).split() if (word := each.strip(_EDGES)) not in ("", "-"))
    return words


def _without_marker(line: str) -> str:
    """A line without what makes it a heading, an item or a quotation."""
    marker = _MARKER.match(line)
    return line[marker.end() :] if marker else line


def rewording(old: str, new: str) -> Rewording | None:
    """What has changed from one text to another; None where the words are the same."""
    before, after = words_of(old), words_of(new)
    if before == after:
        return None
    start = next(place for place, (one, other) in enumerate(zip_longest(before, after)) if one != other)
    # What both begin with is the same: of a long text, what follows is what is to be measured.
    compared = before[start : start + MOST_COMPARED], after[start : start + MOST_COMPARED]
    same = start + _shared(*compared)
    count = 2 * start + sum(map(len, compared))
    return Rewording(1 - 2 * same / count, _sentence(old, start), _sentence(new, start))


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both have in the same order: the longest common subsequence, a row of bits for each word.

    H. Hyyrö, “Bit-parallel LCS-length computation revisited”, 2004: a bit that is clear is a word of `one` that counts.
    """
    places: dict[str, int] = {}
    for place, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << place
    every = (1 << len(one)) - 1
    open_ = every
    for word in other:
        met = open_ & places.get(word, 0)
        open_ = (open_ + met | open_ - met) & every
    return len(one) - open_.bit_count()


def _sentence(text: str, place: int) -> str:
    """The sentence in which the word of this place stands."""
    known = 0
    for sentence in _SENTENCE.split(text):
        before, known = known, known + len(words_of(sentence))
        if known > place:
            return plain_line(_around(sentence, place - before), LONGEST_SENTENCE)
    return ""


def _around(sentence: str, place: int) -> str:
    """A sentence from its beginning, or where that is far from the word of this place, from shortly before that."""
    words: Sequence[str] = sentence.split()
    before = max(0, place - 8)
    sentence = _without_marker(sentence.strip())
    return sentence if len(sentence) <= LONGEST_SENTENCE or not before else "… " + " ".join(words[before:])

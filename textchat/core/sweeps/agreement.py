"""How much replies to the same request agree: by the words that they share, in the same order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

LONGEST = 2_000
"""Words of a reply that are compared."""
MOST_PAIRS = 100
"""Pairs that are compared, first those that stand next to each other: 64 repeats have two thousand."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""A word, or a sign of a script that puts no blanks between words."""


def words_of(text: str) -> list[str]:
    """The words of a text, without capitals and punctuation."""
    return _WORD.findall(text.casefold())


def agreement(texts: Sequence[str]) -> float | None:
    """The mean similarity of all pairs of texts, from 0 to 1; None for fewer than two.

    Two texts are as similar as the share of their words that stand in both in the same order; 1: word for word alike.
    """
    if len(texts) < 2:
        return None
    known = [words_of(text)[:LONGEST] for text in texts]
    pairs = sorted(combinations(range(len(known)), 2), key=lambda pair: pair[1] - pair[0])[:MOST_PAIRS]
    return sum(similarity(known[one], known[other]) for one, other in pairs) / len(pairs)


def similarity(one: Sequence[str], other: Sequence[str]) -> float:
    """Twice the number of shared words, as a share of the words of both; 1 for two without words."""
    length = len(one) + len(other)
    return 2 * _shared(one, other) / length if length else 1.0


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """The length of the longest common subsequence, a row of bits at a time.

    Hyyrö, “Bit-parallel LCS-length computation revisited” (2004): a clear bit is a place of `one` that counts.
    """
    places: dict[str, int] = {}
    for place, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << place
    full = (1 << len(one)) - 1
    row = full
    for word in other:
        matched = row & places.get(word, 0)
        row = (row + matched | row - matched) & full
    return len(one) - row.bit_count()

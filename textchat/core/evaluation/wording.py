"""Whether two texts have the same words, whatever their Markdown, their line breaks and their punctuation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from textchat.core.text.sanitize import plain_line

MOST_COMPARED = 2_000
"""Words of each text by which the share that differs is measured."""
LONGEST_SENTENCE = 160
_MARKUP = re.compile(
    r"(?m)^\s*(?:[-*+•]|\d+[.)]|#{1,6}|>+|```.*|~~~.*|\|?[\s:|-]+\|?$)(?=\s|$)|[*_`~|#]|\]\([^)\s]*\)|\["
)
_EDGES = ".,;:!?…\"'“”‘’„«»()[]{}–—"
_MARKER = re.compile(r"\s*(?:[-*+•]|\d+[.)]|#{1,6}|>+)\s+")
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
    plain = _MARKUP.sub(" ", text)
    return [word for each in plain.split() if (word := each.strip(_EDGES)) and word != "-"]


def rewording(old: str, new: str) -> Rewording | None:
    """What has changed from one text to another; None where the words are the same."""
    before, after = words_of(old), words_of(new)
    if before == after:
        return None
    start = next(place for place, (one, other) in enumerate(zip_longest(before, after)) if one != other)
    # What both begin with is the same: of a long text, what follows is what is to be measured.
    compared = before[start : start + MOST_COMPARED], after[start : start + MOST_COMPARED]
    blocks = SequenceMatcher(None, *compared, autojunk=False).get_matching_blocks()
    same = start + sum(block.size for block in blocks)
    count = 2 * start + sum(map(len, compared))
    return Rewording(1 - 2 * same / count, _sentence(old, start), _sentence(new, start))


def _sentence(text: str, place: int) -> str:
    """The sentence in which the word of this place stands."""
    known = 0
    for sentence in _SENTENCE.split(text):
        known += len(words_of(sentence))
        if known > place:
            return plain_line(_around(sentence, place - known + len(words_of(sentence))), LONGEST_SENTENCE)
    return ""


def _around(sentence: str, place: int) -> str:
    """A sentence from its beginning, or where that is far from the word of this place, from shortly before that."""
    words: Sequence[str] = sentence.split()
    before = max(0, place - 8)
    marker = _MARKER.match(sentence)
    sentence = sentence[marker.end() :] if marker else sentence
    return sentence if len(sentence) <= LONGEST_SENTENCE or not before else "… " + " ".join(words[before:])

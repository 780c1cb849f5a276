"""Finds items by what is typed: in their labels, their other names and their descriptions, the best match first."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from textchat.ui.menu.items import MenuItem

FILLERS = frozenset({"a", "an", "the", "to", "of", "in", "my", "this", "for", "with", "all", "is"})
"""Words that are typed for the grammar: they need not stand in what is meant."""
TYPO_LENGTH = 4
"""Shorter words are near to too many others."""
_WORD = re.compile(r"[^\W_]+")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Match:
    """An item that was found."""

    item: MenuItem
    score: float = 0.0
    marks: tuple[Span, ...] = ()
    """The matched characters of the label."""


def ranked(query: str, items: Sequence[MenuItem]) -> list[Match]:
    """The items that match, best first and else in their order; all of them for an empty query."""
    words = [word for _, word in words_of(query)]
    if not words:
        return [Match(item) for item in items] if not query.strip() else []
    found = _found(query, words, items)
    if not found and (mended := _mended(words, items)):
        found = _found(" ".join(mended), mended, items)
    return sorted(found, key=lambda match: -match.score)


def _found(query: str, words: Sequence[str], items: Iterable[MenuItem]) -> list[Match]:
    needed = [word for word in words if word not in FILLERS] or words
    phrase = " ".join(query.casefold().split())
    return [match for item in items if (match := _match(phrase, needed, item)) is not None]


def _match(phrase: str, words: Sequence[str], item: MenuItem) -> Match | None:
    total, marks = 0.0, []
    for word in words:
        score, span = _in_label(word, item.label)
        other = max(_elsewhere(word, item), default=0.0)
        if max(score, other) <= 0:
            return None
        total += max(score, other)
        marks += span
    label = item.label.casefold()
    names = [name.casefold() for name in item.words]
    bonus = 60.0 if phrase == label else 20.0 if label.startswith(phrase) else 0.0
    bonus = max(bonus, 45.0 if phrase in names else 10.0 if any(name.startswith(phrase) for name in names) else 0.0)
    score = total / len(words) + bonus + 10 * len(phrase) / max(len(phrase), len(label))
    return Match(item, score - (20 if item.lacks else 0), _merged(marks))


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def _in_label(word: str, label: str) -> tuple[float, list[Span]]:
    parts = words_of(label)
    for place, (start, part) in enumerate(parts):
        if part.startswith(word) and part not in FILLERS:
            return (100 if part == word else 88) + (4 if place == 0 else 0), [(start, start + len(word))]
    at = label.casefold().find(word)
    if at >= 0 and len(word) > 2:
        return 55, [(at, at + len(word))]
    # Of an article only the first letter can be meant: `ctm` is "Change the model", `th` is not.
    shortened = [(start, part[:1] if part in FILLERS else part) for start, part in parts]
    spans = _abbreviation(word, shortened) if len(word) > 1 else None
    return (40, spans) if spans else (0, [])


def _elsewhere(word: str, item: MenuItem) -> Iterable[float]:
    for name in item.words:
        yield _place_value(word, name, exact=80, begins=70, inside=42)
    yield _place_value(word, item.about, exact=50, begins=38, inside=20)


def _place_value(word: str, text: str, *, exact: float, begins: float, inside: float) -> float:
    best = 0.0
    for _, part in words_of(text):
        if part == word:
            return exact
        if part.startswith(word) and part not in FILLERS:
            best = begins
    return best or (inside if len(word) > 3 and word in text.casefold() else 0.0)


def _abbreviation(word: str, parts: Sequence[tuple[int, str]]) -> list[Span] | None:
    """Where the letters begin words of a label, one word after the other: `nc`, `newcon` in `New conversation`."""
    if not word:
        return []
    for place, (start, part) in enumerate(parts):
        length = next(
            (n for n, (a, b) in enumerate(zip(word, part, strict=False)) if a != b), min(len(word), len(part))
        )
        for taken in range(length, 0, -1):
            if (rest := _abbreviation(word[taken:], parts[place + 1 :])) is not None:
                return [(start, start + taken), *rest]
    return None


def _mended(words: Sequence[str], items: Iterable[MenuItem]) -> list[str] | None:
    """The words with each that nobody has written replaced by the nearest that somebody has."""
    known = {part for item in items for text in (item.label, *item.words, item.about) for _, part in words_of(text)}
    mended = [
        word
        if word in known or len(word) < TYPO_LENGTH
        else next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.75)), word)
        for word in words
    ]
    return mended if mended != list(words) else None


@lru_cache(4096)
def words_of(text: str) -> tuple[tuple[int, str], ...]:
    """The words of a text in lower case, each with its place."""
    return tuple((found.start(), found.group().casefold()) for found in _WORD.finditer(text))

"""Cuts the part of a text where the words of a query stand near each other, in bounded time whatever its size."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from textchat.store.search.occurrences import FoldedText, SoughtTerm, Span
from textchat.store.search.stretches import OVERLAP, Stretch
from textchat.store.search.words import folded, is_among

SNIPPET_CHARACTERS = 160
BEFORE = 30
"""Cells in front of what was found, which has to be seen in a narrow list as well."""
WINDOW, FOREIGN_WINDOW = 1 << 14, 1 << 9
"""Characters that are looked at together: ASCII, and others, which take ten times as long."""
MOST_CHARACTERS = 1 << 21
"""Characters that one search looks at for its snippets, other than ASCII ten times; after them only beginnings."""
MOST_OF_ONE_TEXT = 1 << 19

_WIDE = "\u1100"
"""From here on most characters take two cells."""
_SINGLE = "\x20\u02ff\u0370\u0482\u048a\u052f\u3041\u3096\u30a1\u30fa\u30fc\u30fe\u3400\u9fff\uac00\ud7a3"
"""First and last of characters that join no other one like them."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text in one line, and the ranges of it that were found."""

    text: str
    highlights: tuple[Span, ...] = ()


@dataclass(slots=True)
class Allowance:
    """The characters that a search may still look at."""

    left: int = MOST_CHARACTERS


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a text, and how many of the terms stand there."""

    found: int
    stretch: Stretch
    start: int


def snippet(texts: Iterable[Stretch], terms: Sequence[SoughtTerm], allowance: Allowance) -> Snippet:
    """The first place of those with the most terms; the beginning of the text where none is found."""
    best: _Place | None = None
    most = allowance.left - MOST_OF_ONE_TEXT
    for stretch in texts:
        if best is None or not (best.found or best.stretch.text):
            best = _Place(0, stretch, 0)
        for place in _places(stretch, terms, allowance):
            if place.found > best.found:
                best = place
            if best.found == len(terms):
                break
        if best.found == len(terms) or allowance.left < max(0, most):
            break
    return Snippet("") if best is None else _cut(best, terms)


def title_snippet(title: str, terms: Sequence[SoughtTerm]) -> Snippet:
    """The whole title in one line."""
    line = " ".join(title.split())
    return Snippet(line, _highlights(line, terms))


def _places(stretch: Stretch, terms: Sequence[SoughtTerm], allowance: Allowance) -> Iterator[_Place]:
    """The best place of each part of the stretch that holds a term."""
    size = WINDOW if stretch.text.isascii() else FOREIGN_WINDOW
    for start in range(0, len(stretch.text), size):
        if not terms or (allowance.left < 0 and start):
            return
        first = max(0, start - OVERLAP)
        text = stretch.text[first : start + size]
        quick = folded(text).lower()
        likely = [term for term in terms if term.may_be_in(quick)]
        allowance.left -= len(text) * (1 if text.isascii() else 10) * max(1, len(likely) // 2)
        if likely and (found := _best(FoldedText(text), likely)) is not None:
            yield _Place(found[0], stretch, first + found[1])


def _best(text: FoldedText, terms: Sequence[SoughtTerm]) -> tuple[int, int] | None:
    """How many terms stand within a snippet's length of each other, and where the first of them is."""
    spans = sorted((start, number) for number, term in enumerate(terms) for start, _ in term.occurrences(text))
    best: tuple[int, int] | None = None
    for first, (start, _) in enumerate(spans):
        last = bisect_right(spans, (start + SNIPPET_CHARACTERS - BEFORE, 0))
        count = len({number for _, number in spans[first:last]})
        if best is None or count > best[0]:
            best = count, start
            if count == len(terms):
                break
    return best


def _cut(place: _Place, terms: Sequence[SoughtTerm]) -> Snippet:
    stretch, text = place.stretch, place.stretch.text
    start = place.start
    cells = 0
    while start > 0 and cells < BEFORE:
        start -= 1
        cells += 2 if text[start] >= _WIDE else 1
    if start and (blank := re.search(r"\s", text[start : (start + place.start) // 2])):
        start += blank.end()
    start = whole_before(text, start)
    end = whole_before(text, min(len(text), start + SNIPPET_CHARACTERS))
    line = " ".join(text[start:end].split())
    front = "…" if line and (start or not stretch.is_beginning) else ""
    line = f"{front}{line}{'…' if end < len(text) or not stretch.is_end else ''}"
    return Snippet(line, _highlights(line, terms))


def _highlights(line: str, terms: Sequence[SoughtTerm]) -> tuple[Span, ...]:
    """What was found in the line, whole graphemes, none within another."""
    if not terms:
        return ()
    text = FoldedText(line)
    spans: list[Span] = []
    for start, end in sorted(span for term in terms for span in term.occurrences(text)):
        start, end = whole_before(line, start), whole_after(line, end)
        if spans and start < spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        elif start < end:
            spans.append((start, end))
    return tuple(spans)


# -- graphemes --------------------------------------------------------------------------------------------------------


def whole_before(text: str, place: int) -> int:
    """The last place up to `place` where no grapheme is cut."""
    return place if _is_simple(text, place) else max(each for each in _borders(text, place) if each <= place)


def whole_after(text: str, place: int) -> int:
    """The first place from `place` on where no grapheme is cut."""
    return place if _is_simple(text, place) else min(each for each in _borders(text, place) if each >= place)


def _is_simple(text: str, place: int) -> bool:
    """Whether no grapheme can go over this place."""
    if place <= 0 or place >= len(text):
        return True
    return is_among(_SINGLE, text[place - 1]) and is_among(_SINGLE, text[place])


def _borders(text: str, place: int) -> list[int]:
    from wcwidth import iter_graphemes

    start, end = max(0, place - 64), min(len(text), place + 64)
    return [*accumulate(map(len, iter_graphemes(text[start:end])), initial=start), end]

"""Defines the sources that an answer names, numbered in the order in which they came."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Citation:
    """A source of an answer; its number is its place in the answer's list, from 1."""

    url: str
    title: str | None = None
    places: tuple[int, ...] = ()
    """Where in the answer it is cited, ascending: characters of the text before its number. Empty: nowhere in
    particular, or the model wrote the numbers itself."""


_ELSEWHERE = (-2,)
"""The place of a source in a piece of a text that does not cite it: it stands there by no number of the model's."""


class Citations:
    """The growing list of the sources of one answer: each address once, with every place it is cited at."""

    def __init__(self, known: tuple[Citation, ...] = ()) -> None:
        self._known = {citation.url: citation for citation in known}
        self._numbers = {url: number for number, url in enumerate(self._known, start=1)}

    def add(self, url: str, title: str | None = None, place: int | None = None) -> int:
        """Note a source, and return its number; the first title that came stays."""
        known = self._known.get(url, Citation(url))
        places = known.places if place is None else tuple(sorted({*known.places, place}))
        self._known[url] = Citation(url, known.title or title or None, places)
        return self._numbers.setdefault(url, len(self._known))

    def forget_places(self) -> None:
        """Keep the sources alone: the text that cited them was none of the answer."""
        self._known = {url: Citation(url, known.title) for url, known in self._known.items()}

    def __len__(self) -> int:
        return len(self._known)

    @property
    def all(self) -> tuple[Citation, ...]:
        return tuple(self._known.values())


def numbered_places(citations: tuple[Citation, ...]) -> Mapping[int, tuple[int, ...]]:
    """The numbers of the sources that are cited at each place, ascending by place and by number."""
    found: dict[int, list[int]] = {}
    for number, citation in enumerate(citations, start=1):
        for place in citation.places:
            found.setdefault(place, []).append(number)
    return {place: tuple(found[place]) for place in sorted(found)}


def cited_within(citations: tuple[Citation, ...], start: int, end: int) -> tuple[Citation, ...]:
    """The same sources with the places in a range of the text alone, counted from its start."""
    return tuple(_within(citation, start, end) for citation in citations)


def _within(citation: Citation, start: int, end: int) -> Citation:
    places = citation.places
    if not places:
        return citation
    found = places[bisect_right(places, start) : bisect_right(places, end)]
    return replace(citation, places=tuple(place - start for place in found) or _ELSEWHERE)

"""Moves parts and citations to their places in an edited text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part

CONTEXT = 24
"""Characters before a place by which it is found again where much around it was changed."""


class Edit:
    """What became of the places of a text, all from 0 to its length."""

    def __init__(self, before: str, after: str) -> None:
        self._before = before
        self._after = after
        self.start = _shared(before, after)
        """Where the change begins, in both texts."""
        most = min(len(before), len(after)) - self.start
        self._same_end = _shared(before[len(before) - most :][::-1], after[len(after) - most :][::-1])

    def kept(self, place: int) -> int | None:
        """Where a place outside of what was changed is now; None for one within."""
        if place <= self.start:
            return max(place, 0)
        from_end = len(self._before) - place
        return len(self._after) - max(from_end, 0) if from_end <= self._same_end else None

    def place(self, place: int) -> int | None:
        """Where a place of the text is now; None if what it stood in is gone."""
        if (kept := self.kept(place)) is not None:
            return kept
        context = self._before[max(0, place - CONTEXT) : place]
        found = self._after.find(context)
        is_only_one = found >= 0 and self._after.find(context, found + 1) < 0
        return found + len(context) if is_only_one else None

    def parts(self, parts: Iterable[Part]) -> tuple[Part, ...]:
        """The parts at their places; one whose place is gone stands where the change begins."""
        moved = ((part, self.place(part.offset)) for part in parts)
        return tuple(part.at(self.start if place is None else place) for part, place in moved)

    def citations(self, citations: Iterable[Citation]) -> tuple[Citation, ...]:
        """The citations with those of their places that are left: all of them, for their numbers are in the text."""
        return tuple(
            replace(citation, places=tuple(sorted({place for place in places if place is not None})))
            for citation in citations
            for places in [[self.place(place) for place in citation.places]]
        )


def _shared(one: str, other: str) -> int:
    """How many characters both begin with, by halves: texts may have megabytes."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low

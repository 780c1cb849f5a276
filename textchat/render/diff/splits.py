"""Finds blocks that the other text has as several: a paragraph split in two, or two joined to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from textchat.render.diff.alignment import common
from textchat.render.diff.likeness import PROSE, gain, likeness, shared
from textchat.render.diff.pairing import Break, UnitPair
from textchat.render.diff.units import DiffUnit, content_start, token_ranges, unit_of

Units = Sequence[DiffUnit]
PART = 0.6
"""The share of a block's words that must be among the rest of the other block's; by chance a third may be."""
LEAST_WHOLE = 0.6
"""How alike a block and its parts must be together."""
WEAK = 0.6
"""Pairs that are less alike are given up where a split explains more."""
FARTHEST = 50
"""Blocks among which the parts of a block without a counterpart are looked for."""


class _Side(NamedTuple):
    """One of the two texts and its units."""

    text: str
    units: Units


class _Link(NamedTuple):
    """Units that belong together; one of the two sides is a block, the other its parts."""

    left: range
    right: range


def with_splits(left: str, right: str, pairs: Sequence[UnitPair]) -> Iterator[UnitPair]:
    """The same units, where blocks that were split or joined are cut so that each part has its counterpart."""
    ours = _Side(left, [pair.left for pair in pairs if pair.left])
    theirs = _Side(right, [pair.right for pair in pairs if pair.right])
    match = _matches(pairs)
    splits = _Splitter(ours, theirs, match).found()
    parted = {part for parts in splits.values() for part in parts}
    kept = {at: other for at, other in match.items() if at not in splits and other not in parted}
    joins = _Splitter(theirs, ours, {other: at for at, other in kept.items()}, parted, splits.keys()).found()
    joined = {part for parts in joins.values() for part in parts}
    links = [_Link(range(at, at + 1), parts) for at, parts in splits.items()]
    links += [_Link(parts, range(other, other + 1)) for other, parts in joins.items()]
    links += [
        _Link(range(at, at + 1), range(other, other + 1))
        for at, other in kept.items()
        if at not in joined and other not in joins
    ]
    return _rows(ours, theirs, sorted(links, key=lambda link: link.left.start))


def _matches(pairs: Sequence[UnitPair]) -> dict[int, int]:
    match: dict[int, int] = {}
    at = other = 0
    for pair in pairs:
        if pair.left and pair.right:
            match[at] = other
        at, other = at + bool(pair.left), other + bool(pair.right)
    return match


class _Splitter:
    """Looks for blocks of `wholes` whose parts stand as blocks in `parts`.

    `match` has the pairs by the index of the whole; `done` are wholes and `taken` parts that are not to be touched.
    """

    def __init__(
        self,
        wholes: _Side,
        parts: _Side,
        match: Mapping[int, int],
        done: Collection[int] = (),
        taken: Collection[int] = (),
    ) -> None:
        self._sides = wholes, parts
        self._wholes, self._parts = wholes.units, parts.units
        self._match = match
        self._done = done
        self._used = set(taken)
        self._owners = {part: whole for whole, part in match.items()}

    def found(self) -> dict[int, range]:
        """For each whole that is several parts, which."""
        found: dict[int, range] = {}
        low = 0
        for at, whole in enumerate(self._wholes):
            own = self._match.get(at)
            is_same = own is not None and self._parts[own].content == whole.content
            if at not in self._done and not is_same and whole.kind in PROSE:
                seeds = self._alone(low) if own is None else [own]
                if span := next(filter(None, (self._around(at, seed) for seed in seeds)), None):
                    found[at] = span
                    self._used.update(span)
            if at in found:
                low = max(low, found[at].stop)
            elif own is not None:
                low = max(low, own + 1)
        return found

    def _alone(self, low: int) -> range:
        """The parts from `low` on without a counterpart, if they are few."""
        last = low
        while last < len(self._parts) and last not in self._owners and last not in self._used:
            last += 1
            if last - low > FARTHEST:
                return range(0)
        return range(low, last)

    def _around(self, at: int, seed: int) -> range | None:
        """The parts that make up a whole, one of which is `seed`; None if it is no split."""
        if seed in self._used or not self._may_begin(at, seed):
            return None
        whole, span = self._wholes[at], self._grown(at, seed)
        if len(span) < 2:
            return None
        parts = self._parts[span.start : span.stop]
        words = sum((part.words for part in parts), Counter[str]())
        alike = 2 * shared(whole.words, words) / (whole.weight + words.total())
        given_up = sum(
            gain(self._wholes[self._owners[part]], self._parts[part]) for part in span if part in self._owners
        )
        if alike < LEAST_WHOLE or (whole.weight + words.total()) * alike**3 <= given_up:
            return None
        cut = _cut(self._sides[0].text, whole, self._sides[1].text, parts)
        return span if all(map(lambda piece, part: likeness(piece, part) >= PART, cut, parts)) else None

    def _may_begin(self, at: int, seed: int) -> bool:
        if self._owners.get(seed) == at:
            return True
        part = self._parts[seed]
        return shared(self._wholes[at].words, part.words) >= PART * part.weight

    def _grown(self, at: int, seed: int) -> range:
        """The stretch around `seed` whose units are each made of what the whole has besides the others."""
        rest = Counter(self._wholes[at].words)
        rest.subtract(self._parts[seed].words)
        first, last = seed, seed + 1
        while self._is_part(at, last, +rest):
            rest.subtract(self._parts[last].words)
            last += 1
        while self._is_part(at, first - 1, +rest):
            first -= 1
            rest.subtract(self._parts[first].words)
        return range(first, last)

    def _is_part(self, at: int, index: int, rest: Counter[str]) -> bool:
        if not 0 <= index < len(self._parts) or index in self._used or self._parts[index].kind not in PROSE:
            return False
        part, owner = self._parts[index], self._owners.get(index)
        if owner is not None and owner != at and likeness(self._wholes[owner], part) >= WEAK:
            return False
        return shared(rest, part.words) >= PART * part.weight


def _rows(left: _Side, right: _Side, links: Sequence[_Link]) -> Iterator[UnitPair]:
    ours, theirs = left.units, right.units
    at = other = 0
    for link in [*links, _Link(range(len(ours), len(ours)), range(len(theirs), len(theirs)))]:
        yield from (UnitPair(unit, None) for unit in ours[at : link.left.start])
        yield from (UnitPair(None, unit) for unit in theirs[other : link.right.start])
        at, other = link.left.stop, link.right.stop
        own, their = ours[link.left.start : at], theirs[link.right.start : other]
        if len(own) == len(their):
            yield from map(UnitPair, own, their)
        elif len(own) == 1:
            yield from _parted(_cut(left.text, own[0], right.text, their), their, Break.RIGHT)
        else:
            yield from _parted(own, _cut(right.text, their[0], left.text, own), Break.LEFT)


def _parted(own: Units, their: Units, begins: Break) -> Iterator[UnitPair]:
    for number, pair in enumerate(zip(own, their, strict=True)):
        yield UnitPair(*pair, begins if number else Break.NONE)


def _cut(text: str, whole: DiffUnit, other: str, parts: Units) -> list[DiffUnit]:
    """The whole cut where the parts begin: behind the last word of one, at the next word."""
    tokens = token_ranges(text, whole.start, whole.end)
    # Without markers: the full stop of `2.` is not that of the sentence before.
    others = [span for part in parts for span in token_ranges(other, content_start(other, part), part.end)]
    words = [text[start:end].casefold() for start, end in tokens]
    runs = common(words, [other[start:end].casefold() for start, end in others])
    counterpart = {run.right + step: run.left + step for run in runs for step in range(run.length)}
    cuts = [whole.start]
    for part in parts[1:]:
        before = max((own for at, own in counterpart.items() if others[at][0] < part.start), default=-1)
        cut = next((start for start, end in tokens[before + 1 :] if text[start:end].strip()), whole.end)
        cuts.append(max(cut, cuts[-1]))
    return [unit_of(text, whole.kind, start, end) for start, end in pairwise([*cuts, whole.end])]

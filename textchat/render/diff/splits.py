"""Finds blocks that the other text has as several: a paragraph split in two, or two joined to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from textchat.render.diff.alignment import common
from textchat.render.diff.likeness import PROSE, gain, likeness, shared
from textchat.render.diff.pairing import Break, UnitPair
from textchat.render.diff.units import DiffUnit, token_ranges, unit_of

Units = Sequence[DiffUnit]
PART = 0.6
"""The share of a block's words that must be among the rest of the other block's; by chance a third may be."""
LEAST_WHOLE = 0.6
"""How alike a block and its parts must be together."""
WEAK = 0.6
"""Pairs that are less alike are given up where a split explains more."""
FARTHEST = 50
"""Blocks among which the parts of a block without a counterpart are looked for."""


class _Link(NamedTuple):
    """Units that belong together; one of the two ranges is a single unit."""

    left: range
    right: range


def with_splits(left: str, right: str, pairs: Sequence[UnitPair]) -> Iterator[UnitPair]:
    """The same units, where blocks that were split or joined are cut so that each part has its counterpart."""
    ours = [pair.left for pair in pairs if pair.left]
    theirs = [pair.right for pair in pairs if pair.right]
    match = _matches(pairs)
    splits = _splits(ours, theirs, match)
    parted = {part for parts in splits.values() for part in parts}
    kept = {at: other for at, other in match.items() if at not in splits and other not in parted}
    joins = _splits(theirs, ours, {other: at for at, other in kept.items()}, parted, frozenset(splits))
    joined = {part for parts in joins.values() for part in parts}
    links = [_Link(range(at, at + 1), parts) for at, parts in splits.items()]
    links += [_Link(parts, range(other, other + 1)) for other, parts in joins.items()]
    links += [
        _Link(range(at, at + 1), range(other, other + 1))
        for at, other in kept.items()
        if at not in joined and other not in joins
    ]
    return _rows(left, ours, right, theirs, sorted(links, key=lambda link: link.left.start))


def _matches(pairs: Sequence[UnitPair]) -> dict[int, int]:
    match: dict[int, int] = {}
    at = other = 0
    for pair in pairs:
        if pair.left and pair.right:
            match[at] = other
        at, other = at + bool(pair.left), other + bool(pair.right)
    return match


def _splits(
    wholes: Units,
    parts: Units,
    match: Mapping[int, int],
    done: set[int] | frozenset[int] = frozenset(),
    taken: frozenset[int] = frozenset(),
) -> dict[int, range]:
    """For each whole that is several parts, which; without the wholes `done` and the parts `taken`."""
    owners: dict[int, int] = {part: whole for whole, part in match.items()}
    found: dict[int, range] = {}
    used = set(taken)
    low = 0
    for at, whole in enumerate(wholes):
        own = match.get(at)
        is_same = own is not None and parts[own].content == whole.content
        if at not in done and not is_same and whole.kind in PROSE:
            seeds = [own] if own is not None else _alone(low, len(parts), owners, used)
            span = _parts_of(at, wholes, parts, owners, used, [seed for seed in seeds if seed not in used])
            if span:
                found[at] = span
                used.update(span)
                owners.update(dict.fromkeys(span, at))
        low = max(low, found[at].stop if at in found else (own + 1 if own is not None else 0))
    return found


def _alone(low: int, end: int, owners: Mapping[int, int], used: set[int]) -> list[int]:
    """The parts from `low` on without a counterpart, if they are few."""
    last = low
    while last < end and last not in owners and last not in used:
        last += 1
        if last - low > FARTHEST:
            return []
    return list(range(low, last))


def _parts_of(
    at: int, wholes: Units, parts: Units, owners: Mapping[int, int], used: set[int], seeds: Sequence[int]
) -> range | None:
    """The parts that make up a whole, around one of `seeds`; None if it is no split."""
    whole = wholes[at]
    for seed in seeds:
        is_own = owners.get(seed) == at
        if not is_own and shared(whole.words, parts[seed].words) < PART * parts[seed].weight:
            continue
        span = _grown(at, wholes, parts, owners, used, seed)
        if len(span) < 2:
            continue
        words = sum((parts[part].words for part in span), Counter[str]())
        alike = 2 * shared(whole.words, words) / (whole.weight + words.total())
        given_up = sum(gain(wholes[owners[part]], parts[part]) for part in span if part in owners)
        if alike >= LEAST_WHOLE and (whole.weight + words.total()) * alike**3 > given_up:
            return span
    return None


def _grown(at: int, wholes: Units, parts: Units, owners: Mapping[int, int], used: set[int], seed: int) -> range:
    """The stretch around `seed` whose units are each made of what the whole has besides the others."""
    rest = Counter(wholes[at].words)
    rest.subtract(parts[seed].words)

    def is_part(index: int) -> bool:
        if not 0 <= index < len(parts) or index in used or parts[index].kind not in PROSE:
            return False
        owner = owners.get(index)
        if owner is not None and owner != at and likeness(wholes[owner], parts[index]) >= WEAK:
            return False
        return shared(+rest, parts[index].words) >= PART * parts[index].weight

    first, last = seed, seed + 1
    while is_part(last):
        rest.subtract(parts[last].words)
        last += 1
    while is_part(first - 1):
        first -= 1
        rest.subtract(parts[first].words)
    return range(first, last)


def _rows(left: str, ours: Units, right: str, theirs: Units, links: Sequence[_Link]) -> Iterator[UnitPair]:
    at = other = 0
    for link in [*links, _Link(range(len(ours), len(ours)), range(len(theirs), len(theirs)))]:
        yield from (UnitPair(unit, None) for unit in ours[at : link.left.start])
        yield from (UnitPair(None, unit) for unit in theirs[other : link.right.start])
        at, other = link.left.stop, link.right.stop
        own, their = ours[link.left.start : at], theirs[link.right.start : other]
        if len(own) == len(their):
            yield from map(UnitPair, own, their)
        elif len(own) == 1:
            yield from _parted(_cut(left, own[0], right, their), their, Break.RIGHT)
        else:
            yield from _parted(own, _cut(right, their[0], left, own), Break.LEFT)


def _parted(own: Units, their: Units, begins: Break) -> Iterator[UnitPair]:
    for number, pair in enumerate(zip(own, their, strict=True)):
        yield UnitPair(*pair, begins if number else Break.NONE)


def _cut(text: str, whole: DiffUnit, other: str, parts: Units) -> list[DiffUnit]:
    """The whole cut where the parts begin: behind the last word of one, at the next word."""
    tokens = token_ranges(text, whole.start, whole.end)
    others = [span for part in parts for span in token_ranges(other, part.start, part.end)]
    words = [text[start:end].casefold() for start, end in tokens]
    runs = common(words, [other[start:end].casefold() for start, end in others])
    counterpart = {run.right + step: run.left + step for run in runs for step in range(run.length)}
    cuts = [whole.start]
    for part in parts[1:]:
        before = max((own for at, own in counterpart.items() if others[at][0] < part.start), default=-1)
        cut = next((start for start, end in tokens[before + 1 :] if text[start:end].strip()), whole.end)
        cuts.append(max(cut, cuts[-1]))
    return [unit_of(text, whole.kind, start, end) for start, end in pairwise([*cuts, whole.end])]

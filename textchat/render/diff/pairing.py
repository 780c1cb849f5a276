"""Pairs the units of two texts in order: equal ones, then those that are versions of each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple

from textchat.render.diff import alignment
from textchat.render.diff.alignment import CommonRun, common, most_alike
from textchat.render.diff.likeness import gain
from textchat.render.diff.units import DiffUnit
from textchat.render.markdown import BlockKind

ANCHOR_WEIGHT = 12
"""Blocks of less weight that stand more than once, such as rules, say nothing about what belongs together."""


class Break(Enum):
    """Where in a pair a block begins on one side only; the other side goes on with the block of the pair before."""

    NONE = auto()
    RIGHT = auto()
    LEFT = auto()


class UnitPair(NamedTuple):
    """What stands in one row: a unit of the left, one of the right, or both."""

    left: DiffUnit | None
    right: DiffUnit | None
    begins: Break = Break.NONE


def paired(left: Sequence[DiffUnit], right: Sequence[DiffUnit]) -> list[UnitPair]:
    """All blocks in order: equal ones paired, similar ones between them paired, the rest alone."""
    pairs = list(_paired(left, right))
    for at, pair in enumerate(pairs):
        _keep_with_section(pairs, at, pair)
    return pairs


def _keep_with_section(pairs: list[UnitPair], at: int, pair: UnitPair) -> None:
    """Let what is alone begin with a heading, and not end with an equal one: a heading belongs to what follows it."""
    ours, theirs = pair.left, pair.right
    if ours is None or theirs is None or ours.kind is not BlockKind.HEADING:
        return
    is_left = at + 1 < len(pairs) and pairs[at + 1].right is None
    end = at + 1
    while end < len(pairs) and (pairs[end].right if is_left else pairs[end].left) is None:
        end += 1
    last = pairs[end - 1].left if is_left else pairs[end - 1].right
    if end == at + 1 or last is None or (last.kind, last.content) != (ours.kind, (ours if is_left else theirs).content):
        return
    pairs[at] = UnitPair(ours, None) if is_left else UnitPair(None, theirs)
    pairs[end - 1] = UnitPair(last, theirs) if is_left else UnitPair(ours, last)


def _paired(left: Sequence[DiffUnit], right: Sequence[DiffUnit]) -> Iterator[UnitPair]:
    identities, other_identities = _identities(left), _identities(right)
    counts, other_counts = Counter(identities), Counter(other_identities)

    def is_anchor(unit: DiffUnit, identity: tuple[BlockKind, str]) -> bool:
        is_only_one = counts[identity] == 1 and other_counts[identity] == 1
        return is_only_one or len(unit.content) >= ANCHOR_WEIGHT

    places = [at for at, unit in enumerate(left) if is_anchor(unit, identities[at])]
    other_places = [at for at, unit in enumerate(right) if is_anchor(unit, other_identities[at])]
    runs = common([identities[at] for at in places], [other_identities[at] for at in other_places])
    steps = (step for run in runs for step in _steps(run))
    anchors = [CommonRun(places[at], other_places[other], 1) for at, other in steps]
    for gap, anchor in _gaps(left, right, anchors):
        yield from _alike(*gap)
        yield from anchor


def paired_lines(left: Sequence[DiffUnit], right: Sequence[DiffUnit]) -> Iterator[UnitPair]:
    """All lines in order; any equal one is an anchor, because most lines of code are short and stand more than once."""
    for gap, anchor in _gaps(left, right, common(_identities(left), _identities(right))):
        yield from _most_alike(*gap)
        yield from anchor


def _identities(units: Sequence[DiffUnit]) -> list[tuple[BlockKind, str]]:
    return [(unit.kind, unit.content) for unit in units]


def _steps(run: CommonRun) -> Iterator[tuple[int, int]]:
    return zip(range(run.left, run.left + run.length), range(run.right, run.right + run.length), strict=True)


Units = Sequence[DiffUnit]


def _gaps(left: Units, right: Units, runs: Sequence[CommonRun]) -> Iterator[tuple[tuple[Units, Units], list[UnitPair]]]:
    """What stands before each run of equal units, and the run; at last what stands after them."""
    at = other = 0
    for run in [*runs, CommonRun(len(left), len(right), 0)]:
        gap = left[at : run.left], right[other : run.right]
        at, other = run.left + run.length, run.right + run.length
        yield gap, [UnitPair(*pair) for pair in zip(left[run.left : at], right[run.right : other], strict=True)]


def _alike(left: Units, right: Units) -> Iterator[UnitPair]:
    """The units between two anchors; where they are too many to be compared each with each, any equal ones hold."""
    if len(left) * len(right) <= alignment.MOST_PAIRS:
        yield from _most_alike(left, right)
    else:
        yield from paired_lines(left, right)


def _most_alike(left: Units, right: Units) -> Iterator[UnitPair]:
    at = other = 0
    pairs = most_alike(len(left), len(right), lambda row, column: gain(left[row], right[column]))
    for end, other_end in [*pairs, (len(left), len(right))]:
        yield from (UnitPair(unit, None) for unit in left[at:end])
        yield from (UnitPair(None, unit) for unit in right[other:other_end])
        if end < len(left):
            yield UnitPair(left[end], right[other_end])
        at, other = end + 1, other_end + 1

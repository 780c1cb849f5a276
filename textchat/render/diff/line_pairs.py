"""Replaces code blocks and tables that differ by their lines, also where a block was split in several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from textchat.render.diff.pairing import UnitPair, paired_lines
from textchat.render.diff.units import BY_LINE, DiffUnit, line_units

FOUND = 0.5
"""The share of a block's lines that must be among those that the other block lost."""


def with_lines(left: str, right: str, pairs: Sequence[UnitPair]) -> Iterator[UnitPair]:
    """The blocks, and in place of code and tables that differ their lines."""
    at = 0
    for start, end in _stretches(left, right, pairs):
        yield from pairs[at:start]
        ours = [unit for pair in pairs[start:end] if pair.left for unit in _lines(left, pair.left)]
        theirs = [unit for pair in pairs[start:end] if pair.right for unit in _lines(right, pair.right)]
        yield from paired_lines(ours, theirs)
        at = end
    yield from pairs[at:]


def _lines(text: str, unit: DiffUnit) -> list[DiffUnit]:
    return line_units(text, unit) if unit.kind in BY_LINE else [unit]


def _stretches(left: str, right: str, pairs: Sequence[UnitPair]) -> Iterator[tuple[int, int]]:
    """Each pair of blocks that is compared by lines, with the blocks beside it that hold the rest of its lines."""
    beyond = 0
    for at, pair in enumerate(pairs):
        if at < beyond or not _differs_by_line(pair):
            continue
        start, end = _with_rest(left, right, pairs, at, -1), _with_rest(left, right, pairs, at, 1)
        start, beyond = max(start, beyond), end + 1
        yield start, beyond


def _differs_by_line(pair: UnitPair) -> bool:
    ours, theirs = pair.left, pair.right
    return bool(ours and theirs and ours.key != theirs.key and ours.kind in BY_LINE and theirs.kind is ours.kind)


def _with_rest(left: str, right: str, pairs: Sequence[UnitPair], at: int, step: int) -> int:
    """The farthest pair in one direction that holds lines which the other side has in the pair `at`."""
    farthest, index = at, at + step
    if not 0 <= index < len(pairs) or (pairs[index].left and pairs[index].right):
        return at
    is_left = pairs[index].right is None
    lost = _lost(left, right, pairs[at], is_left=is_left)
    text = left if is_left else right
    while 0 <= index < len(pairs):
        unit, other = (pairs[index].left, pairs[index].right) if is_left else (pairs[index].right, pairs[index].left)
        if unit is None or other is not None:
            break
        if unit.kind in BY_LINE:
            lines = _sayings(text, unit)
            if not lines or (lines & lost).total() < FOUND * lines.total():
                break
            lost -= lines
            farthest = index
        index += step
    return farthest


def _lost(left: str, right: str, pair: UnitPair, *, is_left: bool) -> Counter[str]:
    """The lines that a pair has on the other side alone."""
    assert pair.left and pair.right
    ours, theirs = _sayings(left, pair.left), _sayings(right, pair.right)
    return theirs - ours if is_left else ours - theirs


def _sayings(text: str, unit: DiffUnit) -> Counter[str]:
    """The lines of a block that say something: no fences and no lone braces."""
    lines = (line.key.strip() for line in line_units(text, unit))
    return Counter(line for line in lines if any(map(str.isalnum, line)) and not line.startswith(("```", "~~~")))

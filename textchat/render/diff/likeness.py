"""Says how alike two units are, and how much it is worth to show them as one."""

from __future__ import annotations

from collections import Counter

from textchat.render.diff.units import DiffUnit
from textchat.render.markdown import BlockKind

LEAST_ALIKE = 0.4
"""Blocks and lines that share less of their words are taken for two different ones."""
PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE, BlockKind.HEADING})
"""Kinds that are versions of each other when their words are."""


def likeness(ours: DiffUnit, theirs: DiffUnit) -> float:
    """Dice's coefficient of the words, from 0 to 1; 0 below LEAST_ALIKE or where the kinds have nothing in common."""
    total = ours.weight + theirs.weight
    if 2 * min(ours.weight, theirs.weight) < LEAST_ALIKE * total or not _may_match(ours.kind, theirs.kind):
        return 0.0
    alike = 2 * shared(ours.words, theirs.words) / total
    return alike if alike >= LEAST_ALIKE else 0.0


def shared(words: Counter[str], others: Counter[str]) -> int:
    """The weight of the words in both, each as often as it stands in both."""
    few, many = (words, others) if len(words) <= len(others) else (others, words)
    return sum(min(weight, many[word]) for word, weight in few.items() if word in many)


def gain(ours: DiffUnit, theirs: DiffUnit) -> float:
    """What a pair is worth: the words it spares, less where they are few of the whole.

    Two pairs that share half of their words must not outweigh an equal one, though together they spare as much.
    """
    alike = likeness(ours, theirs)
    return (ours.weight + theirs.weight) * alike**3


def _may_match(kind: BlockKind, other: BlockKind) -> bool:
    return kind is other or (kind in PROSE and other in PROSE)

"""Compares two Markdown texts by blocks, lines and words.

    comparison = diff("# One\n\nThe quick fox.", "# One\n\nThe slow fox.")
    [row.change for row in comparison.rows]            # [Change.SAME, Change.CHANGED]
    comparison.right_text(comparison.rows[1].right)         # "The slow fox."; its `marks` are where "slow" stands

It is about the texts as the models wrote them, Markdown signs included: what is drawn alike may well differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from textchat.render.diff.line_pairs import with_lines
from textchat.render.diff.marks import marked
from textchat.render.diff.moves import with_moves
from textchat.render.diff.pairing import Break, UnitPair, paired
from textchat.render.diff.splits import with_splits
from textchat.render.diff.units import DiffUnit, block_units
from textchat.render.markdown import BlockKind


class Change(StrEnum):
    """How a row differs; the values are the signs drawn before it."""

    SAME = " "
    CHANGED = "~"
    REMOVED = "-"
    """Only the left has it."""
    ADDED = "+"
    """Only the right has it."""
    MOVED_UP = "↑"
    """The row has one side; the other text has it farther up, maybe with other words."""
    MOVED_DOWN = "↓"
    """The same, farther down."""
    SPLIT = "¶"
    """Here the right begins a new block and the left goes on with the one before; the words may be the same."""
    JOINED = "&"
    """The reverse: the left begins a block, the right goes on."""

    @property
    def is_moved(self) -> bool:
        return self in (Change.MOVED_UP, Change.MOVED_DOWN)


@dataclass(frozen=True, slots=True)
class DiffSide:
    """Characters [start, end) of one text, with the ranges within that differ from the other text."""

    start: int
    end: int
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A block, a part of one or a line of code or of a table, present on one side or on both."""

    kind: BlockKind
    change: Change
    left: DiffSide | None
    right: DiffSide | None
    partner: int | None = None
    """For what moved, the index of the row with its other place."""


@dataclass(frozen=True, slots=True)
class Diff:
    """All rows of a comparison in order; the joined left sides are the left text, the right sides the right one."""

    left: str
    right: str
    rows: tuple[DiffRow, ...]

    @property
    def is_same(self) -> bool:
        return all(row.change is Change.SAME for row in self.rows)

    @property
    def differences(self) -> list[int]:
        """The rows where a run of changed rows begins."""
        changed = [row.change is not Change.SAME for row in self.rows]
        return [index for index, is_changed in enumerate(changed) if is_changed and not (index and changed[index - 1])]

    @property
    def moved(self) -> int:
        """How many stretches of rows stand elsewhere in the other text."""
        places = [row.partner for row in self.rows if row.left and row.partner is not None]
        return sum(not number or places[number - 1] != place - 1 for number, place in enumerate(places))

    def left_text(self, side: DiffSide) -> str:
        return self.left[side.start : side.end]

    def right_text(self, side: DiffSide) -> str:
        return self.right[side.start : side.end]


def diff(left: str, right: str, *, code_only: bool = False) -> Diff:
    """Compare two Markdown texts; `code_only` leaves out everything but code blocks."""
    rows = list(_Comparison(left, right).rows(code_only))
    return Diff(left, right, tuple(rows))


def matching_blocks(left: str, right: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Ranges of corresponding blocks in order: equal, or similar enough to be versions of each other."""
    return [
        ((pair.left.start, pair.left.end), (pair.right.start, pair.right.end))
        for pair in _paired_blocks(left, right, code_only=False)
        if pair.left and pair.right
    ]


def _paired_blocks(left: str, right: str, *, code_only: bool) -> Iterator[UnitPair]:
    return with_splits(left, right, paired(block_units(left, code_only), block_units(right, code_only)))


class _Comparison:
    """Aligns the units of two texts, and the lines and words within them."""

    def __init__(self, left: str, right: str) -> None:
        self._left, self._right = left, right

    def rows(self, code_only: bool) -> Iterator[DiffRow]:
        blocks = list(_paired_blocks(self._left, self._right, code_only=code_only))
        moves = with_moves(list(with_lines(self._left, self._right, blocks)))
        for index, pair in enumerate(moves.pairs):
            partner = moves.partners.get(index)
            if partner is None:
                yield self._row(pair)
            else:
                yield self._moved(pair, moves.pairs[partner], index, partner)

    def _row(self, pair: UnitPair) -> DiffRow:
        ours, theirs = pair.left, pair.right
        if ours and theirs:
            left, right = self._sides(ours, theirs)
            return DiffRow(theirs.kind, _change(pair), left, right)
        if ours:
            return DiffRow(ours.kind, Change.REMOVED, DiffSide(ours.start, ours.end), None)
        assert theirs is not None
        return DiffRow(theirs.kind, Change.ADDED, None, DiffSide(theirs.start, theirs.end))

    def _moved(self, pair: UnitPair, other: UnitPair, index: int, partner: int) -> DiffRow:
        change = Change.MOVED_UP if partner < index else Change.MOVED_DOWN
        ours, theirs = pair.left or other.left, pair.right or other.right
        assert ours and theirs
        left, right = self._sides(ours, theirs)
        if pair.left:
            return DiffRow(ours.kind, change, left, None, partner)
        return DiffRow(theirs.kind, change, None, right, partner)

    def _sides(self, ours: DiffUnit, theirs: DiffUnit) -> tuple[DiffSide, DiffSide]:
        if ours.key == theirs.key:
            return DiffSide(ours.start, ours.end), DiffSide(theirs.start, theirs.end)
        marks, other_marks = marked(self._left, ours, self._right, theirs)
        return DiffSide(ours.start, ours.end, marks), DiffSide(theirs.start, theirs.end, other_marks)


def _change(pair: UnitPair) -> Change:
    assert pair.left and pair.right
    match pair.begins:
        case Break.RIGHT:
            return Change.SPLIT
        case Break.LEFT:
            return Change.JOINED
        case Break.NONE:
            return Change.SAME if pair.left.key == pair.right.key else Change.CHANGED

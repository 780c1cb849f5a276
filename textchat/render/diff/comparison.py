"""Compares two Markdown texts by blocks, lines and words.

    comparison = diff("# One\n\nThe quick fox.", "# One\n\nThe slow fox.")
    [row.change for row in comparison.rows]            # [Change.SAME, Change.CHANGED]
    comparison.right_text(comparison.rows[1].right)         # "The slow fox."; its `marks` are where "slow" stands

It is about the texts as the models wrote them, Markdown signs included: what is drawn alike may well differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from textchat.render.diff.alignment import CommonRun, common, most_alike
from textchat.render.diff.units import BY_LINE, DiffUnit, block_units, line_units, token_ranges, words_of
from textchat.render.markdown import BlockKind

LEAST_ALIKE = 0.4
"""Blocks and lines that share less of their words are taken for two different ones."""


class Change(StrEnum):
    """How a row differs; the values are the signs drawn before it."""

    SAME = " "
    CHANGED = "~"
    REMOVED = "-"
    """Only the left has it."""
    ADDED = "+"
    """Only the right has it."""


@dataclass(frozen=True, slots=True)
class DiffSide:
    """Characters [start, end) of one text, with the ranges within that differ from the other text."""

    start: int
    end: int
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A block, or a line of code or of a table, present on one side or on both."""

    kind: BlockKind
    change: Change
    left: DiffSide | None
    right: DiffSide | None


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

    def left_text(self, side: DiffSide) -> str:
        return self.left[side.start : side.end]

    def right_text(self, side: DiffSide) -> str:
        return self.right[side.start : side.end]


def diff(left: str, right: str, *, code_only: bool = False) -> Diff:
    """Compare two Markdown texts; `code_only` leaves out everything but code blocks."""
    rows = list(_Comparison(left, right).rows(code_only))
    return Diff(left, right, tuple(rows))


Pair = tuple[DiffUnit | None, DiffUnit | None]


class _Comparison:
    """Aligns the units of two texts, and the lines and words within them."""

    def __init__(self, left: str, right: str) -> None:
        self._left, self._right = left, right

    def rows(self, code_only: bool) -> Iterator[DiffRow]:
        for pair in _aligned(block_units(self._left, code_only), block_units(self._right, code_only)):
            ours, theirs = pair
            if ours and theirs and ours.key != theirs.key and ours.kind in BY_LINE and theirs.kind is ours.kind:
                yield from map(self._row, _aligned(line_units(self._left, ours), line_units(self._right, theirs)))
            else:
                yield self._row(pair)

    def _row(self, pair: Pair) -> DiffRow:
        ours, theirs = pair
        if ours and theirs:
            left, right = DiffSide(ours.start, ours.end), DiffSide(theirs.start, theirs.end)
            if ours.key == theirs.key:
                return DiffRow(ours.kind, Change.SAME, left, right)
            marks = _marked(self._left, ours, self._right, theirs)
            left, right = DiffSide(ours.start, ours.end, marks[0]), DiffSide(theirs.start, theirs.end, marks[1])
            return DiffRow(theirs.kind, Change.CHANGED, left, right)
        if ours:
            return DiffRow(ours.kind, Change.REMOVED, DiffSide(ours.start, ours.end), None)
        assert theirs is not None
        return DiffRow(theirs.kind, Change.ADDED, None, DiffSide(theirs.start, theirs.end))


def matching_blocks(left: str, right: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Ranges of corresponding blocks in order: equal, or similar enough to be versions of each other."""
    return [
        ((ours.start, ours.end), (theirs.start, theirs.end))
        for ours, theirs in _aligned(block_units(left), block_units(right))
        if ours and theirs
    ]


def _aligned(left: Sequence[DiffUnit], right: Sequence[DiffUnit]) -> Iterator[Pair]:
    """All units in order: equal ones paired, similar ones between them paired, the rest alone."""
    at = other = 0
    for run in [*common([_identity(unit) for unit in left], [_identity(unit) for unit in right]), None]:
        end, other_end = (run.left, run.right) if run else (len(left), len(right))
        yield from _alike(left[at:end], right[other:other_end])
        if run:
            yield from zip(left[end : end + run.length], right[other_end : other_end + run.length], strict=True)
            at, other = end + run.length, other_end + run.length


def _identity(unit: DiffUnit) -> tuple[BlockKind, str]:
    return unit.kind, unit.key


def _alike(left: Sequence[DiffUnit], right: Sequence[DiffUnit]) -> Iterator[Pair]:
    at = other = 0
    for end, other_end in [*_alike_pairs(left, right), (len(left), len(right))]:
        yield from ((unit, None) for unit in left[at:end])
        yield from ((None, unit) for unit in right[other:other_end])
        if end < len(left):
            yield left[end], right[other_end]
        at, other = end + 1, other_end + 1


def _alike_pairs(left: Sequence[DiffUnit], right: Sequence[DiffUnit]) -> list[tuple[int, int]]:
    if not left or not right:
        return []
    words, other_words = [words_of(unit) for unit in left], [words_of(unit) for unit in right]
    sizes, other_sizes = [count.total() for count in words], [count.total() for count in other_words]

    def likeness(ours: int, theirs: int) -> float:
        """Dice's coefficient of the words, each as often as it stands there."""
        size, other_size = sizes[ours], other_sizes[theirs]
        least, total = min(size, other_size), size + other_size
        if 2 * least < LEAST_ALIKE * total or not _may_match(left[ours].kind, right[theirs].kind):
            return 0.0
        few, many = words[ours], other_words[theirs]
        if len(few) > len(many):
            few, many = many, few
        alike = 2 * sum(min(count, many[word]) for word, count in few.items() if word in many) / total
        return alike if alike >= LEAST_ALIKE else 0.0

    return most_alike(len(left), len(right), likeness)


def _may_match(kind: BlockKind, other: BlockKind) -> bool:
    prose = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE, BlockKind.HEADING)
    return kind is other or (kind in prose and other in prose)


Ranges = tuple[tuple[int, int], ...]


def _marked(left: str, ours: DiffUnit, right: str, theirs: DiffUnit) -> tuple[Ranges, Ranges]:
    """The ranges, in words, that differ between two units."""
    tokens, other_tokens = token_ranges(left, ours), token_ranges(right, theirs)
    is_exact = ours.kind in BY_LINE and theirs.kind in BY_LINE
    keys = [_token_key(left[start:end], is_exact) for start, end in tokens]
    other_keys = [_token_key(right[start:end], is_exact) for start, end in other_tokens]
    kept, other_kept = set[int](), set[int]()
    runs = _slid(common(keys, other_keys), keys, other_keys)
    for number, run in enumerate(runs):
        is_between = (
            0 < number < len(runs) - 1
            or (run.left and run.right)
            or (run.left + run.length < len(keys) and run.right + run.length < len(other_keys))
        )
        # Two changed words with but a blank between them are one change.
        if is_between and not any(key.strip() for key in keys[run.left : run.left + run.length]):
            continue
        kept.update(range(run.left, run.left + run.length))
        other_kept.update(range(run.right, run.right + run.length))
    return _ranges(left, tokens, kept), _ranges(right, other_tokens, other_kept)


def _slid(runs: Sequence[CommonRun], keys: Sequence[str], other_keys: Sequence[str]) -> list[CommonRun]:
    """Shift changes on one side as far right as possible: `B.` is then added to `A.`, and not `. B`."""
    slid = list(runs)
    for index in range(len(slid) - 1):
        run, following = slid[index], slid[index + 1]
        end, other_end = run.left + run.length, run.right + run.length
        most = following.length - (index < len(slid) - 2)
        step = 0
        if other_end == following.right:
            while step < most and keys[end + step] == keys[following.left + step]:
                step += 1
        elif end == following.left:
            while step < most and other_keys[other_end + step] == other_keys[following.right + step]:
                step += 1
        slid[index] = run._replace(length=run.length + step)
        slid[index + 1] = CommonRun(following.left + step, following.right + step, following.length - step)
    return [run for run in slid if run.length]


def _token_key(token: str, is_exact: bool) -> str:
    return " " if token.isspace() and not is_exact else token


def _ranges(text: str, tokens: Sequence[tuple[int, int]], kept: Iterable[int]) -> Ranges:
    """The ranges of the tokens that are not `kept`, adjacent ones merged, without blanks at their ends."""
    known = frozenset(kept)
    ranges: list[tuple[int, int]] = []
    for index, (start, end) in enumerate(tokens):
        if index in known:
            continue
        if ranges and ranges[-1][1] == start:
            ranges[-1] = ranges[-1][0], end
        else:
            ranges.append((start, end))
    return tuple(_trimmed(text, start, end) for start, end in ranges)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    if not words.strip():
        return start, end
    return start + len(words) - len(words.lstrip()), end - (len(words) - len(words.rstrip()))

"""Aligns two sequences at a bounded cost: their common elements in order, and their most similar pairs."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from typing import NamedTuple

MOST_CELLS = 1 << 23
"""Most pairs of elements compared exactly; larger sequences are first cut at elements that are unique on both sides."""
ANCHORS = (4, 1)
"""How many consecutive elements make an anchor; single ones are equal by chance more often."""
MOST_PAIRS = 20_000
"""Pairs of blocks whose likeness is measured; beyond, only blocks at about the same place are."""


class CommonRun(NamedTuple):
    """`length` equal elements, from `left` of one sequence and from `right` of the other."""

    left: int
    right: int
    length: int


def common(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[CommonRun]:
    """Equal elements in the order of both: the longest common subsequence, except in long, very different sequences."""
    runs: list[CommonRun] = []
    waiting = [(0, len(left), 0, len(right))]
    while waiting:
        start, end, other_start, other_end = waiting.pop()
        head = _same(left, right, start, other_start, min(end - start, other_end - other_start), 1)
        if head:
            runs.append(CommonRun(start, other_start, head))
        start, other_start = start + head, other_start + head
        tail = _same(left, right, end - 1, other_end - 1, min(end - start, other_end - other_start), -1)
        end, other_end = end - tail, other_end - tail
        if tail:
            runs.append(CommonRun(end, other_end, tail))
        if start == end or other_start == other_end:
            continue
        if (end - start) * (other_end - other_start) <= MOST_CELLS:
            inner = _longest(left[start:end], right[other_start:other_end])
            runs += [CommonRun(start + run.left, other_start + run.right, run.length) for run in inner]
        else:
            waiting += _between_anchors(left, right, (start, end, other_start, other_end))
    return _joined(sorted(runs))


def _same(left: Sequence[Hashable], right: Sequence[Hashable], at: int, other: int, most: int, step: int) -> int:
    """The number of equal elements from `at` and `other` on, in direction `step`."""
    count = 0
    while count < most and left[at + step * count] == right[other + step * count]:
        count += 1
    return count


def _longest(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[CommonRun]:
    """The longest common subsequence, with each row of the table as the bits of one integer.

    Hyyrö, "Bit-parallel LCS-length computation revisited" (2004): in row j, bit i is 0 where taking in element i of
    `left` makes the subsequence longer.
    """
    places: dict[Hashable, int] = {}
    for index, element in enumerate(left):
        places[element] = places.get(element, 0) | 1 << index
    full = (1 << len(left)) - 1
    row, rows = full, []
    for element in right:
        met = row & places.get(element, 0)
        row = ((row + met) | (row - met)) & full
        rows.append(row)
    runs: list[CommonRun] = []
    column, at = len(left), len(right)
    while column and at:
        if rows[at - 1] >> (column - 1) & 1:
            column -= 1
        else:
            at -= 1
            if not at or rows[at - 1] >> (column - 1) & 1:
                column -= 1
                runs.append(CommonRun(column, at, 1))
    return runs


def _between_anchors(
    left: Sequence[Hashable], right: Sequence[Hashable], span: tuple[int, int, int, int]
) -> list[tuple[int, int, int, int]]:
    """Split at runs of elements that are unique on both sides and in the same order; without any, nowhere.

    The anchors themselves are found again as the heads of what they begin.
    """
    start, end, other_start, other_end = span
    for length in ANCHORS:
        once = _once(left, start, end, length)
        other_once = _once(right, other_start, other_end, length)
        anchors = _rising([(at, other_once[row]) for row, at in once.items() if row in other_once])
        if anchors:
            bounds = [(start, other_start), *anchors, (end, other_end)]
            return [(first, last, other, beyond) for (first, other), (last, beyond) in pairwise(bounds)]
    return []


def _once(elements: Sequence[Hashable], start: int, end: int, length: int) -> dict[tuple[Hashable, ...], int]:
    """The positions of runs of `length` elements that occur only once, in order."""
    rows = [tuple(elements[at : at + length]) for at in range(start, end - length + 1)]
    counts = Counter(rows)
    return {row: at for at, row in enumerate(rows, start) if counts[row] == 1}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest increasing subsequence of pairs by their second numbers; the first numbers increase already."""
    tops: list[int] = []  # the piles of patience sorting
    heads: list[int] = []
    before: list[int] = []
    for index, (_, value) in enumerate(pairs):
        pile = bisect_left(tops, value)
        before.append(heads[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [value]
        heads[pile : pile + 1] = [index]
    chosen: list[tuple[int, int]] = []
    index = heads[-1] if heads else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = before[index]
    return chosen[::-1]


def _joined(runs: Sequence[CommonRun]) -> list[CommonRun]:
    joined: list[CommonRun] = []
    for run in runs:
        last = joined[-1] if joined else None
        if last and (last.left + last.length, last.right + last.length) == (run.left, run.right):
            joined[-1] = CommonRun(last.left, last.right, last.length + run.length)
        else:
            joined.append(run)
    return joined


Likeness = Callable[[int, int], float]
"""How alike two elements are, from 0 (nothing to do with each other) to 1."""


def most_alike(count: int, other_count: int, likeness: Likeness) -> list[tuple[int, int]]:
    """The pairs, in the order of both sides, with the largest sum of similarities."""
    if not count or not other_count:
        return []
    # Where there are too many pairs, a band along the diagonal, wide enough that one can always go on in it.
    reach = max(MOST_PAIRS // (2 * count), other_count // count + 1)
    best: list[dict[int, float]] = [dict.fromkeys(range(-1, other_count), 0.0)]
    took: list[dict[int, bool]] = []
    last = other_count - 1
    for row in range(count):
        above = best[-1]
        ceiling = above[last]  # beyond the band above, nothing better was found
        middle = row * other_count // count
        first, last = max(0, middle - reach), min(other_count - 1, middle + reach)
        scores, taken, left_score = {first - 1: above.get(first - 1, 0.0)}, {}, above.get(first - 1, 0.0)
        for column in range(first, last + 1):
            alike = likeness(row, column)
            paired = above.get(column - 1, ceiling) + alike if alike else -1.0
            score = max(above.get(column, ceiling), left_score)
            taken[column] = paired > score
            scores[column] = left_score = max(score, paired)
        best.append(scores)
        took.append(taken)
    return _traced(best, took, other_count)


def _traced(best: list[dict[int, float]], took: list[dict[int, bool]], other_count: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    row, column = len(took) - 1, other_count - 1
    while row >= 0 and column >= 0:
        if column not in took[row]:
            # Beside the band: to its right the score is that of its last column, to its left that of the row above.
            last = max(took[row])
            column, row = (last, row) if column > last else (column, row - 1)
        elif took[row][column]:
            pairs.append((row, column))
            row, column = row - 1, column - 1
        elif column - 1 in best[row + 1] and best[row + 1][column - 1] == best[row + 1][column]:
            column -= 1
        else:
            row -= 1
    return pairs[::-1]

"""Rates models by all votes with the Bradley–Terry model, on the Elo scale.

Each model has a strength s, and that a beats b has the chance 1 / (1 + exp(s_b - s_a)). The ratings are the strengths
under which the votes are the most likely, whatever their order (R. A. Bradley, M. E. Terry, Biometrika 39, 1952).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations

from textchat.core.votes.vote import Candidate, Vote

MIDDLE = 1000.0
POINTS = 400 / math.log(10)
"""400 more are a chance of ten to one."""
PRIOR = 0.5
"""Each model is given so many wins and losses against one in the middle: it keeps a model that always wins, or that was
never compared with the others, in reach."""
MOST_STEPS = 500


def ratings(votes: Iterable[Vote]) -> dict[str, float]:
    """Rating of each model that was voted on; a tie is half a win for each, and a winner beats each other answer."""
    models: set[str] = set()
    wins: defaultdict[tuple[str, str], float] = defaultdict(float)
    for vote in votes:
        models |= {candidate.model for candidate in vote.candidates}
        for one, other in permutations(vote.candidates, 2):
            if one.model != other.model:
                wins[one.model, other.model] += _win(one, other)
    names = sorted(models)
    return {
        name: round(MIDDLE + POINTS * strength, 1)
        for name, strength in zip(names, _strengths(names, wins), strict=True)
    }


def _win(one: Candidate, other: Candidate) -> float:
    if one.score == other.score:
        return 0.5 if one.score else 0.0  # those that lost were not compared with each other
    return float(one.score > other.score)


def _strengths(models: Sequence[str], wins: Mapping[tuple[str, str], float]) -> list[float]:
    """Maximise the likelihood by Newton's method; with the prior it is strictly concave, so there is one maximum."""
    table = [[wins.get((one, other), 0.0) for other in models] for one in models]
    strengths = [0.0] * len(models)
    for _ in range(MOST_STEPS):
        step = _solved(*_slope_and_curvature(strengths, table))
        # A step that changes no difference by more than 1 goes up, however the hill bends there.
        reach = max(1.0, max([0.0, *step]) - min([0.0, *step]))
        strengths = [strength + gain / reach for strength, gain in zip(strengths, step, strict=True)]
        if all(abs(gain) < 1e-9 for gain in step):
            break
    return strengths


def _slope_and_curvature(
    strengths: Sequence[float], wins: Sequence[Sequence[float]]
) -> tuple[list[float], list[list[float]]]:
    """Gradient and negated Hessian of the log-likelihood; the latter is positive definite."""
    size = range(len(strengths))
    slope = [PRIOR * (1 - 2 * _chance(strength)) for strength in strengths]
    curvature = [[2 * PRIOR * _variance(strengths[i]) if i == j else 0.0 for j in size] for i in size]
    for i, j in permutations(size, 2):
        if met := wins[i][j] + wins[j][i]:
            difference = strengths[i] - strengths[j]
            slope[i] += wins[i][j] - met * _chance(difference)
            curvature[i][i] += met * _variance(difference)
            curvature[i][j] -= met * _variance(difference)
    return slope, curvature


def _chance(difference: float) -> float:
    return (1 + math.tanh(difference / 2)) / 2


def _variance(difference: float) -> float:
    """The probability times its complement, exact where one of them is close to 0."""
    small = math.exp(-abs(difference))
    return small / (1 + small) ** 2


def _solved(slope: list[float], curvature: list[list[float]]) -> list[float]:
    """Gaussian elimination; the matrix is diagonally dominant, so no rows need to be swapped."""
    rows = [[*row, right] for row, right in zip(curvature, slope, strict=True)]
    for i, row in enumerate(rows):
        for below in rows[i + 1 :]:
            if factor := below[i] / row[i]:
                below[i:] = [there - factor * here for there, here in zip(below[i:], row[i:], strict=True)]
    solution: list[float] = []
    for i, row in reversed(list(enumerate(rows))):
        known = sum(a * b for a, b in zip(row[i + 1 : -1], reversed(solution), strict=True))
        solution.append((row[-1] - known) / row[i])
    return solution[::-1]

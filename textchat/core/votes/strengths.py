"""Fits the Bradley–Terry model: the strengths under which the wins between models are the most likely.

Model i beats model j with the chance 1 / (1 + exp(s_j - s_i)) (R. A. Bradley, M. E. Terry, Biometrika 39, 1952).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from textchat.core.votes.outcomes import Pair

PRIOR = 0.5
"""Each model is given so many wins and losses against one in the middle: it keeps a model that always wins, or that was
never compared with the others, in reach, and says where the middle of a group is."""
MOST_STEPS = 500
MOST_CHORDS = 12
NEAR_ENOUGH = 1e-3
"""A step after which a strength of a redrawn vote is taken: a sixth of a point."""

Wins = Mapping[Pair, tuple[float, float]]
"""Of each pair that met, the wins of the first and of the second model."""


def chance(difference: float) -> float:
    """The chance that the stronger of two models wins, by the difference of their strengths."""
    return (1 + math.tanh(difference / 2)) / 2


def strengths(size: int, wins: Wins, start: Sequence[float] = (), prior: float = PRIOR) -> list[float]:
    """Maximise the likelihood by Newton's method; with the prior it is strictly concave, so there is one maximum."""
    fitted = list(start) or [0.0] * size
    for _ in range(MOST_STEPS):
        step = _solved(_curvature(fitted, wins, prior), _slope(fitted, wins, prior))
        # A step that changes no difference by more than 1 goes up, however the hill bends there.
        reach = max(1.0, max([0.0, *step]) - min([0.0, *step]))
        fitted = [strength + gain / reach for strength, gain in zip(fitted, step, strict=True)]
        if all(abs(gain) < 1e-9 for gain in step):
            break
    return fitted


class Refit:
    """Fits wins that differ little from those given first: with their curvature, a tenth of the work."""

    def __init__(self, size: int, wins: Wins, prior: float) -> None:
        self._prior = prior
        self._estimate = strengths(size, wins, prior=prior)
        bends = _curvature(self._estimate, wins, prior)
        self._inverse = [_solved(bends, [float(i == j) for j in range(size)]) for i in range(size)]

    def strengths(self, wins: Wins) -> list[float]:
        """The strengths for other wins; by Newton's method where they are too far away."""
        fitted, before = self._estimate, math.inf
        for _ in range(MOST_CHORDS):
            slope = _slope(fitted, wins, self._prior)
            step = [sum(map(float.__mul__, row, slope)) for row in self._inverse]
            largest = max(map(abs, step))
            if largest > before:
                break
            fitted = [strength + gain for strength, gain in zip(fitted, step, strict=True)]
            if largest < NEAR_ENOUGH:
                return fitted
            before = min(1.0, largest)
        return strengths(len(self._estimate), wins, self._estimate, self._prior)


def _slope(fitted: Sequence[float], wins: Wins, prior: float) -> list[float]:
    """Gradient of the log-likelihood."""
    slope = [-prior * math.tanh(strength / 2) for strength in fitted]
    for (i, j), (won, lost) in wins.items():
        gain = won - (won + lost) * (1 + math.tanh((fitted[i] - fitted[j]) / 2)) / 2
        slope[i] += gain
        slope[j] -= gain
    return slope


def _curvature(fitted: Sequence[float], wins: Wins, prior: float) -> list[list[float]]:
    """Negated Hessian of the log-likelihood; it is positive definite."""
    size = len(fitted)
    rows = [[2 * prior * _variance(fitted[i]) if i == j else 0.0 for j in range(size)] for i in range(size)]
    for (i, j), (won, lost) in wins.items():
        bend = (won + lost) * _variance(fitted[i] - fitted[j])
        rows[i][i] += bend
        rows[j][j] += bend
        rows[i][j] -= bend
        rows[j][i] -= bend
    return rows


def _variance(difference: float) -> float:
    """The probability times its complement, exact where one of them is close to 0."""
    small = math.exp(-abs(difference))
    return small / (1 + small) ** 2


def _solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """Gaussian elimination of a symmetric matrix, of which only the half right of the diagonal is worked on.

    It is diagonally dominant, so no rows need to be swapped.
    """
    rows = [[*row[i:], value] for i, (row, value) in enumerate(zip(matrix, right, strict=True))]
    for i, row in enumerate(rows):
        for ahead, below in enumerate(rows[i + 1 :], start=1):
            if factor := row[ahead] / row[0]:
                below[:] = [there - factor * here for there, here in zip(below, row[ahead:], strict=True)]
    solution: list[float] = []
    for row in reversed(rows):
        known = sum(a * b for a, b in zip(row[1:-1], reversed(solution), strict=True))
        solution.append((row[-1] - known) / row[0])
    return solution[::-1]

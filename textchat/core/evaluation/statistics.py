"""Statistics of an evaluation: intervals of shares and means, and whether one of two is better more often.

Everything is by prompts: they are what an evaluation draws from all that might be asked. All is the same for the same
numbers, also what is drawn by lot.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import accumulate
from statistics import NormalDist, fmean, stdev
from typing import NamedTuple

CONFIDENCE = 0.95
FEWEST = 6
"""Numbers below which a mean has no interval: of fewer, nobody knows how far they usually spread."""
MOST_DRAWN, FEWEST_RESAMPLES, MOST_RESAMPLES = 200_000, 200, 1_000
"""Numbers drawn for one interval, so that thousands of prompts take no longer than a moment."""
_SEED = 20_240_601

_NORMAL = NormalDist()


class Interval(NamedTuple):
    """Where the true value is, with a confidence of 95 %."""

    low: float
    high: float


def share_interval(share: float, count: float) -> Interval:
    """Wilson's interval of a share of `count` prompts, 1 or more; it has a width also where all or none passed.

    E. B. Wilson, “Probable inference, the law of succession, and statistical inference”, 1927.
    """
    z = _NORMAL.inv_cdf((1 + CONFIDENCE) / 2)
    widened = 1 + z * z / count
    middle = (share + z * z / (2 * count)) / widened
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / widened
    # At the ends the sum is exact only on paper.
    low, high = (0.0 if share <= 0 else middle - half), (1.0 if share >= 1 else middle + half)
    return Interval(max(0.0, low), min(1.0, high))


def mean_interval(values: Sequence[float]) -> Interval | None:
    """The interval of a mean of figures that are 0 or more; None for fewer than six, and where all are the same.

    By the bootstrap of Student's t, which holds the mean of costs and times as often as it says, although a few of them
    are large: B. Efron and R. Tibshirani, “An introduction to the bootstrap”, 1993, section 12.5.
    """
    count = len(values)
    if count < FEWEST or min(values) == max(values):
        return None
    middle = fmean(values)
    around = [value - middle for value in values]
    drawing = random.Random(_SEED)
    times = max(FEWEST_RESAMPLES, min(MOST_RESAMPLES, MOST_DRAWN // count))
    ts = sorted(_t_of(drawing.choices(around, k=count)) for _ in range(times))
    error = stdev(values, middle) / math.sqrt(count)
    tail = (1 - CONFIDENCE) / 2
    low, high = middle - error * _percentile(ts, 1 - tail), middle - error * _percentile(ts, tail)
    return Interval(max(0.0, low), high) if math.isfinite(high) else None


def _t_of(drawn: Sequence[float]) -> float:
    """How far a mean that was drawn is from zero, in its own standard errors."""
    count = len(drawn)
    middle = sum(drawn) / count
    squares = sum(value * value for value in drawn) - count * middle * middle
    if squares <= 1e-12 * count * middle * middle:  # the same value each time
        return math.copysign(math.inf, middle)
    return middle * math.sqrt(count * (count - 1) / squares)


def difference_interval(differences: Sequence[float]) -> Interval | None:
    """Student's interval of a mean of paired differences; None where `mean_interval` has none.

    There is one for every two models: to draw for each would take minutes.
    """
    count = len(differences)
    if count < FEWEST or min(differences) == max(differences):
        return None
    middle = fmean(differences)
    half = t_quantile((1 + CONFIDENCE) / 2, count - 1) * stdev(differences, middle) / math.sqrt(count)
    return Interval(middle - half, middle + half)


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[round(share * (len(ordered) - 1))]


def t_quantile(share: float, freedom: int) -> float:
    """The quantile of Student's t with `freedom` degrees of freedom, 1 or more, for a share above one half."""
    low, high = 0.0, 1e6
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_within(middle, freedom) < 2 * share - 1 else (low, middle)
    return high


def _t_within(t: float, freedom: int) -> float:
    """How likely it lies between -t and t: Abramowitz and Stegun, “Handbook of mathematical functions”, 26.7.3 f."""
    angle = math.atan(t / math.sqrt(freedom))
    squared = math.cos(angle) ** 2
    steps = range(1, freedom // 2 if freedom % 2 == 0 else (freedom - 1) // 2)
    if freedom % 2 == 0:
        return math.sin(angle) * sum(
            accumulate(steps, lambda term, k: term * squared * (2 * k - 1) / (2 * k), initial=1.0)
        )
    if freedom == 1:
        return 2 / math.pi * angle
    terms = accumulate(steps, lambda term, k: term * squared * 2 * k / (2 * k + 1), initial=math.cos(angle))
    return 2 / math.pi * (angle + math.sin(angle) * sum(terms))


def sign_test(one: int, other: int) -> float:
    """How likely chance alone would divide the prompts that differ at least as unequally (exact, two-sided)."""
    count, fewer = one + other, min(one, other)
    all_ways = math.lgamma(count + 1) - count * math.log(2)  # as logarithms: thousands of prompts have no power of two
    logs = (all_ways - math.lgamma(k + 1) - math.lgamma(count - k + 1) for k in range(fewer + 1))
    return min(1.0, 2 * math.fsum(map(math.exp, logs)))


def adjusted(ps: Sequence[float]) -> list[float]:
    """The p values of several tests, each raised so that all together rarely mislead.

    S. Holm, “A simple sequentially rejective multiple test procedure”, 1979.
    """
    by_size = sorted(range(len(ps)), key=ps.__getitem__)
    raised = accumulate((min(1.0, ps[at] * (len(ps) - rank)) for rank, at in enumerate(by_size)), max)
    return [value for _, value in sorted(zip(by_size, raised, strict=True))]

"""Says how far ratings can be trusted: the votes are weighed anew many times, and the model fitted to each.

A Bayesian bootstrap (D. B. Rubin, Annals of Statistics 9, 1981): each vote, whole, has a random weight of mean 1. What
nobody has seen yet has some too: half a win and half a loss for each model but one, spread over the pairs that met. For
two models that is Jeffreys' interval of a share, which also holds for few votes and for one that always wins, where
drawing votes with replacement finds no other votes than those, and so no doubt.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textchat.core.votes.outcomes import Outcomes, Pair
from textchat.core.votes.strengths import Refit

DRAWS, FEWEST_DRAWS = 1000, 200
MOST_WORK = 3_000_000
"""Of all draws together, in wins to be added up and entries of matrices: beyond it there are fewer draws. It is about a
second; rankings of eight replies are hardly ever the same, and each has 28 pairs."""
SEED = 1952
UNSEEN = 0.5
"""Wins and losses, for each model but one, that were not seen."""
ANCHOR = 0.01
"""The prior of a fit: so little that it only says where the middle is."""
TAIL = 0.02
"""What is cut off at each end. For 95% it would be 0.025, but of tens of votes such intervals are a little too narrow:
with 0.025, 93 to 95 of 100 hold the truth, by simulation (`tests.benchmarks ratings`)."""


@dataclass(frozen=True, slots=True)
class Redrawn:
    """The strengths of all models by each draw."""

    draws: Sequence[Sequence[float]]
    above: frozenset[Pair]
    """The first has beaten the second in all that is known: nothing says how far it is above."""

    def limits(self, place: int) -> tuple[float | None, float | None]:
        """Between which strengths a model is; None where it is above or below another one without limit."""
        low, high = _limits([draw[place] for draw in self.draws])
        is_above = any(one == place for one, _ in self.above)
        is_below = any(other == place for _, other in self.above)
        return None if is_below else low, None if is_above else high

    def difference(self, one: int, other: int) -> tuple[float | None, float | None]:
        """Between which limits the strength of the first is above that of the second."""
        low, high = _limits([draw[one] - draw[other] for draw in self.draws])
        return None if (other, one) in self.above else low, None if (one, other) in self.above else high

    def deviation(self, one: int, other: int) -> float:
        """The standard deviation of that difference."""
        differences = [draw[one] - draw[other] for draw in self.draws]
        mean = sum(differences) / len(differences)
        return math.sqrt(sum((each - mean) ** 2 for each in differences) / len(differences))


def _limits(values: list[float]) -> tuple[float, float]:
    values.sort()
    out = math.floor(TAIL * len(values))
    return values[out], values[-1 - out]


def usual_draws(found: Outcomes) -> int:
    """How many draws there is time for."""
    of_one = sum(map(len, found.counts)) + 4 * len(found.models) ** 2
    return max(FEWEST_DRAWS, min(DRAWS, MOST_WORK // max(1, of_one)))


def redrawn(
    found: Outcomes, draws: int = 0, seed: int = SEED, before_each: Callable[[], None] = lambda: None
) -> Redrawn:
    """Draw the weights of the votes so many times, 0: as usual; the same votes with the same seed give the same.

    `before_each` is called before each draw: what it raises ends the work.
    """
    size, pick = len(found.models), random.Random(seed).gammavariate
    seen = sorted(found.counts.items())
    met = sorted(found.wins())
    unseen = UNSEEN * (size - len(found.groups)) / max(1, len(met))
    weights = {outcome: float(count) for outcome, count in seen}
    usual = Refit(size, _with_unseen(found.wins(weights), dict.fromkeys(met, (unseen, unseen))), ANCHOR)
    fitted = []
    for _ in range(draws or usual_draws(found)):
        before_each()
        weights = {outcome: pick(count, 1.0) for outcome, count in seen}
        lots = {pair: (pick(unseen, 1.0), pick(unseen, 1.0)) for pair in met}
        fitted.append(usual.strengths(_with_unseen(found.wins(weights), lots)))
    return Redrawn(fitted, found.always_above())


def _with_unseen(
    wins: dict[Pair, tuple[float, float]], unseen: dict[Pair, tuple[float, float]]
) -> dict[Pair, tuple[float, float]]:
    return {pair: (won + unseen[pair][0], lost + unseen[pair][1]) for pair, (won, lost) in wins.items()}

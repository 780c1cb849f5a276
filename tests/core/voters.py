"""Simulated voters with known preferences, and how often intervals hold them."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from textchat.core.votes.bootstrap import redrawn
from textchat.core.votes.outcomes import outcomes
from textchat.core.votes.vote import LOST, TIED, WON, Candidate, Vote


def vote_of(*judged: tuple[str, float, int | None]) -> Vote:
    """A vote on answers, each with its model, score and rank."""
    return Vote("c", "q", tuple(Candidate(f"m{place}", *each) for place, each in enumerate(judged)))


@dataclass(frozen=True)
class Voters:
    """Prefer models by their strengths, so that the chances are those of Bradley and Terry."""

    strengths: Sequence[float]
    ties: float = 0.2
    """The share of ties between two models of one strength."""
    at_once: int = 2
    """How many answers are compared."""
    is_ranking: bool = False

    def votes(self, count: int, rng: random.Random) -> list[Vote]:
        return [self._vote(rng.sample(range(len(self.strengths)), self.at_once), rng) for _ in range(count)]

    def _vote(self, models: Sequence[int], rng: random.Random) -> Vote:
        names = [f"model {model}" for model in models]
        if self.at_once == 2:
            one, other = self._scores(self.strengths[models[0]] - self.strengths[models[1]], rng.random())
            return vote_of((names[0], one, None), (names[1], other, None))
        # Luce's choice, and Plackett's ranking by the same: the noise of each is Gumbel's.
        luck = [self.strengths[model] - math.log(-math.log(rng.random())) for model in models]
        order = sorted(range(len(models)), key=lambda place: -luck[place])
        ranks = [order.index(place) + 1 for place in range(len(models))]
        return vote_of(
            *(
                (name, WON if rank == 1 else LOST, rank if self.is_ranking else None)
                for name, rank in zip(names, ranks, strict=True)
            )
        )

    def _scores(self, difference: float, luck: float) -> tuple[float, float]:
        """A tie takes as much from both, so that wins and half the ties are Bradley and Terry's chance."""
        chance = 1 / (1 + math.exp(-difference))
        tied = self.ties * 4 * chance * (1 - chance)
        if luck < chance - tied / 2:
            return WON, LOST
        return (TIED, TIED) if luck < chance + tied / 2 else (LOST, WON)


def strengths_from(rng: random.Random, size: int, spread: float) -> list[float]:
    """Strengths at random around the middle, which is where ratings have theirs."""
    return centred([rng.gauss(0, spread) for _ in range(size)])


def centred(strengths: Sequence[float]) -> list[float]:
    """Moved so that one in the middle wins as often as it loses against all of them."""
    middle = 0.0
    for _ in range(200):
        middle += sum(math.tanh((each - middle) / 2) for each in strengths) / len(strengths)
    return [each - middle for each in strengths]


@dataclass(frozen=True)
class Coverage:
    """How many of the intervals held the truth: of ratings, and of differences of two."""

    ratings: float
    differences: float


@dataclass(frozen=True)
class Case:
    """Who votes on what."""

    size: int
    """The number of models."""
    spread: float
    """The standard deviation of their strengths."""
    count: int
    """The number of votes."""
    at_once: int = 2
    is_ranking: bool = False


def coverage(simulations: int, case: Case, *, draws: int, seed: int = 1) -> Coverage:
    """Let so many groups of voters vote, each with other strengths."""
    rng = random.Random(seed)
    held: list[bool] = []
    apart: list[bool] = []
    for _ in range(simulations):
        true = strengths_from(rng, case.size, case.spread)
        found = outcomes(Voters(true, at_once=case.at_once, is_ranking=case.is_ranking).votes(case.count, rng))
        drawn = redrawn(found, draws)
        places = [int(model.removeprefix("model ")) for model in found.models]
        held += [_holds(drawn.limits(at), true[place]) for at, place in enumerate(places)]
        apart += [
            _holds(drawn.difference(one, other), true[places[one]] - true[places[other]])
            for one, other in combinations(range(len(places)), 2)
        ]
    return Coverage(sum(held) / len(held), sum(apart) / len(apart))


def _holds(limits: tuple[float | None, float | None], value: float) -> bool:
    low, high = limits
    return (low is None or low <= value) and (high is None or value <= high)

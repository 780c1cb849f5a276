"""Rates models by votes with the Bradley–Terry model, on the Elo scale, each rating with its 95 % interval.

The ratings are those under which the votes are the most likely, whatever their order. Models that were never compared,
not even by way of others, are in different groups and have no common scale.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from textchat.core.votes.bootstrap import Redrawn, redrawn
from textchat.core.votes.outcomes import Outcomes, outcomes
from textchat.core.votes.strengths import chance, strengths
from textchat.core.votes.vote import Vote, VoteKind

MIDDLE = 1000.0
POINTS = 400 / math.log(10)
"""400 more are a chance of ten to one."""
FEW_VOTES = 10
"""Of fewer votes, a rating is a guess: it has no interval, for that would say more than they do."""


def ratings(votes: Iterable[Vote]) -> dict[str, float]:
    """Rating of each model that was voted on; a tie is half a win for each, and a winner beats each other answer."""
    found = outcomes(votes)
    return {model: _points(each) for model, each in zip(found.models, _fitted(found), strict=True)}


def _fitted(found: Outcomes) -> list[float]:
    return strengths(len(found.models), found.wins())


def _points(strength: float) -> float:
    return round(MIDDLE + POINTS * strength, 1)


@dataclass(frozen=True, slots=True)
class Interval:
    """A range that holds the true value in 95 of 100 cases; None where nothing limits it on that side."""

    low: float | None
    high: float | None

    @property
    def holds_zero(self) -> bool:
        return (self.low is None or self.low <= 0) and (self.high is None or self.high >= 0)


@dataclass(frozen=True, slots=True)
class RatedModel:
    """One model by the user's votes."""

    model: str
    votes: int
    """Answers of it that were voted on."""
    score: float
    """The sum of their scores."""
    by_kind: Mapping[VoteKind, int]
    """The votes, apart by what the user knew."""
    rating: float
    group: int
    """0 for the largest group: those of different groups cannot be compared."""
    interval: Interval | None = None
    """Of the rating; None for few votes."""

    @property
    def is_few(self) -> bool:
        """Whether so few votes are known that the rating is a guess."""
        return self.interval is None


@dataclass(frozen=True)
class Ratings:
    """All models that were voted on, the groups one after the other, each with the best first."""

    models: tuple[RatedModel, ...]
    votes: int
    _places: Mapping[str, int] = field(repr=False, default_factory=dict)
    _fitted: tuple[float, ...] = field(repr=False, default=())
    _redrawn: Redrawn | None = field(repr=False, default=None)

    @cached_property
    def by_name(self) -> Mapping[str, RatedModel]:
        return {each.model: each for each in self.models}

    @property
    def groups(self) -> int:
        return len({each.group for each in self.models})

    def lead(self, model: str, other: str) -> tuple[float, Interval]:
        """By how many points the first is rated higher, and the interval of that; of two of one group."""
        one, two = self._places[model], self._places[other]
        return POINTS * (self._fitted[one] - self._fitted[two]), self._interval(one, two)

    def preference(self, model: str, other: str) -> float:
        """The chance that the first is preferred to the second; 0.5: as often as not."""
        return chance(self._fitted[self._places[model]] - self._fitted[self._places[other]])

    def deviation(self, model: str, other: str) -> float:
        """The standard error of the lead of the first, in points."""
        assert self._redrawn is not None
        return POINTS * self._redrawn.deviation(self._places[model], self._places[other])

    def _interval(self, one: int, two: int) -> Interval:
        assert self._redrawn is not None
        low, high = self._redrawn.difference(one, two)
        fitted = self._fitted[one] - self._fitted[two]
        return Interval(
            None if low is None else POINTS * min(low, fitted), None if high is None else POINTS * max(high, fitted)
        )


def rated(votes: Iterable[Vote], before_each: Callable[[], None] = lambda: None) -> Ratings:
    """Rate the models of the user's votes. It takes a share of a second for many: call it from a thread.

    The same votes have the same intervals, to the digit. `before_each` is called now and then: what it raises ends it.
    """
    own = [vote for vote in votes if vote.judge is None]
    found = outcomes(own)
    if not found.models:
        return Ratings((), len(own))
    fitted, drawn = _fitted(found), redrawn(found, before_each=before_each)
    group_of = {place: number for number, group in enumerate(found.groups) for place in group}
    judged = [(candidate, vote.kind) for vote in own for candidate in vote.candidates]
    models = []
    for place, model in enumerate(found.models):
        answers = [(candidate, kind) for candidate, kind in judged if candidate.model == model]
        low, high = drawn.limits(place)
        interval = Interval(
            None if low is None else _points(min(low, fitted[place])),
            None if high is None else _points(max(high, fitted[place])),
        )
        models.append(
            RatedModel(
                model,
                len(answers),
                sum(candidate.score for candidate, _ in answers),
                Counter(kind for _, kind in answers),
                _points(fitted[place]),
                group_of[place],
                interval if found.votes_on(place) >= FEW_VOTES else None,
            )
        )
    models.sort(key=lambda each: (each.group, -each.rating, each.model))
    places = {model: place for place, model in enumerate(found.models)}
    return Ratings(tuple(models), len(own), places, tuple(fitted), drawn)

"""Answers “is it worth it?”: which is the cheapest model that the favourite is not clearly preferred to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from textchat.core.votes.ratings import POINTS, Interval, RatedModel, Ratings
from textchat.core.votes.usual_reply import UsualReply

LEVEL_POINTS = 10.0
"""A lead below that, of 51 to 49, is none that votes could ever settle."""
MOST_VOTES = 1000
"""More than so many votes nobody casts between two models."""
SURE = 1.96
"""Standard errors that the interval reaches to each side."""
EVEN, LIKELY, NEARLY_SURE = 0.0, 0.84, 1.645
"""Standard errors beyond, for the chance to see a difference: 50, 80 and 95 of 100."""


@dataclass(frozen=True, slots=True)
class VotesToSettle:
    """How many more votes between two models would show which one is preferred, if their ratings stay as they are."""

    low: int
    """With so many, the chance is even."""
    about: int
    """With so many, it is 80 of 100."""
    high: int
    """With so many, it is 95 of 100."""


@dataclass(frozen=True, slots=True)
class CheaperModel:
    """A model that costs less than the favourite, and how far it is below."""

    rated: RatedModel
    reply: UsualReply
    lead: float
    """Points of the favourite above it."""
    interval: Interval
    """Of the lead, 95 %."""
    preference: float
    """The chance that the favourite is preferred to it."""
    to_settle: VotesToSettle | None
    """None where the favourite is clearly preferred, or where the two are level."""

    @property
    def is_clearly_below(self) -> bool:
        """Whether the whole interval of the favourite's lead is above 0."""
        return self.interval.low is not None and self.interval.low > 0


@dataclass(frozen=True, slots=True)
class Worth:
    """The favourite, and what could be had for less."""

    favourite: RatedModel
    reply: UsualReply
    cheaper: tuple[CheaperModel, ...] = ()
    """Those with votes enough, the cheapest first."""
    few_votes: tuple[RatedModel, ...] = ()
    """Cheaper ones of which too little is known."""
    guessed_higher: tuple[RatedModel, ...] = ()
    """Those that are rated higher from so few votes that it is a guess."""
    unpriced: tuple[RatedModel, ...] = ()
    """Those whose cost is not known; they may be cheaper."""

    @property
    def alternative(self) -> CheaperModel | None:
        """The cheapest model that the favourite is not clearly preferred to."""
        return next((each for each in self.cheaper if not each.is_clearly_below), None)


def worth(ratings: Ratings, replies: Mapping[str, UsualReply]) -> Worth | None:
    """Weigh the favourite against all that cost less; None where no model has votes enough."""
    favourite = _favourite(ratings)
    if favourite is None:
        return None
    reply = replies.get(favourite.model, UsualReply())
    others = [each for each in ratings.models if each.group == favourite.group and each is not favourite]
    unpriced = tuple(each for each in others if _cost(replies, each) is None)
    higher = tuple(each for each in others if each.is_few and each.rating > favourite.rating)
    if reply.cost_usd is None:
        return Worth(favourite, reply, guessed_higher=higher, unpriced=unpriced)
    less = [each for each in others if (cost := _cost(replies, each)) is not None and cost < reply.cost_usd]
    less.sort(key=lambda each: (_cost(replies, each) or 0.0, -each.rating))
    enough = tuple(_cheaper(ratings, favourite, each, replies[each.model]) for each in less if not each.is_few)
    return Worth(favourite, reply, enough, tuple(each for each in less if each.is_few), higher, unpriced)


def _favourite(ratings: Ratings) -> RatedModel | None:
    """The best of the group that has the most votes."""
    known = [each for each in ratings.models if not each.is_few]
    votes = {group: sum(each.votes for each in known if each.group == group) for group in {m.group for m in known}}
    return max(known, key=lambda each: (votes[each.group], -each.group, each.rating), default=None)


def _cost(replies: Mapping[str, UsualReply], rated: RatedModel) -> float | None:
    return replies[rated.model].cost_usd if rated.model in replies else None


def _cheaper(ratings: Ratings, favourite: RatedModel, other: RatedModel, reply: UsualReply) -> CheaperModel:
    lead, interval = ratings.lead(favourite.model, other.model)
    settled = interval.low is not None and interval.low > 0
    error = ratings.deviation(favourite.model, other.model)
    more = None if settled else votes_to_settle(lead, error)
    preference = ratings.preference(favourite.model, other.model)
    return CheaperModel(other, reply, lead, interval, preference, more)


def votes_to_settle(lead: float, error: float) -> VotesToSettle | None:
    """How many more votes make a lead of so many points clear, which now has a standard error of `error` points.

    One more vote adds what it tells of the difference, p · (1 - p) for the chance p of the favourite (in squared units
    of strength); ties tell more, so it is rather too many. None where even `MOST_VOTES` would not do.
    """
    if lead < LEVEL_POINTS:
        return None
    strength = lead / POINTS
    chance = 1 / (1 + math.exp(-strength))
    known, of_one = (POINTS / error) ** 2, chance * (1 - chance)

    def more(power: float) -> int:
        return max(1, math.ceil((((SURE + power) / strength) ** 2 - known) / of_one))

    about = more(LIKELY)
    return None if about > MOST_VOTES else VotesToSettle(more(EVEN), about, more(NEARLY_SURE))

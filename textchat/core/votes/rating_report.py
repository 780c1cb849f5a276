"""All that is said of ratings, as one value: for the panel, `textchat stats` and the dialogue alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from textchat.core.votes.over_time import Period, by_period
from textchat.core.votes.ratings import Ratings, rated
from textchat.core.votes.scope import EVERYTHING, VoteScope
from textchat.core.votes.usual_reply import UsualReply
from textchat.core.votes.vote import Vote
from textchat.core.votes.worth import Worth, worth


@dataclass(frozen=True)
class RatingReport:
    """The ratings of the votes in a scope, what the replies of the models cost and take, and what follows."""

    scope: VoteScope = EVERYTHING
    ratings: Ratings = field(default_factory=lambda: Ratings((), 0))
    replies: Mapping[str, UsualReply] = field(default_factory=dict)
    worth: Worth | None = None
    periods: tuple[Period, ...] = ()


def rating_report(
    scope: VoteScope,
    votes: Sequence[Vote],
    replies: Mapping[str, UsualReply],
    before_each: Callable[[], None] = lambda: None,
) -> RatingReport:
    """Work all of it out. It takes a share of a second for a thousand votes on ten models, and many seconds on a
    hundred models: call it from a thread. `before_each` is called now and then: what it raises ends it."""
    ratings = rated(votes, before_each)
    return RatingReport(scope, ratings, replies, worth(ratings, replies), by_period(votes))

"""Ratings by week or month: whether a model is preferred more or less than it was."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from textchat.core.votes.ratings import FEW_VOTES, ratings
from textchat.core.votes.vote import Vote

MOST_WEEKS = 10
"""What lasts longer is told by months."""


@dataclass(frozen=True, slots=True)
class Period:
    """A week or a month."""

    name: str
    """`2026-11`, or the Monday as `2026-11-23`."""
    ratings: Mapping[str, float]
    """By the votes of this time alone."""
    votes: Mapping[str, int]
    """Answers of each model that were voted on."""

    def is_few(self, model: str) -> bool:
        """Whether the rating of a model is a guess."""
        return self.votes.get(model, 0) < FEW_VOTES


def by_period(votes: Sequence[Vote]) -> tuple[Period, ...]:
    """The user's votes by weeks, or by months where they are of more than ten weeks; the earliest first."""
    own = [vote for vote in votes if vote.judge is None and vote.created_at]
    if not own:
        return ()
    times = [vote.created_at for vote in own]
    is_long = max(times) - min(times) > timedelta(weeks=MOST_WEEKS).total_seconds()
    parts: defaultdict[str, list[Vote]] = defaultdict(list)
    for vote in own:
        parts[_name(vote.created_at, is_month=is_long)].append(vote)
    return tuple(
        Period(name, ratings(part), Counter(candidate.model for vote in part for candidate in vote.candidates))
        for name, part in sorted(parts.items())
    )


def _name(created_at: float, *, is_month: bool) -> str:
    day = datetime.fromtimestamp(created_at)
    return f"{day:%Y-%m}" if is_month else f"{day - timedelta(days=day.weekday()):%Y-%m-%d}"

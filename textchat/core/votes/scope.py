"""Which votes count: those of a tag, of a time and of a kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from textchat.core.votes.vote import Vote, VoteKind

_AGO = re.compile(r"([0-9]{1,5})([hdwmy])")
_AGO_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class VoteScope:
    """What limits the votes, and the requests beside them; by default nothing does."""

    tag: str | None = None
    """Of the conversation."""
    since: float = 0.0
    """Unix time in seconds."""
    until: float | None = None
    """Unix time in seconds, which is not in it any more."""
    kind: VoteKind | None = None
    """Of a vote; it does not limit requests."""

    def takes(self, vote: Vote) -> bool:
        """Whether a vote of this time and tag is also of this kind."""
        return self.kind is None or vote.kind is self.kind


EVERYTHING = VoteScope()


def moment(text: str, now: datetime, *, is_end: bool = False) -> float:
    """The Unix time in seconds of `2026-11-30`, or of so long before `now`: `12h`, `7d`, `2w`, `3m`, `1y`.

    As an end, a day is in it whole. Raises ValueError for anything else.
    """
    try:
        if (ago := _AGO.fullmatch(text)) is not None:
            return (now - timedelta(hours=int(ago[1]) * _AGO_HOURS[ago[2]])).timestamp()
        if _DATE.fullmatch(text):
            day = datetime.strptime(text, "%Y-%m-%d")
            return (day + timedelta(days=int(is_end))).timestamp()
    except (OverflowError, OSError, ValueError) as error:
        raise ValueError(f"{text!r} is not a date.") from error
    raise ValueError(f"{text[:40]!r} is not a date.")

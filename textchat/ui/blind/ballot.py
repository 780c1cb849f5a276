"""What can be said of the replies of a blind comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Rival:
    """A pane whose reply can be voted on, and its letter."""

    pane_id: str
    letter: str


class Verdict(StrEnum):
    """The kinds of votes, and the end without one."""

    BEST = "best"
    TIE = "tie"
    NONE = "none"
    RANKING = "ranking"
    REVEAL = "reveal"


@dataclass(frozen=True, slots=True)
class Ballot:
    """A verdict on some rivals."""

    verdict: Verdict
    pane_id: str = ""
    """The pane with the best reply."""
    places: Mapping[str, int] = field(default_factory=dict)
    """Of a ranking, by pane: 1 for the best, the same for equal ones. Empty where they are still to be asked for."""

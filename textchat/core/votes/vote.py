"""Defines votes: which of several answers to one prompt is the best, that they are equally good, or how they rank."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

WON, TIED, LOST = 1.0, 0.5, 0.0


class VoteKind(StrEnum):
    """What its judge knew of the models."""

    OPEN = "open"
    BLIND = "blind"
    NAMED = "named"
    """The names were hidden, but one of the answers told its model; such votes are counted apart."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer that was voted on."""

    message_id: str
    model: str
    """`PROVIDER/MODEL` that wrote it; a merge is rated under a name of its own, `PROVIDER/MODEL (merge)`."""
    score: float
    """1: won; 0: lost; 0.5: shared the first place."""
    rank: int | None = None
    """Its place in a ranking of all answers, 1 for the best, the same for equal ones; None: only the best was named."""
    names_itself: bool = False
    """Whether the answer told its model, so that a blind judge could know it."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A judgement of the answers to one prompt; if all scores are 0, none was good."""

    conversation_id: str
    prompt_id: str | None
    candidates: tuple[Candidate, ...]
    is_blind: bool = False
    """Whether the judge did not know the models."""
    judge: str | None = None
    """The model that judged; None: the user."""
    created_at: float = 0.0
    """Unix time in seconds; 0: now."""

    @property
    def kind(self) -> VoteKind:
        if not self.is_blind:
            return VoteKind.OPEN
        return VoteKind.NAMED if any(each.names_itself for each in self.candidates) else VoteKind.BLIND

    @property
    def message_ids(self) -> frozenset[str]:
        return frozenset(candidate.message_id for candidate in self.candidates)

    def score_of(self, message_id: str | None) -> float | None:
        """The score of a message; None if the vote does not judge it."""
        return next((candidate.score for candidate in self.candidates if candidate.message_id == message_id), None)

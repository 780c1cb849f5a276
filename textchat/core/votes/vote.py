"""Defines votes: which of several answers to one prompt is the best, or that they are equally good."""

from __future__ import annotations

from dataclasses import dataclass

WON, TIED, LOST = 1.0, 0.5, 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer that was voted on."""

    message_id: str
    model: str
    """`PROVIDER/MODEL` that wrote it."""
    score: float
    """1: won; 0: lost; 0.5: shared the first place."""


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
    def message_ids(self) -> frozenset[str]:
        return frozenset(candidate.message_id for candidate in self.candidates)

    def score_of(self, message_id: str | None) -> float | None:
        """The score of a message; None if the vote does not judge it."""
        return next((candidate.score for candidate in self.candidates if candidate.message_id == message_id), None)

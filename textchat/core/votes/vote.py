"""Defines votes: which of several answers to one prompt is the best, or that they are equal."""

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
    """A judgement over the answers to one prompt; all scores 0: none was good."""

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
        """None where it does not judge this message."""
        return next((candidate.score for candidate in self.candidates if candidate.message_id == message_id), None)

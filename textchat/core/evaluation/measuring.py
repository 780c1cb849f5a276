"""Measures judges by the user's votes: how often a model that judges two answers says what the user said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from textchat.core.evaluation.judgement import Winner
from textchat.core.evaluation.verdicts import Agreement, agreement
from textchat.core.votes.outcomes import wins_between
from textchat.core.votes.vote import TIED, Candidate, Vote, VoteKind


@dataclass(frozen=True, slots=True)
class VotedPair:
    """Two answers of different models, and what the user said of them."""

    vote: Vote
    this: Candidate
    that: Candidate
    winner: Winner

    @property
    def ids(self) -> frozenset[str]:
        return frozenset((self.this.message_id, self.that.message_id))


@dataclass(frozen=True, slots=True)
class Measured:
    """How often one judge agrees with the user by one criterion."""

    judge: str
    criterion: str
    """As `name: sentence`."""
    kind: VoteKind
    """Of the user's votes."""
    votes: int
    agreement: Agreement


def voted_pairs(votes: Iterable[Vote]) -> Iterator[VotedPair]:
    """Every two answers that the user's votes prefer one to the other, or call equally good."""
    for vote in votes:
        if vote.judge is not None:
            continue
        for this, that in combinations(vote.candidates, 2):
            wins = wins_between(this, that)
            if wins is not None and this.model != that.model:
                yield VotedPair(vote, this, that, _winner(wins[0]))


def _winner(score: float) -> Winner:
    return Winner.TIE if score == TIED else Winner.THIS if score > TIED else Winner.THAT


JudgedKey = tuple[str, str, frozenset[str]]
"""Judge, criterion and the ids of the answers."""


def judged(votes: Iterable[Vote]) -> dict[JudgedKey, Vote]:
    """The votes of models on two answers."""
    return {
        (vote.judge, vote.criterion, vote.message_ids): vote
        for vote in votes
        if vote.judge is not None and vote.criterion is not None and len(vote.candidates) == 2
    }


def measured(votes: Sequence[Vote]) -> list[Measured]:
    """How every judge agrees with the user, by criterion and by the kind of the user's votes; in the order of names."""
    known = judged(votes)
    pairs = list(voted_pairs(votes))
    found = []
    for judge, criterion in sorted({(judge, criterion) for judge, criterion, _ in known}):
        for kind in (VoteKind.BLIND, VoteKind.NAMED, VoteKind.OPEN):
            both = [
                (pair, verdict)
                for pair in pairs
                if pair.vote.kind is kind and (verdict := known.get((judge, criterion, pair.ids))) is not None
            ]
            if both:
                found.append(_measured(judge, criterion, kind, both))
    return found


def _measured(judge: str, criterion: str, kind: VoteKind, both: Sequence[tuple[VotedPair, Vote]]) -> Measured:
    said = [(pair.winner, _said_of(pair, verdict)) for pair, verdict in both]
    units = len({(pair.vote.conversation_id, pair.vote.message_ids) for pair, _ in both})
    return Measured(judge, criterion, kind, units, agreement(("you", judge), said, units))


def _said_of(pair: VotedPair, verdict: Vote) -> Winner:
    return _winner(verdict.score_of(pair.this.message_id) or 0.0)

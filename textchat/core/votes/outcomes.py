"""Reduces votes to what they say of models: which was preferred to which, counted by what is alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, permutations

from textchat.core.votes.vote import LOST, Candidate, Vote

Pair = tuple[int, int]
"""Two models by their places in the list of names, the smaller one first."""
Outcome = tuple[tuple[Pair, float, float], ...]
"""What one vote says: of each pair, the wins of the first and of the second model. Never empty."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All votes together; a vote stays one unit, however many answers it judges."""

    models: tuple[str, ...]
    """By name."""
    counts: Counter[Outcome]
    """How many votes said the same. A vote that none of several was good says nothing of them, and is not in it."""

    def wins(self, weights: Mapping[Outcome, float] | None = None) -> dict[Pair, tuple[float, float]]:
        """The wins of both models of each pair that met; `weights` instead of the counts of the outcomes."""
        wins: dict[Pair, tuple[float, float]] = {}
        for outcome, weight in (weights or self.counts).items():
            for pair, won, lost in outcome:
                before = wins.get(pair, (0.0, 0.0))
                wins[pair] = before[0] + weight * won, before[1] + weight * lost
        return wins

    def votes_on(self, place: int) -> int:
        """The number of votes that say something of this model."""
        return sum(count for outcome, count in self.counts.items() if any(place in pair for pair, _, _ in outcome))

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Models that were compared, be it by way of others, the largest group first: each has a scale of its own."""
        group = list(range(len(self.models)))
        for first, second in {pair for outcome in self.counts for pair, _, _ in outcome}:
            old, new = group[second], group[first]
            group = [new if each == old else each for each in group]
        members: defaultdict[int, list[int]] = defaultdict(list)
        for place, each in enumerate(group):
            members[each].append(place)
        return tuple(sorted(map(tuple, members.values()), key=lambda each: (-len(each), each)))

    def always_above(self) -> frozenset[Pair]:
        """Of which two the second never won, not even by way of others: how far it is below cannot be known."""
        won: defaultdict[int, set[int]] = defaultdict(set)
        for (one, other), (wins, losses) in self.wins().items():
            if wins:
                won[one].add(other)
            if losses:
                won[other].add(one)
        beaten = {place: _reached(place, won) for place in range(len(self.models))}
        return frozenset(
            (one, other) for group in self.groups for one, other in permutations(group, 2) if one not in beaten[other]
        )


def _reached(place: int, won: Mapping[int, set[int]]) -> set[int]:
    """All that a model has beaten, or that was beaten by one of these, and so on."""
    reached: set[int] = set()
    ahead = [place]
    while ahead:
        new = won.get(ahead.pop(), set()) - reached
        reached |= new
        ahead += new
    return reached


def outcomes(votes: Iterable[Vote]) -> Outcomes:
    """What votes say of the models; an answer beside another one of its own model proves nothing."""
    votes = list(votes)
    models = tuple(sorted({candidate.model for vote in votes for candidate in vote.candidates}))
    places = {model: place for place, model in enumerate(models)}
    said = (_outcome(vote, places) for vote in votes)
    return Outcomes(models, Counter(outcome for outcome in said if outcome))


def _outcome(vote: Vote, places: dict[str, int]) -> Outcome:
    wins: dict[Pair, tuple[float, float]] = {}
    for one, other in combinations(sorted(vote.candidates, key=lambda each: places[each.model]), 2):
        if one.model == other.model or not (met := wins_between(one, other)):
            continue
        pair = places[one.model], places[other.model]
        before = wins.get(pair, (0.0, 0.0))
        wins[pair] = before[0] + met[0], before[1] + met[1]
    return tuple((pair, *each) for pair, each in sorted(wins.items()))


def wins_between(one: Candidate, other: Candidate) -> tuple[float, float] | None:
    """The wins of both, a tie half of one each; None where they were not compared with each other."""
    if one.rank is not None and other.rank is not None:
        lead = float(other.rank - one.rank)
    elif one.score == other.score == LOST:
        return None  # both lost against a third one, or none was good
    else:
        lead = one.score - other.score
    return (0.5, 0.5) if lead == 0 else (1.0, 0.0) if lead > 0 else (0.0, 1.0)

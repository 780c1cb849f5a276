"""What judges say of models, summed up by prompt: who is better, what the order changed, where judges agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from textchat.core.evaluation.judgement import Winner
from textchat.core.evaluation.statistics import Interval, adjusted, share_interval, sign_test

Variant = tuple[str, str]
"""As `Outcome.variant`."""
POINTS: Mapping[Winner, float] = {Winner.THIS: 1.0, Winner.TIE: 0.5, Winner.THAT: 0.0}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one judge says of two answers to one prompt by one criterion, after it was shown them in both orders."""

    line: int
    """Of the prompt file."""
    panes: tuple[int, int]
    variants: tuple[Variant, Variant]
    """`Winner.THIS` is the first."""
    judge: str
    criterion: str
    winner: Winner
    is_swayed: bool
    """Whether the order of the answers changed the verdict; then it is a tie."""


@dataclass(frozen=True, slots=True)
class PairVerdicts:
    """Two variants by one judge and one criterion; a prompt is won by who has more points in its verdicts."""

    names: tuple[str, str]
    judge: str
    criterion: str
    wins: int
    """Prompts in which the first is better."""
    ties: int
    losses: int
    share: float
    """Of the points, a tie being half of one."""
    interval: Interval
    p: float
    adjusted_p: float
    """Of the sign test, raised for the number of pairs, judges and criteria together."""

    @property
    def prompts(self) -> int:
        return self.wins + self.ties + self.losses


@dataclass(frozen=True, slots=True)
class Sway:
    """How often the order of the answers decided."""

    judge: str
    swayed: int
    verdicts: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two who judge the same say the same."""

    names: tuple[str, str]
    same: int
    verdicts: int
    interval: Interval
    by_chance: float
    """The share in which they would say the same if neither looked at the answers, by how often each says tie."""

    @property
    def share(self) -> float:
        return self.same / self.verdicts

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa: 0 as by chance, 1 always the same; None where chance alone explains all."""
        return None if self.by_chance >= 1 else (self.share - self.by_chance) / (1 - self.by_chance)


@dataclass(frozen=True, slots=True)
class JudgedSummary:
    pairs: Sequence[PairVerdicts]
    sways: Sequence[Sway]
    agreements: Sequence[Agreement]


def summary_of_verdicts(verdicts: Iterable[Verdict], names: Mapping[Variant, str]) -> JudgedSummary:
    """Sum verdicts up, in the order in which their pairs, judges and criteria come; `names` are of all variants."""
    known = list(verdicts)
    return JudgedSummary(_pairs(known, names), _sways(known), _agreements(known))


def _pairs(verdicts: Sequence[Verdict], names: Mapping[Variant, str]) -> list[PairVerdicts]:
    points: dict[tuple[tuple[str, str], str, str], dict[int, list[float]]] = {}
    for verdict in verdicts:
        one, other = (names[variant] for variant in verdict.variants)
        is_turned = ((other, one), verdict.judge, verdict.criterion) in points
        key = ((other, one) if is_turned else (one, other)), verdict.judge, verdict.criterion
        earned = POINTS[verdict.winner]
        points.setdefault(key, {}).setdefault(verdict.line, []).append(1 - earned if is_turned else earned)
    by_prompt = [[fmean(earned) for earned in lines.values()] for lines in points.values()]
    split = [(sum(each > 0.5 for each in shares), sum(each < 0.5 for each in shares)) for shares in by_prompt]
    ps = [sign_test(*each) for each in split]
    return [
        PairVerdicts(
            *key,
            wins,
            len(shares) - wins - losses,
            losses,
            fmean(shares),
            share_interval(fmean(shares), len(shares)),
            p,
            raised,
        )
        for key, shares, (wins, losses), p, raised in zip(points, by_prompt, split, ps, adjusted(ps), strict=True)
    ]


def _sways(verdicts: Sequence[Verdict]) -> list[Sway]:
    by_judge: defaultdict[str, list[bool]] = defaultdict(list)
    for verdict in verdicts:
        by_judge[verdict.judge].append(verdict.is_swayed)
    return [Sway(judge, sum(swayed), len(swayed)) for judge, swayed in by_judge.items()]


def _agreements(verdicts: Sequence[Verdict]) -> list[Agreement]:
    by_judge: defaultdict[str, dict[object, Winner]] = defaultdict(dict)
    for verdict in verdicts:
        by_judge[verdict.judge][verdict.line, verdict.panes, verdict.criterion] = verdict.winner
    found = []
    for one, other in combinations(by_judge, 2):
        both = by_judge[one].keys() & by_judge[other].keys()
        if both:
            found.append(agreement((one, other), [(by_judge[one][key], by_judge[other][key]) for key in both]))
    return found


def agreement(names: tuple[str, str], said: Sequence[tuple[Winner, Winner]], units: float | None = None) -> Agreement:
    """How often both say the same of what they both judged, at least once.

    `units` is the number of what is independent among it, where that is less: the pairs of one ranking are not. Which
    answer is the first is of no meaning, so chance divides what is no tie equally.
    """
    count = len(said)
    same = sum(one is other for one, other in said)
    ties = [sum(pair[place] is Winner.TIE for pair in said) / count for place in (0, 1)]
    by_chance = ties[0] * ties[1] + (1 - ties[0]) * (1 - ties[1]) / 2
    return Agreement(names, same, count, share_interval(same / count, units or count), by_chance)

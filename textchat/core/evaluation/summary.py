"""Sums an evaluation up: by model, by tag, and every two models compared on the prompts that both answered.

A *variant* is a model with its parameters. Its answers to one prompt count as one, by their share, however often it was
asked: repeats say more about a prompt, and nothing about others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from textchat.core.evaluation.outcome import Outcome
from textchat.core.evaluation.statistics import (
    Interval,
    adjusted,
    difference_interval,
    mean_interval,
    share_interval,
    sign_test,
)
from textchat.core.text.sanitize import plain_line

LONGEST_VALUE = 20


@dataclass(frozen=True, slots=True)
class Share:
    """How often a prompt's answers met all demands."""

    passed: float
    """Prompts whose answer did; of one with several, their share."""
    prompts: int
    interval: Interval

    @property
    def share(self) -> float:
        return self.passed / self.prompts


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a figure by prompts; without an interval where they are too few or all the same."""

    value: float
    interval: Interval | None
    prompts: int
    is_estimate: bool = False
    """Whether any of the figures is an estimate."""


@dataclass(frozen=True, slots=True)
class VariantSummary:
    """What one variant did."""

    name: str
    """Its model, and what else tells it from the others."""
    model: str
    answers: int
    """Complete ones."""
    failed: int
    prompts: int
    """Those that have a complete answer."""
    share: Share | None
    """None where nothing was demanded."""
    checks: int
    checks_passed: int
    cost_usd: Mean | None
    seconds: Mean | None
    output_tokens: Mean | None
    by_tag: Mapping[str, Share]


@dataclass(frozen=True, slots=True)
class PairSummary:
    """Two variants on the prompts that both answered and that demand something."""

    one: str
    other: str
    prompts: int
    wins: int
    """Prompts in which `one` passed more often than `other`."""
    losses: int
    difference: float
    """The share that passed, of `one` minus of `other`."""
    interval: Interval | None
    p: float
    """Of the sign test, as if it were the only one."""
    adjusted_p: float
    """Raised for the number of pairs."""


@dataclass(frozen=True, slots=True)
class Summary:
    prompts: int
    variants: Sequence[VariantSummary]
    pairs: Sequence[PairSummary]


def summary_of(outcomes: Iterable[Outcome]) -> Summary:
    """Sum answers up, in the order in which their variants come."""
    by_variant: dict[tuple[str, str], list[Outcome]] = {}
    lines = set()
    for outcome in outcomes:
        by_variant.setdefault(outcome.variant, []).append(outcome)
        lines.add(outcome.line)
    names = _names([answers[0] for answers in by_variant.values()])
    variants = [_variant(name, answers) for name, answers in zip(names, by_variant.values(), strict=True)]
    return Summary(len(lines), variants, _pairs(names, [_by_line(each, _passes) for each in by_variant.values()]))


def _names(firsts: Sequence[Outcome]) -> list[str]:
    """A name for each variant: its model, with the parameters in which it differs from others of that model."""
    names = []
    for first in firsts:
        alike = [other.parameters for other in firsts if other.model == first.model]
        keys = sorted({key for parameters in alike for key in parameters})
        telling = [key for key in keys if any(parameters.get(key) != alike[0].get(key) for parameters in alike)]
        told = [f"{key} {plain_line(str(first.parameters.get(key, 'unset')), LONGEST_VALUE)}" for key in telling]
        names.append(f"{first.model} ({', '.join(told)})" if told else first.model)
    return names


def _variant(name: str, answers: Sequence[Outcome]) -> VariantSummary:
    whole = [answer for answer in answers if answer.is_complete]
    tags = sorted({tag for answer in whole for tag in answer.tags})
    shares = {tag: _share(_by_line((each for each in whole if tag in each.tags), _passes)) for tag in tags}
    return VariantSummary(
        name,
        answers[0].model,
        len(whole),
        len(answers) - len(whole),
        len({answer.line for answer in whole}),
        _share(_by_line(whole, _passes)),
        sum(answer.checks for answer in whole),
        sum(answer.passed for answer in whole),
        _mean(_by_line(whole, lambda answer: answer.cost_usd), any(answer.is_cost_estimated for answer in whole)),
        _mean(_by_line(whole, lambda answer: answer.seconds)),
        _mean(_by_line(whole, lambda answer: answer.output_tokens), any(each.is_output_estimated for each in whole)),
        {tag: share for tag, share in shares.items() if share is not None},
    )


def _passes(answer: Outcome) -> float | None:
    return None if answer.passes is None else float(answer.passes)


def _by_line(answers: Iterable[Outcome], figure: Callable[[Outcome], float | None]) -> dict[int, float]:
    """The mean of a figure by prompt; prompts of which it is not known are left out."""
    known: dict[int, list[float]] = {}
    for answer in answers:
        if (value := figure(answer)) is not None:
            known.setdefault(answer.line, []).append(value)
    return {line: fmean(values) for line, values in sorted(known.items())}


def _share(by_line: Mapping[int, float]) -> Share | None:
    if not by_line:
        return None
    passed, count = sum(by_line.values()), len(by_line)
    return Share(passed, count, share_interval(passed / count, count))


def _mean(by_line: Mapping[int, float], is_estimate: bool = False) -> Mean | None:
    values = list(by_line.values())
    return Mean(fmean(values), mean_interval(values), len(values), is_estimate) if values else None


def _pairs(names: Sequence[str], passes: Sequence[Mapping[int, float]]) -> list[PairSummary]:
    """Every two variants that both answered a prompt which demands something."""
    found = []
    for one, other in combinations(range(len(names)), 2):
        both = sorted(passes[one].keys() & passes[other].keys())
        if both:
            found.append((one, other, [passes[one][line] - passes[other][line] for line in both]))
    divided = [
        (sum(each > 0 for each in differences), sum(each < 0 for each in differences)) for *_, differences in found
    ]
    ps = [sign_test(*wins_and_losses) for wins_and_losses in divided]
    return [
        PairSummary(
            names[one],
            names[other],
            len(differences),
            *split,
            fmean(differences),
            difference_interval(differences),
            p,
            raised,
        )
        for (one, other, differences), split, p, raised in zip(found, divided, ps, adjusted(ps), strict=True)
    ]

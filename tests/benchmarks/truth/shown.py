"""The figures that a client shows of one answer, and how far they are from what the server did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.benchmarks.truth.server import Sent

LEAST_TOKENS = 20
LEAST_S = 0.25
"""Between the first piece and the last: below either there is no speed to tell."""
USD_PER_INPUT, USD_PER_OUTPUT = 1e-6, 100e-6
"""The prices in the settings."""


@dataclass(frozen=True)
class Shown:
    """As a client shows them; None for what it does not."""

    model: str
    status: str
    first_token_s: float | None
    first_text_s: float | None
    total_s: float | None
    tokens_per_s: float | None
    output_tokens: int | None
    cost_usd: float | None


@dataclass(frozen=True)
class Off:
    """Shown minus true: seconds, or parts of the true value; None where nothing is shown."""

    model: str
    first_s: float | None
    text_s: float | None
    total_s: float | None
    speed: float | None
    tokens: float | None
    cost: float | None
    has_speed: bool
    """Whether a speed is to be shown."""


def off(shown: Shown, sent: Sent) -> Off:
    """The errors of one answer."""
    started, text = sent.received, sent.times[sent.thoughts] if len(sent.times) > sent.thoughts else None
    rest, seconds = sum(sent.tokens[1:]), sent.times[-1] - sent.times[0]
    tokens = sum(sent.tokens)
    return Off(
        shown.model,
        _minus(shown.first_token_s, sent.times[0] - started),
        None if text is None else _minus(shown.first_text_s, text - started),
        None if sent.ended is None else _minus(shown.total_s, sent.ended - started),
        _part(shown.tokens_per_s, rest / seconds if seconds > 0 else 0.0),
        _part(shown.output_tokens, tokens),
        _part(shown.cost_usd, true_cost(sent)),
        rest >= LEAST_TOKENS and seconds >= LEAST_S,
    )


def true_cost(sent: Sent) -> float:
    """US dollars for what was sent."""
    return sent.input_tokens * USD_PER_INPUT + sum(sent.tokens) * USD_PER_OUTPUT


def errors_of(shown: Iterable[Shown], log: Sequence[Sent]) -> list[Off]:
    return [off(*pair) for pair in matched(shown, log)]


def matched(shown: Iterable[Shown], log: Sequence[Sent]) -> list[tuple[Shown, Sent]]:
    """Each answer beside its request: the first of a model to the first of its name in the log, and so on."""
    waiting: defaultdict[str, list[Sent]] = defaultdict(list)
    for sent in log:
        waiting[sent.model].append(sent)
    return [(each, waiting[each.model].pop(0)) for each in shown]


def apart_s(log: Sequence[Sent], models: Sequence[str]) -> list[float]:
    """For each prompt to these models, the seconds between its first request and its last."""
    by_model = [[sent.received for sent in log if sent.model == model] for model in models]
    return [max(times) - min(times) for times in zip(*by_model, strict=True)]


def _minus(shown: float | None, true: float) -> float | None:
    return None if shown is None else shown - true


def _part(shown: float | None, true: float) -> float | None:
    return None if shown is None or not true else shown / true - 1

"""Statistics of errors as cells of a table, and what is promised about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import NamedTuple

from tests.benchmarks.truth.shown import LEAST_S, LEAST_TOKENS, Off

ALLOWED_S = 0.010
"""More than a plain client's error in the same run."""
ALLOWED_SPEED = 0.02
ALLOWED_ESTIMATE = 0.15
"""Of tokens, and so of costs, where the server reports none."""

Errors = Sequence[Off]
Part = Callable[[Off], float | None]


class Bet(NamedTuple):
    """Whether a promise was kept in one row."""

    promise: str
    name: str
    is_kept: bool
    detail: str


def first(error: Off) -> float | None:
    return error.first_s


def total(error: Off) -> float | None:
    return error.total_s


def word(error: Off) -> float | None:
    return error.text_s


def speed(error: Off) -> float | None:
    return error.speed


def pace(error: Off) -> float | None:
    """The error of the speed where one is to be shown."""
    return error.speed if error.has_speed else None


def known(errors: Errors, part: Part) -> list[float]:
    return [value for error in errors if (value := part(error)) is not None]


def worst(errors: Errors, part: Part) -> float:
    """The 95th percentile of the sizes of the errors."""
    return p95([abs(value) for value in known(errors, part)])


def p95(values: Iterable[float]) -> float:
    """The smallest value that 95 % of all do not exceed."""
    ordered = sorted(values)
    return ordered[-(len(ordered) // 20) - 1] if ordered else 0.0


def milliseconds(values: Sequence[float]) -> str:
    return _cell([value * 1000 for value in values], "+.0f", ".0f")


def percent(values: Sequence[float]) -> str:
    return _cell([value * 100 for value in values], "+.1f", ".1f")


def error_cells(ours: Errors, plain: Errors) -> list[str]:
    """Times beside the control's, then speed, tokens and cost."""
    return [
        *(milliseconds(known(errors, part)) for part in (first, total) for errors in (ours, plain)),
        *(percent(known(errors, pace)) for errors in (ours, plain)),
        percent(known(ours, lambda error: error.tokens)),
        percent(known(ours, lambda error: error.cost)),
    ]


def time_bets(name: str, ours: Errors, plain: Errors) -> list[Bet]:
    """Whether first token and total are as near to the truth as is promised."""
    found: list[Bet] = []
    for what, part in (("first token", first), ("total", total)):
        mine, allowed = worst(ours, part), worst(plain, part) + ALLOWED_S
        is_kept = mine <= allowed and len(known(ours, part)) == len(ours)
        promise = f"{what}: off by at most the plain client's error and 10 ms (p95)"
        found.append(Bet(promise, name, is_kept, f"{mine * 1000:.0f} ms, allowed {allowed * 1000:.0f}"))
    return found


def speed_bets(name: str, ours: Errors, plain: Errors, is_reported: bool = True) -> list[Bet]:
    """Whether speeds are true, and shown where they can be told and nowhere else; and tokens and costs."""
    share = ALLOWED_SPEED if is_reported else ALLOWED_ESTIMATE
    mine, allowed = worst(ours, speed), worst(plain, pace) + share
    missing = sum(error.has_speed and error.speed is None for error in ours)
    vain = sum(not error.has_speed and error.speed is not None for error in ours)
    exact = 1e-6 if is_reported else ALLOWED_ESTIMATE
    counted = [abs(value) for error in ours for value in (error.tokens, error.cost) if value is not None]
    largest = max(counted, default=0.0)
    return [
        Bet(
            f"speed: off by at most the plain client's error and {share:.0%} (p95)",
            name,
            mine <= allowed,
            f"{mine:.1%}, allowed {allowed:.1%}",
        ),
        Bet(
            f"speed: shown from {LEAST_TOKENS} tokens and {LEAST_S} s on, and nowhere else",
            name,
            not missing and not vain,
            f"{missing} missing and {vain} too many of {len(ours)}",
        ),
        Bet(
            f"tokens and costs: {'exact where reported' if is_reported else f'within {exact:.0%} where estimated'}",
            name,
            largest <= exact and len(counted) == 2 * len(ours),
            f"largest error {largest:.0%}, {2 * len(ours) - len(counted)} missing",
        ),
    ]


def verdicts(bets: Iterable[Bet]) -> list[tuple[str, bool]]:
    """One sentence for each promise, with those who broke it."""
    by_promise: dict[str, list[Bet]] = {}
    for bet in bets:
        by_promise.setdefault(bet.promise, []).append(bet)
    found: list[tuple[str, bool]] = []
    for promise, of_it in by_promise.items():
        broken = "; ".join(f"{bet.name} ({bet.detail})" for bet in of_it if not bet.is_kept)
        kept = sum(bet.is_kept for bet in of_it)
        found.append((f"{promise}: {kept} of {len(of_it)} do{f'; not {broken}' if broken else ''}", not broken))
    return found


def by_pane(errors: Errors) -> list[float]:
    """The median error of the first token of each pane, by its number."""
    models = sorted({error.model for error in errors})
    return [median(known([error for error in errors if error.model == model], first) or [0.0]) for model in models]


def pane_cells(errors: Errors, columns: int) -> list[str]:
    """`by_pane` in milliseconds, in so many cells."""
    return [*(f"{value * 1000:+.1f}" for value in by_pane(errors)), *[""] * columns][:columns]


def fair_bet(name: str, ours: Errors, plain: Errors) -> Bet:
    """Whether the panes differ by their number no more than the control's requests do."""
    mine, others = (max(found) - min(found) for found in map(by_pane, (ours, plain)))
    promise = "no pane is favoured: medians differ by at most those of the plain client and 10 ms"
    return Bet(promise, name, mine <= others + ALLOWED_S, f"{mine * 1000:.0f} ms, plain {others * 1000:.0f}")


def _cell(values: Sequence[float], signed: str, plain: str) -> str:
    if not values:
        return "–"
    return f"{median(values):{signed}} / {p95(map(abs, values)):{plain}}"

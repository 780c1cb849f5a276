"""Statistics of errors as cells of a table, and what is promised about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median

from tests.benchmarks.truth.shown import Off

ALLOWED_S = 0.010
"""More than a plain client's error in the same run."""
ALLOWED_SPEED = 0.02
ALLOWED_ESTIMATE = 0.15
"""Of tokens, and so of costs, where the server reports none."""

Errors = Sequence[Off]
Verdicts = list[tuple[str, bool]]
Part = Callable[[Off], float | None]


def first(error: Off) -> float | None:
    return error.first_s


def total(error: Off) -> float | None:
    return error.total_s


def word(error: Off) -> float | None:
    return error.text_s


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


def bets(name: str, ours: Errors, plain: Errors) -> Verdicts:
    """Whether times, speeds, tokens and costs are as near to the truth as is promised."""
    found: Verdicts = []
    for what, part in (("first token", first), ("total", total)):
        mine, allowed = worst(ours, part), worst(plain, part) + ALLOWED_S
        said = f"{name}: {what} is off by at most the plain client's error and 10 ms (p95 {mine * 1000:.0f} ms"
        is_whole = len(known(ours, part)) == len(ours)
        found.append((f"{said}, allowed {allowed * 1000:.0f})", is_whole and mine <= allowed))
    return [*found, *speed_bets(name, ours, is_reported=True)]


def speed_bets(name: str, errors: Errors, is_reported: bool) -> Verdicts:
    """Whether each speed that is shown is true, and is shown where one is to be; and tokens and costs."""
    allowed, exact = (ALLOWED_SPEED, 1e-6) if is_reported else (ALLOWED_ESTIMATE, ALLOWED_ESTIMATE)
    largest = max((abs(error.speed) for error in errors if error.speed is not None), default=0.0)
    missing = sum(error.has_speed and error.speed is None for error in errors)
    vain = sum(not error.has_speed and error.speed is not None for error in errors)
    counts = f"{missing} missing, {vain} of too little, largest error {largest:.1%}"
    counted = [abs(value) for error in errors for value in (error.tokens, error.cost) if value is not None]
    is_counted = len(counted) == 2 * len(errors) and max(counted) <= exact
    return [
        (
            f"{name}: speeds are within {allowed:.0%}, where they can be told and nowhere else ({counts})",
            largest <= allowed and not missing and not vain,
        ),
        (f"{name}: tokens and costs are {'exact' if is_reported else f'within {exact:.0%}'}", is_counted),
    ]


def by_pane(errors: Errors) -> list[float]:
    """The median error of the first token of each pane, by its number."""
    models = sorted({error.model for error in errors})
    return [median(known([error for error in errors if error.model == model], first) or [0.0]) for model in models]


def pane_cells(errors: Errors, columns: int) -> list[str]:
    """`by_pane` in milliseconds, in so many cells."""
    return [*(f"{value * 1000:+.1f}" for value in by_pane(errors)), *[""] * columns][:columns]


def is_fair(name: str, ours: Errors, plain: Errors) -> tuple[str, bool]:
    """Whether the panes differ by their number no more than the control's requests do."""
    mine, others = (max(found) - min(found) for found in map(by_pane, (ours, plain)))
    said = f"{name}: no pane is favoured (medians differ by {mine * 1000:.0f} ms, plain {others * 1000:.0f})"
    return said, mine <= others + ALLOWED_S


def _cell(values: Sequence[float], signed: str, plain: str) -> str:
    if not values:
        return "–"
    return f"{median(values):{signed}} / {p95(map(abs, values)):{plain}}"

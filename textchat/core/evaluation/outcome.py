"""What an evaluation counts of one answer: its figures and how many demands it met, without its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from textchat.core.evaluation.result_row import ResultRow, as_one_text


@dataclass(frozen=True)
class Outcome:
    """One answer of one model to one prompt."""

    line: int
    """The line of the prompt file, from 1."""
    model: str
    parameters: Mapping[str, Any]
    """Those that differ from the defaults."""
    is_complete: bool
    passed: int = 0
    checks: int = 0
    cost_usd: float | None = None
    seconds: float | None = None
    output_tokens: int | None = None
    is_cost_estimated: bool = False
    is_output_estimated: bool = False
    tags: tuple[str, ...] = ()

    @property
    def passes(self) -> bool | None:
        """Whether it met all demands; None without any, or where it is not complete."""
        return self.passed == self.checks if self.checks and self.is_complete else None

    @cached_property
    def variant(self) -> tuple[str, str]:
        """What is the same for all answers of one model with the same parameters."""
        return self.model, as_one_text(self.parameters)


def outcome_of(row: ResultRow, tags: tuple[str, ...] = ()) -> Outcome:
    """What counts of a line of results, whatever its figures are."""
    usage, timing = (_table(row.values.get(name)) for name in ("usage", "timing"))
    tokens = number(usage.get("output_tokens"))
    return Outcome(
        row.line,
        row.model,
        _table(row.parameters),
        row.is_complete,
        sum(result.passed for result in row.checks),
        len(row.checks),
        number(row.values.get("cost_usd")),
        number(timing.get("total_s")),
        None if tokens is None else int(tokens),
        row.values.get("cost_source") == "estimated",
        usage.get("source") == "estimated",
        tags,
    )


def number(value: object) -> float | None:
    """A figure of a line of results: 0 or more; None for anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 1e15 else None  # type: ignore[arg-type,operator]


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

"""Defines the checks of an answer: what a prompt of a set demands of every answer to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class CheckType(StrEnum):
    """What a check looks at; the value of each is described in `Check.value`."""

    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    REGEX = "regex"
    JSON = "json"
    SCHEMA = "schema"
    MAX_TOKENS = "max_tokens"
    MAX_COST = "max_cost"
    MAX_SECONDS = "max_seconds"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Check:
    """One demand."""

    type: CheckType
    value: Any = None
    """The text or pattern that must (not) be there, the schema, the ceiling (tokens, US dollars, seconds), the command
    as a list (run without a shell) or as a text (run by the shell). None for `json`."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Whether an answer met a demand."""

    check: Check
    passed: bool
    why: str | None = None
    """One sentence where it did not."""

    def as_dict(self) -> dict[str, Any]:
        """As in a line of results."""
        return {"type": self.check.type.value, "value": self.check.value, "passed": self.passed, "why": self.why}


def check_result_from(value: Mapping[str, Any]) -> CheckResult:
    """The value of `CheckResult.as_dict`; raises ValueError, KeyError or TypeError for another one."""
    if not isinstance(value["passed"], bool):
        raise TypeError("passed is neither true nor false")
    return CheckResult(Check(CheckType(value["type"]), value.get("value")), value["passed"], value.get("why"))


PASSED, FAILED = "✓ ", "✗ "
"""What a note on checks begins with: by this sign it is known again when it has been stored."""


def checks_note(results: Sequence[CheckResult]) -> str:
    """What the checks of an answer found, as a note on it; empty without any."""
    faults = [f"{result.check.type.value}: {result.why or 'not passed.'}" for result in results if not result.passed]
    if not results:
        return ""
    all_of_them = {1: "The check", 2: "Both checks"}.get(len(results), f"All {len(results)} checks")
    if not faults:
        return f"{PASSED}{all_of_them} passed."
    which = all_of_them if len(faults) == len(results) else f"{len(faults)} of {len(results)} checks"
    return f"{FAILED}{which} failed. {' '.join(faults)}"

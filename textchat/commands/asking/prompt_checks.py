"""Makes the checks of a prompt: of an answer that has just come, and of a kept one whose checks have changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from textchat.commands.asking.prompt_file import Prompt
from textchat.core.evaluation.outcome import outcome_of
from textchat.core.evaluation.result_row import ResultRow, row_of


async def checked_line(prompt: Prompt, line: Mapping[str, Any]) -> Mapping[str, Any]:
    """A result at the line of its prompt, with what its checks found; one that is not complete has none."""
    line = {**line, "line": prompt.line}
    if is_checked(prompt, row_of(line)):
        return line
    unchecked = {key: value for key, value in line.items() if key != "checks"}
    row = row_of(unchecked)
    if not prompt.checks or not row.is_complete:
        return unchecked
    from textchat.live.evaluation.checking import CheckedAnswer  # few prompt sets need it

    known = outcome_of(row)
    answer = CheckedAnswer(row.text, known.output_tokens, known.cost_usd, known.seconds)
    return {**unchecked, "checks": [result.as_dict() for result in await answer.results(prompt.checks)]}


def is_checked(prompt: Prompt, row: ResultRow) -> bool:
    """Whether an answer stands at the line of its prompt, with the checks that this has now."""
    return row.line == prompt.line and tuple(result.check for result in row.checks) == prompt.checks


def tell_faults(row: ResultRow, say: Callable[[str], None]) -> None:
    """Say each check that an answer does not pass, a line each."""
    for result in row.checks:
        if not result.passed:
            say(f"line {row.line}, {row.model}, {result.check.type.value}: {result.why or 'not passed.'}")

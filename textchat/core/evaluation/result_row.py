"""Reads lines of results, as `textchat compare --prompts` writes them: one answer, with what was found of it.

The format is the `end` object of `--json` with `prompt`, `line`, `pane`, perhaps `input`, `parameters`, `repeat`,
`checks` and `judgements`. A later line for the same answer takes the place of an earlier one: it has new checks or
judgements of the same text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textchat.core.evaluation.check import CheckResult, check_result_from
from textchat.core.evaluation.judgement import Judgement, judgement_from
from textchat.core.text.json_fields import with_whole_numbers


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One answer of a results file."""

    number: int
    """The line of the results file, from 1."""
    line: int
    """The line of the prompt file, from 1."""
    prompt: str
    pane: int
    model: str
    status: str
    text: str
    parameters: Mapping[str, Any] | None
    """Those that differ from the defaults; None in a file of an older textchat."""
    repeat: int
    checks: tuple[CheckResult, ...]
    judgements: tuple[Judgement, ...]
    values: Mapping[str, Any]
    """The whole object."""

    @property
    def key(self) -> tuple[object, ...]:
        """What is the same in all lines for this answer."""
        asked = None if self.parameters is None else as_one_text(self.parameters)
        return self.line, self.prompt, self.pane, self.model, asked, self.repeat

    @property
    def is_complete(self) -> bool:
        return self.status == "complete"

    @property
    def passed(self) -> bool | None:
        """Whether it met all demands; None without any."""
        return all(result.passed for result in self.checks) if self.checks else None


def result_row(line: str | bytes, number: int) -> ResultRow:
    """The answer in a line of results; raises ValueError for a line that is none."""
    try:
        values = json.loads(line)
    except RecursionError as error:
        raise ValueError("not a line of results") from error
    return row_of(values, number)


def row_of(values: Any, number: int = 0) -> ResultRow:
    """The answer in the object of a line; raises ValueError for anything else."""
    try:
        return ResultRow(
            number,
            _whole(values["line"]),
            _text(values["prompt"]),
            _whole(values["pane"]),
            _text(values["model"]),
            _text(values["status"]),
            _text(values["text"]),
            values.get("parameters"),
            _whole(values.get("repeat", 0)),
            tuple(check_result_from(each) for each in values.get("checks") or ()),
            tuple(judgement_from(each) for each in values.get("judgements") or ()),
            values,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a line of results") from error


def as_one_text(parameters: object) -> str:
    """Parameters as a text that is the same for the same values: 1 and 1.0 are one temperature."""
    return json.dumps(with_whole_numbers(parameters), sort_keys=True, default=str)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not a whole number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value

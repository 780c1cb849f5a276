"""Lines of results that are read again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from textchat.core.evaluation.check import Check, CheckResult, CheckType
from textchat.core.evaluation.judgement import Judgement, Winner
from textchat.core.evaluation.result_row import result_row

LINE: dict[str, Any] = {"line": 2, "prompt": "Why?", "pane": 1, "model": "p/m", "status": "complete", "text": "So."}
FAILED = CheckResult(Check(CheckType.MAX_TOKENS, 3), False, "It has 4 tokens.")
LOST = Judgement("p/judge", 0, Winner.THAT, "brevity", True, "Longer.")


def test_a_line_holds_its_checks_and_judgements() -> None:
    more = {"checks": [FAILED.as_dict()], "judgements": [LOST.as_dict()], "parameters": {"seed": 1}, "repeat": 1}
    row = result_row(json.dumps(LINE | more), 7)
    assert (row.number, row.line, row.repeat, row.checks, row.judgements) == (7, 2, 1, (FAILED,), (LOST,))
    assert (row.is_complete, row.passed, row.parameters) == (True, False, {"seed": 1})


def test_a_line_of_an_older_textchat_has_neither() -> None:
    row = result_row(json.dumps(LINE), 1)
    assert (row.checks, row.judgements, row.passed, row.parameters, row.repeat) == ((), (), None, None, 0)


@pytest.mark.parametrize(
    "more",
    [{"line": "2"}, {"text": None}, {"pane": True}, {"checks": [{"type": "new", "passed": True}]}, {"judgements": [1]}],
)
def test_another_line_is_none(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        result_row(json.dumps(LINE | more), 1)


@pytest.mark.parametrize("line", ["", "[]", "1", "{", "[" * 100_000, '{"line": 1}'])
def test_what_is_no_line_of_results(line: str) -> None:
    with pytest.raises(ValueError):
        result_row(line, 1)

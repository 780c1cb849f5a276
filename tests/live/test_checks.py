"""Checks of answers: what is read, what passes, and that none takes for ever."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.servers.waiting import wait_until
from textchat.core.evaluation.check import Check, CheckType
from textchat.core.limits import CHECK_OUTPUT, CHECK_TEXT, CHECKS, TAGS, Limit
from textchat.live.evaluation import checking
from textchat.live.evaluation.check_reading import check_from, checks_from, tags_from
from textchat.live.evaluation.checking import CheckedAnswer

ANSWER = CheckedAnswer('The answer is {"n": 42}', 7, 0.02, 1.5)
JSON = CheckedAnswer('{"n": 42}', 7, None, 1.5)


async def why(type_: str, value: Any = None, answer: CheckedAnswer = ANSWER) -> str | None:
    (result,) = await answer.results([check_from({"type": type_, "value": value})])
    assert result.passed is (result.why is None)
    return result.why


@pytest.mark.parametrize(
    ("type_", "good", "bad", "fault"),
    [
        ("contains", "42", "43", "The reply does not contain “43”."),
        ("not_contains", "Answer", "answer", "The reply contains “answer”."),
        ("regex", r"(?i)THE \w+", r"^\d", r"The reply does not match “^\d”."),
        ("max_tokens", 7, 6, "It has 7 tokens, more than 6."),
        ("max_cost", 0.02, 0.01, "It cost $0.02, more than 0.01."),
        ("max_seconds", 2, 1, "It took 1.5 s, more than 1."),
        ("command", ["grep", "-q", "42"], ["false"], "The command failed with exit code 1."),
    ],
)
async def test_each_check_passes_or_says_why(type_: str, good: Any, bad: Any, fault: str) -> None:
    assert (await why(type_, good), await why(type_, bad)) == (None, fault)


async def test_json_is_the_whole_reply_and_may_have_a_schema() -> None:
    assert await why("json", answer=JSON) is None
    assert await why("json") == "The reply is not JSON: text stands before it."
    assert await why("schema", "n int", JSON) is None
    assert await why("schema", {"required": ["m"]}, JSON) == "The reply lacks m."


async def test_figures_are_told_as_they_are_compared() -> None:
    large = CheckedAnswer("", 1_234_567, 0.000_000_1, 12_345.678)
    assert await why("max_tokens", 1_000_000, large) == "It has 1,234,567 tokens, more than 1,000,000."
    assert await why("max_cost", 0, large) == "It cost $0.0000001, more than 0."
    assert await why("max_seconds", 60, large) == "It took 12,345.678 s, more than 60."


async def test_a_figure_that_nobody_knows_passes_no_ceiling() -> None:
    assert await why("max_cost", 1, JSON) == "Its cost is not known."


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("contains", 'expected an object such as {"type": "contains", "value": "…"}.'),
        ({"type": "like"}, 'unknown type "like"; expected contains, not_contains, regex, json, schema, '),
        ({"type": "contains", "value": ""}, 'contains: expected a text, found "".'),
        ({"type": "contains", "value": "x" * (CHECK_TEXT.most + 1)}, "contains: expected at most 100,000 characters."),
        ({"type": "regex", "value": "(a"}, "regex: the pattern is not a regular expression: “(a”."),
        ({"type": "json", "value": 1}, "json: expected no value, found 1."),
        ({"type": "schema", "value": {"type": "strin"}}, "schema: The schema is not a JSON Schema: "),
        ({"type": "schema", "value": "no/such/file.json"}, "schema: Cannot read the schema no/such/file.json: "),
        ({"type": "max_tokens", "value": 1.5}, "max_tokens: expected a whole number, 1 or more, found 1.5."),
        ({"type": "max_cost", "value": True}, "max_cost: expected a number, 0 or more, found true."),
        ({"type": "max_seconds"}, "max_seconds: expected a number, 0 or more, found nothing."),
        ({"type": "command", "value": ["ls", 1]}, "command: expected a command as a text or as a list of texts, found"),
        ({"type": "json", "vlaue": 1}, 'expected a type and a value alone, found "vlaue".'),
    ],
)
def test_what_is_no_check_is_one_sentence(value: object, fault: str) -> None:
    with pytest.raises(ValueError) as raised:
        checks_from([{"type": "json"}, value])
    assert str(raised.value).startswith(f"check 2: {fault}") and "\n" not in str(raised.value)
    with pytest.raises(ValueError, match="101 checks are too many; the limit is 100"):
        checks_from([{"type": "json"}] * (CHECKS.most + 1))


def test_tags_are_texts() -> None:
    assert tags_from(["a", " b ", "a"]) == ("a", "b")
    for wrong in ("a", [1], [""], ["x"] * (TAGS.most + 1)):
        with pytest.raises(ValueError, match="expected"):
            tags_from(wrong)


async def test_a_pattern_that_would_search_for_ever_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "CHECK_S", Limit(1, "seconds", "", ""))
    found = await why("regex", r"(a|aa)+$(?<!b)c?!$", CheckedAnswer("a" * 5_000 + "b", 1, None, 1))
    assert found == "The search for “(a|aa)+$(?<!b)c?!$” takes longer than 1 seconds."


async def test_a_command_says_why(tmp_path: Path) -> None:
    assert await why("command", "cat; echo; echo no >&2; exit 4", CheckedAnswer("said", 1, None, 1)) == (
        "The command failed with exit code 4: said no."
    )
    assert await why("command", ["/no/such/program"]) == "The command could not be run: No such file or directory."
    assert await why("command", "kill -9 $$") == "The command was ended by signal 9."
    assert await why("command", f"head -c {CHECK_OUTPUT.most + 1} /dev/zero") == "The command printed more than 1 MiB."


async def test_a_command_may_leave_a_long_reply_unread() -> None:
    long = CheckedAnswer("x" * 5_000_000, 1, None, 1)
    assert await why("command", "exit 0", long) is None
    assert await why("command", "test $(wc -c) -eq 5000000", long) is None


async def test_a_command_ends_in_time_with_all_that_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "CHECK_COMMAND_S", Limit(1, "seconds", "", ""))
    pid = tmp_path / "pid"
    command = f"sleep 600 & echo $! > '{pid}'; wait"
    assert await why("command", command) == "The command did not finish within 1 seconds."
    await wait_until(lambda: not is_alive(pid), "what it started has ended, too")
    pid.unlink()
    checking_it = asyncio.create_task(ANSWER.results([Check(CheckType.COMMAND, command)]))
    await wait_until(lambda: pid.exists() and pid.read_text().endswith("\n"), "it runs")
    checking_it.cancel()
    with pytest.raises(asyncio.CancelledError):
        await checking_it
    await wait_until(lambda: not is_alive(pid), "it has ended with the task")


def is_alive(pid: Path) -> bool:
    """Whether a process runs, and is not just waited for."""
    try:
        state = Path(f"/proc/{pid.read_text().strip()}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize("type_", ["regex", "schema"])
async def test_nothing_waits_for_a_check_that_is_cancelled(type_: str) -> None:
    pattern = r"(?s)^(.|..|...)*[\x00\x01]$"
    value: Any = pattern if type_ == "regex" else {"type": "string", "pattern": pattern}
    check = check_from({"type": type_, "value": value})
    checking_ = asyncio.create_task(CheckedAnswer(f'"{"x" * 3000}"', 7, None, 1.5).results([check]))
    await wait_until(lambda: any(each.name == "textchat-left" for each in threading.enumerate()), "it is searched")
    checking_.cancel()
    with pytest.raises(asyncio.CancelledError):
        await checking_
    async with asyncio.timeout(2):
        await asyncio.get_running_loop().shutdown_default_executor()

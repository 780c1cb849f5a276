"""`compare --prompts` with checks: what is written, kept, checked anew and summed up; a row opened in the app."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.commands.program import Program, end_of
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import wait_until_blocking
from textchat.commands.evaluating.results_file import read_rows
from textchat.commands.evaluating.summary_output import summary_object
from textchat.commands.evaluating.summary_text import summary_text
from textchat.core.evaluation.outcome import Outcome
from textchat.core.evaluation.summary import summary_of

TWO = ("compare", "-m", "local/fast", "-m", "local/slow")
FILES = ("--prompts", "prompts", "--results", "results")


def write(program: Program, *prompts: Mapping[str, Any]) -> None:
    (program.home / "prompts").write_text("".join(f"{json.dumps(prompt)}\n" for prompt in prompts))


def contains(value: str) -> dict[str, str]:
    return {"type": "contains", "value": value}


def test_checks_are_written_kept_and_made_anew_when_they_change(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes, 42")
    server.say("slow", "no")
    write(program, *({"prompt": f"{number}?", "checks": [contains("42")], "tags": ["t"]} for number in range(6)))
    ran = program.run(*TWO, *FILES, code=3)
    results = program.home / "results"
    first, second = (json.loads(line) for line in sorted(results.read_text().splitlines()[:2]))
    assert first["checks"] == [{"type": "contains", "value": "42", "passed": True, "why": None}]
    assert second["checks"][0]["why"] == "The reply does not contain “42”."
    assert ran.errors.splitlines()[0] == "line 1, local/slow, contains: The reply does not contain “42”."
    table = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert table[1].startswith("local/fast 6 100 % (61–100 %) 6 of 6")
    assert table[2].startswith("local/slow 6 0 % (0–39 %) 0 of 6")
    assert "t local/fast 6 100 % (61–100 %)" in table
    assert "local/fast passes more often than local/slow: 6 prompts to 0, p = 0.031." in table
    assert program.run(*TWO, *FILES, code=3).out.splitlines()[2] == ran.out.splitlines()[2]
    assert results.read_text().count("\n") == 12, "nothing has changed"
    write(program, *({"prompt": f"{number}?", "checks": [contains("o")]} for number in range(6)))
    program.run(*TWO, *FILES, code=3)
    assert results.read_text().count("\n") == 24 and len(server.requests) == 12, "checked, not asked"
    passed = {row.model: row.passed for row in read_rows(results, "results")}
    assert passed == {"local/fast": False, "local/slow": True} and len(read_rows(results, "results")) == 12
    write(program, *({"prompt": f"{number}?"} for number in range(6)))
    assert "PASSED" not in program.run(*TWO, *FILES).out


def test_the_summary_is_the_last_line_of_json_and_else_beside_the_results(
    program: Program, server: OpenAIServer
) -> None:
    server.say("fast", "42")
    server.refuse("slow", 500)
    (program.home / "prompts").write_text("one\ntwo\n")
    (program.home / "checks").write_text('{"type": "json"}\n\n{"type": "max_tokens", "value": 1000}\n')
    words = (*TWO, "--prompts", "prompts", "--checks", "checks")
    *lines, last = program.run(*words, "--json", code=1).lines  # a reply that failed goes before a check
    assert [("checks" in line, line["status"]) for line in sorted(lines, key=lambda line: line["pane"])] == [
        *[(True, "complete")] * 2,
        *[(False, "failed")] * 2,
    ]
    fast, slow = last["models"]
    assert (last["type"], last["prompts"]) == ("summary", 2)
    assert fast["passed"]["share"] == 1 and fast["checks"] == {"passed": 4, "of": 4}
    assert (slow["failed"], slow["passed"], last["pairs"]) == (2, None, [])
    ran = program.run(*words, code=1)
    assert len(ran.lines) == 4 and "local/fast" in ran.errors and "PROMPTS" in ran.errors


def test_a_check_that_is_stopped_keeps_its_reply_and_is_made_the_next_time(
    program: Program, server: OpenAIServer
) -> None:
    server.say("fast", "yes")
    there, go = program.home / "there", program.home / "go"
    command = f"test -e {go} && exit 0; touch {there}; sleep 600"
    write(program, {"prompt": "one", "checks": [{"type": "command", "value": command}]})
    words = ("compare", "-m", "local/fast", *FILES)
    results = program.home / "results"
    with program.start(*words) as process:
        wait_until_blocking(there.exists, "the check runs")
        process.kill()
        process.wait()
    assert results.read_text() == "", "an answer is not written before its checks"
    there.unlink()
    with program.start(*words) as process:
        wait_until_blocking(there.exists, "the check runs")
        process.send_signal(signal.SIGINT)
        _, errors = end_of(process, 130)
        assert errors == "1 of 1 prompts answered.\n"
    assert "checks" not in json.loads(results.read_text())
    there.unlink()
    with program.start(*words) as process:
        wait_until_blocking(there.exists, "the check of the kept reply runs")
        process.send_signal(signal.SIGINT)
        end_of(process, 130)
    go.touch()
    program.run(*words)
    assert len(server.requests) == 2
    (row,) = read_rows(results, "results")
    assert row.passed and row.text == "yes"


@pytest.mark.parametrize(
    ("prompt", "checks", "error"),
    [
        ({"prompt": "a", "checks": {}}, None, '--prompts prompts, line 2: expected a list as "checks", found {}.'),
        ({"prompt": "a", "checks": [{"type": "x"}]}, None, '--prompts prompts, line 2: check 1: unknown type "x"; exp'),
        (
            {"prompt": "a", "tags": "x"},
            None,
            '--prompts prompts, line 2: expected a list of texts as "tags", found "x"',
        ),
        ({"prompt": "a"}, '{"type": "json"}\nno', "--checks checks, line 2: expected a JSON object such as"),
        (
            {"prompt": "a"},
            '{"type": "regex", "value": "("}',
            "--checks checks, line 1: regex: the pattern is not a reg",
        ),
        ({"prompt": "a"}, "\n", "--checks checks contains no checks."),
        ({"prompt": "a"}, None, "Cannot read --checks checks: No such file or directory."),
    ],
)
def test_a_check_that_cannot_be_made_is_refused_before_anything_is_sent(
    program: Program, server: OpenAIServer, prompt: dict[str, Any], checks: str | None, error: str
) -> None:
    (program.home / "prompts").write_text(f"first\n{json.dumps(prompt)}\n")
    if checks is not None:
        (program.home / "checks").write_text(checks)
    option = ("--checks", "checks") if len(prompt) == 1 else ()
    assert program.run(*TWO, "--prompts", "prompts", *option, code=2).error.startswith(error)
    assert server.requests == []


def test_checks_need_prompts(program: Program) -> None:
    assert program.run(*TWO, "--checks", "checks", "hi", code=2).error == "--checks needs --prompts."
    assert "read once" in program.run(*TWO, "--prompts", "-", "--checks", "-", code=2).error


@pytest.mark.parametrize("option", ["--prompts", "--checks"])
def test_results_are_not_written_to_what_they_come_from(program: Program, option: str) -> None:
    files = {"--prompts": "hi\n", "--checks": '{"type": "json"}\n'}
    for name, text in files.items():
        (program.home / name[2:]).write_text(text)
    (program.home / "link").symlink_to(option[2:])
    words = (*TWO, "--prompts", "prompts", "--checks", "checks", "--results", "link")
    assert program.run(*words, code=2).error == f"--results link is the file of {option}; name another one."
    assert (program.home / option[2:]).read_text() == files[option]


# -- the summary in words --------------------------------------------------------------------------------------------


def outcomes(model: str, passed: int, of: int, **more: Any) -> list[Outcome]:
    return [Outcome(line, model, {}, True, int(line < passed), 1, **more) for line in range(of)]


def test_what_two_models_differ_in_is_said_plainly() -> None:
    answers = [*outcomes("p/a", 20, 20), *outcomes("p/b", 20, 20), *outcomes("p/c", 18, 20), *outcomes("p/d", 3, 20)]
    assert summary_text(summary_of(answers)).splitlines()[-8:] == [
        "p/a and p/b: no difference in 20 prompts.",
        "p/a and p/c: too few prompts differ to tell, 2 to 0.",
        "p/a passes more often than p/d: 17 prompts to 0, p < 0.001.",
        "p/b and p/c: too few prompts differ to tell, 2 to 0.",
        "p/b passes more often than p/d: 17 prompts to 0, p < 0.001.",
        "p/c passes more often than p/d: 15 prompts to 0, p < 0.001.",
        "p is adjusted for 6 pairs (Holm).",
        "In brackets: 95 % intervals. Cost, time and tokens are means by prompt.",
    ]


def test_prompts_without_checks_are_not_counted_as_passed() -> None:
    answers = [*outcomes("p/a", 1, 2), Outcome(3, "p/a", {}, True)]
    row = summary_text(summary_of(answers)).splitlines()[1]
    assert " ".join(row.split()) == "p/a 3 50 % of 2 (9–91 %) 1 of 2"


def test_many_pairs_are_told_where_they_differ() -> None:
    answers = [answer for at in range(5) for answer in outcomes(f"p/{at}", 12 if at else 1, 12)]
    text = summary_text(summary_of(answers))
    assert text.count("passes more often than p/0: 11 prompts to 0") == 4
    assert "6 other pairs: no clear difference.\np is adjusted for 10 pairs (Holm).\n" in text


def test_a_narrow_terminal_gets_blocks_and_no_line_is_too_long() -> None:
    more = {"seconds": 1.5, "output_tokens": 100, "cost_usd": 0.001}
    answers = [replace(each, cost_usd=0.001 * each.line) for each in outcomes("p/a-rather-long-name", 5, 9, **more)]
    summary = summary_of(answers)
    assert summary_text(summary, 200).startswith("MODEL")
    narrow = summary_text(summary, 50).splitlines()
    assert narrow[:3] == ["p/a-rather-long-name", "  prompts  9", "  passed   56 % (27–81 %)"]
    assert all(len(line) <= 50 for line in narrow)
    assert summary_object(summary)["models"][0]["cost_usd"]["mean"] == 0.004

"""`textchat ask --json` against servers that bend their protocol, whole and byte by byte: the reply is right."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.commands.contract import check_reply
from tests.commands.program import Program, Ran
from tests.flow.terminal import isolated_environment
from tests.servers.strange import (
    choices,
    encodings,
    errors,
    figures,
    finish_reasons,
    framing,
    mends,
    refusals,
    thinking,
)
from tests.servers.strange.case import Case, Right
from tests.servers.strange.server import CUTTINGS, StrangeServer

CASES: list[Case] = [
    *finish_reasons.CASES,
    *framing.CASES,
    *choices.CASES,
    *errors.CASES,
    *refusals.CASES,
    *mends.CASES,
    *figures.CASES,
    *thinking.CASES,
    *encodings.CASES,
]
KEY = "sk-a-key-of-the-strange-tests"


@pytest.fixture(scope="module")
def server() -> Iterator[StrangeServer]:
    by_name = {case.name: case for case in CASES}
    assert len(by_name) == len(CASES), "two cases have one name"
    with StrangeServer(by_name) as server:
        yield server


def ask(case: Case, cutting: str, server: StrangeServer, home: Path) -> Ran:
    program = Program(isolated_environment(home, STRANGE_KEY=KEY))
    program.configure(
        f'[providers.strange]\nprotocol = "{case.protocol}"\nbase_url = "{server.url}/{cutting}"\n'
        f'api_key_env = "STRANGE_KEY"\n{case.settings}\n'
        f'[models."strange/{case.name}"]\n{case.model_settings}\n'
    )
    return program.run("ask", "--json", "-m", f"strange/{case.name}", *case.options, "Hello?", code=None)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_reply_is_right_however_it_comes(server: StrangeServer, tmp_path: Path, case: Case) -> None:
    with ThreadPoolExecutor() as threads:  # many a case is a pause
        runs = list(threads.map(lambda cutting: ask(case, cutting, server, tmp_path / cutting), CUTTINGS))
    for cutting, ran in zip(CUTTINGS, runs, strict=True):
        assert KEY not in ran.out + ran.errors
        end = check_reply(ran.lines)
        assert ran.code == (0 if end["error"] is None else 1)
        check(end, case.right)
        assert server.asked(cutting, case.name) == case.right.requests


def check(end: dict[str, Any], right: Right) -> None:
    """The last line against what is right."""
    if right.or_fails and end["error"] is not None:
        return
    shown = str(end)
    error = end["error"] or {"kind": None, "message": "", "status": None}
    kind = "any" if right.error == "any" and error["kind"] else error["kind"]
    assert (kind, end["text"], end["reasoning"]) == (right.error, right.text, right.reasoning), shown
    if right.error is None or right.finish is not None:
        assert end["finish_reason"] == right.finish, shown
    assert right.status in (None, error["status"]), shown
    message = error["message"].casefold()
    assert [words for words in right.says if words.casefold() not in message] == [], shown
    assert [words for words in right.never if words.casefold() in message] == [], shown
    assert {name: end["usage"][name] for name in right.usage} == right.usage, shown
    assert right.at_most_usd is None or 0 < end["cost_usd"] <= right.at_most_usd, shown
    if right.note is None:
        assert end["note"] is None, shown
    else:
        assert end["note"] is not None and right.note.casefold() in end["note"].casefold(), shown

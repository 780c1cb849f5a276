"""A store that cannot be written: what only reads works and says so once, what writes refuses before it begins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.program import Program
from tests.servers.openai import OpenAIServer
from textchat.config import paths


@pytest.fixture
def database(program: Program, server: OpenAIServer) -> Iterator[Path]:
    """The file of one saved conversation, in a folder that nobody may write to."""
    server.say("fast", "An answer.")
    program.run("ask", "--save", "-m", "local/fast", "a banana")
    path = paths.database(program.environment)
    path.chmod(0o444)
    path.parent.chmod(0o555)
    yield path
    path.parent.chmod(0o700)


def test_what_only_reads_works_and_says_so_once(program: Program, database: Path) -> None:
    said = f"Conversations are read-only: cannot write {database}. Check the permissions of {database.parent}"
    (line,) = (ran := program.run("conversations", "list")).out.splitlines()
    assert ran.error.startswith(said)
    id_ = line.split()[0]
    for words, found in {
        ("search", "banana"): "a banana",
        ("show", id_): "An answer.",
        ("export", "--all", "--format", "json"): '"An answer."',
        (): "1 conversation",
    }.items():
        ran = program.run("conversations", *words)
        assert found in ran.out
        assert ran.error.startswith(said)
    ran = program.run("stats", "--json")
    assert ran.error.startswith(said)
    assert [json.loads(line)["requests"] for line in ran.out.splitlines()] == [1]


def test_what_writes_refuses_before_anything_is_sent_or_read(
    program: Program, server: OpenAIServer, database: Path
) -> None:
    before = database.read_bytes(), len(server.requests)
    for words in (
        ("ask", "--save", "more"),
        ("compare", "--save", "more"),
        ("conversations", "import", "nosuch.json"),
        ("conversations", "delete", "--yes", "--older-than", "1"),
        ("conversations", "vacuum"),
    ):
        ran = program.run(*words, code=1)
        assert ran.out == ""
        assert ran.error.startswith(f"Cannot write {database}. Check the permissions of ")
    assert (database.read_bytes(), len(server.requests)) == before


def test_an_answer_that_is_not_to_be_kept_is_given_all_the_same(
    program: Program, server: OpenAIServer, database: Path
) -> None:
    with program.config.open("a") as config:
        config.write("[budget]\nday_usd = 5.0\n")
    server.say("fast", "Another answer.")
    assert program.run("ask", "more").out == "Another answer."

"""`textchat models` against servers whose lists of models have a form of their own, or that have none."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.commands.program import Program, Ran
from tests.flow.terminal import isolated_environment
from tests.servers.http import Exchange, LoopbackServer
from tests.servers.strange.encodings import brotli
from tests.servers.strange.wire import ANTHROPIC, GEMINI, OLLAMA, OPENAI
from textchat.core.configuration import Protocol

COUNTS = 'models = ["mine"]'


@dataclass(frozen=True)
class Listed:
    """What a server answers to a request for its models, and the names that are right."""

    name: str
    body: Any
    """A document or bytes."""
    names: Sequence[str] | None
    """None: no list, which is said."""
    protocol: Protocol = OPENAI
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    says: str = ""
    settings: str = ""

    def __str__(self) -> str:
        return f"{self.protocol}, {self.name}"


ALPHA_BETA = ("alpha", "beta")
LISTS = [
    # Ollama's /v1/models without a model (openai.go, ToListCompletion: a nil slice)
    Listed("null", {"object": "list", "data": None}, ()),
    Listed("empty", {"object": "list", "data": []}, ()),
    Listed("names", {"object": "list", "data": ["alpha", "beta"]}, ALPHA_BETA),
    Listed("names alone", ["alpha", "beta"], ALPHA_BETA),
    Listed("names as models", {"models": ["alpha", "beta"]}, ALPHA_BETA),
    Listed("numbers between", {"data": [{"id": 7}, {"id": "alpha"}, 3, None, {"id": "beta"}]}, ALPHA_BETA),
    Listed("by name", {"data": {"alpha": {"id": "alpha"}}}, ("alpha",)),
    Listed("by name without ids", {"data": {"alpha": {"owned_by": "me"}, "beta": {}}}, ALPHA_BETA),
    Listed("a result", {"result": [{"id": "alpha"}]}, None, says="list of models"),
    Listed("with other kinds", {"data": [{"id": "gpt-x"}, {"id": "whisper-1"}]}, ("gpt-x", "whisper-1")),
    Listed("the first page for ever", {"data": [{"id": "alpha"}], "has_more": True, "last_id": "alpha"}, ("alpha",)),
    Listed("nothing", {}, None, says="list of models"),
    Listed("no list", {"data": 7}, None, says="list of models"),
    Listed("words", "hello", None, says="list of models"),
    Listed("a page", b"<html><title>Sign in</title></html>", None, headers={"Content-Type": "text/html"}),
    Listed("null", {"data": None}, (), ANTHROPIC),
    Listed("names", {"data": ["alpha", "beta"]}, ALPHA_BETA, ANTHROPIC),
    Listed("null", {"models": None}, (), GEMINI),
    Listed("names", {"models": ["models/alpha", "beta"]}, ALPHA_BETA, GEMINI),
    Listed("null", {"models": None}, (), OLLAMA),
    Listed("names", {"models": ["alpha", "beta"]}, ALPHA_BETA, OLLAMA),
    *(Listed(f"{status}", {"detail": "Not Found"}, None, status=status, says="no list") for status in (404, 405, 501)),
    *(
        Listed(f"{status}, the settings name some", {"detail": "no"}, ("mine",), status=status, settings=COUNTS)
        for status in (404, 405, 501)
    ),
    *(
        Listed(f"{name}, the settings name some", document, ("mine",), settings=COUNTS)
        for name, document in {"null": {"data": None}, "empty": {"data": []}, "nothing": {}}.items()
    ),
    Listed("a list, and the settings name some", {"data": [{"id": "alpha"}]}, ("alpha",), settings=COUNTS),
    Listed("brotli", brotli(b'{"data": []}' + b" " * 300), None, headers={"Content-Encoding": "br"}, says="br"),
    Listed(
        "gzip of gzip",
        gzip.compress(gzip.compress(b'{"data": []}')),
        None,
        headers={"Content-Encoding": "gzip, gzip"},
        says="gzip",
    ),
]


class ListServer(LoopbackServer):
    """Answers every request with one list."""

    listed = LISTS[0]

    async def answer(self, exchange: Exchange) -> None:
        body = self.listed.body if isinstance(self.listed.body, bytes) else json.dumps(self.listed.body).encode()
        await exchange.reply(self.listed.status, body, self.listed.headers)


@pytest.fixture(scope="module")
def server() -> Iterator[ListServer]:
    with ListServer() as server:
        yield server


def models(server: ListServer, listed: Listed, home: Path) -> Ran:
    server.listed = listed
    program = Program(isolated_environment(home))
    program.configure(
        f'[providers.strange]\nprotocol = "{listed.protocol}"\nbase_url = "{server.url}"\n{listed.settings}\n'
    )
    return program.run("models", "strange", code=None)


@pytest.mark.parametrize("listed", LISTS, ids=str)
def test_a_list_of_its_own_form(server: ListServer, tmp_path: Path, listed: Listed) -> None:
    ran = models(server, listed, tmp_path)
    if listed.names is None:
        assert (ran.code, ran.out) == (1, ""), ran
        assert listed.says in ran.error, ran
        assert "`textchat models" not in ran.error, "the advice is the command that has just failed"
    else:
        assert (ran.code, ran.out.split()) == (0, [f"strange/{name}" for name in listed.names]), ran

"""Bodies that unpack to far more than was sent are refused in one sentence, by `ask` and by `models`."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.commands.program import Program
from tests.flow.terminal import isolated_environment
from tests.servers.http import Exchange, LoopbackServer
from tests.servers.strange.bombs import MIB, long_line, zeros, zeros_twice


@cache
def packed(line: bytes) -> bytes:
    return gzip.compress(line * (64 * MIB // len(line)))


BOMBS: dict[str, tuple[str, Callable[[], Iterable[bytes]], str, str]] = {
    "gzip of gzip": ("gzip, gzip", lambda: [zeros_twice(64 * MIB)], "gzip of gzip", "gzip of gzip"),
    "gzip": ("gzip", lambda: [zeros(64 * MIB)], "more than", "too long"),
    "pings": ("gzip", lambda: [packed(b": ping\n\n")], "without any text", "too long"),
    "line feeds": ("gzip", lambda: [packed(b"\n")], "without any text", "too long"),
    "a long line": ("identity", lambda: list(long_line(8 * MIB)), "more than", "too long"),
}
"""Made when they are asked for: packing them takes longer than to collect all tests of this folder."""
COMMANDS = {
    "ask": ("ask", "--json", "-m", "bomb/any", "Hello?"),
    "ask, blocking": ("ask", "--json", "--no-stream", "-m", "bomb/any", "Hello?"),
    "models": ("models", "bomb"),
}


class BombServer(LoopbackServer):
    """Answers every request with one body."""

    encoding = ""
    pieces: Iterable[bytes] = ()

    async def answer(self, exchange: Exchange) -> None:
        await exchange.head(200, {"Content-Type": "text/event-stream", "Content-Encoding": self.encoding})
        for piece in self.pieces:
            await exchange.send(piece)
        await exchange.end()


@pytest.fixture(scope="module")
def server() -> Iterator[BombServer]:
    with BombServer() as server:
        yield server


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_one_sentence(server: BombServer, tmp_path: Path, bomb: str, command: str) -> None:
    server.encoding, pieces, of_reply, of_list = BOMBS[bomb]
    server.pieces = pieces()
    program = Program(isolated_environment(tmp_path))
    program.configure(
        f'[providers.bomb]\nprotocol = "openai"\nbase_url = "{server.url}"\nretries = 0\nmax_event_bytes = {MIB}\n'
    )
    ran = program.run(*COMMANDS[command], code=1)
    if command == "models":
        assert of_list in ran.error
    else:
        end = ran.lines[-1]
        assert (end["status"], end["error"]["kind"], end["text"]) == ("failed", "protocol", "")
        assert of_reply in end["error"]["message"]
    assert "Traceback" not in ran.errors


def test_a_list_of_models_is_read_to_a_bound_of_its_own(server: BombServer, tmp_path: Path) -> None:
    # Five million empty objects take half a gigabyte, and are no event that a setting of events is about.
    server.encoding, server.pieces = "identity", [b'{"data":[' + b"{}," * MIB + b"{}]}"]
    program = Program(isolated_environment(tmp_path))
    program.configure(f'[providers.bomb]\nprotocol = "openai"\nbase_url = "{server.url}"\n')
    assert "too long" in program.run("models", "bomb", code=1).error

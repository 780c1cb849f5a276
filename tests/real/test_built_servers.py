"""llama-cpp-python's server answers one request at a time: a second one breaks the first off, by a plain `[DONE]`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.contract import check_reply
from tests.flow.terminal import PATIENCE_S, TEXTCHAT, isolated_environment
from tests.real.llama_cpp_server import MODEL, LlamaCppServer

pytestmark = pytest.mark.built_server

LONG = "2000"
PIECES = 8


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaCppServer]:
    with LlamaCppServer(tmp_path_factory.mktemp("llama")) as server:
        yield server


@pytest.fixture
def environment(llama: LlamaCppServer, tmp_path: Path) -> dict[str, str]:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[providers.llama]\nprotocol = "openai"\nbase_url = "{llama.base_url}"\nretries = 0\nrepeat_limit = 0\n'
    )
    return isolated_environment(tmp_path / "home", TEXTCHAT_CONFIG=str(config))


def asking(environment: dict[str, str], most_tokens: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*TEXTCHAT, "ask", "--json", "--max-tokens", most_tokens, "-m", f"llama/{MODEL}", "hi"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_reply_by_itself_stops_at_its_length(environment: dict[str, str]) -> None:
    with asking(environment, "20") as program:
        out, errors = program.communicate(timeout=PATIENCE_S)
    end = check_reply([json.loads(line) for line in out.splitlines()])
    assert (end["status"], end["finish_reason"], end["note"]) == ("complete", "length", None), errors
    assert end["text"]


def test_a_reply_that_a_second_request_breaks_off_is_never_complete_in_silence(environment: dict[str, str]) -> None:
    with asking(environment, LONG) as first:
        assert first.stdout is not None
        begun = [first.stdout.readline() for _ in range(PIECES)]
        with asking(environment, "20") as second:
            out, _ = second.communicate(timeout=PATIENCE_S)
        rest, errors = first.communicate(timeout=PATIENCE_S)
    cut = check_reply([json.loads(line) for line in [*begun, *rest.splitlines()]])
    other = check_reply([json.loads(line) for line in out.splitlines()])
    assert cut["finish_reason"] is None, "the server no longer breaks the first one off"
    assert cut["text"]
    assert cut["error"] is not None or (cut["note"] and "cut off" in cut["note"]), cut
    assert errors, "it is said on standard error as well"
    assert (other["status"], other["finish_reason"]) == ("complete", "length")


def test_two_panes_at_once_are_each_whole_or_say_so(environment: dict[str, str]) -> None:
    ran = subprocess.run(
        [*TEXTCHAT, "compare", "--json", "--max-tokens", "200", *["-m", f"llama/{MODEL}"] * 2, "hi"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    ends = [line for line in map(json.loads, ran.stdout.splitlines()) if line["type"] == "end"]
    assert len(ends) == 2
    for end in ends:
        assert end["finish_reason"] is not None or end["note"] is not None or end["error"] is not None, end

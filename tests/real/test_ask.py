"""`textchat ask` and `textchat models` against the LiteLLM proxy."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

from tests.flow.terminal import PATIENCE_S, TEXTCHAT
from tests.real.conftest import STREAMED
from tests.real.litellm_proxy import BRIDGED, LONG, MOCKS, SHORT, UPSTREAM, LiteLLMProxy

pytestmark = pytest.mark.real_server

Environment = dict[str, str]


def run(environment: Environment, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TEXTCHAT, *words],
        env=environment,
        cwd=environment["HOME"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )


def ask(environment: Environment, model: str, *options: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code and the lines of `ask --json`."""
    ran = run(environment, "ask", "--json", "-m", model, *options, "Say hello.")
    assert environment.get("LITE_KEY", "…") not in ran.stdout + ran.stderr
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()]


def test_a_reply_streams(environment: Environment) -> None:
    code, lines = ask(environment, "lite/short")
    start, *pieces, end = lines
    assert (code, start) == (0, {"type": "start", "model": "lite/short", "stream": True})
    assert len(pieces) > 5
    assert "".join(piece["text"] for piece in pieces) == end["text"] == SHORT
    assert (end["status"], end["finish_reason"], end["error"]) == ("complete", "stop", None)
    assert end["usage"]["source"] == "reported"
    assert end["usage"]["output_tokens"] > 5
    assert 0 < end["timing"]["first_token_s"] <= end["timing"]["total_s"]


def test_a_blocking_request_brings_the_same_text_at_once(environment: Environment) -> None:
    code, (start, piece, end) = ask(environment, "lite/short", "--no-stream")
    assert (code, start["stream"], piece["text"], end["text"]) == (0, False, SHORT, SHORT)
    assert (end["status"], end["finish_reason"], end["usage"]["source"]) == ("complete", "stop", "reported")
    assert end["timing"]["tokens_per_s"] is None, "one piece has no speed"


@pytest.mark.parametrize(
    ("model", "kind", "status"),
    [
        ("rate-limited", "rate_limit", 429),
        ("too-long", "context_length", 400),
        ("filtered", "content_filter", 400),
        ("broken", "server", 500),
        ("unreachable", "server", 500),
        ("never-heard-of", "not_found", 400),
        ("nobody", "not_found", 404),
        ("overflowing", "context_length", 400),
    ],
)
@pytest.mark.parametrize("options", [(), ("--no-stream",)], ids=["stream", "blocking"])
def test_what_the_proxy_refuses_has_its_kind(
    environment: Environment, model: str, kind: str, status: int, options: Sequence[str]
) -> None:
    code, lines = ask(environment, f"lite/{model}", *options)
    end = lines[-1]
    assert (code, end["status"], end["text"]) == (1, "failed", "")
    assert (end["error"]["kind"], end["error"]["status"]) == (kind, status)
    assert len(end["error"]["message"].splitlines()) == 1


def test_the_advice_for_an_unknown_model_is_the_list(environment: Environment) -> None:
    _, lines = ask(environment, "lite/never-heard-of")
    assert "`textchat models lite`" in lines[-1]["error"]["message"]


def test_what_is_too_long_is_to_be_shortened(environment: Environment) -> None:
    _, lines = ask(environment, "lite/overflowing")
    assert "maximum context length" in lines[-1]["error"]["message"]
    assert "Shorten" in lines[-1]["error"]["message"]


@pytest.mark.parametrize("options", [(), ("--no-stream",)], ids=["stream", "blocking"])
@pytest.mark.parametrize("model", ["short", "streaming"])
def test_the_gemini_route_never_reports_a_zero_beside_a_text(
    environment: Environment, model: str, options: Sequence[str]
) -> None:
    code, lines = ask(environment, f"lite-gemini/{model}", *options)
    end = lines[-1]
    assert (code, end["text"]) == (0, SHORT if model == "short" else STREAMED), end["error"]
    assert end["usage"]["output_tokens"] > 5
    assert end["usage"]["input_tokens"] > 1


@pytest.mark.parametrize("options", [(), ("--no-stream",)], ids=["stream", "blocking"])
def test_the_responses_route_brings_the_same_text(environment: Environment, options: Sequence[str]) -> None:
    code, lines = ask(environment, "lite-responses/bridged", *options)
    end = lines[-1]
    assert (code, end["text"], end["finish_reason"], end["note"]) == (0, STREAMED, "stop", None), end["error"]
    assert end["usage"]["output_tokens"] > 5


@pytest.mark.parametrize(
    ("model", "kind"), [("never-heard-of", "not_found"), ("bridged-overflowing", "context_length")]
)
def test_what_the_responses_route_refuses_has_its_kind(environment: Environment, model: str, kind: str) -> None:
    code, lines = ask(environment, f"lite-responses/{model}")
    assert (code, lines[-1]["error"]["kind"]) == (1, kind), lines[-1]["error"]


def test_no_key_is_an_authentication_error(environment: Environment) -> None:
    del environment["LITE_KEY"]
    code, lines = ask(environment, "lite/short")
    assert code == 1
    assert (lines[-1]["error"]["kind"], lines[-1]["error"]["status"]) == ("authentication", 401)
    assert "LITE_KEY" in lines[-1]["error"]["message"]


def test_a_wrong_key_is_refused_in_the_servers_words(environment: Environment) -> None:
    # Without a database LiteLLM cannot look a key up, and says so with status 400.
    environment["LITE_KEY"] = "sk-a-key-nobody-gave-out"
    code, lines = ask(environment, "lite/short")
    assert code == 1
    assert "No connected db" in lines[-1]["error"]["message"]


def test_ctrl_c_keeps_what_arrived(environment: Environment) -> None:
    with subprocess.Popen(
        [*TEXTCHAT, "ask", "--json", "-m", "lite/long", "Count."],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        seen = [json.loads(program.stdout.readline()) for _ in range(2)]
        program.send_signal(signal.SIGINT)
        lines = seen + [json.loads(line) for line in program.stdout]
    assert program.returncode == 130
    end = lines[-1]
    assert end["status"] == "cancelled"
    assert 0 < len(end["text"]) < len(LONG)
    assert LONG.startswith(end["text"])
    assert end["text"] == "".join(line["text"] for line in lines[1:-1])


def test_models_are_listed(environment: Environment, proxy: LiteLLMProxy) -> None:
    ran = run(environment, "models", "lite")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert {f"lite/{name}" for name in (*MOCKS, *UPSTREAM, *BRIDGED)} == set(ran.stdout.split())


def test_a_dead_server_is_one_line(environment: Environment) -> None:
    environment["OPENAI_API_KEY"] = "sk-unused"
    environment["OPENAI_BASE_URL"] = "http://127.0.0.1:9/v1"
    ran = run(environment, "models")
    assert "lite/short" in ran.stdout.split()
    (line,) = [line for line in ran.stderr.splitlines() if "openai" in line]
    assert "127.0.0.1:9" in line

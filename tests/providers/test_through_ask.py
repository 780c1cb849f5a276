"""`textchat ask --json` ends with the same object for an answer, however its bytes came and whether it was streamed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.commands.contract import check_reply
from tests.examples import IN_CI
from tests.providers import openai_transcripts, responses_transcripts, test_anthropic, test_gemini, test_ollama
from tests.providers.transcripts import CUTTINGS, KEY, Outcome, Transcript, TranscriptServer, ways
from tests.servers.openai import WHOLE
from textchat.cli import main
from textchat.core.configuration import Protocol

TRANSCRIPTS: Mapping[Protocol, list[Transcript]] = {
    Protocol.OPENAI: openai_transcripts.TRANSCRIPTS,
    # The others of these differ in what the table tests of the protocol itself see.
    Protocol.OPENAI_RESPONSES: [*responses_transcripts.NORMAL[:5:2], *responses_transcripts.FAILED[:2]],
    Protocol.ANTHROPIC: test_anthropic.TRANSCRIPTS,
    Protocol.GEMINI: test_gemini.TRANSCRIPTS,
    Protocol.OLLAMA: test_ollama.TRANSCRIPTS,
}


@pytest.fixture(scope="module")
def server() -> Iterator[TranscriptServer]:
    with TranscriptServer() as running:
        yield running


@pytest.fixture
def configured(server: TranscriptServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider for each protocol, all at the one server."""
    tables = [
        f'[providers.{protocol}-tested]\nprotocol = "{protocol}"\nbase_url = "{server.url}"\n'
        'api_key_env = "TESTED_KEY"\nretries = 0\n'
        for protocol in TRANSCRIPTS
    ]
    config = tmp_path / "config.toml"
    config.write_text("\n".join(tables))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setattr("sys.stdin", None)
    monkeypatch.setenv("TEXTCHAT_CONFIG", str(config))
    monkeypatch.setenv("TESTED_KEY", KEY)


HELLO_TOKENS = 9
"""Of "Hello?": two, and what surrounds a message."""


def ask(model: str, *options: str) -> int:
    return main(["ask", "--json", "-m", model, *options, "Hello?"])


def expected(outcome: Outcome) -> dict[str, Any]:
    """The part of the `end` object that an outcome says."""
    usage = outcome.usage or (None, None, None, None)
    error = None if outcome.error is None else {"kind": str(outcome.error), "status": outcome.status}
    return {
        "status": "complete" if outcome.error is None else "failed",
        "finish_reason": outcome.finish,
        "text": outcome.text,
        "reasoning": outcome.reasoning,
        "usage": dict(zip(("input_tokens", "output_tokens", "reasoning_tokens"), usage[:3], strict=True)),
        "error": error,
    }


def told(end: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    usage = {name: end["usage"][name] for name in ("input_tokens", "output_tokens", "reasoning_tokens")}
    if outcome.usage is None:
        assert end["usage"]["source"] == "estimated"
        usage = dict.fromkeys(usage)
    elif end["usage"]["input_source"] == "estimated":
        assert usage["input_tokens"] == HELLO_TOKENS, "by the vocabulary, which the protocol's own tests do not load"
        usage["input_tokens"] = outcome.usage[0]
    error = None if end["error"] is None else {name: end["error"][name] for name in ("kind", "status")}
    return {
        **{name: end[name] for name in ("status", "finish_reason", "text", "reasoning")},
        "usage": usage,
        "error": error,
    }


CASES = [(protocol, transcript) for protocol, transcripts in TRANSCRIPTS.items() for transcript in transcripts]


@pytest.mark.parametrize(("protocol", "transcript"), CASES, ids=str)
@pytest.mark.usefixtures("configured")
def test_every_way_ends_with_the_same_object(
    server: TranscriptServer, capfd: pytest.CaptureFixture[str], protocol: Protocol, transcript: Transcript
) -> None:
    server.transcript = transcript
    ends = []
    for _, way in ways([transcript]):
        if way == "cuts-2" or (way == "bytes" and not IN_CI):
            continue  # one random cut is enough once more, and each byte for itself takes longest
        server.is_streaming = way != "whole"
        server.cutting = CUTTINGS.get(way, WHOLE)
        code = ask(f"{protocol}-tested/a-model", *(() if server.is_streaming else ("--no-stream",)))
        out, errors = capfd.readouterr()
        lines = [json.loads(line) for line in out.splitlines()]
        end = check_reply(lines)
        calls = [(line["name"], line["arguments"]) for line in lines if line["type"] == "tool_call"]
        assert code == (0 if transcript.expected.error is None else 1)
        assert calls == [call[1:] for call in transcript.expected.calls]
        assert told(end, transcript.expected) == expected(transcript.expected)
        assert KEY not in out + errors
        ends.append({name: value for name, value in end.items() if name not in ("timing", "error")})
    assert all(end == ends[0] for end in ends)

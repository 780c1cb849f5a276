"""A recorded stream is played back byte for byte, at its own pace or another; damage is said, not hidden."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.scripted import Clock
from tests.examples import examples
from tests.providers.transcripts import KEY, Outcome, provider_for, request_of
from tests.servers.openai import BYTEWISE, Close, Finish, OpenAIServer, Step, Think
from textchat.core.configuration import Protocol, ProviderSettings
from textchat.core.errors import ConfigurationError, ErrorKind, NotFoundError
from textchat.core.generation import Limits, run_reply
from textchat.core.parameters import Parameters
from textchat.core.provider import Provider
from textchat.core.reply import Reply
from textchat.core.trace import Trace
from textchat.providers.recording import SUFFIX, Recorder, read_recording
from textchat.providers.replay import ReplayProvider


async def outcome(provider: Provider, tap: Any = None, **parameters: Any) -> Outcome:
    reply = Reply(conversation_id="c", parent_id="1", model="tested/a-model")
    request = request_of()
    if parameters:
        request = type(request)(request.model, request.messages, Parameters(extra=parameters))
    await run_reply(provider, request, reply, limits=Limits(retries=0), tap=tap)
    await provider.aclose()
    return Outcome.of(reply)


async def recorded(folder: Path, *steps: Step) -> Outcome:
    """What came of the real thing, recorded as `a-model` in `folder`."""
    recorder = Recorder(folder / "a-model.jsonl", Protocol.OPENAI)
    with OpenAIServer() as server:
        server.script("a-model", *steps)
        server.cutting = BYTEWISE
        live = await outcome(provider_for(Protocol.OPENAI, server.base_url), recorder)
    recorder.close(is_complete=live.error is None)
    return live


def player(folder: Path, clock: Clock | None = None) -> ReplayProvider:
    settings = ProviderSettings("tape", Protocol.REPLAY, f"file://{folder}")
    clock = clock or Clock()
    return ReplayProvider(settings, clock=clock, sleep=clock.sleep)


SCRIPTS: Sequence[tuple[Step, ...]] = (
    (Think("hm, 🙂"), "Grüße ", "an alle", Finish(usage=(3, 4))),
    ("Half an ans", Close()),
    (Finish("content_filter"),),
)


@pytest.mark.parametrize("steps", SCRIPTS, ids=["whole", "cut", "empty"])
async def test_what_was_recorded_is_what_is_played(tmp_path: Path, steps: tuple[Step, ...]) -> None:
    live = await recorded(tmp_path, *steps)
    trace = Trace()
    assert await outcome(player(tmp_path), trace) == live
    seen = b"".join(chunk.data for chunk in trace.exchanges[0].chunks)
    assert seen == b"".join(data for _, data in read_recording(tmp_path / "a-model.jsonl").pieces)


async def test_a_recording_is_private_and_holds_no_key(tmp_path: Path) -> None:
    await recorded(tmp_path, "Hello")
    path = tmp_path / "a-model.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    assert KEY not in path.read_text()
    assert "Hello?" not in path.read_text()


async def test_a_refusal_is_recorded_too(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a-model.jsonl", Protocol.OPENAI)
    with OpenAIServer() as server:
        server.refuse("a-model", 429, "Slow down", headers={"Retry-After": "9"})
        live = await outcome(provider_for(Protocol.OPENAI, server.base_url), recorder)
    recorder.close(is_complete=True)
    assert live.error is ErrorKind.RATE_LIMIT
    assert await outcome(player(tmp_path)) == live


def write(folder: Path, *lines: object) -> None:
    text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / "a-model.jsonl").write_text("\n".join(text) + "\n")


HEAD = {"textchat": "recording", "version": 1, "protocol": "openai", "url": "u", "status": 200, "headers": {}}
PIECE = 'data: {"choices": [{"delta": {"content": "%s"}}]}\n\n'
DONE = {"t": 4.0, "text": "data: [DONE]\n\n"}


@pytest.mark.parametrize(("speed", "pauses"), [(1, [1.0, 0.5, 2.5]), (10, [0.1, 0.05, 0.25]), (0, [])])
async def test_it_keeps_its_pace_or_another(tmp_path: Path, speed: float, pauses: list[float]) -> None:
    write(
        tmp_path, HEAD, {"t": 1.0, "text": PIECE % "a"}, {"t": 1.5, "text": PIECE % "b"}, DONE, {"t": 4.1, "end": True}
    )
    clock = Clock()
    assert (await outcome(player(tmp_path, clock), speed=speed)).text == "ab"
    assert clock.slept == pytest.approx(pauses)


async def test_sleeps_that_last_too_long_do_not_add_up(tmp_path: Path) -> None:
    class Late(Clock):
        async def sleep(self, seconds: float) -> None:
            await super().sleep(seconds)
            self.now += 0.5

    pieces = [{"t": 1.0 + number / 10, "text": PIECE % "a"} for number in range(21)]
    write(tmp_path, HEAD, *pieces, DONE, {"t": 4.1, "end": True})
    clock = Late()
    started = clock.now
    assert (await outcome(player(tmp_path, clock))).text == "a" * 21
    assert clock.now - started == pytest.approx(4.5)


async def test_a_damaged_recording_plays_as_far_as_it_can_be_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        HEAD,
        {"t": 1.0, "text": PIECE % "a"},
        "not json",
        {"t": "late", "text": "x"},
        {"t": 2, "base64": "###"},
        '{"t": 1e999, "text": "never"}',
        {"t": 2.0, "text": PIECE % "b"},
        '{"t": 3.0, "text": "data: {',
    )
    played = await outcome(player(tmp_path))
    assert (played.text, played.error) == ("ab", ErrorKind.NETWORK)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("",),
        ({"hello": 1},),
        ({**HEAD, "version": 2},),
        ({**HEAD, "protocol": "replay"},),
        ({**HEAD, "protocol": ["openai"]},),
    ],
)
async def test_what_is_no_recording_is_said_to_be_none(tmp_path: Path, lines: tuple[object, ...]) -> None:
    write(tmp_path, *lines)
    with pytest.raises(ConfigurationError, match="a-model"):
        read_recording(tmp_path / "a-model.jsonl")
    assert (await outcome(player(tmp_path))).error is ErrorKind.PROTOCOL


@pytest.mark.parametrize("name", ["nothing", "../a-model", "/etc/passwd"])
async def test_only_what_is_in_the_folder_is_played(tmp_path: Path, name: str) -> None:
    write(tmp_path, HEAD, DONE)
    (tmp_path / "inner").mkdir()
    reply = Reply(conversation_id="c", parent_id=None, model=f"tape/{name}")
    await run_reply(player(tmp_path / "inner"), type(request_of())(name, request_of().messages), reply)
    assert reply.error is not None
    assert reply.error.kind is ErrorKind.NOT_FOUND


async def test_recordings_are_listed(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", "notes.txt"):
        (tmp_path / name).touch()
    assert [model.id for model in await player(tmp_path).list_models()] == ["a", "b"]
    assert await player(tmp_path / "missing").list_models() == []


@settings(max_examples=examples(80), deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=20), max_size=8))
def test_any_bytes_survive(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("tape") / "a-model.jsonl"
    recorder = Recorder(path, Protocol.OLLAMA)
    recorder.requested("POST", "u", {}, b"")
    recorder.responded(200, {})
    for piece in pieces:
        recorder.received(piece)
    recorder.close(is_complete=False)
    recording = read_recording(path)
    assert [data for _, data in recording.pieces] == pieces
    assert (recording.protocol, recording.is_complete) == (Protocol.OLLAMA, False)


@pytest.mark.parametrize("model", ["circle", "a" * 300, "a\0b", "../outside"])
async def test_a_model_that_no_file_in_the_folder_can_be(tmp_path: Path, model: str) -> None:
    (tmp_path / f"circle{SUFFIX}").symlink_to(f"circle{SUFFIX}")
    with pytest.raises(NotFoundError, match="No recording"):
        await player(tmp_path)._recording(model)

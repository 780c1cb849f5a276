"""A trace tells of each raw piece when it came and what it said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.providers import test_anthropic, test_gemini, test_ollama
from tests.providers.transcripts import (
    CUTTINGS,
    KEY,
    Transcript,
    TranscriptServer,
    provider_for,
    request_of,
    settings_for,
    sse,
)
from tests.servers.openai import WHOLE
from textchat.core.configuration import Protocol
from textchat.core.errors import ChatError, ErrorKind
from textchat.core.events import (
    Arrived,
    Finished,
    ReasoningDelta,
    RequestWritten,
    SignOfLife,
    StreamEvent,
    TextDelta,
)
from textchat.core.provider import StreamTap
from textchat.core.trace import Exchange, Trace
from textchat.providers.inspection import inspect
from textchat.providers.protocols.by_name import chat_protocol
from textchat.providers.recording import Recorder, read_recording


@pytest.fixture(scope="module")
def server() -> Iterator[TranscriptServer]:
    with TranscriptServer() as running:
        yield running


class Both(StreamTap):
    """Two taps on one exchange."""

    def __init__(self, *taps: StreamTap) -> None:
        self._taps = taps

    def requested(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        for tap in self._taps:
            tap.requested(method, url, headers, body)

    def responded(self, status: int, headers: Mapping[str, str]) -> None:
        for tap in self._taps:
            tap.responded(status, headers)

    def received(self, data: bytes) -> None:
        for tap in self._taps:
            tap.received(data)


async def traced(
    protocol: Protocol, server: TranscriptServer, transcript: Transcript, kept_bytes: int, way: str, path: Path
) -> tuple[list[StreamEvent], Exchange]:
    """What a stream said but for signs of life, which are of pieces without events, and the trace of it.

    A recorder listens as well.
    """
    server.transcript = transcript
    server.is_streaming = way != "whole"
    server.cutting = CUTTINGS.get(way, WHOLE)
    provider = provider_for(protocol, server.url)
    trace, recorder = Trace(kept_bytes), Recorder(path, protocol)
    events: list[StreamEvent] = []
    try:
        async for event in provider.stream(request_of(stream=server.is_streaming), Both(trace, recorder)):
            if not isinstance(event, SignOfLife | RequestWritten | Arrived):
                events.append(event)  # noqa: PERF401 - what came before a failure counts
    except ChatError:
        pass
    finally:
        await provider.aclose()
        recorder.close(is_complete=True)
    (exchange,) = trace.exchanges
    pieces = [data for _, data in read_recording(path).pieces]
    assert exchange.received_chunks == len(pieces)
    if not exchange.dropped_chunks:
        assert [chunk.data for chunk in exchange.chunks] == pieces
    return events, exchange


CASES = [
    (protocol, transcript, way)
    for protocol, transcripts in (
        (Protocol.ANTHROPIC, test_anthropic.TRANSCRIPTS[7:12]),
        (Protocol.GEMINI, test_gemini.TRANSCRIPTS[9:14]),
        (Protocol.OLLAMA, test_ollama.TRANSCRIPTS[5:10]),
    )
    for transcript in transcripts
    for way in ("events", "cuts-1", "whole")
]


@pytest.mark.parametrize(("protocol", "transcript", "way"), CASES, ids=str)
async def test_the_pieces_say_together_what_the_stream_said(
    server: TranscriptServer, tmp_path: Path, protocol: Protocol, transcript: Transcript, way: str
) -> None:
    said, exchange = await traced(protocol, server, transcript, 100_000, way, tmp_path / "r.jsonl")
    chunks = inspect(chat_protocol(settings_for(protocol, "")), exchange)
    assert [event for chunk in chunks for event in chunk.events] == said
    assert [chunk.at for chunk in chunks] == sorted(chunk.at for chunk in chunks)
    assert KEY not in str(exchange)
    if way == "events":
        # As many pieces as events but one: the reader stops at the end, and each tells of itself.
        assert isinstance(chunks[-1].events[-1], Finished)
        assert [chunk.finish_reason for chunk in chunks if chunk.finish_reason]


async def test_ids_and_reasons_stand_at_their_piece(server: TranscriptServer, tmp_path: Path) -> None:
    transcript = test_anthropic.finishing("x", "max_tokens", "length")
    _, exchange = await traced(Protocol.ANTHROPIC, server, transcript, 100_000, "events", tmp_path / "r.jsonl")
    chunks = inspect(chat_protocol(settings_for(Protocol.ANTHROPIC, "")), exchange)
    assert [chunk.id for chunk in chunks if chunk.id] == ["msg_1"]
    assert [chunk.finish_reason for chunk in chunks if chunk.finish_reason] == ["max_tokens"]


async def test_a_gap_and_a_failure_are_survived(server: TranscriptServer, tmp_path: Path) -> None:
    pieces = [sse(test_gemini.piece(f"word {number} ")) for number in range(50)]
    transcript = Transcript("long", test_gemini.NO_PROTOCOL, [*pieces, b"data: {oops\n\n"])
    said, exchange = await traced(Protocol.GEMINI, server, transcript, 2000, "events", tmp_path / "r.jsonl")
    chunks = inspect(chat_protocol(settings_for(Protocol.GEMINI, "")), exchange)
    texts = [event.text for chunk in chunks for event in chunk.events if isinstance(event, TextDelta | ReasoningDelta)]
    assert exchange.dropped_chunks > 30 and len(said) >= 50
    assert texts[0] == "word 0 " and texts[-1] == "word 49 "
    assert chunks[-1].failure and not any(chunk.failure for chunk in chunks[:-1])


async def test_of_a_refusal_nothing_is_read(server: TranscriptServer, tmp_path: Path) -> None:
    transcript = test_anthropic.refused("429", 429, "rate_limit_error", "Slow", ErrorKind.RATE_LIMIT)
    _, exchange = await traced(Protocol.ANTHROPIC, server, transcript, 2000, "events", tmp_path / "r.jsonl")
    (chunk,) = inspect(chat_protocol(settings_for(Protocol.ANTHROPIC, "")), exchange)
    assert (exchange.status, chunk.events, chunk.failure) == (429, (), "")

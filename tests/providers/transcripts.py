"""What a server says, word for word, and what has to come of it: shared by the table tests of all protocols.

Each transcript is served by a real loopback server, streamed in whole events, byte by byte and in random cuts, and as
one blocking answer; all of them have to fold into the same reply.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.examples import IN_CI
from tests.servers.http import Exchange, LoopbackServer
from tests.servers.openai import BYTEWISE, WHOLE, Cutting, random_cuts
from textchat.core.configuration import Protocol as ProtocolName
from textchat.core.configuration import ProviderSettings
from textchat.core.conversation import Message, Role, Source, Status
from textchat.core.errors import ErrorKind
from textchat.core.events import Arrived, RequestWritten, StreamEvent, WireEvent
from textchat.core.figures.tokens import estimate_input_tokens
from textchat.core.generation import Limits, run_reply
from textchat.core.parameters import Parameters
from textchat.core.provider import Request
from textchat.core.reply import Reply
from textchat.providers.http.client import HttpProvider
from textchat.providers.protocols.by_name import chat_protocol

KEY = "sk-a-key-of-the-tests"

CUTTINGS: Mapping[str, Cutting] = {
    "events": WHOLE,
    "bytes": BYTEWISE,
    "cuts-1": random_cuts(1),
    **({"cuts-2": random_cuts(2, longest=7)} if IN_CI else {}),
}


class Outcome(NamedTuple):
    """What a reply has become, less what depends on time."""

    text: str = ""
    reasoning: str = ""
    calls: tuple[tuple[str, str, str], ...] = ()
    """Id, name and arguments."""
    finish: str | None = None
    usage: tuple[int, int, int | None, int | None] | None = None
    """Input, output, reasoning and cached tokens, where the server reported them."""
    error: ErrorKind | None = None
    status: int | None = None
    """The HTTP status of the error."""

    @classmethod
    def of(cls, reply: Reply) -> Outcome:
        usage = reply.usage
        figures = (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens, usage.cached_tokens)
        assert reply.is_ended
        assert (reply.status is Status.FAILED) == (reply.error is not None)
        return cls(
            reply.text,
            reply.reasoning,
            tuple((call.id, call.name, call.arguments) for call in reply.tool_calls),
            reply.finish_reason,
            figures if usage.source is Source.REPORTED else None,
            reply.error.kind if reply.error else None,
            reply.error.status if reply.error else None,
        )


@dataclass(frozen=True)
class Transcript:
    """One answer in its forms."""

    name: str
    expected: Outcome
    stream: Sequence[bytes] = ()
    """The body of the stream: one element for each event, each sent by itself."""
    whole: Any = None
    """The document of the blocking answer, or its bytes; None where the protocol has no such case."""
    status: int = 200
    """With another, `whole` is what the server answers to both."""
    headers: Mapping[str, str] = field(default_factory=dict)
    breaks: bool = False
    """Whether the connection closes where the stream's body should end."""

    def body(self) -> bytes:
        return self.whole if isinstance(self.whole, bytes) else json.dumps(self.whole, ensure_ascii=False).encode()

    def __str__(self) -> str:
        return self.name


class TranscriptServer(LoopbackServer):
    """Answers every request with one transcript."""

    def __init__(self) -> None:
        super().__init__()
        self.transcript: Transcript | None = None
        self.cutting: Cutting = WHOLE
        self.is_streaming = True
        self.content_type = "text/event-stream"

    async def answer(self, exchange: Exchange) -> None:
        transcript = self.transcript
        assert transcript is not None
        if transcript.status != 200 or not self.is_streaming:
            headers = {"Content-Type": "application/json", **transcript.headers}
            await exchange.head(transcript.status, headers, length=len(transcript.body()))
            await self._send(exchange, transcript.body())
            return
        await exchange.head(200, {"Content-Type": self.content_type, **transcript.headers})
        for event in transcript.stream:
            await self._send(exchange, event)
        if transcript.breaks:
            exchange.close()
        else:
            await exchange.end()

    async def _send(self, exchange: Exchange, data: bytes) -> None:
        for piece in self.cutting(data):
            await exchange.send(piece)


def settings_for(protocol: ProtocolName, base_url: str, **more: Any) -> ProviderSettings:
    return ProviderSettings("tested", protocol, base_url, api_key_env="TESTED_KEY", **more)


def provider_for(protocol: ProtocolName, base_url: str, **more: Any) -> HttpProvider:
    return HttpProvider(chat_protocol(settings_for(protocol, base_url, **more)), environ={"TESTED_KEY": KEY})


def prompt(text: str = "Hello?", **more: Any) -> Message:
    return Message("1", None, Role.USER, text, **more)


def request_of(*messages: Message, **parameters: Any) -> Request:
    return Request("a-model", messages or (prompt(),), Parameters(**parameters))


async def answered(stream: AsyncIterable[WireEvent]) -> list[StreamEvent]:
    """The events of the answer; when they went over the wire depends on time."""
    return [event async for event in stream if not isinstance(event, RequestWritten | Arrived)]


async def outcome_of(protocol: ProtocolName, server: TranscriptServer, transcript: Transcript) -> Outcome:
    """Ask the server for its transcript, once, through the whole way from the socket to the reply."""
    server.transcript = transcript
    provider = provider_for(protocol, server.url)
    reply = Reply(
        conversation_id="c", parent_id="1", model="tested/a-model", input_tokens=estimate_input_tokens([prompt()])
    )
    try:
        request = request_of(stream=server.is_streaming)
        await run_reply(provider, request, reply, limits=Limits(retries=0))
    finally:
        await provider.aclose()
    assert KEY not in str(reply.error)
    return Outcome.of(reply)


def ways(transcripts: Sequence[Transcript]) -> list[tuple[Transcript, str]]:
    """Each transcript in each way it can come."""
    return list(_ways(transcripts))


def _ways(transcripts: Sequence[Transcript]) -> Iterator[tuple[Transcript, str]]:
    for transcript in transcripts:
        if transcript.status == 200:
            for name in CUTTINGS:
                if transcript.stream or transcript.breaks:
                    yield transcript, name
        else:
            yield transcript, "events"
        if transcript.whole is not None:
            yield transcript, "whole"


async def check(protocol: ProtocolName, server: TranscriptServer, transcript: Transcript, way: str) -> None:
    server.is_streaming = way != "whole"
    server.cutting = CUTTINGS.get(way, WHOLE)
    assert await outcome_of(protocol, server, transcript) == transcript.expected


def sse(document: Any, event: str | None = None) -> bytes:
    """A server-sent event that holds JSON, its text as raw UTF-8."""
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(document, ensure_ascii=False)}\n\n".encode()

"""Streams as servers bend them: whatever stands between the pieces of an answer, its text is whole, errors are heard.

Public reports: llama.cpp#16109 and lemonade#2826 (errors outside of data), llm-gateway#2053 and crane#121 (keepalives
and errors as data), eventsource-parser#31 (single line ends), openclaw#14321 (raw control characters), open-webui#9808
(a closing think tag alone).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.providers.transcripts import (
    Outcome,
    Transcript,
    TranscriptServer,
    check,
    provider_for,
    request_of,
    sse,
    ways,
)
from tests.servers.openai import WHOLE as WHOLE_EVENTS
from textchat.core.configuration import Protocol
from textchat.core.conversation import Status
from textchat.core.errors import ErrorKind
from textchat.core.generation import Limits, run_reply
from textchat.core.reply import Reply

DONE = b"data: [DONE]\n\n"
MESSAGE_STOP = sse({"type": "message_stop"})
ANSWER = Outcome("One two.", finish="stop")
CUT = Outcome("One ", error=ErrorKind.PROTOCOL)
CRASHED = Outcome("One ", error=ErrorKind.SERVER)
REFUSED = Outcome(error=ErrorKind.CONTEXT_LENGTH, status=400)
CONTEXT = (
    b'{"error":{"code":400,"message":"request exceeds the available context size","type":"invalid_request_error"}}'
)
KEEPALIVES = [
    b"data: ping\n\n",
    b"data: : OPENROUTER PROCESSING\n\n",
    b"event: ping\ndata: keep-alive\n\n",
    b"data: null\n\n",
    b"data: 7\n\n",
    b'data: ["a", 1]\n\n',
    b'data: "ping"\n\n',
    b"data: [HEARTBEAT]\n\n",
    b"data: {}\n\n",
    b'data: {"object":"status","progress":3}\n\n',
    b"data\n\n",
    b": comment\n\n",
    b"ping\n\n",
]
ERRORS = [
    b'error: {"message":"slot 3 crashed","type":"server_error"}\n\n',
    b"Error: slot 3 crashed\n\n",
    b'{"error":{"message":"slot 3 crashed"}}\n\n',
    b'{\n  "error": {\n    "message": "slot 3 crashed"\n  }\n}\n\n',
    b"data: error: slot 3 crashed\n\n",
    b"data: {'error': {'message': 'slot 3 crashed', 'code': None}}\n\n",
    b'data: "error: slot 3 crashed"\n\n',
    b'event: error\ndata: "slot 3 crashed"\n\n',
    b'event: error\ndata: {"message":"slot 3 crashed"}\n\n',
    b"upstream connect error or disconnect/reset before headers\n",
    b"Internal Server Error\n",
    b"<html><head><title>502 Bad Gateway</title></head></html>\n",
    b"data: <html><head><title>502 Bad Gateway</title></head></html>\n\n",
]
JUNK = [
    b'data: {"id":"c1","choi\n\n',
    b"data: stream closed\n\n",
    b'data: {"id":"c1","choi',
    b'event: error\ndata: {"error":{}}\n\n',
    b"data: [1,\n\n",
    b"%%%\n",
]


def openai(text: str = "", reason: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]}


def anthropic(text: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


def gemini(text: str, reason: str | None = None) -> dict[str, Any]:
    candidate = {"index": 0, "content": {"parts": [{"text": text}]}}
    return {"candidates": [candidate | ({"finishReason": reason} if reason else {})]}


def ollama(text: str, *, done: bool = False) -> bytes:
    end = {"done_reason": "stop"} if done else {}
    return json.dumps({"message": {"content": text}, "done": done, **end}).encode() + b"\n"


PIECES = {
    Protocol.OPENAI: (sse(openai("One ")), sse(openai("two.")), sse(openai(reason="stop")), DONE),
    Protocol.ANTHROPIC: (
        sse(anthropic("One ")),
        sse(anthropic("two.")),
        sse({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}),
        MESSAGE_STOP,
    ),
    Protocol.GEMINI: (sse(gemini("One ")), sse(gemini("two.")), sse(gemini("", "STOP")), b""),
    Protocol.OPENAI_RESPONSES: (
        sse({"type": "response.output_text.delta", "delta": "One "}),
        sse({"type": "response.output_text.delta", "delta": "two."}),
        sse({"type": "response.completed", "response": {"output": []}}),
        b"",
    ),
}
"""Two pieces of text, the finish reason and the end marker."""


def lines(*documents: Any) -> bytes:
    return b"".join(b"data: " + json.dumps(document).encode() + b"\n" for document in documents)


def transcripts(protocol: Protocol) -> Iterator[Transcript]:
    one, two, finish, end = PIECES[protocol]
    for number, keepalive in enumerate(KEEPALIVES):
        yield Transcript(f"keepalive {number}", ANSWER, [keepalive, one, keepalive, two, keepalive, finish, end])
    for number, error in enumerate(ERRORS):
        yield Transcript(f"error {number}", CRASHED, [one, error, end])
        yield Transcript(f"error {number} at the end", CRASHED, [one, error])
    for number, junk in enumerate(JUNK):
        yield Transcript(f"junk {number} behind the end", ANSWER, [one, two, finish, junk])
    yield Transcript("a bare error, then the end", REFUSED, [CONTEXT + b"\n\n", end])
    yield Transcript("a bare error behind a comment", REFUSED, [b": ping\n\n", CONTEXT + b"\n"])
    yield Transcript("a bare error, cut off", REFUSED, [b": ping\n\n", CONTEXT])
    yield Transcript("single line ends", ANSWER, [(one + two + finish + end).replace(b"\n\n", b"\n")])
    yield Transcript("no blank line at the end", ANSWER, [one, two, finish[:-1]])
    yield Transcript("no line end at the end", ANSWER, [one, two, finish[:-2]])
    yield Transcript("a prefix twice", ANSWER, [(one + two + finish).replace(b"data:", b"data: data:")])
    yield Transcript("white space before a field", ANSWER, [(one + two + finish).replace(b"data:", b"  Data :")])
    yield Transcript("JSON over lines", ANSWER, [(one + two + finish).replace(b', "', b'\ndata: , "')])
    yield Transcript("glued", ANSWER, [(one + two + finish).replace(b"\n\ndata: ", b"") + b"\n\n"])
    yield Transcript("lines of JSON", ANSWER, [(one + two + finish).replace(b"data: ", b"").replace(b"\n\n", b"\n")])
    yield Transcript("a mark in the middle", ANSWER, [one, b"\xef\xbb\xbf" + two, finish])
    yield Transcript(
        "raw control characters",
        ANSWER._replace(text="One \x07 \x1b\ttwo."),
        [one, two.replace(b"two", b"\x07 \x1b\ttwo"), finish],
    )
    yield Transcript("damage in the middle", CUT, [one, b'data: {"id":"c1","choi\n\n', two, finish, end])
    yield Transcript(
        "a finish reason, damage, nothing else", Outcome(error=ErrorKind.PROTOCOL), [finish, b"data: {\n\n"]
    )
    yield Transcript(
        "an error behind the end", ANSWER._replace(finish=None, error=ErrorKind.SERVER), [one, two, finish, ERRORS[0]]
    )
    thought = "Okay, <b>hi</b>.</think>\n\n"
    for name, text in (("whole", ["One ", "two."]), ("alone", [])):
        said = [one.replace(b"One ", json.dumps(thought)[1:-1].encode()), *([one, two] if text else [])]
        yield Transcript(
            f"a closing tag, {name}",
            Outcome("One two." * bool(text), "Okay, <b>hi</b>.", finish="stop"),
            [*said, finish, end],
        )
    late = [two.replace(b"two.", piece) for piece in (b"says</th", b"ink>", rb"\n", rb"\nHi</think>")]
    yield Transcript("a closing tag, cut", Outcome("Hi</think>", "One says", finish="stop"), [one, *late, finish, end])
    quoted = two.replace(b"two.", b"`</think>` ends it")
    yield Transcript("a tag in code", Outcome("One `</think>` ends it", finish="stop"), [one, quoted, finish, end])
    quoted = two.replace(b"two.", b"the <think>a</think>")
    yield Transcript("both tags", Outcome("One the <think>a</think>", finish="stop"), [one, quoted, finish, end])


BEHIND_THE_END = ("an error behind the end", "a finish reason, damage, nothing else")
"""Not read where the finish reason is the end marker, too."""
CASES = [
    (protocol, transcript, way)
    for protocol in PIECES
    for transcript, way in ways([*transcripts(protocol)])
    if way in (("events", "bytes") if protocol is not Protocol.OPENAI_RESPONSES else ("events",))
    and not (protocol is Protocol.OPENAI_RESPONSES and transcript.name in BEHIND_THE_END)
]
OLLAMA = [
    Transcript("a mark", ANSWER, [b"\xef\xbb\xbf" + ollama("One "), ollama("two.", done=True)]),
    Transcript(
        "keepalives", ANSWER, [b"ping\n\n: x\nnull\n{}\n[1]\n", ollama("One "), b"7\n", ollama("two.", done=True)]
    ),
    Transcript(
        "a raw control character",
        ANSWER._replace(text="One\ttwo."),
        [ollama("One@two.", done=True).replace(b"@", b"\t")],
    ),
    Transcript(
        "as events", ANSWER, [b"data: " + ollama("One ") + b"\n", b"data: " + ollama("two.", done=True) + b"\n"]
    ),
    Transcript("glued", ANSWER, [ollama("One ")[:-1] + ollama("two.", done=True)]),
    Transcript("junk behind the end", ANSWER, [ollama("One two.", done=True), b'{"message":\nclosed\n']),
    Transcript("an error as text", CRASHED, [ollama("One "), b"error: slot 3 crashed\n", ollama("", done=True)]),
    Transcript("an error as Python", CRASHED, [ollama("One "), b"{'error': 'slot 3 crashed'}\n"]),
    Transcript("damage", CUT, [ollama("One "), b'{"message":\n', ollama("two.", done=True)]),
    Transcript(
        "a closing tag", Outcome("two.", "One ", finish="stop"), [ollama("One "), ollama("</think>\n\ntwo.", done=True)]
    ),
]
CASES += [(Protocol.OLLAMA, transcript, way) for transcript, way in ways(OLLAMA) if way in ("events", "bytes")]


@pytest.fixture(scope="module")
def server() -> Iterator[TranscriptServer]:
    with TranscriptServer() as running:
        yield running


@pytest.mark.parametrize(("protocol", "transcript", "way"), CASES, ids=str)
async def test_text_is_whole_and_errors_are_heard(
    server: TranscriptServer, protocol: Protocol, transcript: Transcript, way: str
) -> None:
    await check(protocol, server, transcript, way)


async def ended(server: TranscriptServer, protocol: Protocol, stream: list[bytes]) -> Reply:
    server.is_streaming, server.cutting = True, WHOLE_EVENTS
    server.transcript = Transcript("", ANSWER, stream)
    provider = provider_for(protocol, server.url)
    reply = Reply(conversation_id="c", parent_id="1", model="tested/a-model")
    try:
        await run_reply(provider, request_of(stream=True), reply, limits=Limits(retries=0))
    finally:
        await provider.aclose()
    return reply


@pytest.mark.parametrize("protocol", [Protocol.OPENAI, Protocol.ANTHROPIC])
async def test_an_end_marker_without_a_finish_reason_is_said(server: TranscriptServer, protocol: Protocol) -> None:
    one, _, _, end = PIECES[protocol]
    reply = await ended(server, protocol, [one, end])
    assert (reply.status, reply.finish_reason) == (Status.COMPLETE, None)
    assert "without a finish reason; it may be cut off." in (reply.freeze().note or "")
    reply = await ended(server, protocol, [end])
    assert reply.status is Status.FAILED


async def test_a_finish_reason_needs_no_note(server: TranscriptServer) -> None:
    reply = await ended(server, Protocol.OPENAI, [*PIECES[Protocol.OPENAI]])
    assert reply.freeze().note is None


async def test_the_words_of_an_odd_answer_are_said_where_nothing_else_comes(server: TranscriptServer) -> None:
    reply = await ended(server, Protocol.OPENAI, [b"data: welcome to the gateway\n\n"])
    assert reply.error is not None and "welcome to the gateway" in reply.error.message

"""Where servers put what a model says: parts, thoughts, calls, blocks of a filter, and the words of an unusual end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from textchat.core.configuration import Protocol
from textchat.core.conversation import Message, Status
from textchat.core.errors import ErrorKind
from textchat.core.generation import Limits, run_reply
from textchat.core.reply import Reply

DONE = b"data: [DONE]\n\n"


@pytest.fixture(scope="module")
def server() -> Iterator[TranscriptServer]:
    with TranscriptServer() as running:
        yield running


# -- OpenAI ------------------------------------------------------------------------------------------------------------


def deltas(*given: dict[str, Any], finish: str = "stop") -> list[bytes]:
    ended = {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}
    return [*(sse({"choices": [{"index": 0, "delta": delta}]}) for delta in given), sse(ended), DONE]


def whole(message: dict[str, Any], finish: str = "stop") -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}


THINKING = Outcome("4.", "2 and 2", finish="stop")
OPENAI = [
    *(
        Transcript(
            f"content of one part: {part}",
            Outcome("One two.", finish="stop"),
            deltas({"content": {**part, "text": "One "}}, {"content": part}),
            whole({"content": {**part, "text": "One two."}}),
        )
        for part in ({"type": "text", "text": "two."}, {"text": "two."}, {"type": "output_text", "text": "two."})
    ),
    Transcript(
        "content of a part whose text is an object",
        Outcome("Hello", finish="stop"),
        deltas({"content": [{"type": "text", "text": {"value": "Hello", "annotations": []}}]}),
    ),
    Transcript(
        "content of another kind is none", Outcome(finish="stop"), deltas({"content": 7}, {"content": {"a": []}})
    ),
    *(
        Transcript(
            f"reasoning as {thought}",
            THINKING,
            deltas(thought, {"content": "4."}),
            whole({**thought, "content": "4."}),
        )
        for thought in (
            {"reasoning_text": "2 and 2"},
            {"reasoning_content": {"text": "2 and 2"}},
            {"reasoning": {"type": "summary", "summary": [{"type": "summary_text", "text": "2 and 2"}]}},
            {"reasoning_content": [{"type": "text", "text": "2 and"}, {"type": "text", "text": " 2"}]},
            {"thinking_blocks": [{"type": "thinking", "thinking": "2 and 2", "signature": "Eq=="}]},
            {"reasoning_details": [{"type": "reasoning.summary", "summary": "2 and 2"}, {"data": "Eq=="}]},
        )
    ),
    Transcript(
        "content of one thought",
        THINKING,
        deltas({"content": {"type": "thinking", "thinking": "2 and 2"}}, {"content": "4."}),
    ),
    Transcript(
        "thoughts in the content, as Google marks them",
        THINKING,
        deltas(
            {"content": "<thought>2 and", "extra_content": {"google": {"thought": True}}},
            {"content": " 2", "extra_content": {"google": {"thought": True}}},
            {"content": "</thought>4"},
            {"content": "."},
        ),
    ),
    Transcript(
        "tool calls whose index is a text, interleaved",
        Outcome(calls=(("a", "f", "{}"), ("b", "g", "[]")), finish="tool_calls"),
        deltas(
            {"tool_calls": [{"index": "0", "id": "a", "function": {"name": "f", "arguments": "{"}}]},
            {"tool_calls": [{"index": "1", "id": "b", "function": {"name": "g", "arguments": "["}}]},
            {"tool_calls": [{"index": "0", "function": {"arguments": "}"}}]},
            {"tool_calls": {"index": "1", "function": {"arguments": "]"}}},
            finish="tool_calls",
        ),
    ),
    *(
        Transcript(
            f"words in the place of choices: {choices}",
            Outcome(error=ErrorKind.OVERLOADED),
            [sse({"choices": choices, "message": "The model is overloaded"}), DONE],
            {"choices": choices, "message": "The model is overloaded"},
        )
        for choices in (list[Any](), None)
    ),
    Transcript(
        "words in the place of choices, after text",
        Outcome("Hel", error=ErrorKind.OVERLOADED),
        [sse({"choices": [{"delta": {"content": "Hel"}}]}), sse({"choices": [], "message": "overloaded"}), DONE],
    ),
    Transcript(
        "why the stream stopped early (Groq)",
        Outcome("Hel", error=ErrorKind.OVERLOADED),
        [sse({"choices": [{"delta": {"content": "Hel"}}]}), sse({"choices": [], "x_groq": {"error": "over capacity"}})],
    ),
    Transcript(
        "nothing, for an unusual reason",
        Outcome(finish="insufficient_system_resource", error=ErrorKind.SERVER),
        deltas(finish="insufficient_system_resource"),
        whole({"content": ""}, "insufficient_system_resource"),
    ),
]


@pytest.mark.parametrize(("transcript", "way"), ways(OPENAI), ids=str)
async def test_openai(server: TranscriptServer, transcript: Transcript, way: str) -> None:
    await check(Protocol.OPENAI, server, transcript, way)


# -- Gemini ------------------------------------------------------------------------------------------------------------


def piece(*parts: Any, finish: str | None = None, said: str | None = None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": list(parts)}, "finishReason": finish, "finishMessage": said}
    return {"candidates": [{name: value for name, value in candidate.items() if value is not None}]}


def blocked(reason: str) -> dict[str, Any]:
    return {"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 7}}


SOME = piece({"text": "Some "})
STOPPED = piece({"text": "Some "}, finish="STOP")
GEMINI = [
    *(
        Transcript(
            f"{reason} after text", Outcome("Some ", error=ErrorKind.CONTENT_FILTER), [sse(SOME), sse(blocked(reason))]
        )
        for reason in ("PROHIBITED_CONTENT", "SAFETY", "OTHER", "A_REASON_OF_TOMORROW")
    ),
    Transcript(
        "a block beside text",
        Outcome("Some ", error=ErrorKind.CONTENT_FILTER),
        [sse(SOME | blocked("BLOCKLIST"))],
        STOPPED | blocked("BLOCKLIST"),
    ),
    Transcript(
        "a feedback that blocks nothing",
        Outcome("Some ", finish="stop"),
        [sse(SOME), sse(STOPPED | blocked("BLOCK_REASON_UNSPECIFIED"))][1:],
        STOPPED | {"promptFeedback": {"safetyRatings": []}},
    ),
]


@pytest.mark.parametrize(("transcript", "way"), ways(GEMINI), ids=str)
async def test_gemini(server: TranscriptServer, transcript: Transcript, way: str) -> None:
    expected = transcript.expected
    server.is_streaming = way != "whole"
    message = await answered(server, Protocol.GEMINI, transcript)
    found = Outcome(message.text, finish=message.finish_reason, error=message.error.kind if message.error else None)
    assert found == expected


async def answered(server: TranscriptServer, protocol: Protocol, transcript: Transcript) -> Message:
    server.transcript = transcript
    provider = provider_for(protocol, server.url)
    reply = Reply(conversation_id="c", parent_id="1", model="tested/a-model")
    await run_reply(provider, request_of(stream=server.is_streaming), reply, limits=Limits(retries=0))
    await provider.aclose()
    return reply.freeze()


CALL = "Malformed function call: print(x)"


@pytest.mark.parametrize("is_streaming", [True, False])
@pytest.mark.parametrize(
    ("reason", "said", "words"),
    [
        ("UNEXPECTED_TOOL_CALL", None, "“unexpected tool call”"),
        ("NO_IMAGE", None, "“no image”"),
        ("MALFORMED_FUNCTION_CALL", CALL, f"“{CALL}”"),
        ("OTHER", "The model\nis tired.", "“other: The model is tired”"),
    ],
)
async def test_an_answer_without_a_word_fails_with_the_reason(
    server: TranscriptServer, is_streaming: bool, reason: str, said: str | None, words: str
) -> None:
    server.is_streaming = is_streaming
    document = piece(finish=reason, said=said)
    message = await answered(server, Protocol.GEMINI, Transcript("t", Outcome(), [sse(document)], document))
    assert (message.status, message.finish_reason, message.text) == (Status.FAILED, reason.lower(), "")
    assert message.error is not None and words in message.error.message


@pytest.mark.parametrize(
    ("documents", "finish", "note"),
    [
        ([SOME, piece(finish="MALFORMED_FUNCTION_CALL", said=CALL)], "malformed_function_call", CALL),
        (
            [piece({"text": "hm", "thought": True}, finish="MALFORMED_FUNCTION_CALL", said=CALL)],
            "malformed_function_call",
            CALL,
        ),
        (
            [piece({"functionCall": {"name": "f"}}, finish="UNEXPECTED_TOOL_CALL", said="No tool f.")],
            "unexpected_tool_call",
            "No tool f",
        ),
        ([piece({"text": "x"}, finish="OTHER")], "other", None),
        # Google says so of every answer that calls a function.
        (
            [piece({"functionCall": {"name": "f"}}, finish="STOP", said="Model generated function call(s).")],
            "tool_calls",
            None,
        ),
        ([piece(finish="MAX_TOKENS")], "length", None),
    ],
)
async def test_the_words_of_an_unusual_end_are_noted(
    server: TranscriptServer, documents: Sequence[Any], finish: str, note: str | None
) -> None:
    server.is_streaming = True
    message = await answered(server, Protocol.GEMINI, Transcript("t", Outcome(), [*map(sse, documents)]))
    assert (message.status, message.finish_reason) == (Status.COMPLETE, finish)
    assert message.note == (f"tested stopped it: “{note}”." if note else None)

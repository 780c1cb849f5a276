"""A finish reason is a note, not an end: text after it counts for as long as the body is open."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.providers.transcripts import Outcome, request_of, settings_for, sse
from tests.servers.http import Exchange, LoopbackServer
from textchat.core.configuration import Protocol, Timeouts
from textchat.core.generation import Limits, run_reply
from textchat.core.reply import Reply
from textchat.providers.http.client import HttpProvider
from textchat.providers.protocols.by_name import chat_protocol

GRACE_S = 0.15
PAUSE_S = 0.6
"""Longer than the grace, shorter than any other silence."""
HANG = 60.0
Step = bytes | float
"""Bytes of the body, or seconds without any."""


class PausingServer(LoopbackServer):
    """Sends the steps of one body."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: Sequence[Step] = ()

    async def answer(self, exchange: Exchange) -> None:
        await exchange.head(200, {"Content-Type": "text/event-stream"})
        for step in self.steps:
            if isinstance(step, float):
                await asyncio.sleep(step)
            else:
                await exchange.send(step)
        await exchange.end()


@pytest.fixture(scope="module")
def server() -> Iterator[PausingServer]:
    with PausingServer() as server:
        yield server


@dataclass(frozen=True)
class Case:
    """A body with pauses, and what has to come of it."""

    name: str
    protocol: Protocol
    steps: Sequence[Step]
    expected: Outcome

    def __str__(self) -> str:
        return f"{self.protocol}, {self.name}"


def openai(text: str | None = None, reason: str | None = None, **delta: Any) -> bytes:
    delta |= {} if text is None else {"content": text}
    return sse({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})


def gemini(*parts: dict[str, Any], reason: str | None = None, **more: Any) -> bytes:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    return sse({"candidates": [candidate | ({"finishReason": reason} if reason else {})], **more})


def anthropic(kind: str, **fields: Any) -> bytes:
    return sse({"type": kind, **fields}, kind)


def anthropic_text(text: str) -> bytes:
    return anthropic("content_block_delta", index=0, delta={"type": "text_delta", "text": text})


def anthropic_stop(reason: str = "end_turn") -> bytes:
    return anthropic("message_delta", delta={"stop_reason": reason}, usage={"output_tokens": 5})


def ollama(text: str, *, done: bool = False, **more: Any) -> bytes:
    document = {"message": {"role": "assistant", "content": text}, "done": done, **more}
    return json.dumps(document).encode() + b"\n"


def responses(text: str) -> bytes:
    return sse({"type": "response.output_text.delta", "delta": text})


COMPLETED = sse({"type": "response.completed", "response": {"output": []}})
DONE = b"data: [DONE]\n\n"
OPENAI_USAGE = sse({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}})
GEMINI_USAGE = {"promptTokenCount": 7, "candidatesTokenCount": 5, "totalTokenCount": 12}
MESSAGE_START = anthropic("message_start", message={"usage": {"input_tokens": 7, "output_tokens": 1}})
MESSAGE_STOP = anthropic("message_stop")
CALL = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}
FIGURES = (7, 5, None, None)
WHOLE = Outcome("One two three.", finish="stop")
COUNTED = WHOLE._replace(usage=FIGURES)

CASES = [
    Case(
        "a reason on every chunk",
        Protocol.OPENAI,
        [openai("One ", "stop"), openai("two ", "stop"), PAUSE_S, openai("three.", "stop"), DONE],
        WHOLE,
    ),
    Case(
        "a reason on the reasoning",
        Protocol.OPENAI,
        [openai(reason="stop", reasoning_content="hm"), PAUSE_S, openai("One two three.", "stop"), DONE],
        WHOLE._replace(reasoning="hm"),
    ),
    Case(
        "an empty finish after reasoning alone",
        Protocol.OPENAI,
        [openai(reasoning_content="hm"), openai(reason="stop"), PAUSE_S, openai("One two three.", "stop"), DONE],
        WHOLE._replace(reasoning="hm"),
    ),
    Case(
        "a reason before the first word",
        Protocol.OPENAI,
        [openai("", "stop", role="assistant"), PAUSE_S, openai("One two three."), openai(reason="stop"), DONE],
        WHOLE,
    ),
    Case(
        "the text null in place of a reason",
        Protocol.OPENAI,
        [openai("One ", "null"), PAUSE_S, openai("two three.", "null"), openai(reason="stop"), DONE],
        WHOLE,
    ),
    Case(
        "text soon after an empty finish, and more of it late",
        Protocol.OPENAI,
        [openai("One "), openai(reason="stop"), openai("two "), PAUSE_S, openai("three."), DONE],
        WHOLE,
    ),
    Case(
        "a reason on the think tag",
        Protocol.OPENAI,
        [openai("<think>hm", "stop"), openai("</think>", "stop"), PAUSE_S, openai("One two three.", "stop"), DONE],
        WHOLE._replace(reasoning="hm"),
    ),
    Case(
        "a reason on a tool call, and text late",
        Protocol.OPENAI,
        [openai(reason="tool_calls", tool_calls=[CALL]), PAUSE_S, openai("One two three."), DONE],
        Outcome("One two three.", "", (("c", "f", "{}"),), "tool_calls"),
    ),
    Case(
        "usage soon after the finish",
        Protocol.OPENAI,
        [openai("One two three."), openai(reason="stop"), GRACE_S / 5, OPENAI_USAGE, HANG],
        COUNTED,
    ),
    Case(
        "a reason on every piece",
        Protocol.GEMINI,
        [
            gemini({"text": "One "}, reason="STOP"),
            PAUSE_S,
            gemini({"text": "two "}, reason="STOP"),
            gemini({"text": "three."}, reason="STOP", usageMetadata=GEMINI_USAGE),
        ],
        COUNTED,
    ),
    Case(
        "a reason before the first word",
        Protocol.GEMINI,
        [
            gemini(reason="STOP"),
            gemini(reason="STOP"),
            PAUSE_S,
            gemini({"text": "One two three."}, reason="STOP", usageMetadata=GEMINI_USAGE),
        ],
        COUNTED,
    ),
    Case(
        "a reason between its own tools",
        Protocol.GEMINI,
        [
            gemini({"executableCode": {"language": "PYTHON", "code": "1"}}),
            gemini({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}}, reason="STOP"),
            PAUSE_S,
            gemini({"text": "One two three."}, reason="STOP", usageMetadata=GEMINI_USAGE),
        ],
        COUNTED,
    ),
    Case(
        "an empty finish, and text late: it has no end marker",
        Protocol.GEMINI,
        [gemini({"text": "One "}), gemini(reason="STOP"), PAUSE_S, gemini({"text": "two three."}, reason="STOP")],
        WHOLE,
    ),
    Case(
        "a reason before the first word",
        Protocol.ANTHROPIC,
        [MESSAGE_START, anthropic_stop(), PAUSE_S, anthropic_text("One two three."), anthropic_stop(), MESSAGE_STOP],
        COUNTED,
    ),
    Case(
        "a reason between two texts",
        Protocol.ANTHROPIC,
        [
            MESSAGE_START,
            anthropic_text("One "),
            anthropic_stop("pause_turn"),
            anthropic_text("two "),
            PAUSE_S,
            anthropic_text("three."),
            anthropic_stop(),
            MESSAGE_STOP,
        ],
        COUNTED._replace(finish="stop"),
    ),
    Case(
        "done on every line",
        Protocol.OLLAMA,
        [ollama("One ", done=True), PAUSE_S, ollama("two three.", done=True, done_reason="stop")],
        WHOLE,
    ),
    Case(
        "done before the first word",
        Protocol.OLLAMA,
        [
            ollama("", done=True, done_reason="load"),
            PAUSE_S,
            ollama("One two three."),
            ollama("", done=True, done_reason="stop", prompt_eval_count=7, eval_count=5),
        ],
        COUNTED,
    ),
]


async def answered(server: PausingServer, protocol: Protocol, steps: Sequence[Step], limits: Timeouts) -> Outcome:
    server.steps = steps
    settings = settings_for(protocol, server.url, timeout=limits)
    provider = HttpProvider(chat_protocol(settings), environ={"TESTED_KEY": "key"}, usage_grace_s=GRACE_S)
    reply = Reply(conversation_id="c", parent_id="1", model="tested/a-model")
    try:
        await run_reply(provider, request_of(stream=True), reply, limits=Limits(limits, retries=0))
    finally:
        await provider.aclose()
    return Outcome.of(reply)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_text_after_a_finish_reason_counts(server: PausingServer, case: Case) -> None:
    outcome = await answered(server, case.protocol, case.steps, Timeouts(5.0, 20.0, 20.0))
    assert outcome == case.expected


@pytest.mark.parametrize(
    ("protocol", "steps"),
    [
        (Protocol.OPENAI, [openai("One two three."), openai(reason="stop"), HANG]),
        (Protocol.OPENAI, [openai("One two three."), openai(reason="stop"), DONE, HANG]),
        (Protocol.OPENAI_RESPONSES, [responses("One two three."), COMPLETED, HANG]),
        (Protocol.ANTHROPIC, [MESSAGE_START, anthropic_text("One two three."), anthropic_stop(), HANG]),
        (Protocol.OLLAMA, [ollama("One two three."), ollama("", done=True, done_reason="stop"), HANG]),
    ],
)
async def test_a_server_that_hangs_after_an_empty_finish_is_soon_left(
    server: PausingServer, protocol: Protocol, steps: Sequence[Step]
) -> None:
    started = time.monotonic()
    outcome = await answered(server, protocol, steps, Timeouts(5.0, 30.0, 30.0))
    assert time.monotonic() - started < 15
    assert (outcome.text, outcome.finish, outcome.error) == ("One two three.", "stop", None)


@pytest.mark.parametrize(
    ("protocol", "steps", "text"),
    [
        (Protocol.OPENAI, [openai("One ", "stop"), openai("two.", "stop"), HANG], "One two."),
        (Protocol.OPENAI, [openai(reason="stop"), HANG], ""),
        (Protocol.GEMINI, [gemini({"text": "One two."}), gemini(reason="STOP"), HANG], "One two."),
        (Protocol.OLLAMA, [ollama("One two.", done=True, done_reason="stop"), HANG], "One two."),
    ],
)
async def test_a_server_that_hangs_after_any_other_finish_has_finished_once_it_was_silent_too_long(
    server: PausingServer, protocol: Protocol, steps: Sequence[Step], text: str
) -> None:
    """Silence is the end of an answer that has a finish reason; only one without is cut off."""
    outcome = await answered(server, protocol, steps, Timeouts(5.0, 2.0, 2.0))
    assert (outcome.text, outcome.finish, outcome.error) == (text, "stop", None)


async def test_figures_that_come_with_a_late_finish_are_reported(server: PausingServer) -> None:
    steps: list[Step] = [openai("One two three.", "stop"), PAUSE_S, OPENAI_USAGE, DONE]
    assert await answered(server, Protocol.OPENAI, steps, Timeouts(5.0, 20.0, 20.0)) == COUNTED


PING = anthropic("ping")
SIGNS: list[Step] = [PAUSE_S, b": ping\n\n"] * 3
PINGS: list[Step] = [PAUSE_S, PING] * 3
DRAWING: list[Step] = [PAUSE_S, sse({"type": "response.image_generation_call.generating", "output_index": 0})] * 3
SHORT = Timeouts(5.0, first_token=1.0, between_tokens=1.0, alive=30.0)


@pytest.mark.parametrize(
    ("protocol", "steps"),
    [
        (Protocol.OPENAI, [*SIGNS, openai("One "), *SIGNS, openai("two three."), openai(reason="stop"), DONE]),
        (Protocol.OPENAI, [openai("One ", "stop"), *SIGNS, openai("two three.", "stop"), DONE]),
        (Protocol.OPENAI_RESPONSES, [*DRAWING, responses("One "), *SIGNS, responses("two three."), COMPLETED]),
        (Protocol.GEMINI, [gemini({"text": "One "}), *SIGNS, gemini({"text": "two three."}, reason="STOP")]),
        (
            Protocol.ANTHROPIC,
            [*PINGS, anthropic_text("One "), *PINGS, anthropic_text("two three."), anthropic_stop(), MESSAGE_STOP],
        ),
        (Protocol.OLLAMA, [*([PAUSE_S, b"\n"] * 3), ollama("One two three.", done=True, done_reason="stop")]),
    ],
)
async def test_signs_of_life_extend_the_time_limit(
    server: PausingServer, protocol: Protocol, steps: Sequence[Step]
) -> None:
    outcome = await answered(server, protocol, steps, SHORT)
    assert (outcome.text, outcome.finish, outcome.error) == ("One two three.", "stop", None)


async def test_signs_of_life_after_an_empty_finish_extend_nothing(server: PausingServer) -> None:
    started = time.monotonic()
    pings: list[Step] = [0.05, b": ping\n\n"]
    steps: list[Step] = [openai("One two three."), openai(reason="stop"), *pings * 600]
    outcome = await answered(server, Protocol.OPENAI, steps, Timeouts(5.0, 60.0, 60.0))
    assert time.monotonic() - started < 15
    assert (outcome.text, outcome.finish, outcome.error) == ("One two three.", "stop", None)

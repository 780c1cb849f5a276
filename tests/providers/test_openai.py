"""OpenAI chat completions: what is asked, what is listed, and what every answer folds into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.providers.openai_transcripts import TRANSCRIPTS
from tests.providers.transcripts import (
    Transcript,
    TranscriptServer,
    answered,
    check,
    prompt,
    provider_for,
    request_of,
    settings_for,
    ways,
)
from tests.servers.http import Exchange, LoopbackServer
from tests.servers.openai import Chunk, Finish, OpenAIServer
from textchat.core.configuration import Protocol
from textchat.core.conversation import Message, Role, Status, ToolCall
from textchat.core.errors import BadRequestError, ChatError, ProtocolError
from textchat.core.events import Finished, StreamEvent, TextDelta, UsageReport
from textchat.core.parts.part import Part
from textchat.core.provider import ModelInfo
from textchat.providers.http.client import HttpProvider
from textchat.providers.protocols.openai import OpenAIProtocol
from textchat.providers.protocols.turn_shaping import OPENING


@pytest.fixture(scope="module")
def server() -> Iterator[TranscriptServer]:
    with TranscriptServer() as server:
        yield server


@pytest.mark.parametrize(("transcript", "way"), ways(TRANSCRIPTS), ids=str)
async def test_transcripts_fold_into_one_reply_however_they_come(
    server: TranscriptServer, transcript: Transcript, way: str
) -> None:
    await check(Protocol.OPENAI, server, transcript, way)


# -- what is asked -----------------------------------------------------------------------------------------------------


def asked(*messages: Message, base_url: str = "http://127.0.0.1/v1", **parameters: Any) -> dict[str, Any]:
    call = OpenAIProtocol(settings_for(Protocol.OPENAI, base_url)).chat_request(request_of(*messages, **parameters))
    assert call.body is not None
    return dict(call.body)


def said(text: str, role: Role = Role.ASSISTANT, **more: Any) -> Message:
    return Message("2", "1", role, text, **more)


def test_a_request_names_what_was_set_and_nothing_else() -> None:
    assert asked() == {
        "model": "a-model",
        "messages": [{"role": "user", "content": "Hello?"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    everything = asked(
        temperature=0.0, max_tokens=5, seed=0, top_p=0.5, system="Be kind.", stream=False, extra={"min_p": 0.1}
    )
    assert everything == {
        "model": "a-model",
        "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello?"}],
        "stream": False,
        "temperature": 0.0,
        "max_tokens": 5,
        "seed": 0,
        "top_p": 0.5,
        "min_p": 0.1,
    }


def test_openai_itself_is_asked_with_the_newer_name_of_the_limit() -> None:
    body = asked(base_url="https://api.openai.com/v1", max_tokens=5)
    assert body["max_completion_tokens"] == 5
    assert "max_tokens" not in body


def test_an_unfinished_message_may_be_the_last() -> None:
    assert asked(prompt(), said("Hal"))["messages"][-1] == {"role": "assistant", "content": "Hal"}
    mistral = asked(prompt(), said("Hal"), base_url="https://api.mistral.ai/v1")
    assert mistral["messages"][-1]["prefix"] is True


def test_roles_alternate_and_nothing_empty_is_sent() -> None:
    picture = Part("a.png", "image/png", b"\x89PNG")
    body = asked(
        said("Be kind.", Role.SYSTEM),
        prompt(),
        said(""),
        prompt("Again?"),
        said("Yes."),
        said("And no."),
        prompt("Look.", parts=(picture,)),
        said("", status=Status.CANCELLED),
        prompt("Well?"),
        system="Be brief.",
    )
    assert body["messages"][:3] == [
        {"role": "system", "content": "Be brief.\n\nBe kind."},
        {"role": "user", "content": "Hello?\n\nAgain?"},
        {"role": "assistant", "content": "Yes.\n\nAnd no."},
    ]
    assert [part.get("text") for part in body["messages"][3]["content"]] == [None, "Look.", "Well?"]
    assert len(body["messages"]) == 4


def test_the_user_begins_and_no_word_of_a_greeting_is_lost() -> None:
    assert asked(said("Good morning."), prompt("Hello?"), system="Be kind.")["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": OPENING},
        {"role": "assistant", "content": "Good morning."},
        {"role": "user", "content": "Hello?"},
    ]
    assert [turn["role"] for turn in asked(said("To be continued"))["messages"]] == ["user", "assistant"]
    assert asked(said(""), prompt("Hello?"))["messages"] == [{"role": "user", "content": "Hello?"}]


def test_tool_calls_go_with_their_answers_only() -> None:
    call = ToolCall("c1", "weather", '{"city":"Köln"}')
    open_call = asked(prompt(), said("Let me see.", tool_calls=(call,)), prompt("Never mind."))
    assert open_call["messages"][1] == {"role": "assistant", "content": "Let me see."}
    answered = asked(prompt(), said("", tool_calls=(call,)), said("rain", Role.TOOL, tool_calls=(call,)))["messages"]
    assert answered[1]["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"city":"Köln"}'}
    assert answered[2] == {"role": "tool", "tool_call_id": "c1", "content": "rain"}
    rain = said("rain", Role.TOOL, tool_calls=(call,))
    asked_on = asked(prompt(), said("", tool_calls=(call,)), rain, prompt("And now?"))["messages"]
    assert [message["role"] for message in asked_on] == ["user", "assistant", "tool", "user"]


def test_files_go_in_the_form_that_suits_them() -> None:
    files = (
        Part("a.png", "image/png", b"\x89PNG"),
        Part("notes.md", "text/markdown", b"\xef\xbb\xbf```\ncode\n```"),
        Part("paper.pdf", "application/pdf", b"%PDF"),
        Part("voice.wav", "audio/wav", b"RIFF"),
    )
    content = asked(prompt("Look.", parts=files))["messages"][0]["content"]
    assert [part["type"] for part in content] == ["image_url", "text", "file", "input_audio", "text"]
    assert content[0]["image_url"]["url"] == "data:image/png;base64,iVBORw=="
    assert content[1]["text"] == "notes.md:\n````\n```\ncode\n```\n````"
    assert content[4]["text"] == "Look."
    with pytest.raises(BadRequestError, match=r"a\.zip"):
        asked(prompt(parts=(Part("a.zip", "application/zip", b"PK\0\0"),)))


# -- servers that refuse a part of the request -------------------------------------------------------------------------


class Picky(LoopbackServer):
    """Refuses requests that name one of `unknown`, in the words of `message`."""

    def __init__(self, status: int, message: str, *unknown: str) -> None:
        super().__init__()
        self.status, self.message, self.unknown = status, message, unknown

    async def answer(self, exchange: Exchange) -> None:
        if any(name in exchange.request.json for name in self.unknown):
            await exchange.reply_json(self.status, {"error": {"message": self.message}})
            return
        await exchange.head(200, {"Content-Type": "text/event-stream"})
        await exchange.send(
            b'data: {"choices":[{"delta":{"content":"ok"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
        )
        await exchange.end()


async def events_of(provider: HttpProvider, **parameters: Any) -> list[StreamEvent]:
    return await answered(provider.stream(request_of(**parameters)))


@pytest.mark.parametrize(
    ("status", "message", "unknown", "left"),
    [
        (400, "Unrecognized request argument supplied: stream_options", "stream_options", {"max_tokens"}),
        (422, "body.stream_options: Extra inputs are not permitted", "stream_options", {"max_tokens"}),
        (
            422,
            "body.max_tokens: Extra inputs are not permitted",
            "max_tokens",
            {"stream_options", "max_completion_tokens"},
        ),
        (
            400,
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            "max_tokens",
            {"stream_options", "max_completion_tokens"},
        ),
    ],
)
async def test_what_a_server_refuses_is_left_out_and_not_tried_again(
    status: int, message: str, unknown: str, left: set[str]
) -> None:
    with Picky(status, message, unknown) as server:
        provider = provider_for(Protocol.OPENAI, server.url)
        for _ in range(2):
            assert await events_of(provider, max_tokens=9) == [TextDelta("ok"), Finished("stop")]
        await provider.aclose()
    assert len(server.requests) == 3
    for request in server.requests[1:]:
        assert set(request.json) == {"model", "messages", "stream"} | left


@pytest.mark.parametrize(
    ("message", "requests"),
    [
        ("'max_tokens' or 'max_completion_tokens' is too large: 5000. The maximum context length is 4096 tokens.", 1),
        ("Unsupported parameters: 'max_tokens', 'max_completion_tokens', 'stream_options'.", 3),
    ],
)
async def test_a_server_that_complains_of_everything_is_not_asked_for_ever(message: str, requests: int) -> None:
    with Picky(400, message, "model") as server:
        provider = provider_for(Protocol.OPENAI, server.url)
        with pytest.raises(ChatError):
            await events_of(provider, max_tokens=5000)
        await provider.aclose()
    assert len(server.requests) == requests


async def test_another_refusal_is_a_failure() -> None:
    with Picky(400, "temperature is out of range", "temperature") as server:
        provider = provider_for(Protocol.OPENAI, server.url)
        with pytest.raises(BadRequestError, match="temperature is out of range"):
            await events_of(provider, temperature=9.0)
        await provider.aclose()
    assert len(server.requests) == 1


async def test_the_cost_that_a_server_names_is_taken() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "cost": 0.00025}
    with OpenAIServer() as server:
        provider = provider_for(Protocol.OPENAI, server.base_url)
        server.script("a-model", "x", Chunk({"choices": [], "usage": usage}), Finish(usage=None))
        assert UsageReport(1, 2, None, 0.00025) in await events_of(provider)
        await provider.aclose()


# -- lists of models ---------------------------------------------------------------------------------------------------


class Lister(LoopbackServer):
    def __init__(self, status: int, body: bytes) -> None:
        super().__init__()
        self.status, self.body = status, body

    async def answer(self, exchange: Exchange) -> None:
        await exchange.reply(self.status, self.body)


async def listed(status: int, body: bytes, **settings: Any) -> list[ModelInfo]:
    with Lister(status, body) as server:
        provider = provider_for(Protocol.OPENAI, server.url, **settings)
        try:
            return await provider.list_models()
        finally:
            await provider.aclose()


async def test_models_are_listed_in_every_shape() -> None:
    assert await listed(200, b'{"data": [{"id": "a"}, {"id": "b", "context_length": 8192}, {"id": 3}, null]}') == [
        ModelInfo("a"),
        ModelInfo("b", 8192),
    ]
    assert await listed(200, b'[{"id": "a", "max_model_len": 4096}]') == [ModelInfo("a", 4096)]
    assert await listed(200, b'{"models": [{"name": "a"}], "data": [{"id": "a", "meta": {"n_ctx_train": 512}}]}') == [
        ModelInfo("a", 512)
    ]


async def test_models_of_the_settings_stand_in_where_none_are_listed() -> None:
    assert await listed(404, b"no such page", models=("llama3",)) == [ModelInfo("llama3")]
    assert await listed(200, b'{"data": []}', models=("llama3",)) == [ModelInfo("llama3")]


@pytest.mark.parametrize("body", [b"<html>", b"", b'"x"', b'{"data": 3}', b"[" * 100_000])
async def test_what_is_no_list_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        await listed(200, body)

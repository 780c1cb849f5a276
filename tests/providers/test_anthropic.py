"""Anthropic Messages: what is asked, what is listed, and what every answer folds into."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.providers.transcripts import (
    KEY,
    Outcome,
    Transcript,
    TranscriptServer,
    check,
    prompt,
    provider_for,
    request_of,
    settings_for,
    sse,
    ways,
)
from tests.servers.http import Exchange, LoopbackServer
from textchat.core.configuration import Protocol
from textchat.core.conversation import Message, Role, ToolCall
from textchat.core.errors import BadRequestError, ErrorKind
from textchat.core.parts.part import Part
from textchat.providers.http.client import HttpProvider
from textchat.providers.protocol import HttpRequest
from textchat.providers.protocols.anthropic import USUAL_MAX_TOKENS, AnthropicProtocol
from textchat.providers.protocols.turn_shaping import OPENING

# -- transcripts -------------------------------------------------------------------------------------------------------

USAGE = {"input_tokens": 12, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 1}
PING = sse({"type": "ping"}, "ping")
STOP = sse({"type": "message_stop"}, "message_stop")


def start(**usage: Any) -> bytes:
    message: dict[str, Any] = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
    message |= {"stop_reason": None, "stop_sequence": None, "usage": USAGE | usage}
    return sse({"type": "message_start", "message": message}, "message_start")


def block(index: int, first: dict[str, Any], *deltas: dict[str, Any]) -> list[bytes]:
    events = [sse({"type": "content_block_start", "index": index, "content_block": first}, "content_block_start")]
    events += [
        sse({"type": "content_block_delta", "index": index, "delta": delta}, "content_block_delta") for delta in deltas
    ]
    return [*events, sse({"type": "content_block_stop", "index": index}, "content_block_stop")]


def text(index: int, *pieces: str) -> list[bytes]:
    return block(index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": piece} for piece in pieces))


def thinking(index: int, *pieces: str) -> list[bytes]:
    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    first = {"type": "thinking", "thinking": "", "signature": ""}
    return block(index, first, *deltas, {"type": "signature_delta", "signature": "EqQB=="})


def call(index: int, name: str, *pieces: str, kind: str = "tool_use", id_: str = "toolu_1") -> list[bytes]:
    first = {"type": kind, "id": id_, "name": name, "input": {}}
    return block(index, first, *({"type": "input_json_delta", "partial_json": piece} for piece in pieces))


def end(reason: str | None, output: int = 9, **usage: Any) -> bytes:
    delta = {"stop_reason": reason, "stop_sequence": None}
    return sse({"type": "message_delta", "delta": delta, "usage": {"output_tokens": output} | usage}, "message_delta")


def failing(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


def whole(*content: dict[str, Any], reason: str | None = "end_turn", output: int = 9, **usage: Any) -> dict[str, Any]:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": list(content), "model": "a-model"}
    return message | {"stop_reason": reason, "usage": USAGE | {"output_tokens": output} | usage}


HELLO = {"type": "text", "text": "Hello there"}
SAID = {"text": "Hello there", "usage": (12, 9, None, 0)}


def finishing(name: str, reason: str, finish: str) -> Transcript:
    stream = [start(), *text(0, "Hello", " there"), end(reason), STOP]
    return Transcript(name, Outcome(finish=finish, **SAID), stream, whole(HELLO, reason=reason))  # type: ignore[arg-type]


def refused(name: str, status: int, kind: str, message: str, error: ErrorKind, **headers: str) -> Transcript:
    return Transcript(
        name, Outcome(error=error, status=status), whole=failing(kind, message), status=status, headers=headers
    )


def broken_off(name: str, kind: str, message: str, error: ErrorKind) -> Transcript:
    stream = [start(), *text(0, "Hello")[:2], sse(failing(kind, message), "error")]
    return Transcript(name, Outcome("Hello", error=error), stream)


ARGUMENTS = '{"location": "Zürich", "days": [1, 2]}'
BEGUN = [start(), *text(0, "Hello")]
CUT = Outcome("Hello", error=ErrorKind.PROTOCOL)
NO_PROTOCOL = Outcome(error=ErrorKind.PROTOCOL)
TRANSCRIPTS = [
    finishing("end_turn", "end_turn", "stop"),
    finishing("stop_sequence", "stop_sequence", "stop"),
    finishing("max_tokens", "max_tokens", "length"),
    finishing("context window", "model_context_window_exceeded", "length"),
    finishing("refusal", "refusal", "content_filter"),
    finishing("pause_turn", "pause_turn", "pause_turn"),
    finishing("a reason of tomorrow", "Tomorrow", "tomorrow"),
    Transcript(
        "text in several blocks, with line ends that are none",
        Outcome("a\u2028b\x85c 漢🙂 d", finish="stop", usage=(12, 9, None, 0)),
        [start(), PING, *text(0, "a\u2028b\x85c", " 漢"), PING, *text(1, "🙂 d"), end("end_turn"), STOP],
        whole({"type": "text", "text": "a\u2028b\x85c 漢"}, {"type": "text", "text": "🙂 d"}),
    ),
    Transcript(
        "thinking",
        Outcome("42", "Let me see: 6 × 7", finish="stop", usage=(12, 30, None, 0)),
        [start(), *thinking(0, "Let me see", ": 6 × 7"), *text(1, "4", "2"), end("end_turn", 30), STOP],
        whole(
            {"type": "thinking", "thinking": "Let me see: 6 × 7", "signature": "EqQB=="},
            {"type": "text", "text": "42"},
            output=30,
        ),
    ),
    Transcript(
        "thinking that is left out, and counted",
        Outcome("42", finish="stop", usage=(12, 30, 21, 0)),
        [
            start(output_tokens_details={"thinking_tokens": 0}),
            *thinking(0, ""),
            *text(1, *[""] * 120, "42"),  # empty pieces repeat nothing
            end("end_turn", 30, output_tokens_details={"thinking_tokens": 21}),
            STOP,
        ],
        whole(
            {"type": "thinking", "thinking": "", "signature": "EqQB=="},
            {"type": "text", "text": "42"},
            output=30,
            output_tokens_details={"thinking_tokens": 21},
        ),
    ),
    Transcript(
        "thinking that was made unreadable, and citations",
        Outcome("42", finish="stop", usage=(12, 9, None, 0)),
        [
            start(),
            *block(0, {"type": "redacted_thinking", "data": "Emw="}),
            *block(
                1,
                {"type": "text", "text": ""},
                {"type": "text_delta", "text": "42"},
                {"type": "citations_delta", "citation": {"type": "char_location", "cited_text": "forty-two"}},
            ),
            end("end_turn"),
            STOP,
        ],
        whole({"type": "redacted_thinking", "data": "Emw="}, {"type": "text", "text": "42", "citations": []}),
    ),
    Transcript(
        "a tool call after text",
        Outcome("I look.", calls=(("toolu_1", "weather", ARGUMENTS),), finish="tool_calls", usage=(12, 9, None, 0)),
        [start(), *text(0, "I look."), *call(1, "weather", "", ARGUMENTS[:9], ARGUMENTS[9:]), end("tool_use"), STOP],
        whole(
            {"type": "text", "text": "I look."},
            {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": json.loads(ARGUMENTS)},
            reason="tool_use",
        ),
    ),
    Transcript(
        "two tool calls, one without arguments",
        Outcome(
            calls=(("toolu_1", "now", "{}"), ("toolu_2", "weather", ARGUMENTS)),
            finish="tool_calls",
            usage=(12, 9, None, 0),
        ),
        [start(), *call(0, "now"), *call(1, "weather", ARGUMENTS, id_="toolu_2"), end("tool_use"), STOP],
        whole(
            {"type": "tool_use", "id": "toolu_1", "name": "now", "input": {}},
            {"type": "tool_use", "id": "toolu_2", "name": "weather", "input": json.loads(ARGUMENTS)},
            reason="tool_use",
        ),
    ),
    Transcript(
        "a tool of the server, whose result is no text",
        Outcome(
            "Found.",
            calls=(("srv_1", "web_search", '{"query": "x"}'),),
            finish="stop",
            usage=(12, 9, None, 0),
        ),
        [
            start(),
            *call(0, "web_search", '{"query": ', '"x"}', kind="server_tool_use", id_="srv_1"),
            *block(1, {"type": "web_search_tool_result", "tool_use_id": "srv_1", "content": []}),
            *text(2, "Found."),
            end("end_turn"),
            STOP,
        ],
        whole(
            {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {"query": "x"}},
            {"type": "web_search_tool_result", "tool_use_id": "srv_1", "content": []},
            {"type": "text", "text": "Found."},
        ),
    ),
    Transcript(
        "tokens read from the cache and written to it",
        Outcome("Hi", finish="stop", usage=(12 + 100 + 30, 9, None, 100)),
        [start(cache_read_input_tokens=100, cache_creation_input_tokens=30), *text(0, "Hi"), end("end_turn"), STOP],
        whole({"type": "text", "text": "Hi"}, cache_read_input_tokens=100, cache_creation_input_tokens=30),
    ),
    Transcript(
        "an empty answer",
        Outcome(finish="stop", usage=(12, 2, None, 0)),
        [start(), end("end_turn", 2), STOP],
        whole(output=2),
    ),
    Transcript(
        "unknown events and fields, missing spaces, a comment",
        Outcome("Hello there", finish="stop", usage=(12, 9, None, 0)),
        [
            b": keep-alive\r\n\r\n",
            start().replace(b"data: ", b"data:"),
            sse({"type": "brand_new", "message": "not an error", "index": "x"}, "brand_new").replace(
                b'"message"', b'"m"'
            ),
            *block(0, {"type": "brand_new"}, {"type": "brand_new_delta", "brand": "new"}),
            *text(1, "Hello", " there"),
            end("end_turn"),
            STOP,
        ],
    ),
    Transcript(
        "a stream without event names and without message_stop",
        Outcome("Hello", finish="length", usage=(12, 9, None, 0)),
        [
            event.split(b"\n", 1)[1] if event.startswith(b"event:") else event
            for event in [start(), *text(0, "Hello"), end("max_tokens")]
        ],
    ),
    Transcript(
        "what follows the end is not read",
        Outcome("Hello", finish="stop", usage=(12, 9, None, 0)),
        [start(), *text(0, "Hello"), end("end_turn"), STOP, *text(1, "more"), b"data: {\n\n"],
    ),
    # -- failures ----
    broken_off("overloaded in the middle", "overloaded_error", "Overloaded", ErrorKind.OVERLOADED),
    broken_off("an API error in the middle", "api_error", "Internal server error", ErrorKind.SERVER),
    broken_off("rate limit in the middle", "rate_limit_error", "Slow down", ErrorKind.RATE_LIMIT),
    Transcript(
        "an error at once, in a stream and in a document with a good status",
        Outcome(error=ErrorKind.OVERLOADED),
        [sse(failing("overloaded_error", "Overloaded"), "error")],
        failing("overloaded_error", "Overloaded"),
    ),
    Transcript("a stream that ends without an end", CUT, BEGUN),
    Transcript("a stream that ends within an event", CUT, [*BEGUN, end("end_turn")[:-9]]),
    Transcript("nothing at all", NO_PROTOCOL, [b": hello\n\n"], b""),
    Transcript("a break in the middle", Outcome("Hello", error=ErrorKind.NETWORK), BEGUN, breaks=True),
    Transcript("no JSON in a stream", CUT, [*BEGUN, b"data: {oops\n\n"]),
    Transcript("no JSON", NO_PROTOCOL, [b"data: {oops\n\n"], b"{oops"),
    Transcript("a web page", NO_PROTOCOL, [b"<!DOCTYPE html><title>Login</title>"], b"<!DOCTYPE html>"),
    Transcript("JSON of something else", NO_PROTOCOL, [b'{"hello": 1}'], {"hello": 1}),
    refused("400", 400, "invalid_request_error", "messages: too short", ErrorKind.BAD_REQUEST),
    refused("context", 400, "invalid_request_error", "prompt is too long: 9 tokens > 8", ErrorKind.CONTEXT_LENGTH),
    refused("401", 401, "authentication_error", "invalid x-api-key", ErrorKind.AUTHENTICATION),
    refused("402", 402, "billing_error", "Payment is due", ErrorKind.PERMISSION),
    refused("403", 403, "permission_error", "Your API key does not have permission", ErrorKind.PERMISSION),
    refused("404", 404, "not_found_error", "model: a-model", ErrorKind.NOT_FOUND),
    refused("413", 413, "request_too_large", "Request exceeds the maximum size", ErrorKind.CONTEXT_LENGTH),
    refused("429", 429, "rate_limit_error", "Number of requests has exceeded your limit", ErrorKind.RATE_LIMIT),
    refused("500", 500, "api_error", "Internal server error", ErrorKind.SERVER),
    refused("504", 504, "timeout_error", "Request timed out", ErrorKind.SERVER),
    refused("529", 529, "overloaded_error", "Overloaded", ErrorKind.OVERLOADED),
    refused("credit", 400, "invalid_request_error", "Your credit balance is too low", ErrorKind.PERMISSION),
]


@pytest.fixture(scope="module")
def server() -> Iterator[TranscriptServer]:
    with TranscriptServer() as running:
        yield running


@pytest.mark.parametrize(("transcript", "way"), ways(TRANSCRIPTS), ids=str)
async def test_every_answer_folds_the_same_however_it_comes(
    server: TranscriptServer, transcript: Transcript, way: str
) -> None:
    await check(Protocol.ANTHROPIC, server, transcript, way)


# -- requests ----------------------------------------------------------------------------------------------------------


def protocol(base_url: str = "") -> AnthropicProtocol:
    return AnthropicProtocol(settings_for(Protocol.ANTHROPIC, base_url))


def body(*messages: Message, **parameters: Any) -> Any:
    asked = protocol().chat_request(request_of(*messages, **parameters)).body
    return json.loads(json.dumps(asked))


async def test_the_request_as_the_server_gets_it(server: TranscriptServer) -> None:
    server.transcript, server.is_streaming = TRANSCRIPTS[0], True
    provider = provider_for(Protocol.ANTHROPIC, f"{server.url}/v1/")
    async for _ in provider.stream(request_of(temperature=0.5, top_p=0.9, seed=3, system="Be brief.")):
        pass
    await provider.aclose()
    asked = server.requests[-1]
    assert (asked.method, asked.path) == ("POST", "/v1/messages")
    assert (asked.headers["x-api-key"], asked.headers["anthropic-version"]) == (KEY, "2023-06-01")
    assert "authorization" not in asked.headers
    assert asked.json == {
        "model": "a-model",
        "max_tokens": USUAL_MAX_TOKENS,
        "stream": True,
        "system": "Be brief.",
        "temperature": 0.5,
        "top_p": 0.9,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello?"}]}],
    }


def test_the_key_belongs_to_the_usual_address() -> None:
    assert AnthropicProtocol.key_variables == ("ANTHROPIC_API_KEY",)
    assert protocol().address("https://api.anthropic.com/v1") == "https://api.anthropic.com"


def test_roles_alternate_and_nothing_empty_is_sent() -> None:
    sent = body(
        Message("0", None, Role.SYSTEM, "From the branch."),
        Message("1", "0", Role.USER, "one"),
        Message("2", "1", Role.ASSISTANT, "  \n"),
        Message("3", "2", Role.USER, "two"),
        Message("4", "3", Role.ASSISTANT, "answer", reasoning="not sent"),
        Message("5", "4", Role.USER, ""),
        Message("6", "5", Role.ASSISTANT, "and on \n"),
        system="Of the pane.",
    )
    assert sent["system"] == "Of the pane.\n\nFrom the branch."
    assert [(message["role"], [part["text"] for part in message["content"]]) for message in sent["messages"]] == [
        ("user", ["one", "two"]),
        ("assistant", ["answer", "and on"]),
    ]


def test_the_user_begins_and_no_word_of_a_greeting_is_lost() -> None:
    greeting = Message("1", None, Role.ASSISTANT, "Good morning.")
    sent = body(greeting, Message("2", "1", Role.USER, "Hello?"))["messages"]
    assert [(turn["role"], turn["content"][0]["text"]) for turn in sent] == [
        ("user", OPENING),
        ("assistant", "Good morning."),
        ("user", "Hello?"),
    ]


def test_a_branch_without_words_is_refused_here() -> None:
    with pytest.raises(BadRequestError, match="prompt"):
        body(Message("1", None, Role.USER, " "))


def test_limits_and_other_parameters() -> None:
    assert body(max_tokens=7)["max_tokens"] == 7
    thinking_on = body(extra={"thinking": {"type": "enabled", "budget_tokens": 5000}, "top_k": 3})
    assert thinking_on["max_tokens"] == USUAL_MAX_TOKENS + 5000
    assert (thinking_on["thinking"]["budget_tokens"], thinking_on["top_k"]) == (5000, 3)


def test_files_go_along() -> None:
    files = (
        Part("a.png", "image/png", b"\x89PNG"),
        Part("b.pdf", "application/pdf", b"%PDF"),
        Part("c.py", "text/x-python", b"x = 1\n"),
    )
    image, document, code, words = body(prompt("See these", parts=files))["messages"][0]["content"]
    assert image == {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}}
    assert document["type"] == "document" and document["source"]["media_type"] == "application/pdf"
    assert code["type"] == "text" and "c.py" in code["text"] and "x = 1" in code["text"]
    assert words == {"type": "text", "text": "See these"}
    with pytest.raises(BadRequestError, match=r"d\.bin"):
        body(prompt(parts=(Part("d.bin", "application/octet-stream", b"\0"),)))


def test_answered_tool_calls_go_back_and_open_ones_do_not() -> None:
    answered, open_call = ToolCall("t1", "now", '{"zone": "UTC"}'), ToolCall("t2", "later", "{}")
    sent = body(
        prompt(),
        Message("2", "1", Role.ASSISTANT, "", tool_calls=(answered, open_call)),
        Message("3", "2", Role.TOOL, "noon", tool_calls=(answered,)),
        Message("4", "3", Role.USER, "And?"),
    )["messages"]
    assert sent[1]["content"] == [{"type": "tool_use", "id": "t1", "name": "now", "input": {"zone": "UTC"}}]
    assert [part["type"] for part in sent[2]["content"]] == ["tool_result", "text"]
    assert sent[2]["content"][0]["tool_use_id"] == "t1"


class LimitedServer(LoopbackServer):
    """Takes a limit of `most` tokens, and says so as Anthropic does."""

    most = 4096
    words = "max_tokens: {asked} > {most}, which is the maximum allowed number of output tokens for a-model"

    async def answer(self, exchange: Exchange) -> None:
        asked = exchange.request.json["max_tokens"]
        if asked > self.most:
            said = self.words.format(asked=asked, most=self.most)
            await exchange.reply_json(400, failing("invalid_request_error", said))
        else:
            await exchange.reply_json(200, whole(HELLO))


async def ask_limited(server: LimitedServer, **parameters: Any) -> tuple[list[int], str]:
    provider = provider_for(Protocol.ANTHROPIC, server.url)
    try:
        events = [event async for event in provider.stream(request_of(stream=False, **parameters))]
    except BadRequestError as error:
        return [request.json["max_tokens"] for request in server.requests], error.message
    finally:
        await provider.aclose()
    return [request.json["max_tokens"] for request in server.requests], str(events)


async def test_a_model_that_takes_less_is_asked_for_less() -> None:
    with LimitedServer() as server:
        limits, said = await ask_limited(server)
        assert limits == [USUAL_MAX_TOKENS, 4096] and "Hello there" in said


async def test_the_limit_is_found_in_all_that_a_gateway_says() -> None:
    with LimitedServer() as server:
        server.words = f"The gateway could not go on. {'It tried. ' * 60}{LimitedServer.words}"
        assert (await ask_limited(server))[0] == [USUAL_MAX_TOKENS, 4096]


async def test_a_window_that_is_nearly_full_is_filled() -> None:
    with LimitedServer() as server:
        server.most = 1000
        server.words = "input length and `max_tokens` exceed context limit: 199000 + {asked} > 200000, decrease them"
        limits, said = await ask_limited(server)
        assert limits == [USUAL_MAX_TOKENS, 1000] and "Hello there" in said


async def test_a_limit_of_the_users_own_is_not_changed() -> None:
    with LimitedServer() as server:
        limits, said = await ask_limited(server, max_tokens=5000)
        assert limits == [5000] and "max_tokens" in said


# -- models ------------------------------------------------------------------------------------------------------------


class ListServer(LoopbackServer):
    async def answer(self, exchange: Exchange) -> None:
        more = "after_id" not in exchange.request.path
        names = [{"id": "claude-a", "max_input_tokens": 200_000}, {"id": "claude-b", "max_input_tokens": 0}]
        data = names if more else [{"id": "claude-c"}, {"type": "model"}, "odd"]
        await exchange.reply_json(200, {"data": data, "has_more": more, "first_id": "x", "last_id": "claude-b/?"})


async def test_models_are_listed_page_by_page() -> None:
    with ListServer() as server:
        provider: HttpProvider = provider_for(Protocol.ANTHROPIC, server.url)
        models = await provider.list_models()
        await provider.aclose()
        assert [(model.id, model.context_window) for model in models] == [
            ("claude-a", 200_000),
            ("claude-b", None),
            ("claude-c", None),
        ]
        assert server.requests[1].path == "/v1/models?limit=1000&after_id=claude-b%2F%3F"
        assert server.requests[1].headers["x-api-key"] == KEY


def test_what_is_no_list_is_said_to_be_none() -> None:
    documents: list[Any] = [[], {"data": 3}, "x", None, {"models": []}]
    for document in documents:
        with pytest.raises(Exception, match="list of models"):
            protocol().read_models(document)
    assert protocol().read_models({"data": [], "has_more": True, "last_id": None}).next is None
    assert isinstance(protocol().list_request(), HttpRequest)

"""Ollama: what is asked, what is listed, and what every answer folds into."""

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
    ways,
)
from tests.servers.http import Exchange, LoopbackServer
from textchat.core.configuration import Protocol, ProviderSettings
from textchat.core.conversation import Message, Role, ToolCall
from textchat.core.errors import BadRequestError, ErrorKind
from textchat.core.parts.part import Part
from textchat.providers.http.client import HttpProvider
from textchat.providers.protocols.ollama import OllamaProtocol
from textchat.providers.protocols.turn_shaping import OPENING

# -- transcripts -------------------------------------------------------------------------------------------------------

FIGURES = {"total_duration": 5, "prompt_eval_count": 11, "prompt_eval_duration": 3, "eval_count": 6, "eval_duration": 2}


def said(
    content: str = "", done: bool = False, figures: dict[str, Any] | None = None, **message: Any
) -> dict[str, Any]:
    inner = {"role": "assistant", "content": content, **message}
    return {"model": "a-model", "created_at": "2025-01-01T00:00:00Z", "message": inner, "done": done} | (figures or {})


def end(reason: str | None = "stop", **message: Any) -> dict[str, Any]:
    return said("", True, ({"done_reason": reason} if reason else {}) | FIGURES, **message)


def whole(content: str = "", reason: str | None = "stop", **message: Any) -> dict[str, Any]:
    return end(reason) | {"message": {"role": "assistant", "content": content, **message}}


def line(document: Any, line_end: str = "\n") -> bytes:
    return json.dumps(document, ensure_ascii=False).encode() + line_end.encode()


def lines(*documents: Any) -> list[bytes]:
    return [line(document) for document in documents]


def call(name: str, arguments: Any, **more: Any) -> dict[str, Any]:
    return {"function": {"name": name, "arguments": arguments}} | more


def finishing(name: str, reason: str | None, finish: str | None) -> Transcript:
    return Transcript(
        name,
        Outcome("Hello there", finish=finish, usage=(11, 6, None, None)),
        lines(said("Hello"), said(" there"), end(reason)),
        whole("Hello there", reason),
    )


def refused(status: int, message: str, error: ErrorKind, name: str = "") -> Transcript:
    return Transcript(f"{status} {name}", Outcome(error=error, status=status), whole={"error": message}, status=status)


ARGUMENTS = '{"location": "Zürich", "days": [1, 2]}'
CUT = Outcome("Hello", error=ErrorKind.PROTOCOL)
NO_PROTOCOL = Outcome(error=ErrorKind.PROTOCOL)
TRANSCRIPTS = [
    finishing("stop", "stop", "stop"),
    finishing("length", "length", "length"),
    finishing("load", "load", "load"),
    finishing("no reason, as older servers", None, None),
    finishing("a reason of tomorrow", "Tomorrow", "tomorrow"),
    Transcript(
        "line ends that are none, CRLF, empty lines and lines of spaces",
        Outcome("a\u2028b\x85c 漢🙂", finish="stop", usage=(11, 6, None, None)),
        [b"  \n", line(said("a\u2028b\x85c"), "\r\n"), b"\n\r\n \n", line(said(" 漢🙂"), "\r\n"), line(end(), "\r\n")],
        whole("a\u2028b\x85c 漢🙂"),
    ),
    Transcript(
        "thinking",
        Outcome("42", "6 × 7, so", finish="stop", usage=(11, 6, None, None)),
        lines(said(thinking="6 × 7,"), said(thinking=" so"), said("4"), said("2"), end()),
        whole("42", thinking="6 × 7, so"),
    ),
    Transcript(
        "thinking within the content",
        Outcome("42 <think>no</think>", "6 × 7, so", finish="stop", usage=(11, 6, None, None)),
        lines(
            said("<thi"),
            said("nk>6 × 7,"),
            said(" so</th"),
            said("ink>"),
            said("\n\n42 <think>no"),
            said("</think>"),
            end(),
        ),
        whole("<think>6 × 7, so</think>\n\n42 <think>no</think>"),
    ),
    Transcript(
        "thinking that never ends",
        Outcome("", "and then", finish="length", usage=(11, 6, None, None)),
        lines(said("<think>and"), said(" then"), end("length")),
        whole("<think>and then", "length"),
    ),
    Transcript(
        "tool calls in several lines",
        Outcome(
            "I look.",
            calls=(("", "weather", ARGUMENTS), ("c2", "now", "{}")),
            finish="tool_calls",
            usage=(11, 6, None, None),
        ),
        lines(
            said("I look."),
            said(tool_calls=[call("weather", json.loads(ARGUMENTS))]),
            said(tool_calls=[call("now", {}, id="c2")]),
            end(),
        ),
        whole("I look.", tool_calls=[call("weather", json.loads(ARGUMENTS)), call("now", {}, id="c2")]),
    ),
    Transcript(
        "text on the last line, which lacks its end",
        Outcome("Hello", finish="stop", usage=(11, 6, None, None)),
        [line(said("Hel")), line(whole("lo"), "")],
    ),
    Transcript(
        "a prompt that was in the cache is not counted: the estimate stands",
        Outcome("Hello", finish="stop", usage=(6, 6, None, None)),
        lines(said("Hello"), said("", True, {"done_reason": "stop", "eval_count": 6})),
        said("Hello", True, {"done_reason": "stop", "eval_count": 6}),
    ),
    Transcript(
        "an empty answer",
        Outcome(finish="stop", usage=(11, 6, None, None)),
        lines(end()),
        whole(),
    ),
    Transcript(
        "half characters as escapes",
        Outcome("🙂\ufffd", finish="stop", usage=(11, 6, None, None)),
        [
            b'{"message":{"content":"\\ud83d"},"done":false}\n',
            b'{"message":{"content":"\\ude42"},"done":false}\n',
            b'{"message":{"content":"\\ud83d"},"done":false}\n',
            line(end()),
        ],
    ),
    Transcript(
        "odd types are nothing, and what follows the end is not read",
        Outcome("Hello", finish="stop", usage=(11, 6, None, None)),
        [
            *lines(said("Hello"), {"message": None, "done": None}, {"message": {"content": 7, "tool_calls": "x"}}),
            *lines(end(), said(" more")),
            b"{oops\n",
        ],
    ),
    Transcript(
        "a blocking answer spread over lines, where a stream was asked for",
        Outcome("Hello", finish="stop", usage=(11, 6, None, None)),
        [json.dumps(whole("Hello"), indent=2).encode()],
        json.dumps(whole("Hello"), indent=2).encode(),
    ),
    # -- failures ----
    Transcript(
        "an error in the middle",
        Outcome("Hello", error=ErrorKind.SERVER),
        lines(said("Hello"), {"error": "an error was encountered while running the model"}),
    ),
    Transcript(
        "an error at once, with a good status",
        Outcome(error=ErrorKind.NOT_FOUND),
        lines({"error": "model 'a-model' not found"}),
        {"error": "model 'a-model' not found"},
    ),
    Transcript(
        "an error spread over lines",
        Outcome(error=ErrorKind.NOT_FOUND),
        [b'{\n  "error": "model \'a-model\' not found"\n}\n'],
    ),
    Transcript(
        "an error after half a tag",
        Outcome("<thi", error=ErrorKind.SERVER),
        lines(said("<thi"), {"error": "the runner has stopped"}),
    ),
    Transcript("a stream that ends without its end", CUT, lines(said("Hello"))),
    Transcript("a stream that ends within a line", CUT, [line(said("Hello")), line(end())[:-9]]),
    Transcript("a break in the middle", Outcome("Hello", error=ErrorKind.NETWORK), lines(said("Hello")), breaks=True),
    Transcript("no JSON in a stream", CUT, [line(said("Hello")), b"{oops\n"]),
    Transcript("no JSON", NO_PROTOCOL, [b"{oops\n"], b"{oops"),
    Transcript("far too deep", NO_PROTOCOL, [b"[" * 3000], b"[" * 3000),
    Transcript("nothing at all", NO_PROTOCOL, [b"\n"], b""),
    Transcript("a web page", NO_PROTOCOL, [b"<html>\n<title>Login</title>\n"], b"<html>"),
    Transcript("JSON of something else", NO_PROTOCOL, [b'{"hello": 1}\n'], {"hello": 1}),
    refused(400, "invalid option provided", ErrorKind.BAD_REQUEST),
    refused(400, '"a-model" does not support thinking', ErrorKind.BAD_REQUEST, "thinking"),
    refused(401, "unauthorized", ErrorKind.AUTHENTICATION),
    refused(403, "forbidden", ErrorKind.PERMISSION),
    refused(404, "model 'a-model' not found", ErrorKind.NOT_FOUND),
    refused(429, "too many concurrent requests", ErrorKind.RATE_LIMIT),
    refused(500, "model requires more system memory (9 GiB) than is available", ErrorKind.SERVER),
    refused(503, "server busy, please try again. maximum pending requests exceeded", ErrorKind.OVERLOADED),
]


@pytest.fixture(scope="module")
def server() -> Iterator[TranscriptServer]:
    with TranscriptServer() as running:
        running.content_type = "application/x-ndjson"
        yield running


@pytest.mark.parametrize(("transcript", "way"), ways(TRANSCRIPTS), ids=str)
async def test_every_answer_folds_the_same_however_it_comes(
    server: TranscriptServer, transcript: Transcript, way: str
) -> None:
    await check(Protocol.OLLAMA, server, transcript, way)


@pytest.mark.parametrize("first", [b"", line(said("Hello"))])
async def test_a_line_without_end_is_not_kept(server: TranscriptServer, first: bytes) -> None:
    server.transcript = Transcript("long", Outcome(), [first, *[b"x" * 500] * 9])
    server.is_streaming = True
    provider = provider_for(Protocol.OLLAMA, server.url, max_event_bytes=1000)
    with pytest.raises(Exception, match="max_event_bytes"):
        async for _ in provider.stream(request_of()):
            pass
    await provider.aclose()


async def test_an_endless_page_is_not_kept(server: TranscriptServer) -> None:
    server.transcript = Transcript("long", Outcome(), [b"<p>words\n" * 50] * 9)
    server.is_streaming = True
    provider = provider_for(Protocol.OLLAMA, server.url, max_event_bytes=1000)
    with pytest.raises(Exception, match="too long to be a reply"):
        async for _ in provider.stream(request_of()):
            pass
    await provider.aclose()


# -- requests ----------------------------------------------------------------------------------------------------------


def protocol() -> OllamaProtocol:
    return OllamaProtocol(settings_for(Protocol.OLLAMA, ""))


def body(*messages: Message, **parameters: Any) -> Any:
    return json.loads(json.dumps(protocol().chat_request(request_of(*messages, **parameters)).body))


async def test_the_request_as_the_server_gets_it(server: TranscriptServer) -> None:
    server.transcript, server.is_streaming = TRANSCRIPTS[0], True
    provider = provider_for(Protocol.OLLAMA, f"{server.url}/v1")
    async for _ in provider.stream(request_of(temperature=0.5, top_p=0.9, seed=3, max_tokens=99, system="Be brief.")):
        pass
    await provider.aclose()
    asked = server.requests[-1]
    assert (asked.method, asked.path) == ("POST", "/api/chat")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.json == {
        "model": "a-model",
        "stream": True,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}],
        "options": {"temperature": 0.5, "top_p": 0.9, "seed": 3, "num_predict": 99},
    }


async def test_without_a_key_none_is_sent_or_asked_for(server: TranscriptServer) -> None:
    server.transcript, server.is_streaming = TRANSCRIPTS[0], True
    settings = ProviderSettings("ollama", Protocol.OLLAMA)
    provider = HttpProvider(OllamaProtocol(settings), environ={"OLLAMA_HOST": f"127.0.0.1:{server.port}"})
    async for _ in provider.stream(request_of()):
        pass
    await provider.aclose()
    assert "authorization" not in server.requests[-1].headers


def test_nothing_empty_is_sent_and_other_parameters_go_where_they_belong() -> None:
    extra = {"num_ctx": 8192, "think": True, "keep_alive": "1h", "options": {"top_k": 4}}
    sent = body(prompt("one"), Message("2", "1", Role.ASSISTANT, ""), Message("3", "2", Role.USER, "two"), extra=extra)
    assert [(message["role"], message["content"]) for message in sent["messages"]] == [("user", "one"), ("user", "two")]
    assert sent["options"] == {"num_ctx": 8192, "top_k": 4}
    assert (sent["think"], sent["keep_alive"]) == (True, "1h")


def test_the_user_begins_and_no_word_of_a_greeting_is_lost() -> None:
    sent = body(Message("1", None, Role.ASSISTANT, "Good morning."), Message("2", "1", Role.USER, "Hello?"))["messages"]
    assert [(message["role"], message["content"]) for message in sent] == [
        ("user", OPENING),
        ("assistant", "Good morning."),
        ("user", "Hello?"),
    ]


def test_files_go_along() -> None:
    files = (Part("a.png", "image/png", b"\x89PNG"), Part("c.py", "text/x-python", b"x = 1\n"))
    (message,) = body(prompt("See these", parts=files))["messages"]
    assert message["images"] == ["iVBORw=="]
    assert "c.py" in message["content"] and message["content"].endswith("\n\nSee these")
    with pytest.raises(BadRequestError, match=r"d\.bin"):
        body(prompt(parts=(Part("d.bin", "application/octet-stream", b"\0"),)))


def test_answered_tool_calls_go_back() -> None:
    made = ToolCall("t1", "now", '{"zone": "UTC"}')
    sent = body(
        prompt(),
        Message("2", "1", Role.ASSISTANT, "", tool_calls=(made,)),
        Message("3", "2", Role.TOOL, "noon", tool_calls=(made,)),
    )["messages"]
    assert sent[1]["tool_calls"] == [{"function": {"name": "now", "arguments": {"zone": "UTC"}}}]
    assert sent[2] == {"role": "tool", "content": "noon", "tool_name": "now"}


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("gpu.lan", "http://gpu.lan:11434"),
        ("gpu.lan:8080", "http://gpu.lan:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("::1", "http://[::1]:11434"),
        ("[::]", "http://[::1]:11434"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("http://gpu.lan", "http://gpu.lan"),
        ("https://ollama.com", "https://ollama.com"),
        ("https://ollama.com/api/", "https://ollama.com"),
        ("http://gpu.lan:11434/v1", "http://gpu.lan:11434"),
        ("http://gpu.lan/behind/a/proxy/", "http://gpu.lan/behind/a/proxy"),
        ("http://0.0.0.0:11434", "http://127.0.0.1:11434"),
        ("  'gpu.lan' ", "http://gpu.lan:11434"),
        ("http://me:secret@gpu.lan:1/x", "http://me:secret@gpu.lan:1/x"),
    ],
)
def test_an_address_is_read_as_ollama_reads_it(said: str, address: str) -> None:
    assert protocol().address(said) == address


# -- models ------------------------------------------------------------------------------------------------------------


class ListServer(LoopbackServer):
    async def answer(self, exchange: Exchange) -> None:
        models = [{"name": "llama3.2:latest", "model": "llama3.2:latest", "size": 5}, {"model": "qwen3:8b"}, {}, 7]
        await exchange.reply_json(200 if exchange.request.path == "/api/tags" else 404, {"models": models})


async def test_models_are_listed() -> None:
    with ListServer() as server:
        provider = provider_for(Protocol.OLLAMA, server.url)
        assert [model.id for model in await provider.list_models()] == ["llama3.2:latest", "qwen3:8b"]
        await provider.aclose()


def test_what_is_no_list_is_said_to_be_none() -> None:
    documents: list[Any] = [[], {"models": 3}, "x", None, {"data": []}]
    for document in documents:
        with pytest.raises(Exception, match="list of models"):
            protocol().read_models(document)
    assert protocol().read_models({"models": None}).models == []

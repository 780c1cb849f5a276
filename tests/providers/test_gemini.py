"""Google Gemini: what is asked, what is listed, and what every answer folds into."""

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
from textchat.providers.protocols.gemini import GeminiProtocol
from textchat.providers.protocols.turn_shaping import OPENING

# -- transcripts -------------------------------------------------------------------------------------------------------


def figures(
    read: int = 8, made: int | None = 5, thoughts: int | None = None, cached: int | None = None
) -> dict[str, Any]:
    counts = {
        "promptTokenCount": read,
        "candidatesTokenCount": made,
        "thoughtsTokenCount": thoughts,
        "cachedContentTokenCount": cached,
        "totalTokenCount": read + (made or 0) + (thoughts or 0),
    }
    return {name: count for name, count in counts.items() if count is not None}


def piece(*parts: Any, reason: str | None = None, usage: dict[str, Any] | None = None) -> dict[str, Any]:
    """A GenerateContentResponse; a plain string is a text part."""
    candidate: dict[str, Any] = {"index": 0}
    if parts:
        shaped = [{"text": part} if isinstance(part, str) else part for part in parts]
        candidate["content"] = {"role": "model", "parts": shaped}
    if reason is not None:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], "usageMetadata": usage or figures(made=None), "modelVersion": "a-model"}


def thought(text: str) -> dict[str, Any]:
    return {"text": text, "thought": True}


def call(name: str, arguments: Any, **more: str) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": arguments, **more}}


def failing(code: int, status: str, message: str, reason: str | None = None) -> dict[str, Any]:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}]
    return {"error": {"code": code, "message": message, "status": status} | ({"details": details} if reason else {})}


SAID = piece("Hello")
FINISHES = [
    ("STOP", "stop"),
    ("MAX_TOKENS", "length"),
    ("SAFETY", "content_filter"),
    ("RECITATION", "content_filter"),
    ("BLOCKLIST", "content_filter"),
    ("PROHIBITED_CONTENT", "content_filter"),
    ("SPII", "content_filter"),
    ("IMAGE_PROHIBITED_CONTENT", "content_filter"),
    ("LANGUAGE", "language"),
    ("OTHER", "other"),
    ("MALFORMED_FUNCTION_CALL", "malformed_function_call"),
]


def finishing(reason: str, finish: str) -> Transcript:
    return Transcript(
        reason,
        Outcome("Hello there", finish=finish, usage=(8, 5, None, None)),
        [sse(SAID), sse(piece(" there", reason=reason, usage=figures()))],
        piece("Hello there", reason=reason, usage=figures()),
    )


def refused(code: int, status: str, message: str, error: ErrorKind, reason: str | None = None) -> Transcript:
    return Transcript(
        f"{code} {status}", Outcome(error=error, status=code), whole=failing(code, status, message, reason), status=code
    )


ARGUMENTS = '{"location": "Zürich", "days": [1, 2]}'
NO_PROTOCOL = Outcome(error=ErrorKind.PROTOCOL)
BLOCKED = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": figures(made=None)}
TRANSCRIPTS = [
    *(finishing(reason, finish) for reason, finish in FINISHES),
    Transcript(
        "several parts, with line ends that are none",
        Outcome("a\u2028b\x85c 漢🙂", finish="stop", usage=(8, 5, None, None)),
        [sse(piece("a\u2028b\x85", "c")), sse(piece(" 漢🙂")), sse(piece("", reason="STOP", usage=figures()))],
        piece("a\u2028b\x85c", " 漢🙂", reason="STOP", usage=figures()),
    ),
    Transcript(
        "thoughts, counted apart",
        Outcome("42", "6 × 7, so", finish="stop", usage=(8, 5 + 20, 20, None)),
        [
            sse(piece(thought("6 × 7,"))),
            sse(piece(thought(" so"), "4")),
            sse(piece("2", reason="STOP", usage=figures(thoughts=20))),
        ],
        piece(thought("6 × 7, so"), "42", reason="STOP", usage=figures(thoughts=20)),
    ),
    Transcript(
        "nothing but thoughts",
        Outcome(finish="length", usage=(8, 60, 60, None)),
        [sse(piece(reason="MAX_TOKENS", usage=figures(made=None, thoughts=60)))],
        piece(reason="MAX_TOKENS", usage=figures(made=None, thoughts=60)),
    ),
    Transcript(
        "two function calls",
        Outcome(
            "I look.",
            calls=(("f1", "weather", ARGUMENTS), ("", "now", "{}")),
            finish="tool_calls",
            usage=(8, 5, None, None),
        ),
        [
            sse(piece("I look.", call("weather", json.loads(ARGUMENTS), id="f1"))),
            sse(piece(call("now", {}), reason="STOP", usage=figures())),
        ],
        piece(
            "I look.", call("weather", json.loads(ARGUMENTS), id="f1"), call("now", {}), reason="STOP", usage=figures()
        ),
    ),
    Transcript(
        "tokens from the cache, and a signature that is no text",
        Outcome("Hi", finish="stop", usage=(8, 5, None, 6)),
        [sse(piece({"text": "Hi", "thoughtSignature": "aGk="}, reason="STOP", usage=figures(cached=6)))],
        piece({"text": "Hi", "thoughtSignature": "aGk="}, reason="STOP", usage=figures(cached=6)),
    ),
    Transcript(
        "an empty answer",
        Outcome(finish="stop", usage=(8, 0, None, None)),
        [sse(piece(reason="STOP", usage=figures(made=0)))],
        piece(reason="STOP", usage=figures(made=0)),
    ),
    Transcript(
        "figures after the finish, a proxy's [DONE]",
        Outcome("Hello", finish="stop", usage=(8, 5, None, None)),
        [sse(piece("Hello", reason="STOP")), sse({"usageMetadata": figures()}), b"data: [DONE]\r\n\r\n"],
    ),
    Transcript(
        "no event stream but a list of pieces",
        Outcome("Hello there", finish="stop", usage=(8, 5, None, None)),
        [
            b"[" + json.dumps(SAID, indent=2).encode() + b"\r\n,\r\n",
            json.dumps(piece(" there", reason="STOP", usage=figures())).encode() + b"\n]",
        ],
        [SAID, piece(" there", reason="STOP", usage=figures())],
    ),
    Transcript(
        "a second candidate is not the answer; odd types are nothing",
        Outcome("Hello", finish="stop", usage=(8, 5, None, None)),
        [
            sse(
                {"candidates": [piece("Hello")["candidates"][0], {"index": 1, "content": {"parts": [{"text": "No"}]}}]}
            ),
            sse({"candidates": [{"content": {"parts": [None, 7, {"text": 5}, {"functionCall": "x"}]}}, "odd"]}),
            sse({"candidates": [{"content": None, "finishReason": None}], "usageMetadata": None}),
            sse(piece(reason="STOP", usage=figures() | {"thoughtsTokenCount": "many"})),
        ],
    ),
    # -- failures ----
    Transcript("a blocked prompt", Outcome(error=ErrorKind.CONTENT_FILTER), [sse(BLOCKED)], BLOCKED),
    Transcript("a stream that ends without a finish", Outcome("Hello", error=ErrorKind.PROTOCOL), [sse(SAID)]),
    Transcript(
        "a stream that ends within an event", Outcome("Hello", error=ErrorKind.PROTOCOL), [sse(SAID), sse(SAID)[:-9]]
    ),
    Transcript("a break in the middle", Outcome("Hello", error=ErrorKind.NETWORK), [sse(SAID)], breaks=True),
    Transcript(
        "an error in the middle",
        Outcome("Hello", error=ErrorKind.OVERLOADED, status=503),
        [sse(SAID), sse(failing(503, "UNAVAILABLE", "The model is overloaded."))],
    ),
    Transcript(
        "an error in a list, with a good status",
        Outcome(error=ErrorKind.RATE_LIMIT, status=429),
        [json.dumps([failing(429, "RESOURCE_EXHAUSTED", "Quota exceeded")]).encode()],
        [failing(429, "RESOURCE_EXHAUSTED", "Quota exceeded")],
    ),
    Transcript("nothing at all", NO_PROTOCOL, [b": hello\n\n"], b""),
    Transcript("no JSON", NO_PROTOCOL, [b"data: {oops\n\n"], b"{oops"),
    Transcript("a web page", NO_PROTOCOL, [b"<html><title>Login</title>"], b"<html>"),
    Transcript("JSON of something else", NO_PROTOCOL, [b'{"hello": 1}'], {"hello": 1}),
    refused(400, "INVALID_ARGUMENT", "Invalid value at 'contents'", ErrorKind.BAD_REQUEST),
    refused(400, "INVALID_ARGUMENT", "API key not valid.", ErrorKind.AUTHENTICATION, "API_KEY_INVALID"),
    refused(400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum", ErrorKind.CONTEXT_LENGTH),
    refused(403, "PERMISSION_DENIED", "Generative Language API has not been used", ErrorKind.PERMISSION),
    refused(404, "NOT_FOUND", "models/a-model is not found for API version v1beta", ErrorKind.NOT_FOUND),
    refused(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", ErrorKind.RATE_LIMIT),
    refused(500, "INTERNAL", "An internal error has occurred", ErrorKind.SERVER),
    refused(503, "UNAVAILABLE", "The model is overloaded. Please try again later.", ErrorKind.OVERLOADED),
    refused(504, "DEADLINE_EXCEEDED", "Deadline expired", ErrorKind.SERVER),
    Transcript(
        "an error in a list",
        Outcome(error=ErrorKind.AUTHENTICATION, status=401),
        whole=[failing(401, "UNAUTHENTICATED", "Request had invalid authentication credentials")],
        status=401,
    ),
]


@pytest.fixture(scope="module")
def server() -> Iterator[TranscriptServer]:
    with TranscriptServer() as running:
        yield running


@pytest.mark.parametrize(("transcript", "way"), ways(TRANSCRIPTS), ids=str)
async def test_every_answer_folds_the_same_however_it_comes(
    server: TranscriptServer, transcript: Transcript, way: str
) -> None:
    await check(Protocol.GEMINI, server, transcript, way)


# -- requests ----------------------------------------------------------------------------------------------------------


def protocol() -> GeminiProtocol:
    return GeminiProtocol(settings_for(Protocol.GEMINI, ""))


def body(*messages: Message, **parameters: Any) -> Any:
    return json.loads(json.dumps(protocol().chat_request(request_of(*messages, **parameters)).body))


@pytest.mark.parametrize(
    ("is_streaming", "path"),
    [
        (True, "/v1beta/models/a-model:streamGenerateContent?alt=sse"),
        (False, "/v1beta/models/a-model:generateContent"),
    ],
)
async def test_the_request_as_the_server_gets_it(server: TranscriptServer, is_streaming: bool, path: str) -> None:
    server.transcript, server.is_streaming = TRANSCRIPTS[0], is_streaming
    provider = provider_for(Protocol.GEMINI, server.url)
    request = request_of(temperature=0.5, top_p=0.9, seed=3, max_tokens=99, system="Be brief.", stream=is_streaming)
    async for _ in provider.stream(request):
        pass
    await provider.aclose()
    asked = server.requests[-1]
    assert (asked.method, asked.path) == ("POST", path)
    assert asked.headers["x-goog-api-key"] == KEY and "authorization" not in asked.headers
    assert asked.json == {
        "contents": [{"role": "user", "parts": [{"text": "Hello?"}]}],
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "generationConfig": {"temperature": 0.5, "topP": 0.9, "seed": 3, "maxOutputTokens": 99},
    }


def test_roles_alternate_and_nothing_empty_is_sent() -> None:
    sent = body(
        prompt("one"),
        Message("2", "1", Role.ASSISTANT, ""),
        Message("3", "2", Role.USER, "two"),
        Message("4", "3", Role.ASSISTANT, "answer"),
        Message("5", "4", Role.USER, "three"),
    )
    assert [(content["role"], [part["text"] for part in content["parts"]]) for content in sent["contents"]] == [
        ("user", ["one", "two"]),
        ("model", ["answer"]),
        ("user", ["three"]),
    ]
    assert "generationConfig" not in sent and "systemInstruction" not in sent


def test_the_user_begins_and_no_word_of_a_greeting_is_lost() -> None:
    sent = body(Message("1", None, Role.ASSISTANT, "Good morning."), Message("2", "1", Role.USER, "Hello?"))["contents"]
    assert [(turn["role"], turn["parts"]) for turn in sent] == [
        ("user", [{"text": OPENING}]),
        ("model", [{"text": "Good morning."}]),
        ("user", [{"text": "Hello?"}]),
    ]


def test_other_parameters_go_where_the_protocol_has_them() -> None:
    extra = {"topK": 3, "thinkingConfig": {"includeThoughts": True}, "safetySettings": [], "generationConfig": {"a": 1}}
    sent = body(extra=extra, temperature=1.0)
    assert sent["generationConfig"] == {
        "temperature": 1.0,
        "topK": 3,
        "thinkingConfig": {"includeThoughts": True},
        "a": 1,
    }
    assert sent["safetySettings"] == []


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-2.5-pro", "/models/gemini-2.5-pro:generateContent"),
        ("models/gemini-2.5-pro", "/models/gemini-2.5-pro:generateContent"),
        ("tunedModels/mine", "/tunedModels/mine:generateContent"),
        ("x?key=1#y", "/models/x%3Fkey%3D1%23y:generateContent"),
    ],
)
def test_a_models_name_stays_a_name(model: str, path: str) -> None:
    request = request_of(stream=False)
    assert protocol().chat_request(type(request)(model, request.messages, request.parameters)).path == path


def test_an_address_without_a_version_gets_one() -> None:
    assert protocol().address("https://gateway.example/") == "https://gateway.example/v1beta"
    assert protocol().address("https://gateway.example/v1alpha") == "https://gateway.example/v1alpha"


def test_files_go_along() -> None:
    files = (Part("a.png", "image/png", b"\x89PNG"), Part("c.py", "text/x-python", b"x = 1\n"))
    image, code, words = body(prompt("See these", parts=files))["contents"][0]["parts"]
    assert image == {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}}
    assert "c.py" in code["text"] and "x = 1" in code["text"]
    assert words == {"text": "See these"}
    with pytest.raises(BadRequestError, match=r"d\.bin"):
        body(prompt(parts=(Part("d.bin", "application/octet-stream", b"\0"),)))


def test_answered_function_calls_go_back() -> None:
    made = ToolCall("t1", "now", '{"zone": "UTC"}')
    sent = body(
        prompt(),
        Message("2", "1", Role.ASSISTANT, "", tool_calls=(made,)),
        Message("3", "2", Role.TOOL, "noon", tool_calls=(made,)),
    )["contents"]
    assert sent[1]["parts"] == [{"functionCall": {"name": "now", "args": {"zone": "UTC"}}}]
    assert sent[2] == {
        "role": "user",
        "parts": [{"functionResponse": {"name": "now", "response": {"result": "noon"}}}],
    }


# -- models ------------------------------------------------------------------------------------------------------------


class ListServer(LoopbackServer):
    async def answer(self, exchange: Exchange) -> None:
        if "pageToken" in exchange.request.path:
            await exchange.reply_json(200, {"models": [{"name": "models/c", "supportedGenerationMethods": "odd"}, 7]})
            return
        methods = ["generateContent", "countTokens"]
        models = [
            {"name": "models/a", "inputTokenLimit": 1_048_576, "supportedGenerationMethods": methods},
            {"name": "models/embedding", "inputTokenLimit": 2048, "supportedGenerationMethods": ["embedContent"]},
            {"name": "tunedModels/b", "inputTokenLimit": 0, "supportedGenerationMethods": methods},
        ]
        await exchange.reply_json(200, {"models": models, "nextPageToken": "a=&b"})


async def test_models_are_listed_page_by_page() -> None:
    with ListServer() as server:
        provider = provider_for(Protocol.GEMINI, server.url)
        models = await provider.list_models()
        await provider.aclose()
        assert [(model.id, model.context_window) for model in models] == [
            ("a", 1_048_576),
            ("tunedModels/b", None),
            ("c", None),
        ]
        assert [request.path for request in server.requests] == [
            "/v1beta/models?pageSize=1000",
            "/v1beta/models?pageSize=1000&pageToken=a%3D%26b",
        ]
        assert all(KEY not in request.path for request in server.requests)


def test_what_is_no_list_is_said_to_be_none() -> None:
    documents: list[Any] = [[], {"models": 3}, "x", None]
    for document in documents:
        with pytest.raises(Exception, match="list of models"):
            protocol().read_models(document)
    assert protocol().read_models({}).models == []

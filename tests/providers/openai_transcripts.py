"""What servers of the OpenAI protocol say, from its public description and from those of the servers named."""

from __future__ import annotations

import json
from typing import Any

from tests.providers.transcripts import Outcome, Transcript, sse
from textchat.core.errors import ErrorKind

DONE = b"data: [DONE]\n\n"
USAGE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
FIGURES = (12, 5, None, None)


def chunk(delta: Any = None, finish: str | None = None, **more: Any) -> bytes:
    """One chunk with one choice."""
    choice = {"index": 0, "delta": {} if delta is None else delta, "finish_reason": finish}
    return sse({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "choices": [choice], **more})


def bare(**more: Any) -> bytes:
    """A chunk without choices."""
    return sse({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "choices": [], **more})


def said(*pieces: str) -> list[bytes]:
    return [chunk({"content": piece}) for piece in pieces]


def whole(message: Any, finish: str | None = "stop", **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "choices": [choice], **more}


def refused(status: int, kind: ErrorKind, message: str, **more: Any) -> Transcript:
    document = {"error": {"message": message, "type": "x", "param": None, "code": None} | more}
    return Transcript(f"{status} {kind}", Outcome(error=kind, status=status), whole=document, status=status)


ROLE = chunk({"role": "assistant", "content": ""})
STOP = chunk(finish="stop")
HELLO = Outcome("Hello, wörld 🙂", "", (), "stop", FIGURES)
BARE_HELLO = HELLO._replace(usage=None)
PIECES = said("Hel", "lo, ", "wörld", " 🙂")
CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ""}}


def arguments(text: str, index: int = 0) -> bytes:
    return chunk({"tool_calls": [{"index": index, "function": {"arguments": text}}]})


NORMAL = [
    Transcript(
        "usage in a last chunk without choices",
        HELLO,
        [ROLE, *PIECES, STOP, bare(usage=USAGE), DONE],
        whole({"content": "Hello, wörld 🙂"}, usage=USAGE),
    ),
    Transcript("usage on the finish chunk (DeepSeek)", HELLO, [ROLE, *PIECES, chunk(finish="stop", usage=USAGE), DONE]),
    Transcript(
        "usage on every chunk (vLLM, Mistral)",
        HELLO,
        [
            chunk({"content": "Hello, "}, usage={"prompt_tokens": 12, "completion_tokens": 1}),
            chunk({"content": "wörld 🙂"}, usage={"prompt_tokens": 12, "completion_tokens": 4}),
            chunk(finish="stop", usage=USAGE),
            DONE,
        ],
    ),
    Transcript(
        "usage on a chunk of text alone", HELLO, [*PIECES[:3], chunk({"content": " 🙂"}, usage=USAGE), STOP, DONE]
    ),
    Transcript("usage beside x_groq", HELLO, [*PIECES, chunk(finish="stop", x_groq={"id": "r", "usage": USAGE}), DONE]),
    Transcript(
        "usage in the choice (Moonshot)",
        HELLO,
        [*PIECES, sse({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": USAGE}]}), DONE],
    ),
    Transcript(
        "timings in place of usage (llama.cpp)",
        Outcome("Hello", "", (), "stop", (12, 5, None, 2)),
        [*said("Hello"), chunk(finish="stop", timings={"prompt_n": 10, "cache_n": 2, "predicted_n": 5}), DONE],
    ),
    Transcript(
        "usage never",
        BARE_HELLO,
        [*PIECES, STOP, DONE],
        whole({"content": "Hello, wörld 🙂"}),
    ),
    Transcript(
        "usage null until the end", HELLO, [chunk({"content": "Hello, wörld 🙂"}, usage=None), STOP, bare(usage=USAGE)]
    ),
    Transcript("usage of nothing but zeros", BARE_HELLO, [*PIECES, STOP, bare(usage=dict.fromkeys(USAGE, 0))]),
    Transcript(
        "details of the usage",
        Outcome("Hi", "", (), "stop", (12, 5, 3, 8)),
        [
            *said("Hi"),
            STOP,
            bare(
                usage=USAGE
                | {"prompt_tokens_details": {"cached_tokens": 8}, "completion_tokens_details": {"reasoning_tokens": 3}}
            ),
            DONE,
        ],
        whole(
            {"content": "Hi"},
            usage=USAGE
            | {"prompt_tokens_details": {"cached_tokens": 8}, "completion_tokens_details": {"reasoning_tokens": 3}},
        ),
    ),
    *(
        Transcript(
            f"thoughts in the total, not in the completion ({name})",
            Outcome("Hi", "", (), "stop", (12, 305, 300, None)),
            [*said("Hi"), STOP, bare(usage=USAGE | {"total_tokens": 317} | details), DONE],
            whole({"content": "Hi"}, usage=USAGE | {"total_tokens": 317} | details),
        )
        for name, details in (("xAI", {"completion_tokens_details": {"reasoning_tokens": 300}}), ("Gemini", {}))
    ),
    Transcript("no [DONE]", BARE_HELLO, [ROLE, *PIECES, STOP]),
    Transcript("[DONE] but no finish", HELLO._replace(usage=None, finish=None), [*PIECES, DONE]),
    Transcript(
        "comments and pings (OpenRouter)",
        BARE_HELLO,
        [
            b": OPENROUTER\n\n",
            PIECES[0],
            b": ping\n\n\n",
            *PIECES[1:],
            b"event: ping\ndata: {}\n\n",
            STOP,
            DONE,
        ],
    ),
    Transcript(
        "CRLF, a BOM, and no space after the colon",
        BARE_HELLO,
        [b"\xef\xbb\xbf"]
        + [piece.replace(b"data: ", b"data:").replace(b"\n", b"\r\n") for piece in (*PIECES, STOP, DONE)],
    ),
    Transcript(
        "content null, missing, or empty",
        BARE_HELLO,
        [chunk({"role": "assistant", "content": None}), chunk({}), chunk({"content": ""}), *PIECES, STOP, DONE],
    ),
    Transcript("delta null", BARE_HELLO, [sse({"choices": [{"index": 0, "delta": None}]}), *PIECES, STOP, DONE]),
    Transcript(
        "filter results first (Azure)",
        BARE_HELLO,
        [bare(prompt_filter_results=[{"prompt_index": 0, "content_filter_results": {}}]), *PIECES, STOP, DONE],
    ),
    Transcript(
        "a second choice that nobody asked for",
        BARE_HELLO,
        [*PIECES, sse({"choices": [{"index": 1, "delta": {"content": "other"}}]}), STOP, DONE],
    ),
    Transcript("what follows [DONE] is not read", BARE_HELLO, [*PIECES, STOP, DONE, *said("never")]),
    Transcript("an answer of nothing", Outcome("", "", (), "stop"), [ROLE, STOP, DONE], whole({"content": None})),
    Transcript(
        "a document where a stream was promised",
        HELLO,
        [json.dumps(whole({"content": "Hello, wörld 🙂"}, usage=USAGE)).encode()],
    ),
    Transcript(
        "line ends that JSON may hold raw",
        Outcome("a\u2028b\u0085c\u2029d", "", (), "stop"),
        [*said("a\u2028b", "\u0085c", "\u2029d"), STOP, DONE],
        whole({"content": "a\u2028b\u0085c\u2029d"}),
    ),
    Transcript(
        "halves of a character in two chunks",
        Outcome("a🙂b\ufffdc\ufffd", "", (), "stop"),
        [
            b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n',
            b'data: {"choices":[{"delta":{"content":"\\ude42b\\uDE42c"}}]}\n\n',
            b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
            STOP,
            DONE,
        ],
        b'{"choices":[{"message":{"content":"a\\ud83d\\ude42b\\uDE42c\\ud83d"},"finish_reason":"stop"}]}',
    ),
    Transcript(
        "bytes that are no UTF-8",
        Outcome("a\ufffd\ufffdb", "", (), "stop"),
        [b'data: {"choices":[{"delta":{"content":"a\xff\xf0\x9fb"}}]}\n\n', STOP, DONE],
    ),
    Transcript(
        "a refusal",
        Outcome("I cannot.", "", (), "stop"),
        [chunk({"refusal": "I "}), chunk({"refusal": "cannot."}), STOP, DONE],
    ),
]

THINKING = Outcome("4.", "2 and 2", (), "stop")
REASONING = [
    *(
        Transcript(
            f"reasoning in the field {name}",
            THINKING,
            [chunk({name: "2 and", "content": None}), chunk({name: " 2"}), *said("4."), STOP, DONE],
            whole({name: "2 and 2", "content": "4."}),
        )
        for name in ("reasoning_content", "reasoning", "thinking")
    ),
    Transcript(
        "the same reasoning in two fields",
        THINKING,
        [chunk({"reasoning": "2 and 2", "reasoning_content": "2 and 2"}), *said("4."), STOP, DONE],
    ),
    Transcript(
        "reasoning_details (OpenRouter)",
        THINKING,
        [chunk({"reasoning_details": [{"type": "reasoning.text", "text": "2 and 2"}]}), *said("4."), STOP, DONE],
    ),
    Transcript(
        "think tags in the content",
        THINKING,
        [*said("<th", "ink>2 a", "nd 2</thi", "nk>\n", "\n4", "."), STOP, DONE],
        whole({"content": "\n<think>2 and 2</think>\n\n4."}),
    ),
    Transcript(
        "tags later in the content are words",
        Outcome("4: <think>not this</think>", "", (), "stop"),
        [*said("4: ", "<think>not", " this</think>"), STOP, DONE],
        whole({"content": "4: <think>not this</think>"}),
    ),
    Transcript(
        "what only looks like a tag",
        Outcome(" <thin air", "", (), "stop"),
        [*said(" <", "thin", " air"), STOP, DONE],
        whole({"content": " <thin air"}),
    ),
    Transcript(
        "thinking that looks like its own end",
        Outcome("4.", "is a</b</think b?", (), "stop"),
        [*said("<think>is a<", "/b</think b", "?</think>4."), STOP, DONE],
    ),
    Transcript(
        "cut while it thinks in tags",
        Outcome("", "2 and</th", (), None, None, ErrorKind.NETWORK),
        said("<think>2 and", "</th"),
        breaks=True,
    ),
    Transcript(
        "nothing but reasoning",
        Outcome("", "2 and 2", (), "length"),
        [*said("<think>2 and 2"), chunk(finish="length"), DONE],
    ),
    Transcript(
        "content as a list of parts (Mistral)",
        THINKING,
        [
            chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "2 and 2"}]}]}),
            chunk({"content": [{"type": "text", "text": "4"}]}),
            chunk({"content": "."}),
            STOP,
            DONE,
        ],
        whole(
            {
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "2 and 2"}]},
                    {"type": "text", "text": "4."},
                ]
            }
        ),
    ),
]

WEATHER = (("call_1", "weather", '{"city": "Köln"}'),)
TOOLS = [
    Transcript(
        "a tool call",
        Outcome("", "", WEATHER, "tool_calls"),
        [chunk({"tool_calls": [CALL]}), arguments('{"city":'), arguments(' "Köln"}'), chunk(finish="tool_calls"), DONE],
        whole(
            {
                "content": None,
                "tool_calls": [{"id": "call_1", "function": {"name": "weather", "arguments": '{"city": "Köln"}'}}],
            },
            "tool_calls",
        ),
    ),
    Transcript(
        "two tool calls, interleaved",
        Outcome("", "", (("call_1", "weather", "{}"), ("call_2", "time", "[]")), "tool_calls"),
        [
            chunk({"tool_calls": [CALL]}),
            chunk({"tool_calls": [{"index": 1, "id": "call_2", "function": {"name": "time", "arguments": "["}}]}),
            arguments("{}"),
            arguments("]", 1),
            chunk(finish="tool_calls"),
            DONE,
        ],
    ),
    Transcript(
        "text, reasoning and a tool call in one chunk",
        Outcome("So: now", "hm", (("call_1", "weather", ""),), "tool_calls"),
        [
            *said("So"),
            chunk({"content": ": now", "reasoning": "hm", "tool_calls": [CALL]}),
            chunk(finish="tool_calls"),
            DONE,
        ],
    ),
    Transcript(
        "tool calls without index, their arguments an object",
        Outcome("", "", (("a", "f", '{"x": 1}'), ("b", "g", "{}")), "tool_calls"),
        [
            chunk({"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": {"x": 1}}}]}),
            chunk({"tool_calls": [{"id": "b", "function": {"name": "g", "arguments": "{"}}]}),
            chunk({"tool_calls": [{"function": {"arguments": "}"}}]}),
            chunk(finish="tool_calls"),
            DONE,
        ],
    ),
    Transcript(
        "the older function call",
        Outcome("", "", (("", "weather", "{}"),), "tool_calls"),
        [
            chunk({"function_call": {"name": "weather", "arguments": ""}}),
            chunk({"function_call": {"arguments": "{}"}}),
            chunk(finish="function_call"),
            DONE,
        ],
        whole({"content": None, "function_call": {"name": "weather", "arguments": "{}"}}, "function_call"),
    ),
]

FINISHES = [
    Transcript(
        f"finish reason {given}",
        Outcome("Hi", "", (), normal),
        [*said("Hi"), chunk(finish=given), DONE],
        whole({"content": "Hi"}, given),
    )
    for given, normal in (
        ("length", "length"),
        ("max_tokens", "length"),
        ("model_length", "length"),
        ("content_filter", "content_filter"),
        ("eos_token", "stop"),
        ("end_turn", "stop"),
        ("ABORTED_BY_Server", "aborted_by_server"),
    )
]

CUT = Outcome("Hel", "", (), None, None, ErrorKind.PROTOCOL)
FAILURES = [
    Transcript("a stream that ends without a finish", CUT, said("Hel")),
    Transcript("a connection cut", CUT._replace(error=ErrorKind.NETWORK), said("Hel"), breaks=True),
    Transcript(
        "a connection cut in the middle of an event",
        CUT._replace(error=ErrorKind.NETWORK),
        [*said("Hel"), b'data: {"cho'],
        breaks=True,
    ),
    Transcript("a connection cut after the finish is none", BARE_HELLO, [*PIECES, STOP], breaks=True),
    Transcript("an empty stream", Outcome(error=ErrorKind.PROTOCOL), [b"\n"], b""),
    Transcript("an event that is no JSON", CUT, [*said("Hel"), b"data: {oops\n\n", *said("never")]),
    Transcript("an event that is JSON of another kind", CUT, [*said("Hel"), b"data: 17\n\n"]),
    Transcript("a document that is no JSON", Outcome(error=ErrorKind.PROTOCOL), [b"{oops"], b"{oops"),
    Transcript("a document that is a number", Outcome(error=ErrorKind.PROTOCOL), [b"[17]"], b"[17]"),
    Transcript("brackets without end", CUT, [*said("Hel"), b"data: " + b"[" * 5_000 + b"\n\n"]),
    Transcript(
        "an error in the middle",
        CUT._replace(error=ErrorKind.RATE_LIMIT),
        [
            *said("Hel"),
            sse({"error": {"message": "Limit reached", "code": "rate_limit_exceeded"}}),
            DONE,
        ],
    ),
    Transcript(
        "an error with a status in the middle (OpenRouter, vLLM)",
        CUT._replace(error=ErrorKind.SERVER, status=502),
        [
            *said("Hel"),
            sse({"error": {"code": 502, "message": "Provider returned error"}, "choices": []}),
            DONE,
        ],
    ),
    Transcript(
        "an error within a choice",
        CUT._replace(error=ErrorKind.OVERLOADED, status=503),
        [
            *said("Hel"),
            sse(
                {
                    "choices": [
                        {
                            "index": 0,
                            "delta": {},
                            "finish_reason": "error",
                            "error": {"code": 503, "message": "no capacity"},
                        }
                    ]
                }
            ),
            DONE,
        ],
    ),
    Transcript(
        "a finish that is an error and says no more (Mistral)",
        CUT._replace(finish=None, error=ErrorKind.SERVER),
        [*said("Hel"), chunk(finish="error"), DONE],
        whole({"content": "Hel"}, "error"),
    ),
    Transcript(
        "a finish that is an error, beside what it was (OpenRouter)",
        CUT._replace(error=ErrorKind.OVERLOADED, status=503),
        [*said("Hel"), chunk({"content": ""}, "error", error={"code": 503, "message": "Provider disconnected"}), DONE],
    ),
    Transcript(
        "an error event", CUT._replace(error=ErrorKind.SERVER), [*said("Hel"), b"event: error\ndata: engine died\n\n"]
    ),
    Transcript(
        "a JSON error where a stream was promised",
        Outcome(error=ErrorKind.CONTEXT_LENGTH),
        [b'{"error": {"message": "This model\'s maximum context length is 8192 tokens."}}'],
        {"error": {"message": "This model's maximum context length is 8192 tokens."}},
    ),
    Transcript(
        "an address that is none, with a good status (LM Studio)",
        Outcome(error=ErrorKind.NOT_FOUND),
        [b'{"error":"Unexpected endpoint or method. (POST /chat/completions)"}'],
        b'{"error":"Unexpected endpoint or method. (POST /chat/completions)"}',
    ),
    Transcript(
        "a web page in place of an answer",
        Outcome(error=ErrorKind.PROTOCOL),
        [b"<!DOCTYPE html><html><title>Login</title></html>"],
        b"<!DOCTYPE html><html><title>Login</title></html>",
    ),
    Transcript("a document of another kind", Outcome(error=ErrorKind.PROTOCOL), [b'{"hello": 1}'], b'{"hello": 1}'),
]

REFUSALS = [
    refused(401, ErrorKind.AUTHENTICATION, "Incorrect API key provided", code="invalid_api_key"),
    refused(403, ErrorKind.PERMISSION, "Your account may not use this model"),
    refused(404, ErrorKind.NOT_FOUND, "The model `x` does not exist", code="model_not_found"),
    refused(429, ErrorKind.RATE_LIMIT, "Rate limit reached"),
    refused(400, ErrorKind.BAD_REQUEST, "temperature must be at most 2"),
    refused(400, ErrorKind.CONTEXT_LENGTH, "Too long", code="context_length_exceeded"),
    refused(400, ErrorKind.CONTENT_FILTER, "The response was filtered", code="content_filter"),
    refused(402, ErrorKind.PERMISSION, "Insufficient Balance"),
    refused(500, ErrorKind.SERVER, "The server had an error"),
    refused(503, ErrorKind.OVERLOADED, "The engine is currently overloaded"),
]

TRANSCRIPTS = [*NORMAL, *REASONING, *TOOLS, *FINISHES, *FAILURES, *REFUSALS]

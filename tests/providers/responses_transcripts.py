"""What servers of the Responses API say, from its public reference and from the servers and gateways named."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.providers.transcripts import Outcome, Transcript, sse
from textchat.core.errors import ErrorKind

USAGE = {
    "input_tokens": 12,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 17,
}
FIGURES = (12, 5, 0, 0)
HELLO = Outcome("Hello, wörld 🙂", "", (), "stop", FIGURES)
PIECES = ("Hel", "lo, ", "wörld", " 🙂")
PICTURE = b"\x89PNG\r\n\x1a\n and the rest of a picture"


@dataclass(frozen=True)
class Brought(Transcript):
    """An answer that brings more than text."""

    parts: Sequence[tuple[str, str, bytes | None, str, int]] = ()
    """Name, media type, content, reference and place of each file."""
    sources: Sequence[tuple[str, str | None, tuple[int, ...]]] = ()
    sealed: Sequence[str] = ()
    """The encrypted content of each."""
    note: str | None = None


class Numbers:
    """Numbers the events of one stream, as the server does."""

    def __init__(self) -> None:
        self._last = -1

    def __call__(self, kind: str, **more: Any) -> bytes:
        self._last += 1
        return sse({"type": kind, "sequence_number": self._last, **more}, kind)


def response(*output: Any, status: str = "completed", **more: Any) -> dict[str, Any]:
    """A response object, without the fields that repeat the request."""
    return {
        "id": "resp_1",
        "object": "response",
        "status": status,
        "error": None,
        "output": list(output),
        "usage": USAGE if status in ("completed", "incomplete") else None,
        **more,
    }


def text_part(text: str, *annotations: Any) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": list(annotations)}


def message(*parts: Any, id_: str = "msg_1", status: str = "completed") -> dict[str, Any]:
    return {"id": id_, "type": "message", "status": status, "role": "assistant", "content": list(parts)}


def reasoning(summary: Sequence[str] = (), seal: str | None = None, content: Sequence[str] = ()) -> dict[str, Any]:
    item: dict[str, Any] = {"id": "rs_1", "type": "reasoning", "summary": []}
    item["summary"] = [{"type": "summary_text", "text": text} for text in summary]
    if content:
        item["content"] = [{"type": "reasoning_text", "text": text} for text in content]
    return item | ({"encrypted_content": seal} if seal else {})


def call(arguments: str, name: str = "weather", number: int = 1) -> dict[str, Any]:
    ids = {"id": f"fc_{number}", "call_id": f"call_{number}"}
    return {**ids, "type": "function_call", "status": "completed", "name": name, "arguments": arguments}


LONG = 20
"""Characters of a piece, where nothing depends on its length: each byte of a transcript is sent by itself."""


def stream(*items: dict[str, Any], final: dict[str, Any] | None = None, cut: int = LONG) -> list[bytes]:
    """The events of a stream that sends `items`, each with every event of the reference, texts in pieces."""
    event = Numbers()
    begun = {"id": "resp_1", "status": "in_progress", "output": []}
    events = [event("response.created", response=begun), event("response.in_progress", response=begun)]
    for number, item in enumerate(items):
        events += _item(event, number, item, cut)
    ended = final or response(*items)
    kind = ended["status"] if ended["status"] in ("incomplete", "failed") else "completed"
    return [*events, event(f"response.{kind}", response=ended)]


def _item(event: Numbers, number: int, item: dict[str, Any], cut: int) -> list[bytes]:
    place = {"output_index": number}
    inner = {**place, "item_id": item["id"]}
    empty = {**item, "status": "in_progress"} | {
        name: value for name, value in (("content", []), ("summary", []), ("arguments", "")) if name in item
    }
    events = [event("response.output_item.added", item=empty | {"encrypted_content": "not all"}, **place)]
    match item["type"]:
        case "message":
            for at, part in enumerate(item["content"]):
                events += _part(event, {**inner, "content_index": at}, part, cut)
        case "reasoning":
            for at, part in enumerate(item["summary"]):
                where = {**inner, "summary_index": at}
                events.append(event("response.reasoning_summary_part.added", part={**part, "text": ""}, **where))
                events += _pieces(event, "response.reasoning_summary_text", "text", part["text"], where, cut)
                events.append(event("response.reasoning_summary_part.done", part=part, **where))
            for at, part in enumerate(item.get("content", ())):
                where = {**inner, "content_index": at}
                events += _pieces(event, "response.reasoning_text", "text", part["text"], where, cut)
        case "function_call":
            events += _pieces(event, "response.function_call_arguments", "arguments", item["arguments"], inner, cut)
    return [*events, event("response.output_item.done", item=item, **place)]


def _part(event: Numbers, where: dict[str, Any], part: dict[str, Any], cut: int) -> list[bytes]:
    name = "text" if part["type"] == "output_text" else "refusal"
    kind = f"response.{part['type']}"
    empty = part | {name: ""} | ({"annotations": []} if "annotations" in part else {})
    events = [event("response.content_part.added", part=empty, **where)]
    pieces = _pieces(event, kind, name, part[name], where, cut)
    notes = [
        event("response.output_text.annotation.added", annotation_index=at, annotation=annotation, **where)
        for at, annotation in enumerate(part.get("annotations", ()))
    ]
    return [*events, *pieces[:-1], *notes, pieces[-1], event("response.content_part.done", part=part, **where)]


def _pieces(event: Numbers, kind: str, name: str, text: str, where: dict[str, Any], cut: int) -> list[bytes]:
    deltas = [text[at : at + cut] for at in range(0, len(text), cut)]
    more = {"obfuscation": "x9"} if cut < LONG else {}
    return [
        *(event(f"{kind}.delta", delta=delta, **where, **more) for delta in deltas),
        event(f"{kind}.done", **{name: text}, **where),
    ]


def url(address: str, title: str, start: int, end: int) -> dict[str, Any]:
    return {"type": "url_citation", "start_index": start, "end_index": end, "url": address, "title": title}


def delta(text: str, **more: Any) -> bytes:
    """A piece of text with as little as some gateways send."""
    return sse({"type": "response.output_text.delta", "delta": text, **more})


def completed(*output: Any, **more: Any) -> bytes:
    return sse({"type": "response.completed", "response": {"status": "completed", "output": list(output), **more}})


def both(name: str, expected: Outcome, *items: dict[str, Any], **more: Any) -> Transcript:
    """An answer that says the same as a stream and as a document."""
    return Transcript(name, expected, stream(*items, **more), more.get("final") or response(*items))


def brought(name: str, expected: Outcome, *items: dict[str, Any], **more: Any) -> Brought:
    return Brought(name, expected, stream(*items), response(*items), **more)


GREETING = message(text_part("Hello, wörld 🙂"))
SAID = Outcome("Hello", "", (), "stop", FIGURES)
CUT = Outcome("Hello", error=ErrorKind.PROTOCOL)
CITED = "Rain is due ([met](https://met.example/a)). Then sun."
NOTED = url("https://met.example/a", "Met", 12, 42)
ENCODED = base64.b64encode(PICTURE).decode()
DRAWN = {
    "id": "ig_1",
    "type": "image_generation_call",
    "status": "completed",
    "output_format": "png",
    "result": ENCODED,
    "revised_prompt": "A cat",
}
RAN = {
    "id": "ci_1",
    "type": "code_interpreter_call",
    "status": "completed",
    "container_id": "cntr_1",
    "code": "plot()",
    "outputs": [
        {"type": "logs", "logs": "done"},
        {"type": "image", "url": "https://files.example/plot.png"},
        {"type": "image", "url": f"data:image/png;base64,{ENCODED}"},
    ],
}
SEARCHED = {
    "id": "ws_1",
    "type": "web_search_call",
    "status": "completed",
    "action": {"type": "search", "query": "rain", "sources": [{"type": "url", "url": "https://not.cited"}]},
}
DETAILS = {
    **USAGE,
    "output_tokens": 80,
    "input_tokens_details": {"cached_tokens": 8},
    "output_tokens_details": {"reasoning_tokens": 64},
    "total_tokens": 92,
}


def partial_picture() -> bytes:
    return sse(
        {
            "type": "response.image_generation_call.partial_image",
            "output_index": 0,
            "item_id": "ig_1",
            "partial_image_index": 0,
            "partial_image_b64": base64.b64encode(b"half").decode(),
        }
    )


NORMAL: list[Transcript] = [
    both("text, every event of the reference", HELLO, GREETING, cut=4),
    both(
        "several parts and messages",
        Outcome("I look.\n\nFound it.", "", (), "stop", FIGURES),
        message(text_part("I look.")),
        message(text_part("Found "), text_part("it."), id_="msg_2"),
    ),
    both(
        "a summary of the reasoning",
        Outcome("Hello", "First **so**.\n\nThen so.", (), "stop", (12, 80, 64, 8)),
        reasoning(["First **so**.", "Then so."]),
        message(text_part("Hello")),
        final=response(reasoning(["First **so**.", "Then so."]), message(text_part("Hello")), usage=DETAILS),
    ),
    both(
        "the reasoning itself (open models)",
        Outcome("Hello", "They greet me.", (), "stop", FIGURES),
        reasoning(content=["They greet me."]),
        message(text_part("Hello")),
    ),
    both(
        "functions to call",
        Outcome("", "", (("call_1", "weather", '{"at": "Bern"}'), ("call_2", "clock", "{}")), "tool_calls", FIGURES),
        call('{"at": "Bern"}'),
        call("{}", "clock", 2),
    ),
    both(
        "a refusal",
        Outcome("I cannot help with that.", "", (), "content_filter", FIGURES),
        message({"type": "refusal", "refusal": "I cannot help with that."}),
    ),
    both(
        "at its length",
        Outcome("Hello", "", (), "length", FIGURES),
        message(text_part("Hello"), status="incomplete"),
        final=response(
            message(text_part("Hello"), status="incomplete"),
            status="incomplete",
            incomplete_details={"reason": "max_output_tokens"},
        ),
    ),
    both(
        "filtered",
        Outcome("Hello", "", (), "content_filter", FIGURES),
        message(text_part("Hello"), status="incomplete"),
        final=response(
            message(text_part("Hello")), status="incomplete", incomplete_details={"reason": "content_filter"}
        ),
    ),
    both(
        "incomplete for a reason of its own",
        Outcome("Hello", "", (), "max_messages", FIGURES),
        message(text_part("Hello")),
        final=response(message(text_part("Hello")), status="incomplete", incomplete_details={"reason": "max_messages"}),
    ),
    both("nothing at all", Outcome("", "", (), "stop", FIGURES)),
    Transcript(
        "a custom tool and a shell",
        Outcome("", "", (("call_1", "grep", "x y"), ("call_2", "local_shell_call", '{"type": "exec"}')), "tool_calls"),
        [
            sse(
                {
                    "type": "response.output_item.added",
                    "output_index": 0,
                    "item": {"id": "a", "call_id": "call_1", "type": "custom_tool_call", "name": "grep", "input": ""},
                }
            ),
            sse({"type": "response.custom_tool_call_input.delta", "item_id": "a", "output_index": 0, "delta": "x "}),
            sse({"type": "response.custom_tool_call_input.done", "item_id": "a", "output_index": 0, "input": "x y"}),
            sse(
                {
                    "type": "response.output_item.done",
                    "output_index": 1,
                    "item": {"id": "b", "call_id": "call_2", "type": "local_shell_call", "action": {"type": "exec"}},
                }
            ),
            completed(),
        ],
    ),
]
BROUGHT: list[Transcript] = [
    brought(
        "a search of the web, with a source",
        Outcome(CITED, "", (), "stop", FIGURES),
        SEARCHED,
        message(text_part(CITED, NOTED)),
        sources=[("https://met.example/a", "Met", (42,))],
    ),
    brought(
        "sources in several parts",
        Outcome(f"One.\n\nTwo.{CITED}", "", (), "stop", FIGURES),
        message(text_part("One.", url("https://a.example", "A", 0, 4))),
        message(text_part("Two.", url("https://a.example", "A", 0, 4)), text_part(CITED, NOTED), id_="msg_2"),
        sources=[("https://a.example", "A", (4, 10)), ("https://met.example/a", "Met", (52,))],
    ),
    brought(
        "a file that was found",
        Outcome("As it says.", "", (), "stop", FIGURES),
        message(text_part("As it says.", {"type": "file_citation", "index": 5, "file_id": "f-1", "filename": "a.pdf"})),
        sources=[("f-1", "a.pdf", (5,))],
    ),
    brought(
        "files of a container",
        Outcome("See table.csv.", "", (), "stop", FIGURES),
        RAN,
        message(
            text_part(
                "See table.csv.",
                {
                    "type": "container_file_citation",
                    "container_id": "cntr_1",
                    "file_id": "cfile_1",
                    "filename": "table.csv",
                    "start_index": 4,
                    "end_index": 13,
                },
            )
        ),
        parts=[
            ("picture-1.png", "image/png", None, "https://files.example/plot.png", 0),
            ("picture-2.png", "image/png", PICTURE, "", 0),
            ("table.csv", "text/csv", None, "containers/cntr_1/files/cfile_1", 14),
        ],
        sources=[("containers/cntr_1/files/cfile_1", "table.csv", (13,))],
    ),
    brought(
        "a picture",
        Outcome("A cat:", "", (), "stop", FIGURES),
        message(text_part("A cat:")),
        DRAWN,
        parts=[("picture-1.png", "image/png", PICTURE, "", 6)],
    ),
    Brought(
        "half pictures first, and nothing but a picture",
        Outcome("", "", (), "stop", FIGURES),
        [partial_picture(), partial_picture(), *stream(DRAWN)],
        parts=[("picture-1.png", "image/png", PICTURE, "", 0)],
    ),
    brought(
        "a picture that was not made",
        Outcome("", "", (), "stop", FIGURES),
        {**DRAWN, "status": "failed", "result": None, "error": {"type": "x", "message": "Not allowed."}},
        note="tested did not make a picture: “Not allowed”.",
    ),
    brought(
        "sealed reasoning",
        Outcome("Hello", "So.", (), "stop", FIGURES),
        reasoning(["So."], "gAAAAB-one"),
        message(text_part("Hello")),
        sealed=["gAAAAB-one"],
    ),
    Brought(
        "a source before its text, and one in the form of chat completions",
        Outcome("Hello, you.", "", (), "stop", None),
        [
            delta("Hello"),
            sse({"type": "response.output_text.annotation.added", "annotation": url("https://a.example", "A", 0, 11)}),
            delta(", you."),
            completed(
                message(
                    text_part("Hello, you.", {"type": "url_citation", "url_citation": {"url": "https://b.example"}})
                )
            ),
        ],
        sources=[("https://a.example", "A", (11,)), ("https://b.example", None, (11,))],
    ),
    Brought(
        "sources that are none, and one of no place with half a character",
        Outcome("Hello", "", (), "stop", None),
        [
            delta("Hello"),
            *(
                sse({"type": "response.output_text.annotation.added", "annotation": annotation})
                for annotation in (
                    url("", "", 0, 3),
                    url("https://a.example/" + "a" * 5000, "", 0, 3),
                    {"type": "file_citation", "filename": "a.pdf"},
                    {"type": "dream"},
                    None,
                )
            ),
            b'data: {"type": "response.output_text.annotation.added", "annotation": {"type": "url_citation", '
            b'"url": "https://a.example/\\ud83d", "title": "A\\nB", "start_index": 0, "end_index": 0}}\n\n',
            completed(),
        ],
        sources=[("https://a.example/?", "A B", (5,))],
    ),
]
ODD: list[Transcript] = [
    Transcript("deltas and no output (Manifest)", SAID, [delta("Hel"), delta("lo"), completed(usage=USAGE)]),
    Transcript(
        "deltas and [DONE]",
        SAID._replace(usage=None, finish=None),
        [
            delta("Hel", output_index=0, content_index=0),
            delta("lo", output_index=0, content_index=0),
            b"data: [DONE]\n\n",
        ],
    ),
    Transcript("the response alone", SAID, [completed(message(text_part("Hello")), usage=USAGE)]),
    Transcript(
        "the whole text alone (gemini-web2api)",
        SAID,
        [sse({"type": "response.output_text.done", "text": "Hello"}), completed(usage=USAGE)],
    ),
    Transcript(
        "the whole item alone (ChatGPT's own server)",
        SAID,
        [
            sse({"type": "response.output_item.done", "output_index": 1, "item": message(text_part("Hello"))}),
            completed(usage=USAGE),
        ],
    ),
    Transcript(
        "done events that are empty (agentgateway)",
        SAID,
        [
            delta("Hello", output_index=0, content_index=0),
            sse({"type": "response.content_part.done", "output_index": 0, "part": text_part("")}),
            sse({"type": "response.output_item.done", "output_index": 0, "item": message()}),
            completed(usage=USAGE),
        ],
    ),
    Transcript(
        "only the last piece in the response (vLLM)",
        SAID,
        [delta("Hel", output_index=0), delta("lo", output_index=0), completed(message(text_part("lo")), usage=USAGE)],
    ),
    Transcript(
        "numbers that do not agree",
        SAID,
        [
            delta("Hel", output_index=0, item_id="a"),
            delta("lo", output_index=0, item_id="b"),
            completed(reasoning(), message(text_part("Hello")), usage=USAGE),
        ],
    ),
    Transcript(
        "names of events and no types in them",
        SAID,
        [
            sse({"delta": "Hel", "output_index": 0, "content_index": 0}, "response.output_text.delta"),
            sse({"delta": "lo", "output_index": 0, "content_index": 0}, "response.output_text.delta"),
            sse({"response": {"usage": USAGE}}, "response.completed"),
        ],
    ),
    Transcript("the document as an event", SAID, [sse(response(message(text_part("Hello"))))]),
    Transcript(
        "a document and no stream",
        SAID,
        [json.dumps(response(message(text_part("Hello")))).encode()],
        {"output_text": "Hello", "usage": USAGE},
    ),
    Transcript(
        "keepalives, comments and events of tomorrow",
        SAID,
        [
            b": hi\n\n",
            sse({"type": "keepalive", "sequence_number": 1}, "keepalive"),
            sse({"type": "response.queued", "response": response(status="queued")}),
            sse({"type": "response.dreaming.delta", "delta": "zzz"}),
            delta("Hello"),
            b"data: : OPENROUTER PROCESSING\n\n",
            completed(usage=USAGE),
        ],
    ),
    Transcript("damage and errors after the end", SAID, [*stream(message(text_part("Hello"))), b'data: {"type": "err']),
    Transcript(
        "an error of nothing but nulls",
        SAID,
        [delta("Hello"), completed(usage=USAGE, error={"code": None, "message": None})],
    ),
    Transcript(
        "in progress to the last",
        SAID,
        [delta("Hello"), sse({"type": "response.completed", "response": {"status": "in_progress", "usage": USAGE}})],
    ),
    Transcript(
        "a call by its end alone, and one by nothing but its arguments",
        Outcome("", "", (("call_1", "weather", '{"a": 1}'), ("", "clock", "{}")), "tool_calls"),
        [
            sse({"type": "response.output_item.done", "output_index": 0, "item": call('{"a": 1}')}),
            sse({"type": "response.output_item.added", "output_index": 1, "item": {"type": "function_call"}}),
            sse({"type": "response.function_call_arguments.delta", "output_index": 1, "delta": "{}"}),
            sse({"type": "response.function_call_arguments.done", "output_index": 1, "name": "clock"}),
            completed(),
        ],
    ),
    Transcript(
        "thoughts in tags",
        Outcome("Hello", "So.", (), "stop", FIGURES),
        stream(message(text_part("<think>So.</think>Hello"))),
        response(message(text_part("<think>So.</think>Hello"))),
    ),
    Transcript(
        "summary and reasoning both",
        Outcome("Hello", "In short.", (), "stop"),
        [
            sse({"type": "response.reasoning_summary_text.delta", "output_index": 0, "delta": "In short."}),
            sse({"type": "response.reasoning_text.delta", "output_index": 0, "delta": "At length."}),
            delta("Hello", output_index=1),
            completed(reasoning(["In short."], content=["At length."]), message(text_part("Hello"))),
        ],
    ),
]
FAILURE = {"code": "server_error", "message": "The model produced no output."}
FAILED: list[Transcript] = [
    Transcript(
        "response.failed",
        Outcome("Hello", error=ErrorKind.SERVER),
        stream(
            message(text_part("Hello")), final=response(message(text_part("Hello")), status="failed", error=FAILURE)
        ),
        response(message(text_part("Hello")), status="failed", error=FAILURE),
    ),
    *(
        Transcript(
            f"response.failed, {code}",
            Outcome(error=kind),
            stream(final=response(status="failed", error={"code": code, "message": said})),
            response(status="failed", error={"code": code, "message": said}),
        )
        for code, kind, said in (
            ("rate_limit_exceeded", ErrorKind.RATE_LIMIT, "Rate limit reached for a-model."),
            ("invalid_prompt", ErrorKind.CONTENT_FILTER, "Your prompt was flagged as violating our usage policy."),
            ("bio_policy", ErrorKind.CONTENT_FILTER, "This was stopped."),
            ("image_too_large", ErrorKind.BAD_REQUEST, "The picture has too many pixels."),
            ("context_length_exceeded", ErrorKind.CONTEXT_LENGTH, "Your input exceeds the context window."),
        )
    ),
    Transcript(
        "response.failed without a word", Outcome(error=ErrorKind.SERVER), stream(final=response(status="failed"))
    ),
    Transcript("cancelled", Outcome(error=ErrorKind.SERVER), whole=response(status="cancelled")),
    Transcript("in the background", Outcome(error=ErrorKind.PROTOCOL), whole=response(status="queued")),
    Transcript(
        "an error event before anything",
        Outcome(error=ErrorKind.RATE_LIMIT),
        [sse({"type": "error", "code": "rate_limit_exceeded", "message": "Slow down.", "param": None}, "error")],
    ),
    Transcript(
        "an error event without a name, in the midst",
        Outcome("Hello", error=ErrorKind.SERVER),
        [delta("Hello"), sse({"type": "error", "error": {"type": "server_error", "message": "It broke."}})],
    ),
    Transcript(
        "an error that no field holds",
        Outcome("Hello", error=ErrorKind.SERVER, status=500),
        [delta("Hello"), b'error: {"code": 500, "message": "slot 3 crashed"}\n\n', completed()],
    ),
    Transcript("cut in the text", CUT, stream(message(text_part("Hello")))[:6]),
    Transcript("cut before the end", CUT, stream(message(text_part("Hello")))[:-1]),
    Transcript("cut in an event", CUT, [delta("Hello"), b'data: {"type": "response.output_text.del']),
    Transcript("the connection breaks", Outcome("Hello", error=ErrorKind.NETWORK), [delta("Hello")], breaks=True),
    Transcript("begun and nothing more", Outcome(error=ErrorKind.PROTOCOL), stream()[:2]),
    Transcript(
        "chat completions",
        Outcome(error=ErrorKind.PROTOCOL),
        whole={"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]},
    ),
    Transcript(
        "no such path",
        Outcome(error=ErrorKind.NOT_FOUND, status=404),
        whole={"detail": "Not Found"},
        status=404,
    ),
    Transcript(
        "too long",
        Outcome(error=ErrorKind.CONTEXT_LENGTH, status=400),
        whole={
            "error": {
                "message": "Your input exceeds the context window of this model. Please adjust your input.",
                "type": "invalid_request_error",
                "param": "input",
                "code": "context_length_exceeded",
            }
        },
        status=400,
    ),
]
TRANSCRIPTS = [*NORMAL, *BROUGHT, *ODD, *FAILED]

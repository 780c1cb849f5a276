"""The Responses API: its streams and documents as replies, and its requests."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import IN_CI, examples
from tests.providers.responses_transcripts import TRANSCRIPTS, Brought, message, response, text_part
from tests.providers.transcripts import (
    CUTTINGS,
    KEY,
    Outcome,
    Transcript,
    TranscriptServer,
    prompt,
    provider_for,
    request_of,
    settings_for,
    ways,
)
from tests.servers.http import Exchange, LoopbackServer
from tests.servers.openai import WHOLE, Cutting, random_cuts
from textchat.core.configuration import Protocol
from textchat.core.conversation import Message, Role, ToolCall
from textchat.core.errors import BadRequestError, ProtocolError
from textchat.core.events import Note, PartReceived, TextDelta
from textchat.core.figures.tokens import estimate_input_tokens
from textchat.core.generation import Limits, run_reply
from textchat.core.parameters import Effort
from textchat.core.parts.part import Part
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.parts.taking import Way
from textchat.core.provider import Request
from textchat.core.reply import Reply
from textchat.providers.http.client import HttpProvider
from textchat.providers.protocols.by_name import chat_protocol
from textchat.providers.protocols.responses.growing_texts import GrowingTexts
from textchat.providers.streams.received_files import ReceivedFiles

RESPONSES = Protocol.OPENAI_RESPONSES


@pytest.fixture(scope="module")
def server() -> Iterator[TranscriptServer]:
    with TranscriptServer() as running:
        yield running


@pytest.mark.parametrize(("transcript", "way"), ways(TRANSCRIPTS), ids=str)
async def test_transcripts_fold_into_one_reply_however_they_come(
    server: TranscriptServer, transcript: Transcript, way: str
) -> None:
    reply = await answered(server, transcript, way)
    assert Outcome.of(reply) == transcript.expected, reply.error
    received = reply.received
    if isinstance(transcript, Brought):
        parts = [(part.name, part.media_type, part.data, part.reference, part.offset) for part in received.parts]
        assert parts == list(transcript.parts)
        assert [(source.url, source.title, source.places) for source in received.citations.all] == list(
            transcript.sources
        )
        assert [json.loads(sealed.item)["encrypted_content"] for sealed in received.sealed] == list(transcript.sealed)
        assert reply.note == transcript.note
    else:
        assert not (received.parts or received.sealed or len(received.citations))


def cutting(transcript: Transcript, way: str) -> Cutting:
    """Long transcripts go byte by byte in CI alone, which takes a second for a dozen of them."""
    if way == "bytes" and not IN_CI and sum(map(len, transcript.stream)) > 2000:
        return random_cuts(3, longest=9)
    return CUTTINGS.get(way, WHOLE)


async def answered(server: TranscriptServer, transcript: Transcript, way: str) -> Reply:
    """Ask the server for its transcript, once, through the whole way from the socket to the reply."""
    server.transcript, server.is_streaming, server.cutting = transcript, way != "whole", cutting(transcript, way)
    provider = provider_for(RESPONSES, server.url)
    reply = Reply(
        conversation_id="c", parent_id="1", model="tested/a-model", input_tokens=estimate_input_tokens([prompt()])
    )
    try:
        await run_reply(provider, request_of(stream=server.is_streaming), reply, limits=Limits(retries=0))
    finally:
        await provider.aclose()
    assert KEY not in str(reply.error)
    return reply


def test_the_files_of_a_reply_are_bounded_together() -> None:
    encoded = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
    files = ReceivedFiles("tested", most=2 * len(encoded) * 3 // 4)
    assert [part for _ in range(2) for part in files.from_base64(encoded)] == [
        PartReceived(Part("picture-1.png", "image/png", b"\x89PNG\r\n\x1a\n"))
    ]
    with pytest.raises(ProtocolError, match="sent files of more than 18 bytes"):
        list(files.from_base64(encoded))


# -- requests ----------------------------------------------------------------------------------------------------------

LOCAL = "http://127.0.0.1/v1"
HTTPS = "https://api.openai.com/v1"
PICTURE = Part("cat.png", "image/png", b"\x89PNG", offset=8)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def asked(*messages: Message, base_url: str = LOCAL, model: str = "a-model", **parameters: Any) -> dict[str, Any]:
    request = Request(model, messages or (prompt(),), request_of(**parameters).parameters)
    body = chat_protocol(settings_for(RESPONSES, base_url)).chat_request(request).body
    assert body is not None
    return json.loads(json.dumps(body))  # type: ignore[no-any-return]


def said(text: str, role: Role = Role.ASSISTANT, **more: Any) -> Message:
    return Message("2", None, role, text, **more)


def texts(role: str, *pieces: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": piece} for piece in pieces]
    if role == "assistant":
        content = [{"type": "output_text", "text": piece, "annotations": []} for piece in pieces]  # type: ignore[dict-item]
    return {"type": "message", "role": role, "content": content}


def test_a_request_names_what_was_set_and_nothing_else() -> None:
    assert asked() == {"model": "a-model", "input": [texts("user", "Hello?")], "stream": True, "store": False}
    everything = asked(
        system="Be brief.", temperature=0.5, top_p=0.9, max_tokens=99, web=True, stream=False, extra={"user": "me"}
    )
    assert everything == {
        "model": "a-model",
        "instructions": "Be brief.",
        "input": [texts("user", "Hello?")],
        "stream": False,
        "store": False,
        "temperature": 0.5,
        "top_p": 0.9,
        "max_output_tokens": 99,
        "tools": [{"type": "web_search"}],
        "user": "me",
    }


@pytest.mark.parametrize(
    ("model", "base_url", "effort", "expected"),
    [
        ("gpt-5", HTTPS, None, {"summary": "auto"}),
        ("gpt-5", HTTPS, Effort.OFF, {"effort": "minimal", "summary": "auto"}),
        ("gpt-5", HTTPS, Effort.MAX, {"effort": "high", "summary": "auto"}),
        ("gpt-5.1", HTTPS, Effort.OFF, {"effort": "none"}),
        ("gpt-5.2", HTTPS, Effort.MAX, {"effort": "xhigh", "summary": "auto"}),
        ("gpt-4o", HTTPS, None, None),
        ("gpt-4o", HTTPS, Effort.HIGH, None),
        ("gpt-9", HTTPS, None, {"summary": "auto"}),
        ("gpt-9", "https://eu.api.openai.com/v1", Effort.MINIMAL, {"effort": "minimal", "summary": "auto"}),
        ("a-model", LOCAL, None, None),
        ("a-model", LOCAL, Effort.LOW, {"effort": "low", "summary": "auto"}),
        ("gpt-oss-20b", LOCAL, None, {"summary": "auto"}),
        ("a-model", LOCAL, Effort.MAX, {"effort": "high", "summary": "auto"}),
        ("gpt-9", HTTPS, Effort.MAX, {"effort": "xhigh", "summary": "auto"}),
    ],
)
def test_thinking_is_asked_for_as_far_as_a_model_is_known_to_think(
    model: str, base_url: str, effort: Effort | None, expected: dict[str, str] | None
) -> None:
    body = asked(base_url=base_url, model=model, effort=effort)
    assert body.get("reasoning") == expected
    assert body.get("include") == (None if expected is None else ["reasoning.encrypted_content"])


def test_what_the_api_has_no_field_for_is_said() -> None:
    protocol = chat_protocol(settings_for(RESPONSES, LOCAL))
    made = protocol.chat_request(request_of(seed=1, stop=("x",), effort=Effort.HIGH))
    assert made.notes == ('The Responses API has no seed and no stop; set protocol = "openai" to send it.',)
    assert not {"seed", "stop"} & (made.body or {}).keys()


def test_names_of_chat_completions_are_translated() -> None:
    function = {"name": "clock", "parameters": {"type": "object"}}
    body = asked(
        web=True,
        schema={"type": "object", "title": "A list!", "properties": {}, "additionalProperties": False},
        effort=Effort.LOW,
        extra={
            "reasoning_effort": "high",
            "max_completion_tokens": 7,
            "verbosity": "low",
            "tools": [{"type": "function", "function": function}, {"type": "image_generation"}],
            "include": ["web_search_call.action.sources"],
        },
    )
    assert body["reasoning"] == {"effort": "high", "summary": "auto"}
    assert body["max_output_tokens"] == 7
    assert body["include"] == ["reasoning.encrypted_content", "web_search_call.action.sources"]
    assert body["tools"] == [{"type": "web_search"}, {"type": "function", **function}, {"type": "image_generation"}]
    form = body["text"]["format"]
    assert (body["text"]["verbosity"], form["type"], form["name"], form["strict"]) == (
        "low",
        "json_schema",
        "A_list",
        True,
    )
    given = {"type": "json_schema", "json_schema": {"name": "n", "schema": {}, "strict": False}}
    assert asked(extra={"response_format": given})["text"]["format"] == {
        "type": "json_schema",
        "name": "n",
        "schema": {},
        "strict": False,
    }


@pytest.mark.parametrize(
    ("schema", "is_strict"),
    [
        ({"type": "object", "properties": {"a": {"type": "string"}}}, False),
        ({"properties": {"a": {}}, "required": ["a"], "additionalProperties": False}, True),
        ({"properties": {"a": {}, "b": {}}, "required": ["a"], "additionalProperties": False}, False),
        ({"type": "array", "items": {"type": "object"}}, False),
    ],
)
def test_a_schema_is_strict_where_a_server_can_hold_to_it(schema: dict[str, Any], is_strict: bool) -> None:
    assert asked(schema=schema)["text"]["format"]["strict"] is is_strict


def test_files_go_at_their_places_in_the_form_that_suits_them() -> None:
    note = Part("note.txt", "text/plain", b"one\n", offset=8)
    pdf = Part("a.pdf", "application/pdf", b"%PDF", offset=0)
    gone = Part("gone.csv", "text/csv", reference="containers/c/files/f", offset=99)
    (item,) = asked(prompt("Look at it.", parts=(PICTURE, note, pdf, gone)))["input"]
    encoded = [base64.b64encode(part.content).decode() for part in (pdf, PICTURE)]
    assert item["content"] == [
        {"type": "input_file", "filename": "a.pdf", "file_data": f"data:application/pdf;base64,{encoded[0]}"},
        {"type": "input_text", "text": "Look at "},
        {"type": "input_image", "image_url": f"data:image/png;base64,{encoded[1]}", "detail": "auto"},
        {"type": "input_text", "text": "note.txt:\n```\none\n```"},
        {"type": "input_text", "text": "it."},
        {"type": "input_text", "text": "[text: gone.csv at containers/c/files/f]"},
    ]
    office = Part("a.docx", DOCX, b"PK\0")
    assert asked(prompt("", parts=(office,)), base_url=HTTPS)["input"][0]["content"][0]["type"] == "input_file"
    with pytest.raises(BadRequestError, match=r"a\.docx is neither text"):
        asked(prompt("", parts=(office,)))
    ways = [chat_protocol(settings_for(RESPONSES, url)).taking(office, "gpt-5").way for url in (HTTPS, LOCAL)]
    assert ways == [Way.NATIVE, Way.REFUSED]


def test_what_a_model_drew_is_shown_with_the_next_prompt() -> None:
    items = asked(prompt(), said("A cat:", parts=(PICTURE.at(6),)), prompt("Blue, now"))["input"]
    assert items[1] == texts("assistant", "A cat:\n\n[picture: cat.png]")
    assert [part["type"] for part in items[2]["content"]] == ["input_image", "input_text"]
    assert [item["role"] for item in asked(prompt(), said("", parts=(PICTURE,)))["input"]] == ["user", "assistant"]


def seal(item: Any, protocol: str = "openai-responses") -> SealedReasoning:
    return SealedReasoning(protocol, item if isinstance(item, str) else json.dumps(item))


def test_sealed_reasoning_goes_back_to_its_model_alone_and_before_what_followed_it() -> None:
    thought: dict[str, Any] = {
        "type": "reasoning",
        "id": "rs_1",
        "status": None,
        "summary": [],
        "encrypted_content": "gAAA",
    }
    sealed = (seal(thought), seal("{"), seal({"type": "reasoning"}), seal(thought, "anthropic"))
    call = ToolCall("call_1", "clock", "")
    reply = said("Hm.", model="tested/a-model", sealed=sealed, tool_calls=(call,))
    items = asked(prompt(), reply, said("12:00", Role.TOOL, tool_calls=(call,)), prompt("Thanks"))["input"]
    assert items == [
        texts("user", "Hello?"),
        {"type": "reasoning", "summary": [], "encrypted_content": "gAAA"},
        texts("assistant", "Hm."),
        {"type": "function_call", "call_id": "call_1", "name": "clock", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "12:00"},
        texts("user", "Thanks"),
    ]
    for other in (said("Hm.", model="tested/b-model", sealed=sealed), said("", model="tested/a-model", sealed=sealed)):
        assert "gAAA" not in json.dumps(asked(prompt(), other, prompt("Thanks")))


# -- refusals ----------------------------------------------------------------------------------------------------------


class Picky(LoopbackServer):
    """Refuses, in OpenAI's form, what a rule finds in the body of a request."""

    def __init__(self, holds: Callable[[Any], bool], error: dict[str, Any]) -> None:
        super().__init__()
        self._holds, self._error = holds, error

    async def answer(self, exchange: Exchange) -> None:
        if self._holds(exchange.request.json):
            await exchange.reply_json(400, {"error": {"type": "invalid_request_error", "code": None, **self._error}})
        else:
            await exchange.reply_json(200, response(message(text_part("ok"))))


def has(*path: str) -> Callable[[Any], bool]:
    """Whether a body has something at a path."""

    def look(body: Any) -> bool:
        for name in path:
            body = body.get(name) if isinstance(body, dict) else None
        return body is not None

    return look


def left_out(names: str) -> list[str]:
    return [f"tested refused {names} for this model, so it was left out."]


SUMMARY = (
    "Your organization must be verified to generate reasoning summaries. Please go to: "
    "https://platform.openai.com/settings/organization/general and click on Verify Organization."
)
VALUES = "Unsupported value: 'xhigh' is not supported with the 'gpt-9' model. Supported values are: 'low' and 'high'."
REFUSALS: list[tuple[Callable[[Any], bool], dict[str, Any], dict[str, Any], list[str]]] = [
    (has("include"), {"message": "Encrypted content is not supported with this model.", "param": "include"}, {}, []),
    (
        has("reasoning", "summary"),
        {"message": SUMMARY, "param": "reasoning.summary", "code": "unsupported_value"},
        {},
        [],
    ),
    (
        has("reasoning", "effort"),
        {"message": "Unsupported parameter: 'reasoning.effort' is not supported with this model."},
        {},
        left_out("effort"),
    ),
    (
        has("reasoning", "effort"),
        {"message": VALUES, "param": "reasoning.effort", "code": "unsupported_value"},
        {},
        left_out("effort"),
    ),
    (
        has("temperature"),
        {"message": "Unsupported parameter: 'temperature' is not supported with this model.", "param": "temperature"},
        {"temperature": 0.5},
        left_out("temperature"),
    ),
    (
        has("tools"),
        {"message": "Hosted tool 'web_search' is not supported with gpt-4.1-nano.", "param": "tools"},
        {"web": True},
        left_out("web"),
    ),
    (has("tools"), {"message": "web_search is not supported by this gateway."}, {"web": True}, left_out("web")),
    (
        has("text"),
        {"message": "Invalid parameter: 'text.format' of type 'json_schema' is not supported with model `gpt-3`."},
        {"schema": {"type": "object"}},
        left_out("schema"),
    ),
    (
        lambda body: "verbosity" in body.get("text", {}) or "text" not in body,
        {
            "message": "Unsupported parameter: 'text.verbosity' is not supported with this model.",
            "param": "text.verbosity",
        },
        {"schema": {"type": "object"}, "extra": {"verbosity": "low"}},
        left_out("verbosity"),
    ),
    (has("store"), {"message": "Unknown parameter: 'store'.", "param": "store"}, {}, left_out("store")),
    (
        lambda body: any(item["type"] == "reasoning" for item in body["input"]),
        {
            "message": "The encrypted content gAAA could not be verified. Reason: Encrypted content organization_id "
            "did not match the target organization.",
            "code": "invalid_encrypted_content",
        },
        {},
        ["tested refused the sealed reasoning of earlier replies, so it was left out."],
    ),
]


@pytest.mark.parametrize(("holds", "error", "parameters", "notes"), REFUSALS)
async def test_what_openai_refuses_is_left_out_once_and_said(
    holds: Callable[[Any], bool], error: dict[str, Any], parameters: dict[str, Any], notes: list[str]
) -> None:
    sealed = (seal({"type": "reasoning", "summary": [], "encrypted_content": "gAAA"}),)
    branch = (prompt(), said("Hm.", model="tested/gpt-9", sealed=sealed), prompt("Again"))
    with Picky(holds, error) as picky:
        provider = provider_for(RESPONSES, picky.url)
        for _ in range(2):
            request = Request("gpt-9", branch, request_of(effort=Effort.MAX, **parameters).parameters)
            events = [event async for event in provider.stream(request)]
            assert [event.sentence for event in events if isinstance(event, Note)] == notes
            assert [event.text for event in events if isinstance(event, TextDelta)] == ["ok"]
        await provider.aclose()
        first, *later = [request.json for request in picky.requests]
    assert holds(first) and [holds(body) for body in later] == [False, False]
    untouched = {"include", "reasoning", "store", *parameters} - {"web", "schema"}
    assert sum(name in later[0] for name in untouched) >= len(untouched) - 1, "nothing else is left out"


async def test_models_are_listed_as_by_the_older_protocol_and_the_key_goes_along() -> None:
    with Picky(has("nothing"), {}) as picky:
        provider = provider_for(RESPONSES, picky.url)
        await answered_by(provider)
        await provider.aclose()
        (request,) = picky.requests
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.path == "/responses"
    page = chat_protocol(settings_for(RESPONSES, LOCAL)).read_models({"data": [{"id": "gpt-9"}]})
    assert [model.id for model in page.models] == ["gpt-9"]


async def answered_by(provider: HttpProvider) -> None:
    async for _ in provider.stream(request_of()):
        pass


# -- texts that come in pieces, whole, or both -------------------------------------------------------------------------

PIECES = st.lists(st.text("ab\n", min_size=1, max_size=4), max_size=4)


@settings(max_examples=examples(200), deadline=None)
@given(
    parts=st.lists(st.tuples(PIECES, st.booleans()), max_size=4),
    items=st.lists(st.integers(0, 1), min_size=4, max_size=4),
)
def test_each_text_is_passed_on_once_whatever_repeats_it(parts: list[tuple[list[str], bool]], items: list[int]) -> None:
    """Each part begins another text, or the next one of the same item; some come whole alone, all are repeated."""
    texts, passed, expected, number = GrowingTexts(), "", "", 0
    keys: list[tuple[tuple[int, int], str]] = []
    for (pieces, in_pieces), step in zip(parts, items, strict=False):
        number += step
        key = (number, len(keys))
        whole = f"<{len(keys)}>{''.join(pieces)}"
        keys.append((key, whole))
        came = [texts.piece(key, piece) for piece in (f"<{len(keys) - 1}>", *pieces)] if in_pieces else []
        came += [texts.whole(key, whole), texts.whole(key, whole)]
        gap = "\n\n" if expected and step else ""
        end = expected[-2:]
        expected += gap[len(end) - len(end.rstrip("\n")) :] + whole
        passed += "".join(came)
        at = texts.at(key)
        assert at is not None and expected[at.start :] == whole
    for key, whole in keys:
        assert texts.whole(key, whole) == ""
        assert texts.whole((key[0] + 9, 0), whole) == "", "under another number"
    assert passed == expected
    assert texts.length == len(expected)

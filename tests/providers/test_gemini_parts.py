"""Google Gemini beside the text: files, sources by their bytes, signatures that go back, effort, structure, search."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.providers.received import Brought, next_turn, reply_to
from tests.providers.test_gemini import call, figures, piece, thought
from tests.providers.test_mends import Rule, Strict, Talk
from tests.providers.transcripts import Outcome, Transcript, TranscriptServer, prompt, settings_for, sse, ways
from textchat.core.configuration import Protocol
from textchat.core.conversation import Message, Role
from textchat.core.errors import BadRequestError, ProtocolError
from textchat.core.events import Cited, SignOfLife, TextDelta
from textchat.core.parameters import Effort, Parameters
from textchat.core.parts.part import MediaKind, Part
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.parts.taking import Way
from textchat.core.provider import Request
from textchat.providers.capabilities.efforts import known_efforts
from textchat.providers.capabilities.gemini import gemini_model
from textchat.providers.capabilities.kinds import known_kinds
from textchat.providers.protocol import HttpRequest
from textchat.providers.protocols.gemini import GeminiProtocol
from textchat.providers.protocols.gemini_format.media import InlineFiles
from textchat.providers.protocols.gemini_reader import GeminiReader

# -- what answers bring ------------------------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n"
NEWS, PAPER, UNUSED = "https://news.example/a", "https://paper.example/b", "https://unused.example"


def inline(data: bytes, media_type: str, **more: Any) -> dict[str, Any]:
    return {"inlineData": {"mimeType": media_type, "data": base64.b64encode(data).decode()}, **more}


def signed(signature: str, part: dict[str, Any]) -> dict[str, Any]:
    return {**part, "thoughtSignature": signature}


def last(*parts: Any, **metadata: Any) -> dict[str, Any]:
    document = piece(*parts, reason="STOP", usage=figures())
    document["candidates"][0].update(metadata)
    return document


def web(url: str, title: str | None) -> dict[str, Any]:
    return {"web": {"uri": url, "title": title}}


def support(start: int, end: int, said: str | None, *chunks: int, part: int | None = None) -> dict[str, Any]:
    segment = {"startIndex": start, "endIndex": end, "text": said, "partIndex": part}
    known = {name: value for name, value in segment.items() if value not in (None, 0)}
    return {"segment": known, "groundingChunkIndices": list(chunks), "confidenceScores": []}


def wav(samples: bytes, rate: int) -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", 36 + len(samples), b"WAVE")
        + form
        + struct.pack("<4sI", b"data", len(samples))
        + samples
    )


def ground(*supports: Any) -> dict[str, Any]:
    return {"groundingChunks": CHUNKS, "groundingSupports": [*supports]}


CHUNKS = [web(PAPER, "paper.example"), web(UNUSED, "Unused"), web(NEWS, "news.example")]
GROUNDED = {
    "webSearchQueries": ["x"],
    "groundingChunks": CHUNKS,
    "groundingSupports": [
        support(14, 28, "It rose again.", 0, 2, 9),
        support(0, 12, None, 2),
        support(4, 11, "elsewhere", 1),
    ],
}
L16 = "audio/L16;codec=pcm;rate=16000"


def brought(name: str, pieces: list[dict[str, Any]], document: dict[str, Any] | None, **more: Any) -> Brought:
    return Brought(Transcript(name, Outcome(), [sse(each) for each in pieces], document), **more)


BROUGHT = [
    brought(
        "a picture between two texts, signed",
        [
            piece(thought("I draw"), inline(b"draft", "image/png", thought=True)),
            piece("Here: "),
            piece(signed("c2ln", inline(PNG, "image/png"))),
            last("there.", signed("ZW5k", {"text": ""})),
        ],
        last("Here: ", signed("c2ln", inline(PNG, "image/png")), "there.", signed("ZW5k", {"text": ""})),
        parts=(("picture-1.png", "image/png", 6, PNG),),
        sealed=({"thoughtSignature": "c2ln", "file": 0}, {"thoughtSignature": "ZW5k", "text": [12, 12]}),
    ),
    brought(
        "sound in pieces is one file, with a header",
        [piece(inline(b"\x01\x00\x02\x00", L16)), piece(inline(b"\x03\x00", L16)), last(inline(b"\x04\x00\x05", L16))],
        last(inline(b"\x01\x00\x02\x00\x03\x00\x04\x00\x05", L16)),
        parts=(("sound-1.wav", "audio/wav", 0, wav(b"\x01\x00\x02\x00\x03\x00\x04\x00", 16_000)),),
    ),
    brought(
        "other files: without a type, with one that is odd, of base64 for addresses, and what is none",
        [
            last(
                {"inlineData": {"data": "AAA"}},
                inline(b"x", "IMAGE/\x1bJPEG; q=1"),
                {"inlineData": {"mimeType": "image/jpeg", "data": "_-8="}},
                {"inlineData": {"mimeType": "image/png", "data": "n"}},
                {"inlineData": {"mimeType": "image/png", "data": ""}},
                "Done",
            )
        ],
        None,
        parts=(
            ("file-1", "application/octet-stream", 0, b"\0\0"),
            ("picture-1", "image/␛jpeg", 0, b"x"),
            ("picture-2.jpg", "image/jpeg", 0, b"\xff\xef"),
        ),
    ),
    brought(
        "sources by the bytes of the answer",
        [piece("漢🙂 fe"), piece("ll. It rose again."), last(groundingMetadata=GROUNDED)],
        last("漢🙂 fell. It rose again.", groundingMetadata=GROUNDED),
        citations=(
            (NEWS, "news.example", (7, 23)),
            (PAPER, "paper.example", (23,)),
            (UNUSED, "Unused", ()),
        ),
    ),
    brought(
        "places of a part behind thoughts and another part",
        [
            piece(thought("Hm")),
            piece("äö "),
            last("übt", groundingMetadata=ground(support(0, 4, "übt", 0, part=2))),
        ],
        None,
        citations=((PAPER, "paper.example", (6,)), (UNUSED, "Unused", ()), (NEWS, "news.example", ())),
    ),
    brought(
        "pages that were read, quotations, and sources of other kinds",
        [
            last(
                "Read it.",
                urlContextMetadata={
                    "urlMetadata": [
                        {"retrievedUrl": NEWS, "urlRetrievalStatus": "URL_RETRIEVAL_STATUS_SUCCESS"},
                        {"retrievedUrl": UNUSED, "urlRetrievalStatus": "URL_RETRIEVAL_STATUS_ERROR"},
                    ]
                },
                citationMetadata={"citationSources": [{"startIndex": 0, "endIndex": 4, "uri": PAPER}, {"endIndex": 3}]},
                groundingMetadata={
                    "groundingChunks": [
                        {"retrievedContext": {"title": "notes.txt", "text": "x"}},
                        {"maps": {"uri": "https://maps.example", "title": "A place"}},
                        {"web": {}},
                        {"new": {"uri": "x"}},
                    ]
                },
            )
        ],
        None,
        citations=(
            (PAPER, None, (4,)),
            ("notes.txt", "notes.txt", ()),
            ("https://maps.example", "A place", ()),
            (NEWS, None, ()),
        ),
    ),
    brought(
        "signatures of a text and of a call",
        [
            piece("I "),
            piece(signed("dGV4dA==", {"text": "look."})),
            last(call("now", {}), signed("Y2FsbA==", call("then", {}))),
        ],
        None,
        sealed=({"thoughtSignature": "dGV4dA==", "text": [2, 7]}, {"thoughtSignature": "Y2FsbA==", "call": 1}),
    ),
]


@pytest.fixture(scope="module")
def server() -> Iterator[TranscriptServer]:
    with TranscriptServer() as running:
        yield running


@pytest.mark.parametrize(
    ("case", "way"), [(case, way) for case in BROUGHT for _, way in ways([case.transcript])], ids=str
)
async def test_what_answers_bring_is_the_same_however_it_comes(
    server: TranscriptServer, case: Brought, way: str
) -> None:
    message = (await reply_to(Protocol.GEMINI, server, case.transcript, way)).freeze()
    assert tuple((each.url, each.title, each.places) for each in message.citations) == case.citations
    assert tuple((part.name, part.media_type, part.offset, part.data) for part in message.parts) == case.parts
    assert tuple(json.loads(each.item) for each in message.sealed) == case.sealed
    assert all(each.protocol == "gemini" for each in message.sealed)


async def test_a_file_that_cannot_be_read_is_said(server: TranscriptServer) -> None:
    reply = await reply_to(Protocol.GEMINI, server, BROUGHT[2].transcript, "events")
    assert reply.note == "tested sent a file that is not readable."


def test_files_that_are_too_large_together_end_the_reply() -> None:
    files = InlineFiles("tested", most=14)
    sound = inline(b"\1\0" * 2, L16)["inlineData"]
    assert [*files.take(sound), *files.take(sound)] == [SignOfLife()] * 2
    with pytest.raises(ProtocolError, match="14 bytes"):
        [*files.take(inline(PNG, "image/png")["inlineData"])]
    # What came before is told, by then or at the end.
    assert files.number + len([*files.rest()]) == 1


async def test_what_was_spoken_is_kept_of_a_stream_that_breaks(server: TranscriptServer) -> None:
    broken = Transcript("broken", Outcome(), [sse(piece(inline(b"\x01\x00", L16)))], breaks=True)
    parts = (await reply_to(Protocol.GEMINI, server, broken, "events")).freeze().parts
    assert [part.content for part in parts] == [wav(b"\x01\x00", 16_000)]


@settings(max_examples=examples(100), deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<"), max_size=8), max_size=6),
    st.data(),
)
def test_any_place_in_bytes_is_the_same_place_in_characters(texts: list[str], data: st.DataObject) -> None:
    texts = ["|", *filter(None, texts)]  # no beginning that could be of a tag
    whole = "".join(texts)
    end = data.draw(st.integers(1, len(whole)))
    start = data.draw(st.integers(0, end - 1))
    begin, stop = len(whole[:start].encode()), len(whole[:end].encode())
    said = data.draw(st.sampled_from([None, whole[start:end]]))
    grounded = {"groundingChunks": [web(NEWS, None)], "groundingSupports": [support(begin, stop, said, 0)]}

    def cited(pieces: list[dict[str, Any]]) -> list[int | None]:
        reader = GeminiReader("tested")
        events = [event for each in pieces for event in reader.feed(sse(each))] + [*reader.close()]
        assert "".join(event.text for event in events if isinstance(event, TextDelta)) == whole
        return [event.at for event in events if isinstance(event, Cited)]

    assert cited([*map(piece, texts), last(groundingMetadata=grounded)]) == [end, None]
    assert cited([last(whole, groundingMetadata=grounded)]) == [end, None]


def test_of_a_blocking_answer_places_count_in_their_part() -> None:
    reader = GeminiReader("tested")
    grounded = {"groundingChunks": [web(NEWS, None)], "groundingSupports": [support(0, 4, None, 0, part=2)]}
    document = last(thought("Hm"), "äö ", "übt", groundingMetadata=grounded)
    events = [*reader.feed(json.dumps(document).encode()), *reader.close()]
    assert [event.at for event in events if isinstance(event, Cited)] == [6, None]


def test_hostile_places_are_no_places() -> None:
    odd: list[Any] = [
        support(0, 10**12, None, 0),
        support(5, 2, "no such text", 0),
        support(-7, -3, None, 0),
        {"segment": "x", "groundingChunkIndices": [0, True, "1", -1]},
        {"segment": {"endIndex": 2.0, "startIndex": "0"}, "groundingChunkIndices": [0]},
        7,
    ]
    reader = GeminiReader("tested")
    grounded = {"groundingChunks": [web(NEWS, None), "x"], "groundingSupports": odd}
    events = [*reader.feed(sse(last("Hello", groundingMetadata=grounded))), *reader.close()]
    assert [event.at for event in events if isinstance(event, Cited)] == [2, None]


# -- what goes out -----------------------------------------------------------------------------------------------------


def asked(model: str, *messages: Message, **parameters: Any) -> HttpRequest:
    request = Request(model, messages or (prompt(),), Parameters(**parameters))
    return GeminiProtocol(settings_for(Protocol.GEMINI, "")).chat_request(request)


def body(model: str, *messages: Message, **parameters: Any) -> Any:
    return json.loads(json.dumps(asked(model, *messages, **parameters).body))


FLASH = "gemini-2.5-flash"
OTHER = "application/octet-stream"


def test_parts_go_in_order_also_those_of_an_answer() -> None:
    files = (Part("a.png", "image/png", PNG, 4), Part("b.wav", "audio/wav", b"RIFF", 8))
    drawn = Message("2", "1", Role.ASSISTANT, "Here it is", parts=(Part("c.png", "image/png", PNG, 4),))
    first, second, _ = body(FLASH, prompt("See and hear", parts=files), *next_turn(drawn)[1:])["contents"]
    assert [each.get("text") or each["inlineData"]["mimeType"] for each in first["parts"]] == [
        "See ",
        "image/png",
        "and ",
        "audio/wav",
        "hear",
    ]
    assert second == {"role": "model", "parts": [{"text": "Here"}, inline(PNG, "image/png"), {"text": " it is"}]}
    spoken = Message("2", "1", Role.ASSISTANT, "", parts=(Part("c.wav", "audio/wav", b"RIFF"),))
    assert body("gemini-2.5-flash-image", *next_turn(spoken))["contents"][1]["parts"] == [{"text": "[sound: c.wav]"}]


@pytest.mark.parametrize(
    ("model", "part", "way"),
    [
        (FLASH, Part("a.png", "image/png", b"x"), Way.NATIVE),
        (FLASH, Part("a.heic", "image/heic", b"x"), Way.NATIVE),
        (FLASH, Part("a.pdf", "application/pdf", b"x"), Way.NATIVE),
        (FLASH, Part("a.mp3", "audio/mpeg", b"x"), Way.NATIVE),
        (FLASH, Part("a.mp4", "video/mp4", b"x"), Way.NATIVE),
        (FLASH, Part("a.md", "text/markdown", b"x"), Way.TEXT),
        (FLASH, Part("a.svg", "image/svg+xml", b"<svg/>"), Way.TEXT),
        (FLASH, Part("a.gif", "image/gif", b"x"), Way.REFUSED),
        (FLASH, Part("a.bin", OTHER, b"\0"), Way.REFUSED),
        ("gemini-2.5-flash-preview-tts", Part("a.png", "image/png", b"x"), Way.REFUSED),
        ("gemini-2.5-flash-preview-tts", Part("a.mp4", "video/mp4", b"\0"), Way.REFUSED),
        ("gemini-2.5-flash-image", Part("a.mp3", "audio/mpeg", b"x"), Way.REFUSED),
        ("unknown", Part("a.mp3", "audio/mpeg", b"x"), Way.NATIVE),
    ],
)
def test_what_is_known_not_to_be_taken_is_refused_before_it_is_sent(model: str, part: Part, way: Way) -> None:
    taking = GeminiProtocol(settings_for(Protocol.GEMINI, "")).taking(part, model)
    assert taking.way is way
    assert (part.name in taking.sentence) == (way is Way.REFUSED)
    if way is Way.REFUSED:
        with pytest.raises(BadRequestError, match=r"Remove|Convert"):
            body(model, prompt(parts=(part,)))


def answer(text: str, *items: Mapping[str, Any], **more: Any) -> Message:
    sealed = tuple(SealedReasoning("gemini", json.dumps(each)) for each in items)
    return Message("2", "1", Role.ASSISTANT, text, model=f"tested/{FLASH}", sealed=sealed, **more)


def test_signatures_go_back_in_the_part_they_came_in() -> None:
    items: list[dict[str, Any]] = [
        {"thoughtSignature": "b", "text": [12, 12]},
        {"thoughtSignature": "a", "text": [2, 4]},
        {"thoughtSignature": "f", "file": 0},
        {"thoughtSignature": "odd", "text": [9, 2]},
    ]
    own = answer("Ab cd ef ghi", *items, parts=(Part("c.png", "image/png", PNG, 6),))
    assert body(FLASH, *next_turn(own))["contents"][1]["parts"] == [
        {"text": "Ab"},
        {"text": " c", "thoughtSignature": "a"},
        {"text": "d "},
        inline(PNG, "image/png", thoughtSignature="f"),
        {"text": "ef ghi"},
        {"text": "", "thoughtSignature": "b"},
    ]
    other = body("gemini-2.5-pro", *next_turn(own))["contents"][1]["parts"]
    assert other == [{"text": "Ab cd "}, inline(PNG, "image/png"), {"text": "ef ghi"}]


@settings(max_examples=examples(60), deadline=None)
@given(st.text(max_size=12), st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12))), st.lists(st.integers(0, 12)))
def test_no_signature_changes_what_the_model_said(text: str, spans: list[tuple[int, int]], offsets: list[int]) -> None:
    items = [{"thoughtSignature": str(number), "text": [*span]} for number, span in enumerate(spans)]
    parts = tuple(Part(f"{number}.png", "image/png", PNG, offset) for number, offset in enumerate(offsets))
    text = f"x{text}"  # an answer without a word is not sent at all
    sent = body(FLASH, *next_turn(answer(text, *items, parts=parts)))["contents"][1]["parts"]
    assert "".join(part.get("text", "") for part in sent) == text
    assert sum("inlineData" in part for part in sent) == len(parts)


EFFORTS: dict[tuple[str, Effort | None], tuple[Any, int]] = {
    (FLASH, None): ({"includeThoughts": True}, 0),
    (FLASH, Effort.OFF): ({"thinkingBudget": 0}, 0),
    (FLASH, Effort.LOW): ({"includeThoughts": True, "thinkingBudget": 2048}, 0),
    (FLASH, Effort.MAX): ({"includeThoughts": True, "thinkingBudget": 24_576}, 0),
    ("gemini-2.5-pro", Effort.OFF): ({"includeThoughts": True, "thinkingBudget": 512}, 1),
    ("gemini-2.5-pro", Effort.MAX): ({"includeThoughts": True, "thinkingBudget": 32_768}, 0),
    ("gemini-3-pro-preview", Effort.MEDIUM): ({"includeThoughts": True, "thinkingLevel": "HIGH"}, 1),
    ("gemini-3.1-pro-preview", Effort.MEDIUM): ({"includeThoughts": True, "thinkingLevel": "MEDIUM"}, 0),
    ("gemini-3-flash-preview", Effort.MINIMAL): ({"includeThoughts": True, "thinkingLevel": "MINIMAL"}, 0),
    ("gemini-3.8-flash", Effort.OFF): ({"includeThoughts": True, "thinkingLevel": "LOW"}, 1),
    ("gemini-2.0-flash", Effort.HIGH): (None, 1),
    ("gemini-2.0-flash", None): (None, 0),
    ("gemini-2.5-flash-image", None): (None, 0),
    ("a-model", None): (None, 0),
    ("a-model", Effort.OFF): ({"thinkingBudget": 0}, 0),
    ("a-model", Effort.MAX): ({"includeThoughts": True, "thinkingLevel": "HIGH"}, 0),
}


@pytest.mark.parametrize(("model", "effort"), EFFORTS, ids=str)
def test_an_effort_is_said_as_the_model_takes_it(model: str, effort: Effort | None) -> None:
    config, sentences = EFFORTS[model, effort]
    request = asked(model, effort=effort)
    assert dict(request.body or {}).get("generationConfig", {}).get("thinkingConfig") == config
    assert len(request.notes) == sentences


SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}}


def test_stop_structure_and_search() -> None:
    sent = body(FLASH, stop=("END",), schema=SCHEMA, web=True, extra={"tools": [{"url_context": {}}]})
    assert sent["generationConfig"] == {
        "stopSequences": ["END"],
        "thinkingConfig": {"includeThoughts": True},
        "responseMimeType": "application/json",
        "responseJsonSchema": SCHEMA,
    }
    assert sent["tools"] == [{"url_context": {}}, {"google_search": {}}]
    assert body("gemini-2.5-flash-preview-tts")["generationConfig"] == {"responseModalities": ["AUDIO"]}
    own = body(FLASH, effort=Effort.HIGH, extra={"thinkingConfig": {"thinkingBudget": 5}})
    assert own["generationConfig"]["thinkingConfig"] == {"thinkingBudget": 5}


# -- what is refused ---------------------------------------------------------------------------------------------------

REFUSALS: dict[str, tuple[str, str, dict[str, Any], list[str]]] = {
    "a signature": ("Thought signature is not valid.", "thoughtSignature", {}, []),
    "a budget": (
        "Budget 0 is invalid. This model only works in thinking mode.",
        "Budget",
        {"effort": Effort.OFF},
        ["effort"],
    ),
    "thoughts that nobody asked for": ("Thinking is not enabled for models/x", "thinkingConfig", {}, []),
    "the search": ("Search Grounding is not supported.", "google_search", {"web": True}, ["web"]),
    "an older server": (
        "Unknown name \"responseJsonSchema\" at 'generation_config': Cannot find field.",
        "JsonSchema",
        {"schema": SCHEMA},
        [],
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_what_a_server_refuses_is_left_out_once(name: str) -> None:
    words, needle, parameters, missed = REFUSALS[name]
    history = next_turn(
        answer("42", {"thoughtSignature": "a", "text": [0, 2]}, {"thoughtSignature": "b", "text": [2, 2]})
    )
    rule = Rule(lambda sent: needle in json.dumps(sent), {"error": {"message": words}})
    with Strict(Protocol.GEMINI, rule) as server:
        async with Talk(server) as talk:
            notes = [f"tested refused {each} for this model, so it was left out." for each in missed]
            for _ in range(2):
                assert await talk.ask(*history, model=FLASH, **parameters) == notes
            assert [needle in json.dumps(sent) for sent in talk.asked] == [True, False, False]
            if name == "a signature":
                assert talk.asked[-1]["contents"][1]["parts"] == [{"text": "42"}]
            if name == "an older server":
                assert talk.asked[-1]["generationConfig"]["responseSchema"] == SCHEMA


def test_what_is_known_of_models() -> None:
    assert gemini_model("gpt-5") is None and known_efforts("gemini-4-hydrogen") is None
    assert known_efforts("models/gemini-2.5-pro-preview-06-05") == tuple(Effort)[1:]
    assert known_efforts("gemini-3.5-flash-lite") == (Effort.MINIMAL, Effort.LOW, Effort.MEDIUM, Effort.HIGH)
    assert known_efforts("gemini-2.5-flash-preview-tts") == () and known_efforts("gemini-3-pro-image-preview") is None
    assert known_kinds("gemma-2-9b-it") == frozenset() and known_kinds("gemma-4-31b-it") == frozenset(
        {MediaKind.PICTURE}
    )

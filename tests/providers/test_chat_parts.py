"""Chat completions and Ollama: files and sources of answers, however they come, and files of prompts as they go."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.providers.openai_transcripts import DONE, STOP, bare, chunk, said, whole
from tests.providers.transcripts import (
    CUTTINGS,
    Outcome,
    Transcript,
    TranscriptServer,
    prompt,
    provider_for,
    request_of,
    settings_for,
)
from tests.servers.openai import WHOLE
from textchat.core.configuration import Protocol
from textchat.core.conversation import Message, Role, Status, ToolCall
from textchat.core.errors import BadRequestError, ProtocolError
from textchat.core.events import PartReceived
from textchat.core.generation import Limits, run_reply
from textchat.core.parts.citation import Citation
from textchat.core.parts.part import MediaKind, Part
from textchat.core.parts.taking import Way
from textchat.core.provider import ModelInfo
from textchat.core.reply import Reply
from textchat.providers.protocols.chat.spoken_audio import SpokenAudio
from textchat.providers.protocols.ollama import OllamaProtocol
from textchat.providers.protocols.openai import OpenAIProtocol
from textchat.providers.protocols.turn_shaping import system_as_prompt
from textchat.providers.streams.received_files import ReceivedFiles
from textchat.providers.streams.wav import wav_file

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(40))
PDF = b"%PDF-1.7 /Type /Page"
SAMPLES = bytes(range(48)) * 3


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def url(data: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{base64(data)}"


# -- what answers bring ------------------------------------------------------------------------------------------------


class Kept(NamedTuple):
    """What a reply holds at its end."""

    text: str = ""
    parts: tuple[tuple[str, str, bytes | None, int, str], ...] = ()
    """Name, media type, content, place and reference."""
    citations: tuple[Citation, ...] = ()
    reasoning: str = ""
    note: str | None = None
    status: Status = Status.COMPLETE

    @classmethod
    def of(cls, reply: Reply) -> Kept:
        message = reply.freeze()
        parts = tuple((part.name, part.media_type, part.data, part.offset, part.reference) for part in message.parts)
        return cls(message.text, parts, message.citations, message.reasoning, message.note, message.status)


def picture(place: int = 0, name: str = "picture-1.png", data: bytes = PNG) -> tuple[str, str, bytes, int, str]:
    return (name, "image/png", data, place, "")


def image(data: bytes = PNG) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url(data)}}


def cites(address: str, title: str | None = None, start: int = 0, end: int = 0) -> dict[str, Any]:
    inner = {"url": address, "title": title, "start_index": start, "end_index": end}
    return {"type": "url_citation", "url_citation": inner}


WAV = wav_file(SAMPLES)
MP3 = b"\xff\xfb\x90\x00" + bytes(60)
TWO = PNG + b"2"
LARGE = PNG * 8
BROKEN = "tested sent a file that is not readable."

ANSWERS: dict[str, tuple[Kept, list[bytes], Any]] = {
    "a picture alone (OpenRouter)": (
        Kept("", (picture(),)),
        [chunk({"content": "", "images": [image()]}), STOP, DONE],
        whole({"content": "", "images": [image()]}),
    ),
    "pictures between words, one of them twice (LiteLLM)": (
        Kept("Here:done", (picture(5), picture(5, "picture-2.png", TWO))),
        [
            *said("Here:"),
            chunk({"images": [image(), {"index": 1, **image(TWO)}]}),
            chunk({"content": "done"}),
            chunk({"images": [image()]}),
            STOP,
            DONE,
        ],
        None,
    ),
    "pictures as content parts": (
        Kept("Look: there", (picture(6), ("picture-2", "image/*", None, 11, "https://x.example/a.png"))),
        [],
        whole(
            {
                "content": [
                    {"type": "text", "text": "Look: "},
                    {"type": "image_url", "image_url": url(PNG)},
                    {"type": "text", "text": "there"},
                    {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}},
                ]
            }
        ),
    ),
    "a file as a content part": (
        Kept("", (("report.pdf", "application/pdf", PDF, 0, ""),)),
        [],
        whole(
            {"content": [{"type": "file", "file": {"filename": "../../report.pdf", "file_data": url(PDF, "text/x")}}]}
        ),
    ),
    "sound in pieces, its transcript as text": (
        Kept("Hello there", (("sound-1.wav", "audio/wav", WAV, 11, ""),)),
        [
            chunk({"role": "assistant", "audio": {"id": "audio_1", "transcript": "Hello"}}),
            chunk({"audio": {"id": "audio_1", "data": base64(SAMPLES[:50])}}),
            chunk({"audio": {"id": "audio_1", "transcript": " there"}}),
            chunk({"audio": {"id": "audio_1", "data": base64(SAMPLES[50:])}}),
            chunk({"audio": {"id": "audio_1", "expires_at": 9}}),
            STOP,
            DONE,
        ],
        whole({"content": None, "audio": {"id": "a", "data": base64(SAMPLES), "transcript": "Hello there"}}),
    ),
    "a sound that says its format": (
        Kept("", (("sound-1.mp3", "audio/mpeg", MP3, 0, ""),)),
        [chunk({"audio": {"data": base64(MP3)[:30]}}), chunk({"audio": {"data": base64(MP3)[30:]}}), STOP, DONE],
        whole({"content": None, "audio": {"data": base64(MP3)}}),
    ),
    "sound that is cut off": (
        Kept("", (("sound-1.wav", "audio/wav", WAV, 0, ""),), status=Status.FAILED),
        [chunk({"audio": {"data": base64(SAMPLES)}})],
        None,
    ),
    "a file that is not readable": (
        Kept("Hm", note=BROKEN),
        [chunk({"content": "Hm", "images": [{"image_url": {"url": "data:image/png;base64,A"}}]}), STOP, DONE],
        whole({"content": "Hm", "images": [{"image_url": {"url": "data:image/png;base64,A"}}]}),
    ),
    "annotations with places (OpenAI, OpenRouter)": (
        Kept("It rains. It pours.", citations=(Citation("u", "U", (9, 19)), Citation("v", None, ()))),
        [
            *said("It rains.", " It pours."),
            chunk({"annotations": [cites("u", "U", 0, 9), cites("v")]}),
            chunk({"annotations": [cites("u", "U", 10, 19)]}),
            STOP,
            DONE,
        ],
        whole(
            {
                "content": "It rains. It pours.",
                "annotations": [
                    cites("u", "U", 0, 9),
                    cites("v"),
                    cites("u", None, 10, 99),
                ],
            }
        ),
    ),
    "a list with each chunk, titles in another (Perplexity)": (
        Kept("Yes [2].", citations=(Citation("a", "A"), Citation("b", "B"))),
        [
            chunk({"content": "Yes "}, citations=["a", "b"], search_results=[{"url": "b", "title": "B"}]),
            chunk(
                {"content": "[2]."},
                citations=["a", "b"],
                search_results=[{"url": "b", "title": "B"}, {"url": "a", "title": "A"}],
            ),
            STOP,
            DONE,
        ],
        whole(
            {"content": "Yes [2]."},
            citations=["a", "b"],
            search_results=[{"url": "b", "title": "B"}, {"url": "a", "title": "A"}],
        ),
    ),
    "pictures that a search found (Perplexity)": (
        Kept("Yes.", (("picture-1", "image/*", None, 4, "https://x.example/1"),)),
        [*said("Yes."), bare(images=[{"image_url": "https://x.example/1", "origin_url": "y"}]), STOP, DONE],
        None,
    ),
    "a picture in Markdown (new-api)": (
        Kept("Here: .", (picture(6, data=LARGE),)),
        [chunk({"content": f"Here: ![image]({url(LARGE)})"}), *said("."), STOP, DONE],
        whole({"content": f"Here: ![image]({url(LARGE)})."}),
    ),
    "an example of one is text": (
        Kept(f"Write `![x](data:image/png;base64,AAAA)`{' ' * 300}."),
        [*said(f"Write `![x](data:image/png;base64,AAAA)`{' ' * 300}."), STOP, DONE],
        None,
    ),
    "a list at the end (xAI)": (
        Kept("Yes.", citations=(Citation("https://x.example"),)),
        [*said("Yes."), STOP, bare(citations=["https://x.example"]), DONE],
        whole({"content": "Yes."}, citations=["https://x.example"]),
    ),
    "own data (Azure), a search of its own (Groq), and links (GLM)": (
        Kept("Yes.", citations=(Citation("u", "U"), Citation("guide.pdf", "Guide"), Citation("w", "W"), Citation("l"))),
        [],
        whole(
            {
                "content": "Yes.",
                "context": {
                    "citations": [
                        {"url": "u", "title": "U"},
                        {"url": None, "filepath": "guide.pdf", "title": "Guide"},
                        {"content": "nothing"},
                    ]
                },
                "executed_tools": [{"search_results": {"results": [{"url": "w", "title": "W"}]}}],
            },
            web_search=[{"link": "l"}, 7],
        ),
    ),
    "sources as content parts (Mistral)": (
        Kept("Rain. Sun.", citations=(Citation("u", "U", (5,)),)),
        [
            chunk({"content": [{"type": "text", "text": "Rain."}]}),
            chunk({"content": [{"type": "tool_reference", "url": "u", "title": "U"}]}),
            chunk({"content": [{"type": "reference", "reference_ids": [1]}, {"type": "text", "text": " Sun."}]}),
            STOP,
            DONE,
        ],
        None,
    ),
    "nothing of what is meant": (
        Kept("Yes."),
        [
            chunk({"content": "Yes.", "images": [None, 7, {}, {"image_url": {"url": "ftp://x"}}], "image": None}),
            chunk({"audio": None, "annotations": [7, {"type": "file_citation", "url": "x"}, {"url_citation": {}}]}),
            bare(citations=None, search_results="x", web_search=[{}]),
            STOP,
            DONE,
        ],
        None,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[TranscriptServer]:
    with TranscriptServer() as server:
        yield server


async def kept(server: TranscriptServer, protocol: Protocol = Protocol.OPENAI) -> Kept:
    provider = provider_for(protocol, server.url)
    reply = Reply(conversation_id="c", parent_id="1", model="tested/a-model")
    try:
        await run_reply(provider, request_of(stream=server.is_streaming), reply, limits=Limits(retries=0))
    finally:
        await provider.aclose()
    return Kept.of(reply)


def _ways() -> Iterator[tuple[str, str]]:
    for name, (_, stream, document) in ANSWERS.items():
        yield from ((name, way) for way in CUTTINGS if stream)
        if document is not None:
            yield name, "whole"


@pytest.mark.parametrize(("name", "way"), list(_ways()))
async def test_files_and_sources_are_kept_however_they_come(server: TranscriptServer, name: str, way: str) -> None:
    expected, stream, document = ANSWERS[name]
    server.transcript = Transcript(name, Outcome(), stream, document)
    server.is_streaming, server.cutting = way != "whole", CUTTINGS.get(way, WHOLE)

    assert await kept(server) == expected


async def test_a_picture_of_ollama_is_kept(server: TranscriptServer) -> None:
    lines = [
        {"message": {"role": "assistant", "content": "Look", "images": [base64(PNG), 7]}, "done": False},
        {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"},
    ]
    server.transcript = Transcript("picture", Outcome(), [json.dumps(line).encode() + b"\n" for line in lines])
    server.is_streaming, server.cutting = True, CUTTINGS["bytes"]
    assert await kept(server, Protocol.OLLAMA) == Kept("Look", (picture(4),))


def test_files_that_are_too_large_together_are_refused_before_they_are_decoded() -> None:
    files = ReceivedFiles("tested", 100)
    assert [event.part.size for event in files.from_base64(base64(bytes(60)))] == [60]  # type: ignore[union-attr]
    with pytest.raises(ProtocolError, match="more than 100 bytes"):
        list(files.from_base64(base64(bytes(60))))
    with pytest.raises(ProtocolError, match="more than 500 files"):
        for number in range(501):
            list(files.from_url(f"https://x.example/{number}"))


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=60), st.lists(st.integers(0, 80), max_size=6), st.booleans())
def test_sound_is_whole_however_its_base64_is_cut(data: bytes, cuts: list[int], encoded_apart: bool) -> None:
    whole: bytes | str = data if encoded_apart else base64(data)
    places = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    pieces = [whole[start:end] for start, end in pairwise(places)]
    audio = SpokenAudio(ReceivedFiles("tested"))
    for piece in pieces:
        assert not list(audio.read({"data": base64(piece) if isinstance(piece, bytes) else piece}))
    received = [event.part.content for event in audio.close() if isinstance(event, PartReceived)]
    assert b"".join(received).endswith(data) and len(received) == bool(data)


@settings(max_examples=examples(200), deadline=None)
@given(st.text(max_size=30), st.sampled_from(["", "data:", "data:image/png;base64,", "https://", "data:;base64,"]))
def test_no_address_of_a_file_is_too_odd(text: str, scheme: str) -> None:
    for event in ReceivedFiles("tested").from_url(scheme + text, text):
        if isinstance(event, PartReceived):
            assert "/" not in event.part.name and event.part.name
            assert event.part.media_type.count("/") == 1


# -- what prompts send -------------------------------------------------------------------------------------------------

PICTURE = Part("a.png", "image/png", PNG)
PAPER = Part("p.pdf", "application/pdf", PDF)
VOICE = Part("v.wav", "audio/wav", WAV)
NOTES = Part("n.md", "text/markdown", b"# n")
CODE = Part("q.sql", "application/sql", b"select 1")
DRAWING = Part("d.svg", "image/svg+xml", b"<svg/>")
REMOTE = Part("r.png", "image/png", reference="https://x.example/r.png")


def openai(base_url: str = "http://127.0.0.1/v1") -> OpenAIProtocol:
    return OpenAIProtocol(settings_for(Protocol.OPENAI, base_url))


def asked(*messages: Message, base_url: str = "http://127.0.0.1/v1", model: str = "a-model", **more: Any) -> Any:
    request = request_of(*messages, **more)
    call = openai(base_url).chat_request(type(request)(model, request.messages, request.parameters))
    return json.loads(json.dumps(call.body))


def answer(text: str, *parts: Part) -> Message:
    return Message("2", "1", Role.ASSISTANT, text, parts=parts)


def test_the_content_is_sent_in_its_order() -> None:
    parts = (PICTURE.at(2), NOTES.at(2), PAPER, VOICE.at(9), DRAWING.at(9), CODE.at(9), REMOTE.at(9))
    (turn,) = asked(prompt("AbCd", parts=parts))["messages"]
    texts = [piece.get("text", piece["type"]) for piece in turn["content"]]
    assert texts == [
        "file",
        "Ab",
        "image_url",
        "n.md:\n```\n# n\n```",
        "Cd",
        "input_audio",
        "d.svg:\n```\n<svg/>\n```",
        "q.sql:\n```\nselect 1\n```",
        "[picture: r.png at https://x.example/r.png]",
    ]
    assert turn["content"][5]["input_audio"] == {"data": base64(WAV), "format": "wav"}
    assert turn["content"][0]["file"] == {"filename": "p.pdf", "file_data": url(PDF, "application/pdf")}


def test_types_and_names_are_made_plain() -> None:
    odd = Part("a\nb.jpg", "Image/JPG; q=1", b"\xff\xd8")
    parts = (odd, Part("v.mp3", "audio/mp3", b"ID3"), Part("m\nn.txt", "text/plain", b"x"))
    (turn,) = asked(prompt("", parts=parts))["messages"]
    assert turn["content"][0]["image_url"]["url"].startswith("data:image/jpeg;base64,")
    assert turn["content"][1]["input_audio"]["format"] == "mp3"
    assert turn["content"][2]["text"].startswith("m n.txt:\n```")
    assert openai().taking(odd, "gpt-4o").way is Way.NATIVE
    m4a = openai().taking(Part("v.m4a", "audio/x-m4a", b"x"), "gpt-audio")
    assert m4a.sentence == "gpt-audio takes no MP4 sound. Convert v.m4a to WAV or MP3."


def test_text_files_alone_are_a_text() -> None:
    (turn,) = asked(prompt("Well?", parts=(NOTES,)))["messages"]
    assert turn["content"] == "n.md:\n```\n# n\n```\n\nWell?"


def test_a_system_prompt_in_a_prompt_moves_its_files_along() -> None:
    request = request_of(prompt("AbCd", parts=(PICTURE.at(2),)), system="Be kind.")
    (turn,) = openai().messages("a-model").of(system_as_prompt(request))
    assert [piece.get("text", piece["type"]) for piece in turn["content"]] == ["Be kind.\n\nAb", "image_url", "Cd"]


def test_mistral_has_forms_of_its_own() -> None:
    (turn,) = asked(prompt("", parts=(PAPER, VOICE)), base_url="https://api.mistral.ai/v1")["messages"]
    assert turn["content"] == [
        {"type": "document_url", "document_url": url(PDF, "application/pdf"), "document_name": "p.pdf"},
        {"type": "input_audio", "input_audio": base64(WAV)},
    ]


def test_pictures_of_an_answer_go_back_to_a_model_that_sees() -> None:
    drawn = answer("Here", PICTURE.at(4), VOICE.at(4))
    messages = asked(prompt(), drawn, prompt("Bluer!"), model="gpt-4o")["messages"]
    assert messages[1]["content"] == "Here\n\n[picture: a.png]"
    assert messages[2]["content"] == [
        {"type": "text", "text": "a.png:"},
        {"type": "image_url", "image_url": {"url": url(PNG)}},
        {"type": "text", "text": "Bluer!"},
    ]
    unknown = asked(prompt(), drawn, prompt("Bluer!"))["messages"]
    assert unknown[2]["content"] == "Bluer!"
    assert asked(prompt(), answer("", VOICE), prompt("What?"))["messages"][1]["content"] == "[sound: v.wav]"


def test_a_tool_answers_with_its_files_named() -> None:
    call = ToolCall("c", "draw", "{}")
    made = Message("2", "1", Role.ASSISTANT, "", tool_calls=(call,))
    drawn = Message("3", "2", Role.TOOL, "done", tool_calls=(call,), parts=(PICTURE.at(4),))
    assert asked(prompt(), made, drawn)["messages"][2]["content"] == "done\n\n[picture: a.png]"


@pytest.mark.parametrize(
    ("model", "base_url", "part", "sentence"),
    [
        (
            "gpt-4o-mini",
            "https://api.openai.com/v1",
            VOICE,
            "gpt-4o-mini takes no sound. Remove v.wav, or ask gpt-4o-audio-preview.",
        ),
        (
            "deepseek-chat",
            "https://api.deepseek.com/v1",
            PICTURE,
            "deepseek-chat takes no pictures. Remove a.png, or ask a model that takes pictures.",
        ),
        (
            "gpt-4o",
            "",
            Part("a.tiff", "image/tiff", b"II"),
            "gpt-4o takes no TIFF picture. Convert a.tiff to PNG or JPEG.",
        ),
        (
            "a-model",
            "",
            Part("z.zip", "application/zip", b"PK\0"),
            "z.zip is not text, a picture, a PDF or sound. Remove it, or convert it to one of them.",
        ),
        (
            "a-model",
            "",
            PICTURE.without_data(),
            "The content of a.png is not at hand. Remove it, or attach it again.",
        ),
    ],
)
def test_what_is_known_not_to_be_taken_is_refused_before_sending(
    model: str, base_url: str, part: Part, sentence: str
) -> None:
    with pytest.raises(BadRequestError) as refused:
        asked(prompt("Hm", parts=(part,)), base_url=base_url or "http://127.0.0.1/v1", model=model)
    assert refused.value.message == sentence


def test_a_list_of_models_knows_better_than_a_name() -> None:
    protocol = openai()
    assert protocol.taking(PICTURE, "deepseek-chat").way is Way.REFUSED
    protocol.learn(
        [ModelInfo("deepseek-chat", kinds=frozenset({MediaKind.PICTURE})), ModelInfo("x", kinds=frozenset())]
    )
    assert protocol.taking(PICTURE, "deepseek-chat").way is Way.NATIVE
    assert protocol.taking(PICTURE, "x").sentence == "x takes no pictures. Remove a.png, or ask deepseek-chat."
    assert protocol.taking(NOTES, "x").way is Way.TEXT
    assert openai("https://openrouter.ai/api/v1").taking(PAPER, "deepseek/deepseek-chat").way is Way.NATIVE


def ollama(*messages: Message, model: str = "a-model", **more: Any) -> Any:
    request = request_of(*messages, **more)
    protocol = OllamaProtocol(settings_for(Protocol.OLLAMA, ""))
    return protocol.chat_request(type(request)(model, request.messages, request.parameters))


def test_ollama_gets_pictures_where_they_stand() -> None:
    def sent(*parts: Part, text: str = "AbCd") -> tuple[str, int]:
        turn = (ollama(prompt(text, parts=parts)).body or {})["messages"][0]
        return turn["content"], len(turn.get("images", ()))

    assert sent(PICTURE, PICTURE, NOTES) == ("n.md:\n```\n# n\n```\n\nAbCd", 2)
    assert sent(PICTURE, PICTURE.at(2)) == ("[img]\n\nAb\n\n[img]\n\nCd", 2)
    assert sent(PICTURE.at(2), text="A [img] b") == ("A \n\n[img] b", 1)
    assert sent(REMOTE) == ("[picture: r.png at https://x.example/r.png]\n\nAbCd", 0)
    again = ollama(prompt(), answer("Here", PICTURE.at(4)), prompt("Bluer!"), model="gemma3").body or {}
    assert [(turn["content"], len(turn.get("images", ()))) for turn in again["messages"][1:]] == [
        ("Here\n\n[picture: a.png]", 0),
        ("Bluer!", 1),
    ]
    with pytest.raises(BadRequestError, match="tested takes no PDF files"):
        sent(PAPER)
    with pytest.raises(BadRequestError, match=r"qwen3:8b takes no pictures\. Remove a\.png, or ask gemma3\."):
        ollama(prompt("", parts=(PICTURE,)), model="qwen3:8b")

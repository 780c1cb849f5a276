"""Where the parts of the wire meet: halves of characters, keys in files, options as a whole, drawn pictures."""

from __future__ import annotations

import json

import pytest

from textchat.core.configuration import Protocol, ProviderSettings
from textchat.core.conversation import Message, Role
from textchat.core.errors import BadRequestError
from textchat.core.events import PartReceived, ReasoningDelta, ReasoningSealed
from textchat.core.parameters import Effort, Parameters
from textchat.core.parts.part import Part
from textchat.core.parts.received import Received
from textchat.core.provider import Request
from textchat.providers.masking import Secrets
from textchat.providers.mends.mended_request import MendedRequest, RefusedParts
from textchat.providers.protocols.by_name import chat_protocol
from textchat.providers.spoken_secrets import SpokenSecrets

KEY = "sk-proj-1aB2cD3eF4"
ASKED = Message("p", None, Role.USER, "Hi")


def test_a_thought_with_an_odd_number_is_read() -> None:
    reader = chat_protocol(ProviderSettings("s", Protocol.OPENAI_RESPONSES)).reader()
    event = {"type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": [], "delta": "hm"}
    assert list(reader.feed(f"data: {json.dumps(event)}\n\n".encode())) == [ReasoningDelta("hm")]


def test_sources_and_addresses_hold_no_half_of_a_character() -> None:
    received = Received(0)
    received.cite("https://a.test/\ud83d", "half \ude00", None)
    received.part(Part("a", "image/png", reference="https://b.test/\ud83d"))
    assert [(source.url, source.title) for source in received.citations.all] == [("https://a.test/?", "half ?")]
    assert received.parts[0].reference == "https://b.test/?"


def test_a_sealed_thought_cut_within_a_character_can_be_stored_and_is_whole_again() -> None:
    reader = chat_protocol(ProviderSettings("s", Protocol.ANTHROPIC)).reader()
    deltas = [{"type": "thinking_delta", "thinking": half} for half in ("\ud83d", "\ude00")]
    events = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "S"}},
        {"type": "content_block_stop", "index": 0},
    ]
    read = reader.feed("".join(f"data: {json.dumps(event)}\n\n" for event in events).encode())
    (sealed,) = [event.sealed.item for event in read if isinstance(event, ReasoningSealed)]
    assert sealed.isascii() and json.loads(sealed)["thinking"] == "\U0001f600"


def test_a_key_in_a_file_of_an_answer_is_masked() -> None:
    masking = SpokenSecrets(Secrets([KEY]))
    part = Part(f"{KEY}.txt", "text/plain", f"key={KEY}".encode(), reference=f"https://a.test/?key={KEY}")
    (event,) = masking.events(PartReceived(part))
    assert isinstance(event, PartReceived)
    assert KEY not in f"{event.part.name} {event.part.reference} {event.part.content!r}"
    assert event.part.size == len(event.part.content) and event.part.digest != part.digest
    picture = Part("a.png", "image/png", KEY.encode())
    assert list(masking.events(PartReceived(picture))) == [PartReceived(picture)]


@pytest.mark.parametrize(
    ("protocol", "refused", "field"),
    [
        (Protocol.OPENAI_RESPONSES, "Unknown parameter: 'reasoning'.", "reasoning"),
        (Protocol.GEMINI, "body.generationConfig.thinkingConfig: Extra inputs are not permitted", "thinkingConfig"),
    ],
)
def test_an_effort_is_left_out_and_called_so_however_it_is_refused(
    protocol: Protocol, refused: str, field: str
) -> None:
    request = Request("m", (ASKED,), Parameters(effort=Effort.LOW, max_tokens=9))
    mended = MendedRequest(chat_protocol(ProviderSettings("s", protocol)), request, RefusedParts())
    error = BadRequestError("refused", status=400)
    error.words = refused
    assert field in json.dumps(mended.http_request.body)
    assert mended.mend(error)
    sent = json.dumps(mended.http_request.body)
    assert f'"{field}"' not in sent and "9" in sent
    assert mended.answered() == ("s refused effort for this model, so it was left out.",)


@pytest.mark.parametrize("protocol", [Protocol.ANTHROPIC, Protocol.GEMINI])
def test_a_picture_by_another_name_of_its_type_is_sent_by_the_registered_one(protocol: Protocol) -> None:
    prompt = Message("p", None, Role.USER, "", parts=(Part("a.jpg", "image/jpg", b"\xff\xd8\xff"),))
    sent = chat_protocol(ProviderSettings("s", protocol)).chat_request(Request("m", (prompt,)))
    assert "image/jpeg" in json.dumps(sent.body)


def test_claude_sees_the_picture_of_an_answer_with_the_next_prompt() -> None:
    drawn = Message("a", "p", Role.ASSISTANT, "Here:", parts=(Part("a.png", "image/png", b"\x89PNG", 5),))
    request = Request("claude-sonnet-4-5", (ASKED, drawn, Message("q", "a", Role.USER, "Bluer")))
    body = chat_protocol(ProviderSettings("s", Protocol.ANTHROPIC)).chat_request(request).body or {}
    kinds = [[block["type"] for block in turn["content"]] for turn in body["messages"]]
    assert kinds == [["text"], ["text", "text"], ["text", "image", "text"]]

"""Whatever a server sends, cut however: the same events, and no failure but one that has a name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.providers import openai_transcripts, responses_transcripts, test_anthropic, test_gemini, test_ollama
from tests.providers.transcripts import settings_for
from textchat.core.configuration import Protocol
from textchat.core.conversation import Status
from textchat.core.errors import ChatError, ErrorKind
from textchat.core.reply import Reply
from textchat.providers.protocols.by_name import chat_protocol

PROTOCOLS = {
    Protocol.OPENAI: openai_transcripts.TRANSCRIPTS,
    Protocol.OPENAI_RESPONSES: responses_transcripts.TRANSCRIPTS,
    Protocol.ANTHROPIC: test_anthropic.TRANSCRIPTS,
    Protocol.GEMINI: test_gemini.TRANSCRIPTS,
    Protocol.OLLAMA: test_ollama.TRANSCRIPTS,
}
FIELD_NAMES = (
    "type index delta content content_block text thinking partial_json stop_reason usage input_tokens output_tokens id "
    "message error candidates parts thought functionCall name args finishReason usageMetadata promptTokenCount input "
    "thoughtsTokenCount promptFeedback blockReason role done done_reason tool_calls function arguments eval_count "
    "choices finish_reason reasoning_content reasoning tool_calls completion_tokens x_groq timings refusal "
    "prompt_tokens total_tokens completion_tokens_details reasoning_tokens output_tokens_details thinking_tokens "
    "response output output_index content_index item annotation annotations url end_index summary result"
)
VALUES = (
    "message_start content_block_start content_block_delta content_block_stop message_delta message_stop text_delta "
    "thinking_delta input_json_delta tool_use text thinking error STOP SAFETY stop end_turn <think> </think> "
    "response.output_text.delta response.output_text.done response.output_item.done response.completed message "
    "response.output_text.annotation.added url_citation reasoning function_call image_generation_call"
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 3), st.floats(), st.sampled_from(VALUES.split()), st.text(max_size=5)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELD_NAMES.split()), inner, max_size=6)
    ),
    max_leaves=12,
)
Folded = tuple[str, str, list[Any], str | None, Any, ErrorKind | None]


def fold(protocol: Protocol, pieces: Sequence[bytes]) -> Folded:
    """What comes of `pieces`; anything but a ChatError goes through."""
    reader = chat_protocol(settings_for(protocol, "", max_event_bytes=2000)).reader()
    reply = Reply(conversation_id="", parent_id=None, model="x/y")
    kind = None
    try:
        for piece in pieces:
            if reader.is_done:
                break
            for event in reader.feed(piece):
                reply.feed(event)
        for event in reader.close():
            reply.feed(event)
    except ChatError as error:
        kind = error.kind
        for event in reader.flush():
            reply.feed(event)
        assert error.message and error.message.isprintable()
    reply.end(Status.COMPLETE)
    reply.text.encode()  # half characters would be refused by the store
    return reply.text, reply.reasoning, list(reply.tool_calls), reply.finish_reason, reply.usage, kind


def cut(body: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({min(place, len(body)) for place in places} | {len(body)})
    return [body[start:end] for start, end in zip([0, *ends], ends, strict=False)]


DAMAGES = [b"", b"\n", b"\r", b"\n\n", b"\xff", b"}", b'"', b"\xe2\x80", b"null", b"data: "]
CUTS = st.lists(st.integers(0, 1500), max_size=12)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@settings(max_examples=examples(150), deadline=None)
@given(data=st.data())
def test_damaged_transcripts_fold_the_same_for_every_cut(protocol: Protocol, data: st.DataObject) -> None:
    streams = [transcript.stream for transcript in PROTOCOLS[protocol] if transcript.stream]
    events = list(data.draw(st.sampled_from(streams)))
    for _ in range(data.draw(st.integers(0, 2))):
        at = data.draw(st.integers(0, len(events) - 1))
        place = data.draw(st.integers(0, len(events[at])))
        damage = data.draw(
            st.sampled_from([b"", b"\n", b"\r", b"\n\n", b"\xff", b"}", b'"', b"\xe2\x80", b"null", b"data: "])
        )
        events[at] = events[at][:place] + damage + events[at][place + data.draw(st.integers(0, 3)) :]
    body = b"".join(events)
    assert fold(protocol, cut(body, data.draw(CUTS))) == fold(protocol, [body])


@pytest.mark.parametrize("protocol", PROTOCOLS)
@settings(max_examples=examples(300), deadline=None)
@given(documents=st.lists(JSON, max_size=5), whole=JSON)
def test_json_of_any_shape_is_survived(protocol: Protocol, documents: list[Any], whole: Any) -> None:
    events = [json.dumps(document).encode() for document in documents]
    framed = [event + b"\n" if protocol is Protocol.OLLAMA else b"data: " + event + b"\n\n" for event in events]
    assert fold(protocol, framed) == fold(protocol, [b"".join(framed)])
    fold(protocol, [json.dumps(whole).encode()])


@pytest.mark.parametrize("protocol", PROTOCOLS)
@settings(max_examples=examples(100), deadline=None)
@given(document=JSON)
def test_a_list_of_models_of_any_shape_is_survived(protocol: Protocol, document: Any) -> None:
    tested = chat_protocol(settings_for(protocol, ""))
    for shape in (document, {"data": document}, {"models": document}, {"data": [document], "models": [document]}):
        try:
            page = tested.read_models(shape)
        except ChatError:
            continue
        assert all(model.id and isinstance(model.id, str) for model in page.models)

"""Think tags and halves of characters, cut anywhere, and what a server's refusal means."""

from __future__ import annotations

import email.utils
import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta
from textchat.core.reply import Reply
from textchat.core.text.secrets import MASK
from textchat.providers.error_documents import error_details
from textchat.providers.masking import Secrets
from textchat.providers.refusals.waits import retry_after
from textchat.providers.streams.finish_reasons import is_reason, normal_reason
from textchat.providers.streams.surrogates import SurrogatePairs
from textchat.providers.streams.thinking import LONGEST_LEAD, ThinkTags

TEXTS = st.lists(st.sampled_from(["<think>", "</think>", "<", "think", ">", "/", "a", " ", "\n", "b</"]), max_size=10)


def split(pieces: list[str]) -> tuple[str, str]:
    """Reasoning and text, each piece as a reader passes it on."""
    tags = ThinkTags()
    reply = Reply(conversation_id="c", parent_id=None, model="m")
    for piece in pieces:
        for event in [TextDelta(piece)] if tags.passes(piece) else tags.feed(piece):
            reply.feed(event)
    for event in tags.close():
        reply.feed(event)
    assert all([*reply.text_chunks, *reply.reasoning_chunks])
    return reply.reasoning, reply.text


def reference(text: str) -> tuple[str, str]:
    """The whole answer at once."""
    start = text.lstrip()
    if start.startswith("<think>"):
        thought, _, answer = start.removeprefix("<think>").partition("</think>")
        return thought, answer.lstrip("\r\n")
    if start.startswith("</think>"):
        return "", start.removeprefix("</think>").lstrip("\r\n")
    before, tag, answer = text.partition("</think>")
    if not tag or "<think>" in before:
        return "", text
    return before, answer.lstrip("\r\n")


@settings(max_examples=examples(400), deadline=None)
@given(TEXTS.map("".join), st.lists(st.integers(0, 60), max_size=8))
def test_tags_are_told_from_the_answer_however_it_is_cut(text: str, places: list[int]) -> None:
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    pieces = [text[start:end] for start, end in pairwise(edges)]
    assert split(pieces) == reference(text)
    assert split(list(text)) == reference(text)


@pytest.mark.parametrize("lead", [LONGEST_LEAD, LONGEST_LEAD + 1])
def test_a_tag_is_waited_for_behind_so_much_white_space_and_no_more(lead: int) -> None:
    text = "\n" * lead + "<think>a</think>b"
    expected = ("a", "b") if lead <= LONGEST_LEAD else ("", text)
    assert split([text]) == split(list(text)) == expected


@settings(max_examples=examples(200), deadline=None)
@given(st.text(st.sampled_from("ab🙂\u2028"), max_size=12), st.lists(st.integers(0, 30), max_size=6))
def test_halves_of_characters_come_together(text: str, places: list[int]) -> None:
    units = text.encode("utf-16-le")
    edges = sorted({0, len(units), *(place * 2 % (len(units) + 2) for place in places)})
    pieces = [units[start:end].decode("utf-16-le", "surrogatepass") for start, end in pairwise(edges)]
    pairs = SurrogatePairs()
    events: list[StreamEvent] = [TextDelta(piece) for piece in pieces]
    said = [*pairs.mend(events), *pairs.flush()]
    assert "".join(event.text for event in said if isinstance(event, TextDelta)) == text


def test_a_half_that_stays_alone_is_replaced_in_its_place() -> None:
    pairs = SurrogatePairs()
    events: list[StreamEvent] = [ReasoningDelta("a\ud83d"), TextDelta("\ude42b"), TextDelta("c\ud83d")]
    assert [*pairs.mend(events), *pairs.flush()] == [
        ReasoningDelta("a"),
        ReasoningDelta("\ufffd"),
        TextDelta("\ufffdb"),
        TextDelta("c"),
        TextDelta("\ufffd"),
    ]


# -- refusals ----------------------------------------------------------------------------------------------------------

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": email.utils.formatdate(NOW + 90, usegmt=True)}, 90.0),
        ({"retry-after": email.utils.formatdate(NOW - 90, usegmt=True)}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "Sun, 99 Nov 2099 99:99:99 GMT"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_the_wait_a_server_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "error",
                    "detail",
                    "errors",
                    "message",
                    "code",
                    "type",
                    "status",
                    "details",
                    "metadata",
                    "object",
                    "loc",
                ]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=examples(300), deadline=None)
@given(JSON)
def test_no_document_is_too_odd_to_be_read(document: object) -> None:
    details = error_details(json.loads(json.dumps(document)))
    if details is not None:
        assert isinstance(details.message, str)
        assert details.status is None or 400 <= details.status <= 599


@pytest.mark.parametrize(
    ("given_reason", "normal"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("tool_use", "tool_calls"),
        ("Other Thing", "other thing"),
        ("", None),
        (None, None),
        (7, None),
        (["stop"], None),
    ],
)
def test_finish_reasons(given_reason: object, normal: str | None) -> None:
    assert normal_reason(given_reason) == normal


@pytest.mark.parametrize("placeholder", ["", " ", "null", "NULL", "None", "FINISH_REASON_UNSPECIFIED", None, 0, []])
def test_a_placeholder_is_no_finish_reason(placeholder: object) -> None:
    assert not is_reason(placeholder)
    assert is_reason("stop")


# -- secrets -----------------------------------------------------------------------------------------------------------


@settings(max_examples=examples(200), deadline=None)
@given(st.text("ab1-", min_size=4, max_size=12), st.text(max_size=20), st.text(max_size=20))
def test_no_secret_is_left_in_a_text(key: str, before: str, after: str) -> None:
    secrets = Secrets.of(key, {"Authorization": "Bearer header-secret", "X-Team": "blue"})
    masked = secrets.mask(f"{before}{key}{after} header-secret blue")
    assert key not in masked.replace(MASK, "\0")
    assert "header-secret" not in masked
    assert masked.endswith("blue")


def test_an_address_is_shown_without_what_is_secret_in_it() -> None:
    shown = Secrets().mask_url("https://me:pass@host:8080/v1?api_key=abc&version=2#x")
    assert shown == f"https://{MASK}@host:8080/v1?api_key={MASK}&version=2"

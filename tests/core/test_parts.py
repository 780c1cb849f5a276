"""Parts of a message: their order, what is equal, how a reply takes them in, and the numbers of sources."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from textchat.core.conversation import Status
from textchat.core.events import Cited, PartReceived, ReasoningSealed, TextDelta, TextWasReasoning
from textchat.core.parameters import Effort, Parameters
from textchat.core.parts.citation import Citation, Citations, numbered_places
from textchat.core.parts.part import MediaKind, Part, kind_of, text_and_parts
from textchat.core.parts.received import Received
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.reply import Reply


def part(name: str, offset: int = 0) -> Part:
    return Part(name, "image/png", name.encode(), offset)


@given(st.text(max_size=20), st.lists(st.integers(0, 30), max_size=5))
def test_the_content_in_order_is_the_whole_text_with_each_part_at_its_place(text: str, offsets: list[int]) -> None:
    parts = [part(str(number), offset) for number, offset in enumerate(offsets)]

    content = list(text_and_parts(text, parts))

    assert "".join(piece for piece in content if isinstance(piece, str)) == text
    assert "" not in content
    before = 0
    for piece in content:
        if isinstance(piece, str):
            before += len(piece)
        else:
            assert before == min(piece.offset, len(text))
    told = [piece.name for piece in content if isinstance(piece, Part)]
    assert sorted(told) == sorted(each.name for each in parts)


def test_parts_at_one_place_keep_their_order() -> None:
    assert list(text_and_parts("ab", [part("x", 1), part("y", 0), part("z", 1)])) == [
        part("y"),
        "a",
        part("x", 1),
        part("z", 1),
        "b",
    ]


def test_a_part_that_is_not_loaded_equals_the_one_that_is() -> None:
    loaded = Part("a.png", "image/png", b"\x89PNG")

    left = loaded.without_data()

    assert (left, left.data, left.size, left.digest) == (loaded, None, 4, loaded.digest)
    assert left != Part("a.png", "image/png", b"\x89PNX")
    assert left.with_data(b"\x89PNG").content == b"\x89PNG"


def test_kinds_go_by_the_media_type() -> None:
    kinds = {
        "image/svg+xml": MediaKind.TEXT,
        "application/pdf": MediaKind.DOCUMENT,
        "audio/wav": MediaKind.SOUND,
        "TEXT/x-python; charset=utf-8": MediaKind.TEXT,
        "application/json": MediaKind.TEXT,
        "video/mp4": MediaKind.OTHER,
        "": MediaKind.OTHER,
    }
    assert {media_type: kind_of(media_type) for media_type in kinds} == kinds


def test_sources_are_numbered_once_each_in_the_order_they_came() -> None:
    found = Citations()

    numbers = [found.add("b", None, 5), found.add("a", "A", 5), found.add("b", "B", 2), found.add("b", "C", 5)]

    assert numbers == [1, 2, 1, 1]
    assert found.all == (Citation("b", "B", (2, 5)), Citation("a", "A", (5,)))
    assert numbered_places(found.all) == {2: (1,), 5: (1, 2)}


def test_a_reply_keeps_parts_and_sources_where_they_came() -> None:
    reply = Reply(conversation_id="c", parent_id=None, model="p/m", prefix="Old ")
    for event in (
        TextDelta("new"),
        PartReceived(part("x")),
        Cited("u", at=2),
        TextDelta(" text"),
        Cited("v", "V", at=-1),
        Cited("w", at=99),
        Cited("x"),
        ReasoningSealed(SealedReasoning("openai-responses", "{}")),
    ):
        reply.feed(event)
    reply.end(Status.COMPLETE)

    message = reply.freeze()

    assert message.text == "Old new text"
    assert message.parts == (part("x", 7),)
    assert message.citations == (
        Citation("u", None, (6,)),
        Citation("v", "V", (12,)),
        Citation("w", None, (12,)),
        Citation("x"),
    )
    assert message.sealed == (SealedReasoning("openai-responses", "{}"),)


def test_sources_without_end_are_left_out() -> None:
    received = Received(0)
    received.cite("https://" + "x" * 5_000, None, None)
    for number in range(5_000):
        received.cite(f"u{number % 1_500}", "T" * 9_000, None)
    assert len(received.citations) == 1_500
    for number in range(5_000):
        received.cite(f"v{number}", None, None)
    assert len(received.citations) == 1_500
    assert len(received.citations.all[0].title or "") == 500


def test_a_picture_alone_begins_a_reply() -> None:
    reply = Reply(conversation_id="c", parent_id=None, model="p/m", clock=lambda: 1.0)
    reply.start()

    reply.feed(PartReceived(part("x")))

    assert reply.has_begun
    assert reply.timing.first_token_s == 0.0


def test_text_that_was_reasoning_cites_nothing() -> None:
    reply = Reply(conversation_id="c", parent_id=None, model="p/m")
    for event in (TextDelta("thought"), Cited("u", at=3), PartReceived(part("x")), TextWasReasoning(), TextDelta("a")):
        reply.feed(event)

    assert reply.freeze().citations == (Citation("u"),)
    assert reply.freeze().parts == (part("x", 0),)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "effort": st.sampled_from([effort.value for effort in Effort]),
            "stop": st.lists(st.text(), min_size=1),
            "web": st.just(True),
            "schema": st.dictionaries(st.text(), st.integers(), min_size=1),
            "top_k": st.integers(),
        },
    )
)
def test_parameters_are_read_back_from_plain_data(given_: dict[str, object]) -> None:
    parameters = Parameters().merged(given_)

    assert parameters.as_dict() == given_
    assert Parameters().merged(parameters.as_dict()) == parameters

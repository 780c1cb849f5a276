"""Which choices are the answer: of servers that number them in their own way, and of streams that hold several."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.scripted import reply_of
from tests.examples import examples
from tests.providers.transcripts import Outcome, Transcript, TranscriptServer, check, sse, ways
from textchat.core.configuration import Protocol
from textchat.core.errors import ErrorKind
from textchat.providers.protocols.choices import MOST_AT_ONCE
from textchat.providers.protocols.openai_reader import OpenAIReader

DONE = b"data: [DONE]\n\n"
WHISPER = ("Whisper ", "of the ", "wind.")


def chunk(*choices: dict[str, Any]) -> bytes:
    return sse({"id": "c", "choices": list(choices)})


def choice(index: Any, text: str = "", finish: str | None = None) -> dict[str, Any]:
    return {"index": index, "delta": {"content": text} if text else {}, "finish_reason": finish}


def single(index: Any, text: str = "", finish: str | None = None) -> bytes:
    return chunk(choice(index, text, finish))


def numbered(*indexes: Any, last: Any) -> list[bytes]:
    return [*map(single, indexes, WHISPER), single(last, finish="stop"), DONE]


def whole(*choices: tuple[Any, str]) -> dict[str, Any]:
    said = [{"index": index, "message": {"content": text}, "finish_reason": "stop"} for index, text in choices]
    return {"id": "c", "object": "chat.completion", "choices": said}


ALL = Outcome("Whisper of the wind.", finish="stop")
FIRST = Outcome("One two.", finish="stop")
LONG = [f"w{number} " for number in range(3 * MOST_AT_ONCE)]
ONE_ANSWER = [
    Transcript("an index that counts tokens (Foundry Local)", ALL, numbered(0, 1, 2, last=3)),
    Transcript("an index that counts from 1 (TGI)", ALL, numbered(1, 2, 3, last=4)),
    Transcript("an index that counts in steps, as text", ALL, numbered("0", "2", "4", last="6")),
    Transcript("a role before the index counts", ALL, [single(0), *numbered(0, 1, 2, last=3)]),
    Transcript("an index of 1 for the only choice", ALL, numbered(1, 1, 1, last=1), whole((1, "Whisper of the wind."))),
    Transcript("an index of text", ALL, numbered("0", "0", "0", last="0"), whole(("1", "Whisper of the wind."))),
    Transcript("an index below zero", ALL, numbered(-1, -1, -1, last=-1), whole((-1, "Whisper of the wind."))),
    Transcript("an index of no meaning", ALL, numbered("first", None, 0.0, last=True), whole(("x", ALL.text))),
    Transcript("an index for each part of the answer", ALL, numbered(0, 1, 1, last=1)),
    Transcript("a finish under another number", ALL, numbered(0, 0, 0, last=1)),
    Transcript(
        "a finish before the first word, and numbers that count",
        ALL,
        [single(0, finish="stop"), *numbered(1, 2, 3, last=4)],
    ),
    Transcript("two pieces of the choice in one chunk", FIRST, [chunk(choice(0, "One "), choice(0, "two.", "stop"))]),
    Transcript(
        "an index that counts, for longer than choices are told apart",
        Outcome("".join(LONG), finish="stop"),
        [*map(single, range(len(LONG)), LONG), single(len(LONG), finish="stop"), DONE],
    ),
    Transcript(
        "an index that counts, cut off",
        Outcome(ALL.text, error=ErrorKind.NETWORK),
        numbered(0, 1, 2, last=3)[:3],
        breaks=True,
    ),
    Transcript(
        "halves of a character under two numbers",
        Outcome("a🙂", finish="stop"),
        [
            b'data: {"choices":[{"index":0,"delta":{"content":"a\\ud83d"}}]}\n\n',
            b'data: {"choices":[{"index":1,"delta":{"content":"\\ude42"}}]}\n\n',
            single(2, finish="stop"),
        ],
    ),
]
SEVERAL = [
    Transcript(
        "two choices in turns",
        FIRST,
        [
            *(single(number, text) for number, text in ((0, "One "), (1, "XX"), (0, "two."), (1, "YY"))),
            *(single(1, finish="length"), single(0, finish="stop"), DONE),
        ],
    ),
    Transcript(
        "two choices in turns, the second one first",
        FIRST,
        [single(1, "XX"), single(0, "One "), single(1, "YY"), single(0, "two."), single(0, finish="stop"), DONE],
    ),
    Transcript(
        "three choices in turns",
        FIRST,
        [single(n, t) for t in ("One ", "two.") for n, t in ((0, t), (1, "XX"), (2, "YY"))]
        + [single(n, finish="stop") for n in range(3)],
    ),
    Transcript(
        "two choices in turns, numbered from 1 as text",
        FIRST,
        [single("1", "One "), single("2", "XX"), single("1", "two."), single("2", "YY"), single("1", finish="stop")],
    ),
    Transcript(
        "two choices, one after the other",
        FIRST,
        [single(0, "One "), single(0, "two."), single(0, finish="stop"), single(1, "XX"), single(1, finish="length")],
    ),
    Transcript(
        "two choices, one after the other, numbered from 1",
        FIRST,
        [*(single(1, text) for text in ("One ", "two.")), single(1, finish="stop"), single(2, "XX"), single(2, "YY")],
    ),
    Transcript(
        "two choices, one after the other, each in one chunk",
        FIRST,
        [single(0, "One two.", "stop"), single(1, "XX", "length"), DONE],
        whole((0, "One two."), (1, "XX")),
    ),
    Transcript(
        "two choices in one chunk, swapped",
        FIRST,
        [chunk(choice(1, "XX"), choice(0, "One ")), single(0, "two."), single(1, "YY"), single(0, finish="stop"), DONE],
        whole((1, "XX"), (0, "One two.")),
    ),
    Transcript(
        "two choices in one chunk, without numbers",
        FIRST,
        [chunk({"delta": {"content": "One "}}, {"delta": {"content": "XX"}}), single(0, "two.", "stop"), DONE],
        {"choices": [{"message": {"content": "One two."}, "finish_reason": "stop"}, {"message": {"content": "XX"}}]},
    ),
    Transcript(
        "another choice ends before the answer goes on, which is cut off",
        Outcome("One two.", error=ErrorKind.PROTOCOL),
        [single(0, "One "), single(1, "XX", "stop"), single(0, "two.")],
    ),
]


@pytest.fixture(scope="module")
def server() -> Iterator[TranscriptServer]:
    with TranscriptServer() as running:
        yield running


@pytest.mark.parametrize(("transcript", "way"), ways([*ONE_ANSWER, *SEVERAL]), ids=str)
async def test_the_answer_is_whole_and_alone(server: TranscriptServer, transcript: Transcript, way: str) -> None:
    await check(Protocol.OPENAI, server, transcript, way)


def candidate(index: Any, text: str = "", finish: str | None = None) -> dict[str, Any]:
    content = {"content": {"parts": [{"text": text}]}} if text else {}
    return {"index": index, **content, **({"finishReason": finish} if finish else {})}


def piece(*candidates: dict[str, Any]) -> bytes:
    return sse({"candidates": list(candidates)})


CANDIDATES = [
    *(
        Transcript(
            f"candidates numbered {indexes}",
            ALL,
            [*(piece(candidate(i, t)) for i, t in zip(indexes, WHISPER, strict=True)), piece(candidate(9, "", "STOP"))],
            {"candidates": [candidate(indexes[0], "Whisper of the wind.", "STOP")]},
        )
        for indexes in ((0, 1, 2), (1, 1, 1), ("0", "0", "0"), ("1", "2", "3"))
    ),
    Transcript(
        "two candidates in one piece, swapped",
        FIRST,
        [piece(candidate(1, "XX"), candidate(0, "One ")), piece(candidate(0, "two.")), piece(candidate(0, "", "STOP"))],
        {"candidates": [candidate("1", "XX", "STOP"), candidate("0", "One two.", "STOP")]},
    ),
    Transcript(
        "two candidates in turns",
        FIRST,
        [piece(candidate(n, t)) for n, t in ((0, "One "), (1, "XX"), (0, "two."), (1, "YY"))]
        + [piece(candidate(n, "", "STOP")) for n in (0, 1)],
    ),
]


@pytest.mark.parametrize(("transcript", "way"), ways(CANDIDATES), ids=str)
async def test_candidates_of_gemini_are_matched_the_same(
    server: TranscriptServer, transcript: Transcript, way: str
) -> None:
    await check(Protocol.GEMINI, server, transcript, way)


# -- any order ---------------------------------------------------------------------------------------------------------


def text_of(chunks: Sequence[bytes]) -> str:
    reader, reply = OpenAIReader("tested"), reply_of()
    for data in chunks:
        for event in reader.feed(data):
            reply.feed(event)
    for event in reader.close():
        reply.feed(event)
    return reply.text


@given(st.lists(st.integers(1, 4), min_size=1, max_size=30), st.booleans(), st.sampled_from([int, str]))
@settings(max_examples=examples(100), deadline=None)
def test_numbers_that_only_grow_hide_nothing(steps: list[int], from_one: bool, kind: type[int] | type[str]) -> None:
    indexes = [int(from_one) + sum(steps[:place]) for place in range(len(steps))]
    pieces = [f"{place} " for place in range(len(steps))]
    chunks = [*map(single, map(kind, indexes), pieces), DONE]
    assert text_of(chunks) == "".join(pieces)


@given(st.lists(st.permutations(range(3)), min_size=2, max_size=12), st.integers(0, 1))
@settings(max_examples=examples(100), deadline=None)
def test_choices_that_grow_in_turns_stay_apart(rounds: list[list[int]], first: int) -> None:
    turns = [(number, f"{number}:{place} ") for place, order in enumerate(rounds) for number in order]
    ends = [single(first + number, finish="stop") for number in range(3)]
    chunks = [single(first + number, text) for number, text in turns]
    assert text_of([*chunks, *ends, DONE]) == "".join(text for number, text in turns if number == 0)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=30), st.lists, max_leaves=4))
@settings(max_examples=examples(100), deadline=None)
def test_no_index_breaks_an_answer(index: Any) -> None:
    chunks = [f"data: {json.dumps({'choices': [choice(index, text)]})}\n\n".encode() for text in WHISPER]
    assert text_of([*chunks, DONE]) == ALL.text

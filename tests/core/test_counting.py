"""Tokens counted beside the stream come to what the whole text counts, and never make anyone wait."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st
from tiktoken_ext import openai_public  # type: ignore[import-untyped]

from tests.examples import examples
from tests.servers.waiting import wait_until
from textchat.core.conversation import Message, Role, Source, Status
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta, ToolCallDelta, UsageReport
from textchat.core.figures.counting import LONGEST_PIECE, STEP_CHARACTERS, Encoder, TokenCounter, count_tokens, settle
from textchat.core.figures.tokenizing.tokenizer import Tokenizer, load_tokenizer
from textchat.core.figures.tokenizing.vocabulary import FILE, Vocabulary, load_vocabulary, read_ranks
from textchat.core.figures.tokens import LONGEST_COUNTED, TOKENS_PER_MESSAGE, estimate_tokens, whole_tokens
from textchat.core.parameters import Parameters
from textchat.core.parts.part import Part
from textchat.core.reply import Reply

MERGES = [b"  ", b"\n\n", b" t", b"th", b" a", b"ab", b"ing", b"in", b"the", b"he", b" th", b"..", b"12", b". "]
SMALL = {piece: rank for rank, piece in enumerate([bytes([byte]) for byte in range(256)] + MERGES)}
"""A vocabulary of every byte and a few pairs: enough for a wrong cut to change the count."""


@cache
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture(scope="module")
def true() -> tiktoken.Encoding:
    """tiktoken's own encoding with the vocabulary of the package."""
    return tiktoken_encoding(read_ranks())


def tiktoken_encoding(ranks: Mapping[bytes, int]) -> tiktoken.Encoding:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai_public, "load_tiktoken_bpe", lambda *_, **__: dict(ranks))
        return tiktoken.Encoding(**openai_public.o200k_base())


@pytest.fixture(scope="module", params=["small", "o200k_base"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    """OpenAI's own way of splitting words, once with ranks small enough for random texts to meet."""
    if request.param == "o200k_base":
        return load_tokenizer()
    return Tokenizer(Vocabulary(SMALL), {})


PARTS = [
    "the",
    "a",
    "ab",
    "12",
    "é",
    "漢",
    "🙂",
    " ",
    "   ",
    "\n",
    "\n\n",
    "\t",
    ". ",
    ".",
    "/",
    "'s",
    "\r",
    "\u2028",
    "\x85",
    "\x1c",
]
TEXTS = st.lists(st.one_of(st.sampled_from(PARTS), st.characters()), max_size=30).map("".join)


@settings(max_examples=examples(1000), deadline=None)
@given(text=TEXTS)
def test_texts_are_split_as_tiktoken_splits_them(true: tiktoken.Encoding, text: str) -> None:
    sendable = text.encode("utf-8", "replace").decode()
    assert vocabulary().tokens(text) == true.encode_ordinary(sendable)


@settings(max_examples=examples(500), deadline=None)
@given(text=TEXTS, pieces=st.lists(TEXTS, max_size=4))
def test_what_is_settled_is_settled(encoder: Encoder, text: str, pieces: list[str]) -> None:
    total, tail = 0.0, ""
    for piece in [text, *pieces]:
        settled, tails, tail_tokens = settle(encoder, {"text": tail + piece})
        total, tail = total + settled, tails["text"]
    assert total + tail_tokens == encoder.count("".join([text, *pieces]))


def test_a_long_text_is_counted_piece_by_piece(encoder: Encoder) -> None:
    text = "the thing, in 12 parts.  And more\n\n" * (LONGEST_PIECE // 10)
    assert count_tokens(encoder, text) == encoder.count(text)
    unbroken = "漢" * (3 * LONGEST_PIECE)
    assert 0 <= count_tokens(encoder, unbroken) - encoder.count(unbroken) <= 3
    assert count_tokens(encoder, unbroken) <= 3 * len(unbroken)


# -- beside a reply ---------------------------------------------------------------------------------------------------


@pytest.fixture
def counters() -> Iterator[Callable[..., TokenCounter]]:
    made: list[TokenCounter] = []

    def make(load: Callable[[], Encoder], limit_s: float = 60.0) -> TokenCounter:
        made.append(TokenCounter(limit_s=limit_s, load=load))
        return made[-1]

    yield make
    for counter in made:
        counter.close()


def reply_of(model: str = "openai/gpt-4o", **more: str) -> Reply:
    return Reply(conversation_id="c", parent_id=None, model=model, **more)  # type: ignore[arg-type]


EVENTS: list[StreamEvent] = [
    *[ReasoningDelta(f"the thought number {number}, and ") for number in range(40)],
    *[TextDelta(f"thing {number} in\n\n the list. ") for number in range(100)],
    *[ToolCallDelta(0, name="look_up" if number == 0 else "", arguments=f'"{number}": ') for number in range(30)],
]


def whole(encoder: Encoder) -> float:
    texts = ["", "", ""]
    for event in EVENTS:
        match event:
            case ReasoningDelta(text):
                texts[0] += text
            case TextDelta(text):
                texts[1] += text
            case ToolCallDelta():
                texts[2] += event.name + event.arguments
    return sum(encoder.count(text) for text in texts)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


async def test_the_count_follows_and_is_whole_at_the_end(
    encoder: Encoder, counters: Callable[..., TokenCounter]
) -> None:
    counter = counters(lambda: encoder)
    assert await counter.count("the thing", "openai/gpt-4o") == encoder.count("the thing")
    reply = reply_of(prefix="what was there before is not counted " * 9)
    live = counter.follow(reply)
    for event in EVENTS:
        reply.feed(event)
        live.event(reply, event)
    await until(lambda: reply.tally.counted_tokens is not None)
    assert reply.usage.source is Source.COUNTED
    await live.settled()
    reply.end(Status.COMPLETE)
    live.ended(reply)
    assert reply.usage.output_tokens == whole(encoder)


async def test_an_end_while_the_thread_works_leaves_no_half_count(
    encoder: Encoder, counters: Callable[..., TokenCounter]
) -> None:
    gate = threading.Event()

    class Slow:
        def count(self, text: str, measured_as: str = "") -> float:
            assert gate.wait(10)
            return encoder.count(text, measured_as)

    counter = counters(lambda: Slow())
    reply = reply_of()
    live = counter.follow(reply)
    counter.encoder()
    await until(lambda: counter.encoder() is not None)
    for event in EVENTS:
        reply.feed(event)
        live.event(reply, event)
    reply.end(Status.COMPLETE)
    live.ended(reply)
    assert reply.tally.counted_tokens is None
    gate.set()
    await live.settled()
    assert reply.usage.source is Source.COUNTED
    assert reply.usage.output_tokens == whole(encoder)


async def test_what_comes_faster_than_it_can_be_counted_is_estimated_at_the_end(
    counters: Callable[..., TokenCounter],
) -> None:
    looked_at: list[int] = []

    class Words:
        def count(self, text: str, measured_as: str = "") -> float:
            looked_at.append(len(text))
            return text.count(" ")

    counter = counters(lambda: Words())
    reply = reply_of()
    live = counter.follow(reply)
    event = TextDelta("some word " * 500_000)
    reply.feed(event)
    live.event(reply, event)
    reply.end(Status.COMPLETE)
    live.ended(reply)
    await live.settled()
    assert sum(looked_at) < LONGEST_COUNTED
    assert reply.usage.source is Source.ESTIMATED
    assert reply.usage.output_tokens == pytest.approx(1_000_000, rel=0.01)


async def test_counting_goes_on_in_the_counters_thread(encoder: Encoder, counters: Callable[..., TokenCounter]) -> None:
    threads: set[str] = set()

    class Watched:
        def count(self, text: str, measured_as: str = "") -> float:
            threads.add(threading.current_thread().name)
            return encoder.count(text, measured_as)

    counter = counters(lambda: Watched())
    reply = reply_of()
    live = counter.follow(reply)
    counter.encoder()
    await until(lambda: counter.encoder() is not None)
    live.event(reply, TextDelta("x" * STEP_CHARACTERS))
    await live.settled()
    assert threads == {"textchat-tokens"}


async def test_a_near_vocabulary_gives_an_estimate(encoder: Encoder, counters: Callable[..., TokenCounter]) -> None:
    counter = counters(lambda: encoder)
    assert await counter.count("x", "ollama/llama3.2") is not None
    reply = reply_of("ollama/llama3.2")
    live = counter.follow(reply)
    reply.feed(TextDelta("the thing in " * 50))
    live.event(reply, TextDelta("the thing in " * 50))
    await live.settled()
    assert reply.usage.source is Source.ESTIMATED
    assert reply.usage.output_tokens == whole_tokens(encoder.count("the thing in " * 50, "llama 3"))


async def test_what_the_server_reports_stands(encoder: Encoder, counters: Callable[..., TokenCounter]) -> None:
    counter = counters(lambda: encoder)
    await counter.count("x", "openai/gpt-4o")
    reply = reply_of()
    live = counter.follow(reply)
    said: list[StreamEvent] = [TextDelta("the thing"), UsageReport(3, 2)]
    for event in said:
        reply.feed(event)
        live.event(reply, event)
    reply.end(Status.COMPLETE)
    live.ended(reply)
    assert (reply.usage.output_tokens, reply.usage.source) == (2, Source.REPORTED)


async def test_without_a_vocabulary_the_estimates_stand(counters: Callable[..., TokenCounter]) -> None:
    def missing() -> Encoder:
        raise FileNotFoundError("o200k_base.xz")

    counter = counters(missing)
    assert await counter.count("text", "openai/gpt-4o") is None
    assert await counter.count("text", "anthropic/claude") is None
    reply = reply_of()
    live = counter.follow(reply)
    for event in EVENTS:
        reply.feed(event)
        live.event(reply, event)
    reply.end(Status.COMPLETE)
    live.ended(reply)
    await live.settled()
    assert reply.usage.source is Source.ESTIMATED


async def test_a_vocabulary_that_never_comes_is_waited_for_once(counters: Callable[..., TokenCounter]) -> None:
    never = threading.Event()
    loads: list[str] = []

    def hang() -> Encoder:
        loads.append("once")
        never.wait(10)
        raise OSError

    counter = counters(hang, 0.01)
    assert [await counter.count("text", "openai/gpt-4o") for _ in range(3)] == [None] * 3
    assert loads == ["once"]
    never.set()


async def test_the_input_is_counted_with_its_frames(encoder: Encoder, counters: Callable[..., TokenCounter]) -> None:
    counter = counters(lambda: encoder)
    note = Part("a.txt", "text/plain", b"the note")
    picture = Part("a.png", "image/png", b"\x89PNG")
    ask = Message("1", None, Role.USER, "the thing", parts=(note,))
    reply = Reply(conversation_id="c", parent_id="1", model="openai/gpt-4o", parameters=Parameters(system="be in"))
    await counter.count_input(reply, [ask])
    texts = ["the thing", "the note", "be in"]
    assert reply.tally.input_counted
    assert reply.tally.input_estimate == sum(encoder.count(text) + 4 for text in texts) + 3
    await counter.count_input(reply, [ask, Message("2", "1", Role.USER, "x", parts=(picture,))])
    assert not reply.tally.input_counted, "what a picture costs is not known"


async def test_before_sending_the_vocabulary_counts_what_is_short(
    encoder: Encoder, counters: Callable[..., TokenCounter]
) -> None:
    counter = counters(lambda: encoder)
    prompt, long = (
        Message("1", None, Role.USER, "the thing in 12 parts"),
        Message("2", "1", Role.USER, "the thing " * 500),
    )
    assert counter.estimate_input("openai/gpt-4o", [prompt]) == estimate_tokens(prompt.text) + TOKENS_PER_MESSAGE
    await counter.loaded()
    assert counter.estimate_input("openai/gpt-4o", [prompt], "be in") == (
        encoder.count(prompt.text) + encoder.count("be in") + 2 * TOKENS_PER_MESSAGE
    )
    assert counter.estimate_input("openai/gpt-4o", [long]) == estimate_tokens(long.text) + TOKENS_PER_MESSAGE
    await counter.count_input(reply_of(), [long])
    assert counter.estimate_input("openai/gpt-4o", [long]) == encoder.count(long.text) + TOKENS_PER_MESSAGE


# -- the vocabulary of the package -------------------------------------------------------------------------------------

PROGRAM = """
import asyncio, sys
from textchat.core.figures.counting import TokenCounter
assert not {"tiktoken", "lzma"} & set(sys.modules)
print(asyncio.run(TokenCounter(limit_s=60.0).count("Hello, world!", "openai/gpt-4o")), "requests" in sys.modules)
"""


def test_it_is_loaded_at_first_use_and_without_a_network(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, cwd=Path.cwd())
    assert ran.stdout.split() == ["4", "False"]


def test_it_is_the_one_that_openai_published() -> None:
    """The sum is that of o200k_base.tiktoken in tiktoken_ext/openai_public.py."""
    ranks = read_ranks()
    lines = (b"%s %d\n" % (base64.b64encode(token), rank) for token, rank in ranks.items())
    assert hashlib.sha256(b"".join(lines)).hexdigest() == (
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
    )


@pytest.mark.parametrize("damage", [lambda data: data[:1000], lambda data: b"x" + data, lambda data: b""])
def test_a_damaged_file_is_no_vocabulary(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    file = tmp_path / "damaged"
    file.write_bytes(damage(FILE.read_bytes()))
    with pytest.raises(ValueError, match="damaged"):
        load_vocabulary(file)


# -- the share of the first arrival ------------------------------------------------------------------------------------


async def speed_of_pieces(texts: list[str], tokens: list[int], thoughts: int = 0) -> float | None:
    """The speed of so many pieces with so many tokens each, at 20 tokens a second, all of them reported."""
    now = 100.0
    reply = Reply(conversation_id="c", parent_id=None, model="openai/gpt-4o", clock=lambda: now)
    counter = TokenCounter()
    count = counter.follow(reply)
    events = [TextDelta(text) for text in texts]
    for event, number in zip(events, tokens, strict=True):
        now += number / 20
        reply.feed(event)
        count.event(reply, event)
    reply.feed(UsageReport(3, sum(tokens) + thoughts, thoughts or None))
    reply.end(Status.COMPLETE)
    count.ended(reply)
    await count.settled()
    counter.close()
    return reply.timing.tokens_per_s


LINES = [" time people way\n", " 12 345 6, 7; (8)\n", " internationalization considerations\n", " a b c d e f g\n"]


@pytest.mark.parametrize("turn", range(4))
@pytest.mark.parametrize("thoughts", [0, 5000])
async def test_the_tokens_of_the_first_line_are_counted_for_a_speed(turn: int, thoughts: int) -> None:
    """By their characters alone the speed was 10 % off."""
    lines = (LINES[turn:] + LINES[:turn]) * 2
    tokens = [int(count_tokens(load_tokenizer(), line)) for line in lines]
    assert await speed_of_pieces(lines, tokens, thoughts) == pytest.approx(20.0, rel=0.02)


async def test_a_larger_beginning_before_single_tokens_is_counted_for_a_speed() -> None:
    words = [" time people way year day man thing", *[" world"] * 25]
    assert await speed_of_pieces(words, [7, *[1] * 25]) == pytest.approx(20.0, rel=0.02)


async def test_of_a_huge_prompt_passages_are_counted_and_that_is_an_estimate(
    counters: Callable[..., TokenCounter],
) -> None:
    given: list[int] = []

    class Counting:
        def count(self, text: str, measured_as: str = "") -> float:
            given.append(len(text))
            return len(text) / 4

    counter = counters(lambda: Counting())
    reply = reply_of()
    await counter.count_input(reply, [Message("a", None, Role.USER, "word " * 1_000_000)])
    assert sum(given) <= 200_000
    assert reply.usage.input_tokens == pytest.approx(1_250_000, rel=0.001)
    assert not reply.tally.input_counted


async def test_a_count_that_fails_ends_neither_the_thread_nor_a_wait() -> None:
    counter = TokenCounter()
    with pytest.raises(ZeroDivisionError):
        await counter.in_thread(lambda: 1 // 0)
    assert await counter.in_thread(lambda: 7) == 7
    counter.close()


async def test_the_thread_keeps_nothing_of_what_it_has_counted() -> None:
    counter = TokenCounter()
    counted = {"a reply"}
    watched = weakref.ref(counted)
    await counter.in_thread(partial(len, counted))
    del counted
    await wait_until(lambda: watched() is None, "it has gone")
    counter.close()

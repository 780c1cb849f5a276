"""Tokens counted beside the stream come to what the whole text counts, and never make anyone wait."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st
from tiktoken_ext import openai_public  # type: ignore[import-untyped]

from tests.examples import examples
from textchat.core.conversation import Attachment, Message, Role, Source, Status
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta, ToolCallDelta, UsageReport
from textchat.core.figures.counting import LONGEST_PIECE, STEP_CHARACTERS, Encoder, TokenCounter, count_tokens, settle
from textchat.core.parameters import Parameters
from textchat.core.reply import Reply

MERGES = [b"  ", b"\n\n", b" t", b"th", b" a", b"ab", b"ing", b"in", b"the", b"he", b" th", b"..", b"12", b". "]


def small_ranks(*_: str, **__: str) -> dict[bytes, int]:
    """A vocabulary of every byte and a few pairs: enough for a wrong cut to change the count."""
    return {piece: rank for rank, piece in enumerate([bytes([byte]) for byte in range(256)] + MERGES)}


@pytest.fixture(scope="module", params=["cl100k_base", "o200k_base"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    """OpenAI's own way of splitting words, with small ranks in the place of the vocabulary that must be fetched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai_public, "load_tiktoken_bpe", small_ranks)
        made: Encoder = tiktoken.Encoding(**getattr(openai_public, request.param)())
        return made


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


@settings(max_examples=examples(500))
@given(text=TEXTS, pieces=st.lists(TEXTS, max_size=4))
def test_what_is_settled_is_settled(encoder: Encoder, text: str, pieces: list[str]) -> None:
    total, tail = 0, ""
    for piece in [text, *pieces]:
        settled, tails, tail_tokens = settle(encoder, {"text": tail + piece})
        total, tail = total + settled, tails["text"]
    assert total + tail_tokens == len(encoder.encode_ordinary("".join([text, *pieces])))


def test_a_long_text_is_counted_piece_by_piece(encoder: Encoder) -> None:
    text = "the thing, in 12 parts.  And more\n\n" * (LONGEST_PIECE // 10)
    assert count_tokens(encoder, text) == len(encoder.encode_ordinary(text))
    unbroken = "漢" * (3 * LONGEST_PIECE)
    assert 0 <= count_tokens(encoder, unbroken) - len(encoder.encode_ordinary(unbroken)) <= 3


# -- beside a reply ---------------------------------------------------------------------------------------------------


@pytest.fixture
def counters(tmp_path: Path) -> Iterator[Callable[..., TokenCounter]]:
    made: list[TokenCounter] = []

    def make(load: Callable[[str], Encoder], limit_s: float = 60.0) -> TokenCounter:
        made.append(TokenCounter(tmp_path, limit_s=limit_s, load=load))
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


def whole(encoder: Encoder) -> int:
    texts = ["", "", ""]
    for event in EVENTS:
        match event:
            case ReasoningDelta(text):
                texts[0] += text
            case TextDelta(text):
                texts[1] += text
            case ToolCallDelta():
                texts[2] += event.name + event.arguments
    return sum(len(encoder.encode_ordinary(text)) for text in texts)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


async def test_the_count_follows_and_is_whole_at_the_end(
    encoder: Encoder, counters: Callable[..., TokenCounter]
) -> None:
    counter = counters(lambda name: encoder)
    assert await counter.count("the thing", "openai/gpt-4o") == len(encoder.encode_ordinary("the thing"))
    reply = reply_of(prefix="what was there before is not counted " * 9)
    live = counter.follow(reply)
    for event in EVENTS:
        reply.feed(event)
        live.event(reply, event)
    await until(lambda: reply.counted_tokens is not None)
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
        def encode_ordinary(self, text: str) -> list[int]:
            assert gate.wait(10)
            return list(encoder.encode_ordinary(text))

    counter = counters(lambda name: Slow())
    reply = reply_of()
    live = counter.follow(reply)
    counter.encoder("o200k_base")
    await until(lambda: counter.encoder("o200k_base") is not None)
    for event in EVENTS:
        reply.feed(event)
        live.event(reply, event)
    reply.end(Status.COMPLETE)
    live.ended(reply)
    assert reply.counted_tokens is None
    gate.set()
    await live.settled()
    assert reply.usage.source is Source.COUNTED
    assert reply.usage.output_tokens == whole(encoder)


async def test_counting_goes_on_in_the_counters_thread(encoder: Encoder, counters: Callable[..., TokenCounter]) -> None:
    threads: set[str] = set()

    class Watched:
        def encode_ordinary(self, text: str) -> list[int]:
            threads.add(threading.current_thread().name)
            return list(encoder.encode_ordinary(text))

    counter = counters(lambda name: Watched())
    reply = reply_of()
    live = counter.follow(reply)
    counter.encoder("o200k_base")
    await until(lambda: counter.encoder("o200k_base") is not None)
    live.event(reply, TextDelta("x" * STEP_CHARACTERS))
    await live.settled()
    assert threads == {"textchat-tokens"}


async def test_a_near_vocabulary_gives_an_estimate(encoder: Encoder, counters: Callable[..., TokenCounter]) -> None:
    counter = counters(lambda name: encoder)
    assert await counter.count("x", "ollama/llama3.2") is not None
    reply = reply_of("ollama/llama3.2")
    live = counter.follow(reply)
    reply.feed(TextDelta("the thing in " * 50))
    live.event(reply, TextDelta("the thing in " * 50))
    await live.settled()
    assert reply.usage.source is Source.ESTIMATED
    assert reply.usage.output_tokens == len(encoder.encode_ordinary("the thing in " * 50))


async def test_what_the_server_reports_stands(encoder: Encoder, counters: Callable[..., TokenCounter]) -> None:
    counter = counters(lambda name: encoder)
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
    def offline(name: str) -> Encoder:
        raise OSError("no network")

    counter = counters(offline)
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

    def hang(name: str) -> Encoder:
        loads.append(name)
        never.wait(10)
        raise OSError

    counter = counters(hang, 0.01)
    assert [await counter.count("text", "openai/gpt-4o") for _ in range(3)] == [None] * 3
    assert loads == ["o200k_base"]
    never.set()


async def test_the_input_is_counted_with_its_frames(encoder: Encoder, counters: Callable[..., TokenCounter]) -> None:
    counter = counters(lambda name: encoder)
    note = Attachment("a.txt", "text/plain", b"the note")
    picture = Attachment("a.png", "image/png", b"\x89PNG")
    ask = Message("1", None, Role.USER, "the thing", attachments=(note,))
    reply = Reply(conversation_id="c", parent_id="1", model="openai/gpt-4o", parameters=Parameters(system="be in"))
    await counter.count_input(reply, [ask])
    texts = ["the thing", "the note", "be in"]
    assert reply.input_counted
    assert reply.input_estimate == sum(len(encoder.encode_ordinary(text)) + 4 for text in texts) + 3
    await counter.count_input(reply, [ask, Message("2", "1", Role.USER, "x", attachments=(picture,))])
    assert not reply.input_counted, "what a picture costs is not known"


# -- the real tiktoken, with a network that hangs ---------------------------------------------------------------------

PROGRAM = """
import asyncio, pathlib, sys
from textchat.core.figures.counting import TokenCounter
assert "tiktoken" not in sys.modules
counter = TokenCounter(pathlib.Path(sys.argv[1]), limit_s=float(sys.argv[2]))
print(asyncio.run(counter.count("text", "openai/gpt-4o")))
"""


def run_program(folder: Path, limit_s: float, proxy: socket.socket, **more: str) -> str:
    port = proxy.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TIKTOKEN")}
    environ |= {"HTTPS_PROXY": f"http://127.0.0.1:{port}", "https_proxy": f"http://127.0.0.1:{port}", **more}
    command = [sys.executable, "-c", PROGRAM, str(folder), str(limit_s)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def test_a_download_that_hangs_is_left_behind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        assert run_program(tmp_path, 2.0, proxy, TEXTCHAT_OFFLINE="") == "None"
        proxy.settimeout(0)
        proxy.accept()[0].close()  # it did try, and the program ended all the same


def test_offline_no_network_is_tried(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        assert run_program(tmp_path, 30.0, proxy, TEXTCHAT_OFFLINE="1") == "None"
        proxy.settimeout(0)
        with pytest.raises(BlockingIOError):
            proxy.accept()

"""The guard under random and mutated input, cut and timed at random: it raises nothing, and presses nothing of its own.

`TEXTCHAT_FUZZ=100000 … -o faulthandler_timeout=0` tries so many inputs of each test; a small part runs always.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from tests.examples import examples
from tests.ui.terminal.reading import short
from tests.ui.terminal.test_guard import KEYS, MALFORMED, REPORTS, TYPED
from textchat.ui.terminal.guard import TerminalGuard
from textchat.ui.terminal.keyboard import control_key, is_text

ASKED = int(os.environ.get("TEXTCHAT_FUZZ", "0"))
START, END = b"\x1b[200~", b"\x1b[201~"
SEEDS = [
    *(each for each in (*REPORTS, *MALFORMED) if len(each) < 100),
    *KEYS,
    *TYPED,
    START,
    END,
    b"\x1b[M\x20\xe1\xc3",
]
MARKS = [bytes([mark]) for mark in b"\x1b[]PX^_O0123456789;:?<>$~uMAm\x07\\\r\xc2\x9b\x9c\x9d"]
PAUSES_S = (0.0, 0.001, 0.03, 0.15, 0.4, 1.2)

CONTROLS = {control_key(chr(code)).key: bytes([code]) for code in (*range(0x1B), *range(0x1C, 0x20), 0x7F)}
"""The keys of single bytes; another byte or sequence that spells the same key is counted for itself."""
OTHER_SPELLINGS = (b"u", b"~", b"\x1bO", b"\x9bO", b"\x1b\x7f", b"\x1b\x08", b"Z", b"\x1b\t", b"[1;")


def mutated(chance: random.Random) -> bytes:
    """A few known inputs in a row, with bytes changed, left out and put in; or random bytes."""
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(60))
    data = bytearray(b"".join(chance.choices(SEEDS, k=chance.randint(1, 6))))
    for _ in range(chance.randrange(6)):
        place = chance.randint(0, len(data))
        new = chance.choice([b"", chance.randbytes(1), chance.choice(MARKS), chance.choice(SEEDS)])
        data[place : place + chance.randrange(4)] = new
    return bytes(data)


def reads(chance: random.Random, data: bytes, longest_s: float = 2.0) -> list[tuple[bytes, float]]:
    """The same in several reads, each with the silence before it."""
    places = sorted(chance.choices(range(len(data) + 1), k=chance.randrange(7)))
    cut = [data[start:stop] for start, stop in zip([0, *places], [*places, len(data)], strict=True) if start < stop]
    return [(each, min(longest_s, chance.choice(PAUSES_S))) for each in cut]


def given_to_textual(reads: Sequence[tuple[bytes, float]]) -> list[Message]:
    guard, now, given = TerminalGuard(), 0.0, list[Message]()
    for data, pause_s in reads:
        now += pause_s
        while guard.deadline is not None and guard.deadline <= now:
            given += guard.tick(guard.deadline)
        given += guard.feed(data, now)
    for _ in range(3):
        given += guard.tick(guard.deadline or now)
    assert guard.deadline is None, "whatever is open comes to its end by silence alone"
    return given


def assert_pressed_nothing_of_its_own(given: Sequence[Message], data: bytes) -> None:
    typed = Counter(message.character for message in given if isinstance(message, events.Key) and message.is_printable)
    pressed = Counter(message.key for message in given if isinstance(message, events.Key) and not message.is_printable)
    assert all(character is not None and is_text(character) for character in typed)
    if not any(spelling in data for spelling in OTHER_SPELLINGS):
        for key, byte in CONTROLS.items():
            assert pressed[key] <= sum(data.count(each) for each in {byte, *_same(key)}), key
        known = Counter(data.decode("utf-8", "ignore"))
        assert all(count <= known[character] for character, count in typed.items() if character and character < "\x7f")
    if b"\x1b" not in data and b"\x9b" not in data:
        assert pressed["escape"] == 0
    assert all("alt+" not in key or b"\x1b" in data or b"\x9b" in data for key in pressed)


def _same(key: str) -> list[bytes]:
    return [bytes([code]) for code in (8, 0x7F) if control_key(chr(code)).key == key]


def test_no_bytes_raise_or_press_a_key_of_their_own() -> None:
    seed = random.randrange(1 << 32) if ASKED else 1
    for number in range(ASKED or examples(2000)):
        chance = random.Random(f"{seed} {number}")
        sent = reads(chance, mutated(chance))
        try:
            assert_pressed_nothing_of_its_own(given_to_textual(sent), b"".join(data for data, _ in sent))
        except Exception as error:
            error.add_note(f"sent: {sent}")
            raise


WORDS = st.text(st.sampled_from("ab é日\u200c👍🏽 "), min_size=1, max_size=5)
TOGETHER_S = 0.015


@given(st.randoms(), st.lists(WORDS | st.sampled_from([each for each in REPORTS if len(each) < 100]), max_size=6))
@settings(max_examples=ASKED or examples(60), deadline=None)
def test_text_between_reports_arrives_and_nothing_else(chance: random.Random, sent: list[str | bytes]) -> None:
    cut = [read for each in sent for read in _in_time(chance, each)]
    text = "".join(each for each in sent if isinstance(each, str))
    assert [short(message) for message in given_to_textual(cut)] == [f"'{character}'" for character in text]


def _in_time(chance: random.Random, sent: str | bytes) -> list[tuple[bytes, float]]:
    if isinstance(sent, bytes) and sent[0] in b"\x9b\x9d":
        return [(sent, 0.0)]
    return reads(chance, sent if isinstance(sent, bytes) else sent.encode(), TOGETHER_S)


@given(st.randoms(), st.binary(max_size=80) | st.lists(st.sampled_from(SEEDS), max_size=5).map(b"".join))
@settings(max_examples=ASKED or examples(60), deadline=None)
def test_a_paste_is_its_text_whatever_it_holds(chance: random.Random, inside: bytes) -> None:
    inside = inside.replace(END, b"").rstrip(END)
    given = given_to_textual(reads(chance, START + inside + END + b"\x1b[13u", TOGETHER_S))
    text = inside.decode("utf-8", "replace").replace("\x00", "")
    assert [short(message) for message in given] == [f"paste:{text}", "enter"]

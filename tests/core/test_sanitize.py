"""Nothing that a terminal would obey is drawn: it becomes a picture, and every place in the text stays."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textchat.core.text.sanitize import escaped, plain_line, plain_name, revealed, unseen_words, visible

ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "a é中👩👍❤\u200d\ufe0f\u0301\u200b🏽 \x1b\x9b\u202e\u2028"
            "\xadא\u200fم\u200c\u3164\U000e0100\u115f\u1160ᄀ1\u20e3"
        ),
    )
)
"""Among others: joiners, variation selectors, marks, escapes, overrides of the writing direction."""


@given(ODD)
def test_visible_keeps_the_length_and_no_control(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert not [
        character
        for character in shown
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") and character not in "\n\t"
    ]
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x9b31m\x85", "␛31m␤"),
        ("a\u202eb\u2066c\u2028d", "a\ufffdb\ufffdc␤d"),
        ("\x00\x7f\r", "␀␡␍"),
        ("\udc80", "\ufffd"),
        ("👩\u200d👩 x\u200dy", "👩\u200d👩 x\ufffdy"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f"),
        ("a\U000e0041", "a\ufffd"),
        # What is drawn as nothing, where no script is written with it:
        ("gpt\u200b-4\u2060\ufeff", "gpt\ufffd-4\ufffd\ufffd"),
        ("pay\xadpal \u3164\uffa0\u115f\u1160\u180e\u17b4", "pay‧pal \ufffd\ufffd\ufffd\ufffd\ufffd\ufffd"),
        ("a\u200cb\u200ec\u200fd\u061c", "a\ufffdb\ufffdc\ufffdd\ufffd"),
        ("😀\U000e0101\U000e0102 a\ufe0f 1\ufe0f ❤\ufe0f\ufe0f", "😀\ufffd\ufffd a\ufffd 1\ufffd ❤\ufe0f\ufffd"),
        ("👩\u200d\u200d👩", "👩\ufffd\ufffd👩"),
        ("plain\ttext\n", "plain\ttext\n"),
    ],
)
def test_pictures(text: str, shown: str) -> None:
    assert visible(text) == shown


KEPT_IN_PROSE = (
    "می\u200cخواهم",
    "क्\u200dष क्\u200cष",
    "שלום C++\u200f.",
    "\u200fשלום",
    "سلام\u061c!",
    "สวัสดี\u200bครับ",
    "葛\U000e0100城",
    "ᠠ\u180bᠡ",
    "ᄀ\u1160\u11a8",
    "വന്\u200d, എന്\u200d",  # a letter's form at the end of a word, as Malayalam was long written
    "ه\u200d. ق \u200dه",
    "“\u200bខ្មែរ ABC\u200bខ្មែរ",
    "，\ufe00",
    "𓂀\U00013430𓂁",
)
KEPT_EVERYWHERE = (
    "👩\u200d👩\u200d👧 👁\ufe0f\u200d🗨\ufe0f 👍🏽\u200d❤\ufe0f",
    "1\ufe0f\u20e3 ❤\ufe0f ☎\ufe0e",
    *(f"🏴{''.join(chr(0xE0000 + ord(sign)) for sign in region)}\U000e007f" for region in ("gbeng", "gbsct", "gbwls")),
)


@pytest.mark.parametrize("text", [*KEPT_IN_PROSE, *KEPT_EVERYWHERE])
def test_what_a_script_is_written_with_is_kept_in_prose(text: str) -> None:
    assert visible(text) == text and unseen_words(text) == ""
    assert (revealed(text) == text) is (text in KEPT_EVERYWHERE)
    assert len(plain_name(text)) == len(text)


@given(ODD)
def test_in_a_name_nothing_is_hidden(text: str) -> None:
    shown = revealed(text)
    assert len(shown) == len(text) and revealed(shown) == shown and visible(shown) == shown
    assert not re.search("[\xad\u115f\u200b\u200c\u200e\u200f\u2060\u3164\ufeff]", shown)
    assert not re.search("[\xad\u115f\u200b\u200c\u200e\u200f\u2060\u3164\ufeff]", escaped(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plain\ttext\r\n", ""),
        ("\x1b[2J", "1 control character"),
        ("a\rb\x9b\u2028\x7f", "4 control characters"),
        ("rm\u200b -rf \u202e\x00", "1 control character and 2 hidden characters"),
        ("x\xad", "1 hidden character"),
    ],
)
def test_what_cannot_be_seen_is_counted(text: str, words: str) -> None:
    assert unseen_words(text) == words


def test_a_title_is_one_line() -> None:
    assert plain_line(" a\r\n\tb\x1b[2J ") == "a b␛[2J"
    assert plain_line("x" * 300, 10) == "x" * 9 + "…"
    assert len(plain_line("\n" * 10_000 + "x", 5)) <= 5

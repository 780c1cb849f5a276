"""Nothing that a terminal would obey is drawn: it becomes a picture, and every place in the text stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textchat.core.text.sanitize import plain_line, visible

ODD = st.text(st.one_of(st.characters(), st.sampled_from("a é中👩👍\u200d\ufe0f\u0301\u200b🏽 \x1b\x9b\u202e\u2028")))
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
        ("plain\ttext\n", "plain\ttext\n"),
    ],
)
def test_pictures(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_title_is_one_line() -> None:
    assert plain_line(" a\r\n\tb\x1b[2J ") == "a b␛[2J"
    assert plain_line("x" * 300, 10) == "x" * 9 + "…"
    assert len(plain_line("\n" * 10_000 + "x", 5)) <= 5

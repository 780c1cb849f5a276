"""Nothing that a terminal would obey is drawn, and the columns are those that the terminal counts."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from textchat.core.sanitize import plain_line, visible
from textchat.render.cells import is_simple, offset_at, slice_of, width_of, wrap

ODD = st.text(st.one_of(st.characters(), st.sampled_from("a é中👩👍\u200d\ufe0f\u0301\u200b🏽 \x1b\x9b\u202e\u2028")))


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


@given(ODD.map(lambda text: visible(text).replace("\t", " ")), st.integers(2, 12))
def test_rows_fit_and_lose_nothing(text: str, width: int) -> None:
    rows = wrap(text, width)
    last = 0
    for start, end in rows:
        assert cell_len(text[start:end]) <= width
        assert not text[last:start].strip(" \n"), "only blanks fall away"
        last = end
    assert not text[last:].strip(" \n")


@given(st.text("ab 中é", max_size=40), st.text("ab 中é", max_size=10), st.integers(2, 9))
def test_more_text_changes_the_last_row_only(text: str, more: str, width: int) -> None:
    before, after = wrap(text, width), wrap(text + more, width)
    assert after[: len(before) - 1] == before[:-1]


@given(st.integers(0x20, 0x3000))
def test_simple_characters_are_one_cell(code: int) -> None:
    character = chr(code)
    if is_simple(character) and character.isprintable():
        assert cell_len(character) == 1


@given(st.text("ab中👍é\u0301", max_size=20), st.integers(0, 30))
def test_cells_and_indices_agree(text: str, cell: int) -> None:
    index = offset_at(text, cell)
    assert width_of(text[:index]) <= max(cell, 0)
    first, last = slice_of(text, cell, cell + 1)
    assert first <= last <= len(text)


def test_what_takes_no_room_does_not_pile_up() -> None:
    for text in ("\u200b" * 5_000, "a" + "\u0301" * 5_000, "👩\u200d" * 5_000):
        rows = wrap(text, 20)
        assert max(end - start for start, end in rows) <= 8 * 20 + 32
        assert "".join(text[start:end] for start, end in rows) == text

"""Cells: the columns are those that the terminal counts, and rows that are wrapped lose nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.core.test_sanitize import ODD
from textchat.core.text.sanitize import visible
from textchat.render.cells import is_simple, offset_at, slice_of, width_of, wrap


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

"""Cells: the columns are those that the terminal counts, and rows that are wrapped lose nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual.strip import Strip
from wcwidth import iter_graphemes, wcstwidth, wcwidth

from tests.core.test_sanitize import ODD
from tests.render.gallery import styles_of
from tests.render.scripts import ADDING, SENTENCES, added_up, count
from textchat.core.text.sanitize import visible
from textchat.render.cells import (
    STANDARD,
    Sample,
    cut_end,
    cut_middle,
    fitted,
    graphemes,
    is_simple,
    offset_at,
    slice_of,
    width_of,
    wrap,
)
from textchat.render.markdown import Document
from textchat.ui.terminal.drawing.rich_widths import share_widths

TMUX: dict[str, dict[str, int]] = json.loads((Path(__file__).parent / "tmux_cells.json").read_text())
"""What tmux 3.3a with glibc 2.36 was measured to count: each text drawn, and the cursor's place asked for."""
SCRIPTS = st.text(st.sampled_from(sorted(set("".join(SENTENCES.values())))), max_size=24)


@pytest.fixture(autouse=True)
def _counted_by_the_standard() -> Iterator[None]:
    yield
    count(STANDARD)


# -- what is counted ---------------------------------------------------------------------------------------------------


def test_every_text_takes_the_cells_that_tmux_gave_it() -> None:
    count({Sample[name]: cells for name, cells in TMUX["samples"].items()})
    assert {text: width_of(text) for text in TMUX["texts"]} == TMUX["texts"]


TOLD = (
    *("का", "क्ष", "क्षि", "हिन्दी", "தமிழ்", "తెలుగు", "ગુજરાતી", "น้ำ", "ນ້ຳ", "\u1112\u1161\u11ab", "العَرَبِيَّة"),
    *("❤️", "⚠️", "⌚︎", "1️⃣", "👨‍👩‍👧‍👦", "❤️‍🔥", "🏳️‍🌈", "🏴‍☠️", "🧑‍🔧", "👩‍❤️‍💋‍👨", "🇩🇪"),
    *("🫨", "🫩", "☰", "䷀", "𝌀", "™️", "▶️"),
)


@pytest.mark.parametrize(
    "terminal", ["contour", "foot", "ghostty", "iterm2", "kitty", "konsole", "rio", "st", "vte", "wezterm", "xterm"]
)
def test_the_samples_tell_what_other_terminals_count(terminal: str) -> None:
    """Held against the tables of wcwidth, which come from measuring these terminals, where they have the texts."""
    unlisted = {Sample.JOINED_LETTERS, Sample.TONE}
    count({sample: wcstwidth(sample, term_program=terminal) for sample in Sample if sample not in unlisted})
    assert {text: width_of(text) for text in TOLD} == {text: wcstwidth(text, term_program=terminal) for text in TOLD}


@given(SCRIPTS)
def test_where_a_terminal_adds_up_the_sum_is_the_width(text: str) -> None:
    count(ADDING)
    assert width_of(text) == added_up(text)


@pytest.mark.parametrize("width", [24, 41, 77])
def test_tables_quotes_and_code_are_as_wide_as_the_terminal_draws_them(width: int) -> None:
    """One document, two terminals: what was laid out for one is laid out anew for the other."""
    rows = "".join(f"| {name} | {text[:40]} | {text[-20:]} |\n" for name, text in SENTENCES.items())
    quotes = "".join(f"{text}\n\n> - {text}\n\n```\n{text}\n```\n\n" for text in SENTENCES.values())
    source = f"{quotes}| a | b | c |\n|---|:-:|--:|\n{rows}"
    for cells, measured in ((ADDING, added_up), ({}, None)):
        count(cells)
        document = Document(styles_of("textual-dark"), width, source, finished=True)
        for line in (document.line(y).text for y in range(document.height)):
            assert (measured or width_of)(line) == width, line


@given(SCRIPTS | ODD.map(lambda text: re.sub("[\t\n]", " ", visible(text))))
def test_graphemes_are_whole_and_add_up(text: str) -> None:
    spans = graphemes(text)
    assert "".join(text[first:last] for first, last, _ in spans) == text
    assert sum(cells for _, _, cells in spans) == width_of(text)
    starts, at = {0}, 0
    for cluster in iter_graphemes(text):
        starts.add(at := at + len(cluster))
    assert {first for first, _, _ in spans} <= starts, "UAX 29 begins a character wherever we do"


@given(st.integers(0x20, 0x3000))
def test_simple_characters_are_one_cell(code: int) -> None:
    character = chr(code)
    if is_simple(character) and character.isprintable():
        assert wcwidth(character) == 1


@given(SCRIPTS, st.integers(0, 30), st.integers(0, 30), st.sampled_from([STANDARD, ADDING]))
def test_textual_cuts_as_we_do(text: str, first: int, second: int, cells: dict[Sample, int]) -> None:
    """What lies over a line cuts it, and each part is as wide as it must be."""
    share_widths()
    count(cells)
    line = Strip([Segment(text), Segment("·" * 30)])
    cuts = sorted({first, max(first, second), line.cell_length})
    assert line.cell_length == width_of(text) + 30
    assert width_of(line.adjust_cell_length(max(1, first)).text) == max(1, first)
    parts = line.divide(cuts)
    assert [sum(width_of(segment.text) for segment in part) for part in parts] == [
        after - before for before, after in zip([0, *cuts], cuts, strict=False)
    ]


# -- places and cuts ---------------------------------------------------------------------------------------------------


@given(st.text("ab中👍é\u0301", max_size=20) | SCRIPTS, st.integers(0, 30))
def test_cells_and_indices_agree(text: str, cell: int) -> None:
    index = offset_at(text, cell)
    assert width_of(text[:index]) <= max(cell, 0)
    first, last = slice_of(text, cell, cell + 1)
    assert first <= last <= len(text)


@given(SCRIPTS, st.integers(1, 20))
def test_what_is_cut_fits(text: str, width: int) -> None:
    assert width_of(cut_end(text, width)) <= max(width, 1)
    assert width_of(fitted(text, width)) == width
    if width >= 5:
        assert width_of(cut_middle(text, width)) <= width


# -- rows --------------------------------------------------------------------------------------------------------------


@given(ODD.map(lambda text: visible(text).replace("\t", " ")) | SCRIPTS, st.integers(2, 12))
def test_rows_fit_and_lose_nothing(text: str, width: int) -> None:
    rows = wrap(text, width)
    last = 0
    for start, end in rows:
        assert width_of(text[start:end]) <= width
        assert not text[last:start].strip(" \n"), "only blanks fall away"
        last = end
    assert not text[last:].strip(" \n")


@given(st.text("ab 中é，「ไก", max_size=40), st.text("ab 中é，「ไก", max_size=10), st.integers(2, 9))
def test_more_text_changes_the_last_row_only(text: str, more: str, width: int) -> None:
    before, after = wrap(text, width), wrap(text + more, width)
    assert after[: len(before) - 1] == before[:-1]


TORN = re.compile(
    "[เแโใไ\u0ec0-\u0ec4（「]\\||\\|[ะาำๅๆ\u0eb0\u0eb2\u0eb3、。，；）」！၊။]"
    "|\\|[^|]?[\u103a\u0e4c]|\\|\\w\u1039|[\u17d2\u1039]\\||\u0e31\\||\\|[\u0300-\u036f\u200d\ufe0f]"
)


@pytest.mark.parametrize("name", SENTENCES)
def test_no_row_begins_or_ends_within_a_syllable_or_with_the_wrong_mark(name: str) -> None:
    text = SENTENCES[name]
    for width in range(6, 40):
        rows = [text[start:end] for start, end in wrap(text, width)]
        assert not TORN.search("|".join(rows)), rows
        if name not in ("emoji", "no cells"):
            whole = {first for first, _, _ in graphemes(text)} | {len(text)}
            assert {end for _, end in wrap(text, width)} <= whole


def test_a_word_as_wide_as_the_row_takes_its_comma_along() -> None:
    assert [("ABCDEFGHIJKL，然后"[start:end]) for start, end in wrap("ABCDEFGHIJKL，然后", 12)] == [
        "ABCDEFGHIJK",
        "L，然后",
    ]


def test_what_takes_no_room_does_not_pile_up() -> None:
    for text in ("\u200b" * 5_000, "a" + "\u0301" * 5_000, "👩\u200d" * 5_000):
        rows = wrap(text, 20)
        assert max(end - start for start, end in rows) <= 8 * 20 + 32
        assert "".join(text[start:end] for start, end in rows) == text

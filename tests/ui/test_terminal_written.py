"""Updates write the words that differ from what stands in the terminal, and the screen is as if all was written."""

from __future__ import annotations

from sys import getrefcount

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tests.examples import examples
from textchat.ui.terminal.drawing.written import KEPT, ChangedCells, Written

WIDTH = 24
CONSOLE = Console(color_system="truecolor", force_terminal=True)
RED, OFFSET = Style(color="red", bgcolor="black"), Style.from_meta({"offset": (1, 2)})
STYLES = [
    *(None, Style(), RED, RED + OFFSET, Style(link="https://a.example/x")),
    *(Style(bold=True, color="#102030"), Style(bold=True, color="#102031", bgcolor="black"), Style(italic=True)),
    *(Style(bgcolor="#112233"), Style(color="color(200)", bgcolor="#112233", underline=True)),
]
WORDS = ["word", "ä", "日本", "한", "я", "👩‍💻", "👍🏽", "❤️", "e\u0301", "\u0301", "a", "  ", " ", "│", "🇫🇷", "x y"]


def _line(pieces: list[tuple[str, Style | None]]) -> Strip:
    # A mark that combines at the beginning of a line would belong to the line above.
    return Strip([Segment(" "), *(Segment(text, style) for text, style in pieces)]).adjust_cell_length(WIDTH)


lines = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(STYLES)), max_size=8).map(_line)


def _terminal() -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(WIDTH, 3)
    stream = pyte.Stream(screen)
    stream.feed("\x1b[?7l")  # lines are not wrapped, as Textual wants it
    return screen, stream


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(st.lists(lines, min_size=3, max_size=3), min_size=1, max_size=4))
def test_any_lines_one_after_the_other(pictures: list[list[Strip]]) -> None:
    written = Written()
    (frugal, changes), (whole, everything) = _terminal(), _terminal()
    for picture in pictures:
        pieces = {y: {0: strip} for y, strip in enumerate(picture)}
        changes.feed(ChangedCells(pieces, written).render_segments(CONSOLE))
        everything.feed(ChangedCells(pieces, Written()).render_segments(CONSOLE))
        for y in range(3):
            assert [frugal.buffer[y][x] for x in range(WIDTH)] == [whole.buffer[y][x] for x in range(WIDTH)]


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(lines, min_size=4, max_size=8))
def test_lines_that_scroll_are_the_same_strips_elsewhere(text: list[Strip]) -> None:
    written = Written()
    (frugal, changes), (whole, everything) = _terminal(), _terminal()
    for top in range(len(text) - 2):
        pieces = {y: {0: strip} for y, strip in enumerate(text[top : top + 3])}
        changes.feed(ChangedCells(pieces, written).render_segments(CONSOLE))
        everything.feed(ChangedCells(pieces, Written()).render_segments(CONSOLE))
        for y in range(3):
            assert [frugal.buffer[y][x] for x in range(WIDTH)] == [whole.buffer[y][x] for x in range(WIDTH)]


@pytest.mark.parametrize(
    ("before", "after", "output"),
    [
        ("one two three", "one two three", ""),
        ("one two three", "one too three", "\x1b[3;9Htoo"),
        ("one two", "one two three", "\x1b[3;13Hthree"),
        ("one two three", "one two", "\x1b[3;13H     "),
        ("", "one", "\x1b[3;5Hone"),
        ("日本 one", "日本 two", "\x1b[3;10Htwo"),
        ("word", "wörd", "\x1b[3;5Hwörd"),
        # Terminals do not agree how wide these are, so what stands behind them is placed by writing it.
        ("👩‍💻 one", "👩‍💻 two", "\x1b[3;5H👩‍💻 two                  "),
        ("one 👩‍💻 two", "one 👩‍💻 three", "\x1b[3;5Hone 👩‍💻 three            "),
    ],
)
def test_words_that_differ(before: str, after: str, output: str) -> None:
    written = Written()
    for text in (before, after):
        update = ChangedCells({2: {4: Strip([Segment(text)]).adjust_cell_length(WIDTH)}}, written).render_segments(
            CONSOLE
        )
    assert update == output


def test_what_is_not_drawn_makes_no_difference() -> None:
    written = Written()
    written.changes(0, 0, _line([("one ", RED), ("two", RED)]), ColorSystem.TRUECOLOR)
    assert written.changes(0, 0, _line([("one two", RED + OFFSET)]), ColorSystem.TRUECOLOR) is None
    assert written.changes(0, 0, _line([("one two", None)]), ColorSystem.TRUECOLOR) is not None
    written.forget()
    assert written.changes(0, 0, _line([("one two", None)]), ColorSystem.TRUECOLOR) is not None


def test_what_is_not_drawn_any_more_is_not_kept() -> None:
    written = Written()
    strips = [_line([(f"line {number}", RED)]) for number in range(3 * KEPT)]
    counts = [*map(getrefcount, strips)]
    for number, strip in enumerate(strips):
        written.changes(number % 40, 0, strip, ColorSystem.TRUECOLOR)
    kept = [now > count for now, count in zip(map(getrefcount, strips), counts, strict=True)]
    assert all(kept[-40:]) and sum(kept) <= KEPT + 40 + 1


def test_where_the_edges_of_widgets_move_all_is_written() -> None:
    written = Written()

    def output(*pieces: tuple[int, str]) -> str:
        strips = {x: Strip([Segment(text)]) for x, text in pieces}
        return ChangedCells({0: strips}, written).render_segments(CONSOLE)

    assert output((0, "left "), (5, "right"))
    assert output((0, "all of it "))
    assert output((0, "left "), (5, "right")) == "\x1b[1;1Hleft \x1b[1;6Hright"
    assert output((0, "left "), (5, "right")) == ""

"""Pictures as the terminal itself shows them: what it is asked, sent, and has to forget."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tests.flow.terminal import TEXTCHAT, isolated_environment
from tests.ui.terminal.picture_terminal import KITTY, MARKS, NEITHER, PLACEHOLDER, SIXEL, PictureTerminal
from tests.ui.transcript.test_cards import png
from textchat.core.configuration import PictureStyle
from textchat.core.text.sanitize import revealed, visible
from textchat.render.pictures.canvas import BLOCKS, Canvas, PictureForm
from textchat.render.pictures.child import decoded
from textchat.render.pictures.picture import Picture
from textchat.ui.terminal.drawing.pictures import ControlPictures
from textchat.ui.terminal.graphics.abilities import ask_canvas
from textchat.ui.terminal.graphics.kitty import KittyPictures
from textchat.ui.terminal.graphics.placeholders import number_of, placeholder_lines
from textchat.ui.terminal.graphics.writing import TerminalWriting
from textchat.ui.terminal.reports import Reports

WIDE, HIGH = 300, 140
COLUMNS, ROWS = 30, 7
"""Of such a picture in cells of 10×20 pixels."""
NAME, CELL, ATTRIBUTES, GRAPHICS = KITTY


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., PictureTerminal]:
    (tmp_path / "a.png").write_bytes(png(WIDE, HIGH))
    environment = isolated_environment(tmp_path / "home", TEXTCHAT_DEMO_SPEED="0")
    argv = (*TEXTCHAT, "-m", "demo/fast", "--attach", str(tmp_path / "a.png"), "hello")
    return lambda answers, rows: PictureTerminal(argv, environment, answers, columns=80, rows=rows)


def test_in_kitty_a_picture_is_text_that_is_covered_and_forgotten_at_the_end(opened: Any) -> None:
    with opened(KITTY, 24) as terminal:
        terminal.wait_until(lambda text: "done" in text and 0 < len(terminal.picture_cells()) < COLUMNS * ROWS)
        (number,) = terminal.kept
        first, _, _ = terminal.picture_cells()[0]
        assert MARKS.index(terminal.cells(first)[terminal.picture_cells()[0][1]][1]) > 0, "the first rows are above"
        terminal.send(b"\x1b[<64;10;5M" * 9)
        terminal.wait_until(lambda _: len(terminal.picture_cells()) == COLUMNS * ROWS)
        assert terminal.placed == {number: (COLUMNS, ROWS)} and terminal.kept[number].startswith(b"\x89PNG")
        cells = terminal.picture_cells()
        top, left, _ = cells[0]
        assert cells == [(top + y, left + x, number) for y in range(ROWS) for x in range(COLUMNS)]
        for row, column, _ in cells:
            assert terminal.cells(row)[column][1:3] == MARKS[row - top] + MARKS[column - left]
        assert "▀" not in terminal.text
        terminal.press("ctrl+p")
        terminal.wait_until("Find an action")
        terminal.wait_until(
            lambda _: 0 < len(terminal.picture_cells()) < COLUMNS * ROWS or not terminal.picture_cells()
        )
        assert {cell[2] for cell in terminal.picture_cells()} <= {number}, "what is dimmed is still this picture"
        terminal.press("escape")
        terminal.wait_until(lambda _: terminal.picture_cells() == cells)
        assert terminal.output.count(b"a=T,U=1") == 1, "it was sent once"
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        assert not terminal.kept
        terminal.assert_restored()


def test_a_sixel_is_drawn_where_all_of_it_is_seen_and_again_when_it_was_covered(opened: Any) -> None:
    with opened(SIXEL, 36) as terminal:
        terminal.wait_until(lambda text: bool(terminal.sixels) and "done" in text)
        assert GRAPHICS not in terminal.asked
        row, column, data = terminal.sixels[-1]
        assert f'q"1;1;{COLUMNS * 10};{ROWS * 20}'.encode() in data
        blocks = [(y, terminal.cells(y).index("▀")) for y in range(36) if "▀" in terminal.cells(y)]
        assert blocks == [(row - 1 + y, column - 1) for y in range(ROWS)]
        terminal.press("ctrl+p")
        terminal.wait_until("Find an action")
        drawn = len(terminal.sixels)
        terminal.press("escape")
        terminal.wait_until(lambda _: len(terminal.sixels) > drawn)
        assert terminal.sixels[-1][:2] == (row, column)
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()


# -- what the terminal can -------------------------------------------------------------------------------------------


@dataclass
class Asked:
    """As much of an app as is asked through."""

    answers: dict[bytes, bytes]
    color_system: str = "truecolor"
    asked: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reports = Reports(self._hear)

    @property
    def console(self) -> Any:
        return self

    @property
    def _driver(self) -> Any:
        return self

    def _hear(self, query: str) -> None:
        for question in re.findall(rb"\x1b_G[^\x1b]*\x1b\\|\x1b\[[>\d]*[qtc]", query.encode()):
            self.asked.append(question)
            if question in self.answers:
                self.reports.hear(self.answers[question].decode())


def named(name: str, of: dict[bytes, bytes] = KITTY) -> dict[bytes, bytes]:
    return of | {NAME: f"\x1bP>|{name}\x1b\\".encode()}


KITTY_CANVAS, SIXEL_CANVAS = Canvas(PictureForm.KITTY, (10, 20)), Canvas(PictureForm.SIXEL, (10, 20))
AUTO = PictureStyle.AUTO
CANVASES: dict[str, tuple[dict[bytes, bytes], PictureStyle, dict[str, str], Canvas]] = {
    "kitty": (KITTY, AUTO, {}, KITTY_CANVAS),
    "Ghostty": (named("ghostty 1.1.3"), AUTO, {}, KITTY_CANVAS),
    "kitty without placeholders": (named("kitty(0.27.1)"), AUTO, {}, BLOCKS),
    "kitty that refuses": (KITTY | {GRAPHICS: b"\x1b_Gi=31;ENOTSUP:no\x1b\\"}, AUTO, {}, BLOCKS),
    "WezTerm": (named("WezTerm 20240203", KITTY | {ATTRIBUTES: b"\x1b[?65;4;6c"}), AUTO, {}, SIXEL_CANVAS),
    "xterm": (SIXEL, AUTO, {}, SIXEL_CANVAS),
    "sixel without the size of a cell": ({ATTRIBUTES: SIXEL[ATTRIBUTES]}, AUTO, {}, BLOCKS),
    "neither": (NEITHER, AUTO, {}, BLOCKS),
    "tmux by its name": (named("tmux 3.4", SIXEL), AUTO, {}, BLOCKS),
    "tmux by its variable": (KITTY, AUTO, {"TMUX": "/tmp/x,1,0"}, BLOCKS),
    "screen": (KITTY, AUTO, {"TERM": "screen-256color"}, BLOCKS),
    "the console": (KITTY, AUTO, {"TERM": "linux"}, BLOCKS),
    "set to sixel": (KITTY, PictureStyle.SIXEL, {}, SIXEL_CANVAS),
    "set to kitty": (SIXEL, PictureStyle.KITTY, {}, KITTY_CANVAS),
    "set to blocks": (KITTY, PictureStyle.BLOCKS, {}, BLOCKS),
    "off": (KITTY, PictureStyle.OFF, {}, BLOCKS),
}


@pytest.mark.parametrize(("answers", "style", "environ", "canvas"), CANVASES.values(), ids=CANVASES)
async def test_the_terminal_says_what_it_can(
    answers: dict[bytes, bytes], style: PictureStyle, environ: dict[str, str], canvas: Canvas
) -> None:
    app: Any = Asked(answers)
    assert await ask_canvas(app, style, environ) == canvas
    assert GRAPHICS not in app.asked or b"kitty" in answers[NAME] or b"ghostty" in answers[NAME], "others print it"


async def test_without_exact_colours_nothing_is_asked() -> None:
    app: Any = Asked(KITTY, color_system="256")
    assert await ask_canvas(app, AUTO, {}) == BLOCKS and not app.asked


# -- what it keeps ---------------------------------------------------------------------------------------------------


class Kept(TerminalWriting):
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.then: Callable[[], None] | None = None

    def write(self, text: str) -> None:
        self.texts.append(text)

    async def write_in_turn(self, text: str) -> None:
        self.write(text)
        then, self.then = self.then, None
        if then is not None:
            then()


async def test_what_nobody_shows_is_forgotten_but_not_within_another_picture() -> None:
    writing = Kept()
    kitty = KittyPictures(writing)
    picture = Picture(cells=(4, 2), sent=b"x" * 40_000)
    first: list[Picture] = [await kitty.shown(picture)]
    assert all(len(found) <= 4096 for text in writing.texts for found in re.findall(r";([^\x1b]*)\x1b", text))
    assert first[0].lines and not first[0].sent
    writing.texts.clear()
    writing.then = first.clear
    second = await kitty.shown(picture)
    deletion = re.escape(f"\x1b_Ga=d,d=I,i={number_of(1)},q=2\x1b\\")
    assert re.fullmatch(
        rf"(?:\x1b_G[^d\x1b]*m=1;[^\x1b]*\x1b\\)+\x1b_Gq=2,m=0;[^\x1b]*\x1b\\{deletion}", "".join(writing.texts)
    )
    assert kitty.farewell() == f"\x1b\\\x1b_Ga=d,d=I,i={number_of(2)},q=2\x1b\\"
    many = [await kitty.shown(picture) for _ in range(254)]
    assert not kitty.takes(picture), "a byte tells them apart"
    del many, second
    gc.collect()
    assert kitty.takes(picture) and not kitty.farewell()
    assert not kitty.takes(Picture(cells=(298, 1))), "no mark is left for the last column"


def test_only_cells_that_are_ours_pass_and_in_the_colour_that_names_them() -> None:
    strip = placeholder_lines(3, 2, 1)[0]
    dimmed = [Segment(segment.text, Style.parse("#123456 on #000000")) for segment in strip]
    ours = next(iter(strip)).style
    assert ours is not None
    shown = ControlPictures().apply([Segment("a\x1b"), *dimmed], Color(0, 0, 0))
    assert [segment.text for segment in shown] == ["a", strip.text] and shown[1].style is not None
    assert shown[1].style.color == ours.color and strip.cell_length == 2
    for foreign in (PLACEHOLDER, f"x{strip.text}", strip.text[:-1]):
        assert PLACEHOLDER not in "".join(
            part.text for part in ControlPictures().apply([Segment(foreign)], Color(0, 0, 0))
        )
        assert PLACEHOLDER not in visible(foreign) + revealed(foreign)


@pytest.mark.parametrize("canvas", [KITTY_CANVAS, SIXEL_CANVAS])
def test_what_is_sent_has_the_pixels_of_its_cells_and_no_more_than_it_may(canvas: Canvas) -> None:
    told, drawn = decoded(png(3000, 900), 80, 20, "#000000", canvas)
    assert (told["columns"], told["rows"]) == (80, 12)
    if canvas is KITTY_CANVAS:
        width, height = int.from_bytes(drawn[16:20]), int.from_bytes(drawn[20:24])
        assert (width, height) == (800, 240)
    else:
        assert b'q"1;1;800;240' in drawn[80 * 12 * 6 :] and drawn.endswith(b"\x1b\\")


def test_a_huge_picture_is_sent_smaller() -> None:
    _, drawn = decoded(png(1500, 1000), 200, 100, "#000000", KITTY_CANVAS)
    width, height = int.from_bytes(drawn[16:20]), int.from_bytes(drawn[20:24])
    assert width * height <= 601_000 and width / height == pytest.approx(1.5, rel=0.01)

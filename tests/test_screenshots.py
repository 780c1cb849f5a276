"""The moving picture of the README: at every moment it shows what the screen showed, and fetches and runs nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.style import Style
from rich.text import Text

from screenshots.make import FOLDER, self_contained
from screenshots.moving import SVG, Frame, joined

FRAME_S = 0.15
WIDTH, HEIGHT = 40, 6
MOST_BYTES = 600_000
Line = tuple[str, str | None]
"""The words of a line, and the colour behind them."""
Place = tuple[str, ...]
LINES = st.lists(
    st.tuples(
        st.sampled_from(["one", "two  words", "<&\"'>", "日本 ★", "│ a ─"]), st.sampled_from([None, "red", "blue"])
    ),
    max_size=HEIGHT,
)


def frame(number: int, lines: Sequence[Line], height: int = HEIGHT) -> Frame:
    """A frame as Textual exports it, which is by a console of Rich."""
    console = Console(record=True, file=io.StringIO(), width=WIDTH, height=height, color_system="truecolor")
    for words, back in [*lines, *[("", None)] * (height - len(lines))]:
        marked = Text(words, Style(bgcolor=back, bold=back == "red")).append(
            "end" if back else "", Style(bgcolor="blue")
        )
        console.print(marked, no_wrap=True)
    return Frame(number * FRAME_S, self_contained(console.export_svg(title="test")))


def film(frames: Sequence[Sequence[Line]]) -> list[Frame]:
    return [frame(number, lines) for number, lines in enumerate(frames)]


def texts(element: ElementTree.Element) -> set[Place]:
    """The words within `element`, each with its place and what its style says."""
    sheet = "".join(style.text or "" for style in element.iter(f"{SVG}style"))
    styles: dict[str, str] = dict(re.findall(r"\.([\w-]+) \{ *([^{}]*?) *\}", sheet))
    return {
        (text.attrib["x"], text.attrib["y"], styles[text.attrib["class"]], text.text or "")
        for text in element.iter(f"{SVG}text")
        if "textLength" in text.attrib and (text.text or "").strip("\n")
    }


def backs(element: ElementTree.Element) -> dict[Place, str]:
    """The colour of each cell that stands out, for colours that the tests use."""
    cells: dict[Place, str] = {}
    for rect in element.iter(f"{SVG}rect"):
        if rect.get("shape-rendering") and rect.attrib["fill"] in ("#cc555a", "#608ab1"):
            start, width = float(rect.attrib["x"]), float(rect.attrib["width"])
            cells |= {
                (rect.attrib["y"], str(cell)): rect.attrib["fill"]
                for cell in range(round(start / 12.2), round((start + width) / 12.2))
            }
    return cells


def moment(svg: str, percent: float | None) -> ElementTree.Element:
    """The picture with only what its style sheet shows then; None is where nothing moves."""
    root = ElementTree.fromstring(svg)
    shown: dict[str, bool] = {}
    for name, steps in re.findall(r"@keyframes (\w+) \{(.*)\}", svg):
        for at, how in re.findall(r"([\d.]+)% \{visibility: (\w+)\}", steps):
            if percent is not None and float(at) <= percent:
                shown[name] = how == "visible"
    for parent in list(root.iter()):
        for child in list(parent):
            names = child.get("class", "").split()
            if names[:1] == ["m"] and not ("z" in names if percent is None else shown[names[1]]):
                parent.remove(child)
    return root


def check_shows(root: ElementTree.Element, frame: Frame) -> None:
    expected = ElementTree.fromstring(frame.svg)
    assert texts(root) == texts(expected)
    assert backs(root) == backs(expected)


@given(st.lists(LINES, min_size=1, max_size=6))
def test_at_every_moment_it_shows_the_frame_of_that_moment(content: list[list[Line]]) -> None:
    frames = film(content)
    svg = joined(frames, pause_s=1.0)
    whole = frames[-1].at_s + 1.0
    for taken in frames:
        check_shows(moment(svg, 100 * (taken.at_s + FRAME_S / 2) / whole), taken)
    check_shows(moment(svg, 99.99), frames[-1])


@given(st.lists(LINES, min_size=1, max_size=6))
def test_where_nothing_moves_it_shows_the_last_frame(content: list[list[Line]]) -> None:
    frames = film(content)
    svg = joined(frames)
    check_shows(moment(svg, None), frames[-1])
    before_motion = svg.partition("@media (prefers-reduced-motion: no-preference)")[0]
    assert "animation" not in before_motion


def test_what_stays_is_drawn_once() -> None:
    once = joined(film([[("a line that stays", "red")]]))
    assert joined(film([[("a line that stays", "red")]] * 100)) == once


def test_its_size_grows_with_what_changes() -> None:
    lines: list[Line] = [(f"line {number}", None) for number in range(60)]
    frames = [frame(number, lines[:number], height=60) for number in range(61)]
    assert len(joined(frames)) < 2 * len(frames[-1].svg)


def test_the_picture_of_the_readme_is_small_and_fetches_and_runs_nothing() -> None:
    svg = (FOLDER / "compare-moving.svg").read_text(encoding="utf-8")
    assert len(svg.encode()) < MOST_BYTES
    assert set(re.findall(r"https?://[^\s\"]+", svg)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<script|<foreignObject|@import|\bon\w+=|href", svg)
    assert set(re.findall(r"url\((.)", svg)) == {"#"}
    last = [words.replace("\u00a0", " ").strip() for *_, words in texts(moment(svg, None))]
    assert {"demo/fast", "demo/careful"} <= set(last)
    assert any("fastest: 1 fast" in words for words in last), "it ends before both models have replied"

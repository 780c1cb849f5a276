"""What a document costs by itself, without a widget: text added frame by frame, long texts opened, widths changed."""

from __future__ import annotations

import time
import tracemalloc
from statistics import mean

from textual.theme import BUILTIN_THEMES

from tests.benchmarks.report import Table
from tests.benchmarks.texts import SHAPES, tokens
from textchat.render.markdown import Document
from textchat.render.styles import Styles

LENGTHS = (1_000, 10_000, 100_000)
A_FRAME = 10
"""Tokens between two paints."""
SCREEN = 40
"""Lines that are painted."""
WIDTH = 100
WINDOW = 150
"""Frames at the end of a text whose mean counts, without the slowest tenth: in a table most show nothing new."""
FLAT = 1.3


def run() -> list[Table]:
    theme = BUILTIN_THEMES["textual-dark"]
    styles = Styles.from_theme(theme.to_color_system().generate(), theme.dark, False)
    _last_frames("mixed", 300, styles)  # imports, and what is made once
    return [_growing(styles), _whole(styles), _memory(styles)]


def _growing(styles: Styles) -> Table:
    rows, verdicts = [], []
    for shape in SHAPES:
        costs = [_last_frames(shape, length, styles) for length in LENGTHS]
        rows.append([shape, *(f"{cost * 1e6:.0f}" for cost in costs)])
        ratio = costs[-1] / costs[0]
        verdicts.append((f"{shape}: flat, {ratio:.2f} times the first, at most {FLAT}", ratio <= FLAT))
    return Table(f"A frame of {A_FRAME} tokens", ["µs, after so many", *(f"{n:,}" for n in LENGTHS)], rows, verdicts)


def _last_frames(shape: str, length: int, styles: Styles) -> float:
    """Seconds of CPU for a frame at the end of a text: add, ask for the height, draw the last lines."""
    found = tokens(shape, length + WINDOW * A_FRAME)
    document = Document(styles, WIDTH, "".join(found[:length]))
    _paint(document)
    costs = []
    for start in range(length, len(found), A_FRAME):
        before = time.process_time()
        document.append("".join(found[start : start + A_FRAME]))
        _paint(document)
        costs.append(time.process_time() - before)
    return mean(sorted(costs)[: WINDOW * 9 // 10])


def _paint(document: Document) -> None:
    height = document.height
    for y in range(max(0, height - SCREEN), height):
        document.line(y)


def _whole(styles: Styles) -> Table:
    rows = []
    for shape in SHAPES:
        row = [shape]
        for length in LENGTHS[:2]:
            document = Document(styles, WIDTH, "".join(tokens(shape, length)), finished=True)
            before = time.process_time()
            _paint(document)
            opened = time.process_time()
            document.set_width(WIDTH - 20)
            _paint(document)
            row += [f"{(opened - before) * 1e3:.1f}", f"{(time.process_time() - opened) * 1e3:.1f}"]
        rows.append(row)
    header = [f"{what} {length:,}" for length in LENGTHS[:2] for what in ("open", "resize")]
    return Table("A whole text, its end painted", ["ms, tokens", *header], rows)


def _memory(styles: Styles) -> Table:
    text = "".join(tokens("mixed", 500))
    tracemalloc.start()
    documents = [Document(styles, WIDTH, text, finished=True) for _ in range(10_000)]
    unseen = tracemalloc.get_traced_memory()[0] / len(documents)
    before = tracemalloc.get_traced_memory()[0]
    for document in documents[:100]:
        _paint(document)
    seen = (tracemalloc.get_traced_memory()[0] - before) / 100
    tracemalloc.stop()
    rows = [["not looked at", f"{unseen / 1024:.1f}"], [f"painted, {len(text)} characters", f"{seen / 1024:.1f}"]]
    return Table("Memory of a document beside its text", ["KiB", "each"], rows)

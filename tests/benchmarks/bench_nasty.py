"""Texts made to be slow: whole, beside markdown-it's own time for the same; and one long line while it streams."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from functools import partial

from markdown_it import MarkdownIt
from textual.theme import BUILTIN_THEMES

from tests.benchmarks.report import Table
from textchat.render.markdown import Document
from textchat.render.styles import Styles

WIDTH = 100
TIMES = 3
"""How much longer than markdown-it a whole text may take."""
A_CHARACTER = 1e-6
"""Seconds of CPU for a character that are allowed in any case: folding is more than markdown-it does."""
A_FRAME, WORST_FRAME = 8e-3, 16e-3
ROUNDS = 3
"""The best of so many counts: a neighbour may take half of a core."""
PIECE = 24
SCREEN = 40
NASTY = {
    "2,000 quotes deep": ">" * 2_000 + " a",
    "2,000 lists deep": "- " * 2_000 + "a",
    "20,000 backticks": "`" * 20_000,
    "runs of backticks": "".join("`" * count + " " for count in range(1, 200)),
    "10,000 [": "[" * 10_000,
    "a line of 1 MB": "word " * 200_000,
    "a table of 2,000 columns": "|" + "a|" * 2_000 + "\n|" + "-|" * 2_000 + "\n|" + "b|" * 2_000,
    "100,000 short lines": "x\n" * 100_000,
    "5,000 definitions, referred to": "".join(f"[{n}] [l{n}]: /u\n\n[l{n}]: /u{n}\n\n" for n in range(5_000)),
    "2,000 links deep": "[" * 2_000 + "a" + "](u)" * 2_000,
    "500 images deep": "![" * 500 + "a" + "](u)" * 500,
    "[a][ 2,000 times": "[a][" * 2_000,
    "[a](b 3,000 times": "[a](b" * 3_000,
    "[a 5,000 lines": "[a\n" * 5_000,
    "3,000 definitions": "[a]: /b\n" * 3_000,
    "1,000 short rows of 1,000 columns": f"|{'a|' * 1_000}\n|{'-|' * 1_000}\n" + "|b|\n" * 1_000,
    "*a 10,000 times": "*a " * 10_000,
    "10,000 <": "<" * 10_000,
    "20,000 &": "&" * 20_000,
}
LINES = {
    "js": "f(x);",
    "json": '{"a": [1, 2.5, "x y"]},',
    "py": "x = f('a', 1); ",
    "css": "a{b:c;d:e}",
    "html": '<p class="a">b</p>',
    "": "[a][",
    " ": "![a",
}
"""One line of code by its language; of text, without one."""


def run() -> list[Table]:
    theme = BUILTIN_THEMES["textual-dark"]
    styles = Styles.from_theme(theme.to_color_system().generate(), theme.dark, False)
    _whole("# a *b*\n\n```py\nx\n```", styles)  # imports
    return [_nasty(styles), _long_lines(styles)]


def _nasty(styles: Styles) -> Table:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    rows, verdicts = [], []
    for name, text in NASTY.items():
        theirs = min(_seconds(partial(parser.render, text)) for _ in range(ROUNDS))
        ours = min(_whole(text, styles) for _ in range(ROUNDS))
        twice = _whole(text + "\n\n" + text, styles)
        rows.append([name, f"{theirs * 1e3:.1f}", f"{ours * 1e3:.1f}", f"{ours / theirs:.1f}", f"{twice / ours:.1f}"])
        allowed = max(TIMES * theirs, A_CHARACTER * len(text))
        verdicts.append((f"{name}: at most {TIMES} times, or 1 µs a character", ours <= allowed))
    return Table("Nasty texts, whole", ["ms", "markdown-it", "here", "times", "twice the text, times"], rows, verdicts)


def _whole(text: str, styles: Styles) -> float:
    return _seconds(lambda: Document(styles, WIDTH, text, finished=True).height)


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()  # what others left behind
    before = time.process_time()
    work()
    return time.process_time() - before


def _long_lines(styles: Styles) -> Table:
    rows, verdicts = [], []
    gc.disable()  # textchat lets it run seldom; here it would look through what the texts above left behind
    for language, unit in LINES.items():
        head = f"```{language}\n" if language.strip() else ""
        text = unit * (20_000 // len(unit))
        first = Document(styles, WIDTH, f"{head}{unit}", finished=True)
        assert [first.line(y) for y in range(first.height)]  # imports the lexer: that of css in 100 ms
        costs = [min(both) for both in zip(*(_frames(head, text, styles) for _ in range(2)), strict=True)]
        quarter = len(costs) // 4
        medians = [sorted(costs[at * quarter : (at + 1) * quarter])[quarter // 2] for at in range(4)]
        slow = sorted(costs)[len(costs) * 95 // 100]
        rows.append([language.strip() or unit, *(f"{cost * 1e3:.1f}" for cost in (*medians, slow, max(costs)))])
        verdicts.append((f"{language.strip() or unit}: p95 below {A_FRAME * 1e3:.0f} ms", slow < A_FRAME))
        verdicts.append(
            (f"{language.strip() or unit}: none above {WORST_FRAME * 1e3:.0f} ms", max(costs) < WORST_FRAME)
        )
    gc.enable()
    header = ["ms a frame", "1st quarter", "2nd", "3rd", "4th", "p95", "worst"]
    return Table(f"A line of 20,000 characters, {PIECE} a frame", header, rows, verdicts)


def _frames(head: str, text: str, styles: Styles) -> list[float]:
    """The seconds of CPU that each frame takes while a text streams; a neighbour makes some of one run long."""
    document = Document(styles, WIDTH, head)
    costs = []
    for start in range(0, len(text), PIECE):
        before = time.process_time()
        document.append(text[start : start + PIECE])
        for y in range(max(0, document.height - SCREEN), document.height):
            document.line(y)
        costs.append(time.process_time() - before)
    return costs

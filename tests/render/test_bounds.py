"""Texts made to be slow: the work for twice the text is twice the work, and no frame of a stream has much of it.

Work is counted in calls of functions, which is the same on every machine and however busy it is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

import pytest

from tests.render.gallery import styles_of
from textchat.render.markdown import Document

STYLES = styles_of("textual-dark")
SIZE = 500
PIECE = 24
SCREEN = 20
UNCOUNTED, COUNTED = 3_000, 400
"""Characters of a stream: a paragraph of 3,200 in which all is open is cut in any case."""
MOST_IN_A_FRAME = 64_000
"""About 6 ms."""
NASTY: dict[str, Callable[[int], str]] = {
    "brackets": lambda size: "[a][" * (size // 4),
    "images": lambda size: "![a" * (size // 3),
    "open targets": lambda size: "[a](b" * (size // 5),
    "parentheses": lambda size: "[a](" + "(" * size,
    "lines of open brackets": lambda size: "[a\n" * (size // 3),
    "dollars": lambda size: "$a" * (size // 2),
    "tags": lambda size: "x " + "<b>" * (size // 3),
    "a line of HTML": lambda size: "<ul>" + "<li>a" * (size // 5),
    "wide letters by name": lambda size: "&#12345;" * (size // 8),
    "a formula of many lines": lambda size: "$$\n" + "a\n" * (size // 2),
    "wide code": lambda size: "```\n" + "中文" * (size // 2),
    "short rows below many columns": lambda size: (
        f"|{'a|' * (size // 8)}\n|{'-|' * (size // 8)}\n" + "|b|\n" * (size // 8)
    ),
    "escaped pipes": lambda size: "|a|\n|-|\n|" + "\\|" * (size // 2),
    "definitions": lambda size: "[a]: /b\n" * (size // 8),
    "deep lists": lambda size: "\n".join("  " * (number % 8) + "- a" for number in range(size // 11)),
    "words": lambda size: "word " * (size // 5),
}


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, those of C included."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def whole(text: str) -> int:
    return calls(lambda: Document(STYLES, 100, text, finished=True).height)


@pytest.mark.parametrize("name", NASTY)
def test_twice_the_text_is_twice_the_work(name: str) -> None:
    whole(NASTY[name](400))  # imports
    once, twice = whole(NASTY[name](SIZE)), whole(NASTY[name](2 * SIZE))
    assert twice < 2.6 * once


@pytest.mark.parametrize(
    "name",
    ["brackets", "open targets", "dollars", "a line of HTML", "wide letters by name", "a formula of many lines"],
)
def test_no_frame_takes_long(name: str) -> None:
    text = NASTY[name](UNCOUNTED + COUNTED)
    document = Document(STYLES, 100)

    def frame(piece: str) -> None:
        document.append(piece)
        for y in range(max(0, document.height - SCREEN), document.height):
            document.line(y)

    for start in range(0, UNCOUNTED, 4 * PIECE):
        frame(text[start : min(start + 4 * PIECE, UNCOUNTED)])
    for start in range(UNCOUNTED, len(text), PIECE):
        assert calls(partial(frame, text[start : start + PIECE])) < MOST_IN_A_FRAME

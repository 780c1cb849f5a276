"""Lines that were shown take little while they are kept, and are freed when nobody has them any more."""

from __future__ import annotations

import gc

from rich.segment import Segment
from textual.strip import Strip

from textchat.ui.terminal.drawing.compositor import pieces_of
from textchat.ui.terminal.drawing.plain_strip import PlainStrip

STRIP = [Segment("abc"), Segment("d" * 7)]


def test_it_has_all_that_a_strip_has() -> None:
    made, usual = PlainStrip(STRIP, 10), Strip(STRIP, 10)
    assert all(hasattr(made, name) for name in Strip.__slots__)
    assert made == usual
    for strip in (made, usual):
        assert strip.crop(2, 5).text == "cdd"
        assert [piece.text for piece in strip.divide([4, 10])] == ["abcd", "d" * 6]
    other = PlainStrip([Segment("z" * 10)], 10)
    assert other.crop(2, 5).text == "zzz", "no strip gets what was made of another"


def test_a_line_that_was_shown_is_no_garbage() -> None:
    gc.collect()
    gc.disable()
    try:
        for number in range(20):
            shown = PlainStrip([Segment(f"line {number:5}")], 10).crop_extend(0, 10, None)
            pieces_of(shown, [10])
            pieces_of(Strip([Segment(f"title {number:4}")], 10), [10])
        assert gc.collect() == 0
    finally:
        gc.enable()

"""Styles over cells of a line, and lines cut off: what is drawn as one character stays one."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from textchat.ui.transcript.layout.strips import laid_over, shortened

FAMILY, FLAG, HEART, ACCENT = "👩\u200d👩\u200d👧", "🇩🇪", "❤\ufe0f", "e\u0301"
LINE = Strip([Segment(f"▌ {FAMILY}a", Style(bold=True)), Segment(f"{FLAG}日{HEART}{ACCENT} end")])
OVER = Style(reverse=True)


def reversed_text(strip: Strip) -> str:
    return "".join(text for text, style, _ in strip if style and style.reverse)


@pytest.mark.parametrize(
    ("start", "end", "covered"),
    [
        (2, 4, FAMILY),
        (3, 4, FAMILY),
        (2, 3, FAMILY),
        (4, 5, "a"),
        (4, 6, f"a{FLAG}"),
        (8, 11, f"日{HEART}"),
        (11, 12, ACCENT),
        (0, 99, LINE.text),
        (5, 5, ""),
        (99, 100, ""),
    ],
)
def test_a_style_covers_whole_characters(start: int, end: int, covered: str) -> None:
    shown = laid_over(LINE, start, end, OVER)
    assert reversed_text(shown) == covered
    assert shown.text == LINE.text
    assert shown.cell_length == LINE.cell_length == sum(segment.cell_length for segment in shown)
    assert all(style and style.bold for text, style, _ in shown if "a" in text), "what is below stays"


@pytest.mark.parametrize("width", range(1, LINE.cell_length))
def test_a_line_is_cut_between_characters(width: int) -> None:
    cut = shortened(LINE, width)
    assert cut.cell_length == width == sum(segment.cell_length for segment in cut)
    assert LINE.text.startswith(cut.text.rstrip())
    assert all(sign not in cut.text or whole in cut.text for sign, whole in (("👩", FAMILY), ("🇩", FLAG), ("❤", HEART)))

"""Makes rich, and with it Textual, count cells as `textchat.render.cells` does.

Textual crops, pads and lays lines over each other by rich's measure. Were that another than the one by which lines were
laid out, every notice over a table would move its border. rich offers no way to set its measure.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import rich.cells
from rich.segment import Segment

from textchat.render.cells import graphemes, width_of

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]+")
"""Textual counts on their having no cells: it adds those of a tab itself."""


def share_widths() -> None:
    """Let rich measure and split text as we do; it stays as it is where it has changed inside."""
    cells: Any = rich.cells
    segment: Any = Segment
    if not all(hasattr(cells, name) for name in ("_cell_len", "_split_text", "split_graphemes")):
        return
    cells._cell_len = _cell_len
    cells.split_graphemes = _split_graphemes
    cells._split_text = _split_text
    cells.get_character_cell_size = _cell_len
    if hasattr(segment, "_split_cells"):
        segment._split_cells = staticmethod(_split_segment)


def forget_widths() -> None:
    """Forget what rich has measured before the terminal's own widths were known."""
    rich.cells.cached_cell_len.cache_clear()
    _split_segment.cache_clear()


def _cell_len(text: str, unicode_version: str = "auto") -> int:
    return width_of(text if text.isprintable() else _CONTROLS.sub("", text))


def _split_graphemes(text: str, unicode_version: str = "auto") -> tuple[list[tuple[int, int, int]], int]:
    spans = graphemes(text)
    return spans, sum(cells for _, _, cells in spans)


def _split_text(text: str, cell_position: int, unicode_version: str = "auto") -> tuple[str, str]:
    """Split a text at a cell; both parts get a space for each cell of a wide character that is cut."""
    x = 0
    for first, last, cells in graphemes(text):
        if x >= cell_position:
            return text[:first], text[first:]
        if x + cells > cell_position:
            return text[:first] + " " * (cell_position - x), " " * (x + cells - cell_position) + text[last:]
        x += cells
    return text, ""


@lru_cache(1024)
def _split_segment(segment: Segment, cut: int) -> tuple[Segment, Segment]:
    text, style, control = segment
    left, right = _split_text(text, cut)
    return Segment(left, style, control), Segment(right, style, control)

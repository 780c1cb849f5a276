"""Small work on drawn lines: a style laid over some cells, and lines gathered into regions."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

Span = tuple[int, int, Style]
"""Cells from, cells to, and what to lay over them."""


def regions_of(lines: list[int], width: int) -> list[Region]:
    """Lines as regions, neighbours as one."""
    found: list[Region] = []
    for y in lines:
        if found and found[-1].bottom == y:
            found[-1] = Region(0, found[-1].y, width, found[-1].height + 1)
        else:
            found.append(Region(0, y, width, 1))
    return found


def laid_over(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """The strip with `style` over some of its cells."""
    end = min(end, strip.cell_length)
    if start >= end:
        return strip
    middle = Strip([Segment(text, (base or Style.null()) + style) for text, base, _ in strip.crop(start, end)])
    return Strip.join([strip.crop(0, start), middle, strip.crop(end, strip.cell_length)])

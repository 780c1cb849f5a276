"""Operations on drawn lines: apply a style to some cells, cut a line, and group lines into regions."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from textchat.render.cells import offset_at, slice_of
from textchat.ui.terminal.drawing.plain_strip import PlainStrip

LINE_UNIT = 1 << 16
"""Factor of a line in the offsets of a selection: `y` is the position of the entry, `x` the line in it times
this plus the character in the line, so that an offset stays the same while lines above change."""
Overlay = tuple[int, int, Style]
"""First cell, end cell, and the style to apply to them."""


def regions_of(lines: list[int], width: int) -> list[Region]:
    """Lines as regions, adjacent ones merged."""
    regions: list[Region] = []
    for y in lines:
        if regions and regions[-1].bottom == y:
            regions[-1] = Region(0, regions[-1].y, width, regions[-1].height + 1)
        else:
            regions.append(Region(0, y, width, 1))
    return regions


def laid_over(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """The strip with `style` applied to some of its cells, extended to whole characters.

    Textual's own `crop` cuts what is drawn as one character, such as a family, between the characters it is made of.
    """
    first, last = slice_of(strip.text, start, min(end, strip.cell_length))
    if first >= last:
        return strip
    before, rest = _split(list(strip), first)
    middle, after = _split(rest, last - first)
    middle = [Segment(text, (base or Style.null()) + style) for text, base, _ in middle]
    return PlainStrip([*before, *middle, *after], strip.cell_length)


def shortened(strip: Strip, width: int) -> Strip:
    """The strip cut to a width, with a space in place of a character that is cut in two."""
    kept, _ = _split(list(strip), offset_at(strip.text, width))
    missing = width - sum(segment.cell_length for segment in kept)
    return PlainStrip([*kept, Segment(" " * missing)] if missing else kept, width)


def _split(segments: list[Segment], at: int) -> tuple[list[Segment], list[Segment]]:
    """The segments before and after an index."""
    for number, (text, style, _) in enumerate(segments):
        if at < len(text):
            left, right = Segment(text[:at], style), Segment(text[at:], style)
            return [*segments[:number], *([left] if at else [])], [right, *segments[number + 1 :]]
        at -= len(text)
    return segments, []

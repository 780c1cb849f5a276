"""Line filters for the terminal's own colours, and for none: a ground that stands out is drawn as reverse.

Reverse can be read whatever the colours of the terminal are. Textual's own styles of options leave it out.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

CURSOR_GROUND = "ansi_blue"
"""What an ansi theme has below a cursor or a selection, and for nothing else."""
_CURSOR_NUMBER = 4
_REVERSE = Style(reverse=True)


class ReversedCursor(LineFilter):
    """Draws what stands on `CURSOR_GROUND` in reverse without colours: in one piece, as no ink fits all palettes."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, None if style is None else _reversed_cursor(style), control)
            for text, style, control in segments
        ]


class Colorless(LineFilter):
    """Leaves bold, dim, underline and reverse, for NO_COLOR.

    Textual's filters of that name paint a grey ground, or name the default colours in every cell.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, None if style is None else _without_color(style), control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def _reversed_cursor(style: Style) -> Style:
    ground = style.bgcolor
    return style.without_color + _REVERSE if ground is not None and ground.number == _CURSOR_NUMBER else style


@lru_cache(1024)
def _without_color(style: Style) -> Style:
    ground = style.bgcolor
    stands_out = ground is not None and ground.type is not ColorType.DEFAULT
    return style.without_color + _REVERSE if stands_out or style.reverse else style.without_color

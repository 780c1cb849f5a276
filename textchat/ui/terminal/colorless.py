"""Line filter that takes all colours away, for NO_COLOR."""

from __future__ import annotations

from functools import lru_cache

from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class Colorless(LineFilter):
    """Leaves bold, dim, underline and reverse; a ground that is not the terminal's own becomes reverse.

    Textual's filters of that name paint a grey ground, or name the default colours in every cell.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, None if style is None else _without_color(style), control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def _without_color(style: Style) -> Style:
    ground = style.bgcolor
    stands_out = ground is not None and ground.type is not ColorType.DEFAULT
    plain = style.without_color
    # With a colour for its text and one for its ground, what is reversed already shows its ground in the text's place.
    return plain + Style(reverse=True) if stands_out or style.reverse else plain

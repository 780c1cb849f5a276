"""What stands before the rows of a block: the bars of quotes, the markers of lists and the room below them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment

from textchat.render.markdown.container import Block, Frame
from textchat.render.styles import Styles

_BAR = "▎ "
_NARROW = 12
"""Cells that are left to what is in the frames: where there is less, the outer frames are not drawn."""


def width_of_frames(frames: Sequence[Frame]) -> int:
    """The cells that frames take."""
    return sum(map(_width, frames))


def _width(frame: Frame) -> int:
    return len(frame.marker) + 1 if frame.marker else len(_BAR)


def frames_in(frames: tuple[Frame, ...], width: int) -> tuple[Frame, ...]:
    """The frames that are drawn in `width` cells: the inner ones, as far as there is room."""
    while frames and width - width_of_frames(frames) < min(_NARROW, width):
        frames = frames[1:]
    return frames


def draw_frames(frames: Sequence[Frame], first_of: Block | None, styles: Styles) -> list[Segment]:
    """What stands before a row; for the first row of a block, with the markers that belong to it."""
    segments: list[Segment] = []
    for frame in frames:
        if not frame.marker:
            segments.append(Segment(_BAR, styles.quote_bar))
        elif first_of is not None and frame.owner is first_of:
            segments.append(Segment(frame.marker + " ", styles.marker))
        else:
            segments.append(Segment(" " * _width(frame), styles.text))
    return segments


def marker_span(block: Block, width: int, start: int, end: int) -> tuple[int, int] | None:
    """Where the first marker that begins with `block` and is drawn in cells [start, end) stands in the source."""
    x = 0
    for frame in frames_in(block.frames, width):
        if frame.owner is block and start < x + max(_width(frame) - 1, 1) and end > x:
            return frame.span
        x += _width(frame)
    return None

"""Line filter that replaces control characters by pictures, whatever widget drew them."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from textchat.core.sanitize import visible
from textchat.ui.transcript.layout.strips import shortened


class ControlPictures(LineFilter):
    """Replaces control characters by pictures in notices, text fields and wherever else foreign text is drawn."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(text.isprintable() for text, _, _ in segments):
            return segments
        if all(_on_one_line(text) == text for text, _, _ in segments):
            return segments
        shown = [Segment(_on_one_line(text), style) for text, style, control in segments if not control]
        # They took no cells and take one each now: what stands right of them on the line gives way.
        return list(shortened(Strip(shown), sum(segment.cell_length for segment in segments)))


def _on_one_line(text: str) -> str:
    return visible(text).replace("\n", "␊").replace("\t", "␉")

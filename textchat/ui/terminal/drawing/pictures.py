"""Pictures of control characters, wherever foreign text is drawn."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from textchat.core.text.sanitize import visible
from textchat.ui.transcript.layout.strips import shortened


class ControlPictures(LineFilter):
    """Replaces control characters by pictures in notices, text fields and other places with foreign text."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(text.isprintable() for text, _, _ in segments):
            return segments
        if all(_on_one_line(text) == text for text, _, _ in segments):
            return segments
        shown = [Segment(_on_one_line(text), style) for text, style, control in segments if not control]
        # They took no cells and take one each now, so the end of the line is cut off.
        return list(shortened(Strip(shown), sum(segment.cell_length for segment in segments)))


def _on_one_line(text: str) -> str:
    return visible(text).replace("\n", "␊").replace("\t", "␉")

"""Pictures of control characters, wherever foreign text is drawn."""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from textchat.core.text.sanitize import visible
from textchat.core.text.unseen import RIGHT_TO_LEFT
from textchat.ui.transcript.layout.strips import shortened

PLACEHOLDER = "\U0010eeee"
"""What begins each cell of a picture in kitty's protocol; in foreign text it is shown as what it is not."""
NO_GROUND = Color(0, 0, 0)
"""The ground does not matter here."""


class ControlPictures(LineFilter):
    """Replaces control characters by pictures in notices, text fields and other places with foreign text."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        # Together: a character may be kept for the letter before it, which has another style.
        line = "".join([text for text, _, _ in segments])
        pictures = _on_one_line(line)
        if pictures == line:
            return segments
        if PLACEHOLDER in line:
            return self._beside_placeholders(segments)
        shown: list[Segment] = []
        at = 0
        for text, style, control in segments:
            if not control:
                shown.append(Segment(pictures[at : at + len(text)], style))
            at += len(text)
        # They took no cells and take one each now, so the end of the line is cut off.
        return list(shortened(Strip(shown), sum(segment.cell_length for segment in segments)))

    def _beside_placeholders(self, segments: list[Segment]) -> list[Segment]:
        """Cells of pictures stay, in the colour that names them; they are segments of their own."""
        from textchat.ui.terminal.graphics.placeholders import with_colour

        shown: list[Segment] = []
        for segment in segments:
            if PLACEHOLDER in segment.text:
                shown.append(with_colour(segment) or Segment(_on_one_line(segment.text), segment.style))
            else:
                shown += self.apply([segment], NO_GROUND)
        return shown


def _on_one_line(line: str) -> str:
    if line.isprintable() and visible(line) == line:
        return line
    # A mark of direction may belong to a letter at the end of the row before.
    before = "\u05d0" if re.search(f"[{RIGHT_TO_LEFT}]", line) else ""
    return visible(before + line)[len(before) :].replace("\n", "␊").replace("\t", "␉")

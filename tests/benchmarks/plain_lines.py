"""The floor: a line-API widget that wraps plain text and does nothing else."""

from __future__ import annotations

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip


class PlainLines(ScrollView, can_focus=True):
    """Text that grows at its end, broken at the width; it keeps to its end."""

    DEFAULT_CSS = "PlainLines { overflow-y: scroll; overflow-x: hidden; }"

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = [""]

    def write(self, text: str) -> None:
        width = max(1, self.size.width)
        first = len(self._lines) - 1
        for piece in text.splitlines(keepends=True):
            line = self._lines[-1] + piece.rstrip("\n")
            while len(line) > width:
                self._lines[-1], line = line[:width], line[width:]
                self._lines.append("")
            self._lines[-1] = line
            if piece.endswith("\n"):
                self._lines.append("")
        self.refresh_lines(first, len(self._lines) - first)
        size = Size(width, len(self._lines))
        if size != self.virtual_size:
            self.virtual_size = size
            self.scroll_to(y=len(self._lines), animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        y += self.scroll_offset.y
        if y >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        return Strip([Segment(self._lines[y].ljust(width), self.rich_style)], width)

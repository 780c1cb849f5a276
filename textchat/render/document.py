"""One Markdown text laid out in lines: it grows at its end, and what is settled is never laid out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import chop_cells
from rich.segment import Segment
from textual.strip import Strip

from textchat.render.styles import Styles


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced or indented block of code within a document."""

    language: str
    code: str
    """The source between the fences, exact, without a trailing newline."""
    line: int
    """The first line of the document that shows it, its label included."""
    lines: int
    """How many lines show it."""


class Document:
    """One Markdown text, laid out for a width, growing at its end."""

    def __init__(self, styles: Styles, width: int, text: str = "", *, finished: bool = False) -> None:
        self._styles, self._width, self._text = styles, width, text
        self._lines: list[tuple[str, int]] | None = None
        self._finished = finished

    def append(self, text: str) -> None:
        """Add text at the end."""
        self._text += text
        self._lines = None

    def finish(self) -> None:
        """Say that the text is whole."""
        self._finished = True

    def set_width(self, width: int) -> None:
        """Lay out for another width."""
        self._width, self._lines = width, None

    def set_styles(self, styles: Styles) -> None:
        """Draw in other styles."""
        self._styles = styles

    def _laid(self) -> list[tuple[str, int]]:
        if self._lines is None:
            self._lines, offset = [], 0
            for line in self._text.split("\n"):
                start = offset
                for piece in chop_cells(line, self._width) or [""]:
                    self._lines.append((piece, start))
                    start += len(piece)
                offset += len(line) + 1
        return self._lines

    @property
    def height(self) -> int:
        """Lines now."""
        return len(self._laid())

    @property
    def settled(self) -> int:
        """Lines above this index change no more until the width, the styles or the end."""
        return self.height if self._finished else max(0, self.height - 1)

    def line(self, y: int) -> Strip:
        """Line `y`, exactly the width in cells."""
        return Strip([Segment(self._laid()[y][0], self._styles.text)]).adjust_cell_length(self._width)

    @property
    def text(self) -> str:
        """The source."""
        return self._text

    def source_span(self, y: int, start: int, end: int) -> tuple[int, int] | None:
        """The range of source characters behind cells [start, end) of line `y`."""
        text, offset = self._laid()[y]
        return (offset + min(start, len(text)), offset + min(end, len(text))) if start < len(text) else None

    def position_of(self, offset: int) -> tuple[int, int]:
        """The line and the cell where the source character at `offset` is drawn."""
        best = (0, 0)
        for y, (text, start) in enumerate(self._laid()):
            if start <= offset:
                best = (y, min(offset - start, len(text)))
        return best

    def link_at(self, y: int, x: int) -> str | None:
        """The target of the link under a cell."""
        return None

    def code_blocks(self) -> Sequence[CodeBlock]:
        """The blocks of code, in order."""
        return ()


def estimate_height(text_length: int, newlines: int, width: int) -> int:
    """A cheap guess at the height of a text that is not laid out."""
    return newlines + 1 + text_length // max(1, width)

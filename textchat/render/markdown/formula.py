"""Draws a display formula as a block: whole, as far as it has come, and never cut."""

from __future__ import annotations

import re

from rich.segment import Segment

from textchat.core.text.sanitize import visible
from textchat.render.cells import wrap
from textchat.render.markdown.block import Block
from textchat.render.markdown.code.code_text import CodeText
from textchat.render.markdown.maths.formula import drawn_formula
from textchat.render.styles import SpanStyle, Styles

_LONGEST = 16_000
"""Characters of a formula beyond which its source is shown instead."""
_REDRAWN = 4_000
"""Characters up to which a formula is drawn again with each line that comes; a longer one, when it is complete."""
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
"""Not allowed in TeX, and written to set rows apart."""


class FormulaBlock(Block):
    """A display formula. `text` is its source, with the first `before` characters in front of the TeX."""

    def __init__(self, text: CodeText, before: int, start: int) -> None:
        self.text = text
        self._before = before
        self._behind = 0
        """Characters of the source behind the TeX."""
        self._range = (start, start)
        self._tail = ""
        self._read_from = (0, 0)
        """The number of lines and the length of the last one that were read."""
        self._source = ""
        """What was drawn last."""
        self._shown = ""
        self._rows: list[tuple[int, int]] = []
        self._width = 0

    def reach(self, end: int) -> None:
        """Note that it goes on to `end` of the source."""
        self._range = (self._range[0], end)

    def finish(self, behind: int, tail: str) -> None:
        """End it: with the length of what closes it, and the punctuation of the sentence that follows."""
        self._behind, self._tail = behind, tail
        self.close()

    # Laying out

    def close(self) -> None:
        super().close()
        self._width = 0

    def lay(self, width: int) -> int:
        known = (len(self.text.lines), len(self.text.lines[-1]) if self.text.lines else 0)
        is_long = self.is_open and len(self._source) > _REDRAWN
        source = self._source if is_long or known == self._read_from else str(self.text)
        self._read_from = known
        if source != self._source or width != self._width:
            self._source, self._width = source, width
            self._shown = self._read(source)
            self._rows = wrap(self._shown, width) if self._shown else []
        self.changed = 0
        return len(self._rows)

    def _read(self, source: str) -> str:
        """What is drawn of a source."""
        tex = source[self._before : len(source) - self._behind].strip()
        tex = _BLANK_LINES.sub("\\\\\\\\\n", tex)
        drawn = drawn_formula(tex, is_growing=self.is_open) if len(tex) <= _LONGEST else None
        shown = (source if drawn is None else drawn) + self._tail
        return visible(shown.replace("\t", " "))

    # Drawing

    def draw(self, row: int, styles: Styles) -> list[Segment]:
        start, end = self._rows[row]
        return [Segment(self._shown[start:end], styles.of(styles.text, SpanStyle.MATHS))]

    def source_of(self, row: int, start: int, end: int) -> tuple[int, int] | None:
        return self._range

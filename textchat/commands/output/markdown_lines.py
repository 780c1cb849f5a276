"""Markdown as lines of a terminal that are printed once: each when nothing that follows can change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from textchat.render.markdown import Document
from textchat.render.styles import Styles

NARROWEST = 2
"""Cells: in one, nothing but every other sign would be left of a word. The terminal cuts such lines itself."""


class MarkdownLines:
    """Lays out one growing text for a width. A table comes when it is complete, code line by line, a link as text."""

    def __init__(self, width: int, *, has_colour: bool) -> None:
        styles = Styles.from_theme({}, dark=True, ansi=True)
        self._label = Style(dim=True)
        """That of the margin beside code as well, which is left out: code is copied from here with the mouse."""
        self._document = Document(replace(styles, is_boxed=True, code_label=self._label), max(NARROWEST, width))
        self._has_colour = has_colour
        self._printed = 0
        """How many lines were given out."""

    def feed(self, text: str) -> str:
        """Take in more of the text; returns the lines that are settled now."""
        self._document.append(text)
        return self._lines(self._document.settled)

    def close(self) -> str:
        """Return the other lines: the text has ended."""
        document, last = self._document, self._printed - 1
        before = document.line(last).text if last >= 0 else ""
        start = self._next_character()
        document.finish()
        is_shifted = last >= 0 and (last >= document.height or document.line(last).text != before)
        if is_shifted and start is not None:  # a link found its address, and made lines before this one longer
            self._printed = document.position_of(start)[0]
        lines = self._lines(document.height)
        return f"{lines.rstrip()}\n" if lines.strip() else ""

    def _next_character(self) -> int | None:
        """Where in the source the first line stands that was not given out."""
        for y in range(self._printed, self._document.height):
            if span := self._document.source_span(y, 0, 1_000):
                return span[0]
        return None

    def _lines(self, end: int) -> str:
        lines = [self._line(self._document.line(y)) for y in range(self._printed, end)]
        self._printed = max(self._printed, end)
        return "".join(f"{line}\n" for line in lines)

    def _line(self, segments: Iterable[Segment]) -> str:
        return "".join(self._pieces(list(segments)))

    def _pieces(self, segments: Sequence[Segment]) -> Iterator[str]:
        """The line without the blanks at its end, which would be copied; a link is no more than its text."""
        left = len("".join(text for text, _, _ in segments).rstrip())
        for text, style, _ in segments:
            if left <= 0:
                return
            shown, left = text[:left], left - len(text)
            if style is self._label and shown == " ":
                continue
            bare = style.update_link(None) if style is not None and self._has_colour else None
            yield shown if bare is None else bare.render(shown, color_system=ColorSystem.STANDARD)

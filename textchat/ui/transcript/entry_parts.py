"""What a message on the screen is made of: its kinds of parts, what they stand on, and the frame they are drawn for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from textual.strip import Strip

from textchat.core.figures.ending import Hints
from textchat.ui.transcript.styles import Look

MARGIN = 2
"""Cells left of the text: the bar and a space."""
WIDEST = 120
"""Cells of text in a line; longer ones are hard to read."""


def measure_for(width: int) -> int:
    """Cells for text in a list of `width` cells."""
    return max(2, min(width - MARGIN - 1, WIDEST))


class Drawing(Protocol):
    """What a part needs of the lines it stands on: `Document` and `PlainText` have it."""

    @property
    def text(self) -> str: ...
    @property
    def height(self) -> int: ...
    def line(self, y: int) -> Strip: ...
    def set_width(self, width: int) -> None: ...
    def source_span(self, y: int, start: int, end: int) -> tuple[int, int] | None: ...
    def position_of(self, offset: int) -> tuple[int, int]: ...


class Kind(StrEnum):
    """What a part is; the values are the keys under which positions in a message are remembered."""

    LABEL = "label"
    ATTACHMENT = "attachment"
    FOLD = "fold"
    REASONING = "reasoning"
    TEXT = "text"
    TOOL_CALL = "tool_call"
    WAITING = "waiting"
    ENDING = "ending"
    SIBLINGS = "siblings"


SOURCES = (Kind.REASONING, Kind.TEXT)
"""The parts that hold what was said; the others are said about it."""
ORDER = {kind: place for place, kind in enumerate(Kind)}
"""Which part stands above which."""


@dataclass(slots=True)
class Part:
    """Some lines of an entry, from `top` on."""

    kind: Kind
    drawing: Drawing
    indent: int
    top: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """What an entry is drawn for."""

    width: int
    look: Look
    hints: Hints

    @property
    def measure(self) -> int:
        """Cells for text."""
        return measure_for(self.width)


class Line(NamedTuple):
    """A line of an entry over the whole width, and what it was made of."""

    inner: Strip
    frame: Frame
    has_bar: bool
    is_chosen: bool
    strip: Strip

    def is_still(self, inner: Strip, frame: Frame, has_bar: bool, is_chosen: bool) -> bool:
        """Whether the same would be made of these."""
        is_same_text = self.inner is inner and self.frame is frame
        return is_same_text and self.has_bar is has_bar and self.is_chosen is is_chosen

"""Lines of the list as they are sent to the terminal, each made once for as long as it stays in view."""

from __future__ import annotations

from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from textchat.ui.terminal.drawing.plain_strip import PlainStrip

KEPT = 100
"""Lines after which those that were not sent since as many before are forgotten."""


class Look(NamedTuple):
    """All that makes a line as it is sent out of one as it was laid out."""

    ground: Style
    background: Color
    filters: tuple[LineFilter, ...]
    columns: tuple[int, int]
    """The first, and the one after the last."""


class FinishedLines:
    """Puts lines on their ground, through the filters of the app, and cuts them; what it made is kept."""

    def __init__(self) -> None:
        self._look: Look | None = None
        self._made: dict[int, tuple[Strip, Strip]] = {}
        """By the identity of the lines that they were made from, which are kept with them."""
        self._made_before: dict[int, tuple[Strip, Strip]] = {}
        """Those of the last round: what is sent again is kept for another one."""

    def all_of(self, strips: list[Strip], look: Look) -> list[Strip]:
        """The lines as they are sent."""
        if look != self._look:
            self._look = look
            self._made, self._made_before = {}, {}
        elif len(self._made) > max(KEPT, len(strips)):
            self._made, self._made_before = {}, self._made
        return [self._finished(strip, look) for strip in strips]

    def _finished(self, strip: Strip, look: Look) -> Strip:
        known = self._made.get(id(strip))
        if known is not None:
            return known[1]
        if (known := self._made_before.get(id(strip))) is not None:
            self._made[id(strip)] = known
            return known[1]
        # Not by the methods of the strip: each step would be a strip with its caches.
        segments = list(Segment.apply_style(strip, look.ground))
        for line_filter in look.filters:
            segments = line_filter.apply(segments, look.background)
        finished = PlainStrip(segments, strip.cell_length).crop_extend(*look.columns, look.ground)
        self._made[id(strip)] = strip, finished
        return finished

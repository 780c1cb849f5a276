"""Sixels over the half blocks of pictures, where all cells of one can be seen and nothing has moved for a while.

A terminal erases what a sixel has drawn wherever text is written, and the frames write text: the half blocks of the
picture, which are also what is seen while it scrolls or something covers a part of it. A sixel string is DCS with its
parameters, `q`, the data, and ST (https://vt100.net/docs/vt3xx-gp/chapter14.html).
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.strip import Strip

from textchat.render.pictures.picture import Picture
from textchat.ui.terminal.drawing.compositor import FrugalCompositor
from textchat.ui.terminal.drawing.written import PICTURE_META, Mark
from textchat.ui.terminal.graphics.writing import TerminalWriting

REST_S = 0.15
"""Seconds for which nothing of a picture was written: while a list scrolls, it would be drawn for each line."""


@dataclass(eq=False, frozen=True)
class _Sixel:
    """A picture that somebody shows."""

    cells: tuple[int, int]
    data: str
    window: Size
    """The window that it was made for: with another font, its cells may have other pixels."""


class SixelPictures:
    """Draws sixels beside the frames of one screen; it is told of each frame that has written something."""

    def __init__(self, screen: Screen[Any], writing: TerminalWriting, redraw: Callable[[], None]) -> None:
        """`redraw` decodes anew all pictures that are shown."""
        self._screen = screen
        self._writing = writing
        self._redraw = redraw
        self._numbers = count(1)
        self._there: weakref.WeakValueDictionary[int, _Sixel] = weakref.WeakValueDictionary()
        self._drawn: dict[int, Region] = {}
        """Those that stand in the terminal."""
        self._timer: asyncio.TimerHandle | None = None

    def shown(self, picture: Picture) -> Picture | None:
        """A picture whose cells can be found again in what is written; None where the screen is not one of ours."""
        compositor = self._screen._compositor
        if not isinstance(compositor, FrugalCompositor):
            return None
        number = next(self._numbers)
        sixel = _Sixel(picture.cells, picture.sent.decode("ascii"), self._screen.app.size)
        self._there[number] = sixel
        compositor.written.watcher = self
        return replace(
            picture, lines=[_marked(line, number, row) for row, line in enumerate(picture.lines)], held=sixel
        )

    @property
    def is_watching(self) -> bool:
        """Whether there are any: what is written is looked at for them alone."""
        return bool(self._there)

    def has_written(self, places: Iterable[Region]) -> None:
        """These cells were written: sixels are erased there."""
        for place in places:
            for number in [number for number, drawn in self._drawn.items() if drawn.overlaps(place)]:
                del self._drawn[number]
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(REST_S, self._draw)

    def has_written_all(self) -> None:
        """All cells were written."""
        self._drawn.clear()
        self.has_written(())

    def _draw(self) -> None:
        self._timer = None
        app, compositor = self._screen.app, self._screen._compositor
        is_on_top = bool(app.screen_stack) and app.screen is self._screen  # below a dialog it is current as well
        if not is_on_top or not isinstance(compositor, FrugalCompositor):
            return
        if any(sixel.window != app.size for sixel in self._there.values()):
            self._redraw()
            return
        for number, region in _whole(compositor.written.marks(), self._there).items():
            if region != self._drawn.get(number) and region.bottom < app.size.height:
                self._drawn[number] = region
                place = f"\x1b[{region.y + 1};{region.x + 1}H"
                self._writing.write(f"\x1b7{place}{self._there[number].data}\x1b8")


def _marked(line: Strip, number: int, row: int) -> Strip:
    mark = Style(meta={PICTURE_META: (number, row)})
    return Strip([Segment(text, mark if style is None else style + mark) for text, style, _ in line], line.cell_length)


def _whole(marks: Iterable[Mark], there: weakref.WeakValueDictionary[int, _Sixel]) -> dict[int, Region]:
    """Where pictures are of which all cells can be seen; one that is shown twice is found once."""
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for mark in marks:
        sixel = there.get(mark.picture)
        if sixel is not None and mark.cells == sixel.cells[0]:
            found.setdefault(mark.picture, {})[mark.row] = mark.x, mark.y
    whole = {}
    for number, rows in found.items():
        columns, height = there[number].cells
        x, y = rows.get(0, (0, 0))
        if all(rows.get(row) == (x, y + row) for row in range(height)):
            whole[number] = Region(x, y, columns, height)
    return whole

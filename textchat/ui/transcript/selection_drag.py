"""Selects what the mouse is dragged over in the messages of one pane.

Textual's own selection takes in every widget that is shown between both ends: a drag that ended on a notice copied the
notice's sentence, and all lines to the end of the message with it. Here a drag stays in the pane where it began,
whatever floats above it or lies beside it: elsewhere, it ends at the nearest cell of the pane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from textual import events
from textual.timer import Timer

from textchat.ui.keys import LEFT_BUTTON
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.long_text import Shift, shifted
from textchat.ui.transcript.layout.strips import LINE_UNIT
from textchat.ui.transcript.selection import Cell, Selection
from textchat.ui.transcript.window import Window

SCROLL_EVERY_S = 1 / 30
FASTEST = 5
"""Lines of one step where the pointer is far outside."""


class MouseHolder(Protocol):
    """The part of the widget that a drag needs: all events of the mouse, scrolling, a timer."""

    def capture_mouse(self, capture: bool = True) -> None: ...
    def release_mouse(self) -> None: ...
    def move(self, lines: int) -> None: ...
    def set_interval(self, interval: float, callback: Callable[[], None]) -> Timer: ...


@dataclass(eq=False, repr=False)
class SelectionDrag:
    """A drag from a press of the left button to its release, with scrolling at the upper and the lower edge."""

    entries: Entries
    window: Window
    selection: Selection
    holder: MouseHolder
    _pressed: tuple[int, int] | None = None
    """The column and the row of the window where the button was pressed."""
    _anchor: Cell = (0, 0, 0)
    _pointer: tuple[int, int] = (0, 0)
    _timer: Timer | None = None

    def press(self, event: events.MouseDown) -> None:
        """Begin a drag: the mouse is ours until the button is released."""
        if event.button == LEFT_BUTTON and len(self.entries):
            self._pressed = self._pointer = event.x, event.y
            self._anchor = self._cell_at(event.x, event.y)
            self.holder.capture_mouse()

    def drag(self, event: events.MouseMove) -> None:
        """Select up to the pointer."""
        if self._pressed is None:
            return
        if not event.button:  # it was released where the terminal did not see it
            self.release()
        elif (event.x, event.y) != self._pointer:
            self._pointer = event.x, event.y
            self._scroll_while(self._lines_beyond() != 0)
            self._select()

    def shift(self, position: int, shifts: Sequence[Shift]) -> None:
        """Keep the beginning at the same text where lines of an entry have other numbers."""
        if self._anchor[0] == position:
            self._anchor = position, shifted(self._anchor[1], shifts), self._anchor[2]

    def release(self) -> None:
        """End the drag; what is selected stays."""
        self._pressed = None
        self._scroll_while(False)
        self.holder.release_mouse()

    def _select(self) -> None:
        self.selection.select_between(self._anchor, self._cell_at(*self._pointer))

    def _cell_at(self, x: int, y: int) -> Cell:
        """The cell nearest to a cell of the window; below the last line, one behind everything."""
        x, y = max(0, min(x, self.window.width - 1)), max(0, min(y, self.window.height - 1))
        row = self.window.row_at(y)
        return (len(self.entries) - 1, LINE_UNIT, 0) if row is None else (*row, x)

    def _lines_beyond(self) -> int:
        """How many lines a step scrolls: at the edge, where the drag came from another row, and beyond it."""
        _, y = self._pointer
        bottom = self.window.height - 1
        if self._pressed is None or (y == self._pressed[1] and 0 <= y <= bottom) or 0 < y < bottom:
            return 0
        return max(-FASTEST, y - 1) if y <= 0 else min(FASTEST, y - bottom + 1)

    def _scroll_while(self, is_beyond: bool) -> None:
        if not is_beyond and self._timer is not None:
            self._timer.stop()
            self._timer = None
        elif is_beyond and self._timer is None:
            self._timer = self.holder.set_interval(SCROLL_EVERY_S, self._scroll)

    def _scroll(self) -> None:
        self.holder.move(self._lines_beyond())
        self._select()

"""Frame clock for growing replies: collects changes and paints them at most 24 times a second."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget

FRAME_S = 1 / 24
"""With four panes that stream, a frame takes half of this: the other half belongs to the keys."""
PULSE_S = 1 / 6
"""How often a running reply is looked at again when nothing comes: its seconds count and its indicator moves."""


class FrameClock:
    """Calls `paint(changed)` with all ids marked since the last frame.

    The first change after a pause is painted at once, later ones with the next frame; the last is never lost. The
    pulse runs only between `start_pulse` and `stop_pulse`, so that a screen where nothing happens has no timer.
    """

    def __init__(self, owner: Widget, paint: Callable[[set[str]], None], pulse: Callable[[], None]) -> None:
        self._owner = owner
        self._paint = paint
        self._on_pulse = pulse
        self._changed: set[str] = set()
        self._last = 0.0
        self._is_painting = False
        self._frame: Timer | None = None
        self._pulse: Timer | None = None

    def mark(self, what: str) -> None:
        """Paint an id with the next frame; one marked while painting, with the frame after."""
        self._changed.add(what)
        if self._frame is not None or self._is_painting:
            return
        due = self._last + FRAME_S - time.monotonic()
        if due <= 0:
            self._flush()
        else:
            self._frame = self._owner.set_timer(due, self._flush)

    def start_pulse(self) -> None:
        if self._pulse is None:
            self._pulse = self._owner.set_interval(PULSE_S, self._on_pulse)

    def stop_pulse(self) -> None:
        if self._pulse is not None:
            self._pulse.stop()
            self._pulse = None

    def _flush(self) -> None:
        self._frame = None
        changed, self._changed = self._changed, set()
        self._is_painting = True
        try:
            self._paint(changed)
        finally:
            self._is_painting = False
        self._last = time.monotonic()
        if self._changed:
            self._frame = self._owner.set_timer(FRAME_S, self._flush)

"""Timers that fire once, however late: on a machine that is busy, Textual loses some of them, or waits for ever."""

from __future__ import annotations

from typing import Any

from textual.timer import Timer


def keep_late_timers() -> None:
    """Let each timer that is to fire once do so.

    Textual skips what is late, to draw no frames that nobody sees any more. A timer that fires once is then never heard
    of: the size of a window is not taken in, a screen is not built. And one for a moment in the past, such as the end
    of a notice that was drawn too late, counts to that moment for ever, and all stands.
    """
    Timer.__init__ = _made  # type: ignore[assignment, method-assign]


_make = Timer.__init__


def _made(timer: Timer, *args: Any, **named: Any) -> None:
    _make(timer, *args, **named)
    if timer._repeat == 0:
        timer._skip = False

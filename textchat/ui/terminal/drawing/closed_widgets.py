"""Gives back what is kept of widgets that were closed: dialogs, panes, the lists of a conversation that was left."""

from __future__ import annotations

from collections.abc import Callable

from textual._styles_cache import StylesCache

from textchat.startup import collect_garbage

AFTER_S = 2.0
"""Seconds after a close, when what comes in its place is drawn."""
MOST_PUT_OFF = 4
"""How often it is put off because replies grow: a collection is a frame or two."""


class ClosedWidgets:
    """Gives back once for all that were closed, when nothing is busy; `set_timer` sets the only timer that this takes.

    Widgets refer to each other in circles, which Python's collector comes upon by chance only after some hundred
    dialogs. And Textual caches a method of the object that holds a widget's picture, with each of 1,024 calls that
    object: half a megabyte for each dialog.
    """

    def __init__(self, set_timer: Callable[[float, Callable[[], None]], object], is_busy: Callable[[], bool]) -> None:
        self._set_timer = set_timer
        self._is_busy = is_busy
        self._is_due = False
        self._put_off = 0

    def some_closed(self) -> None:
        """Take note that widgets were closed."""
        if not self._is_due:
            self._is_due = True
            self._set_timer(AFTER_S, self._give_back)

    def _give_back(self) -> None:
        self._is_due = False
        if self._is_busy() and self._put_off < MOST_PUT_OFF:
            self._put_off += 1
            self.some_closed()
            return
        self._put_off = 0
        forget_pictures()
        collect_garbage()


def forget_pictures() -> None:
    """Drop the pictures of all widgets that Textual keeps by mistake; those on the screen are back in microseconds."""
    StylesCache.get_inner_outer.cache_clear()

"""Gives back what is kept of widgets that were closed: dialogs, panes, the lists of a conversation that was left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.style import Style as RichStyle
from textual._context import active_app
from textual._segment_tools import make_blank
from textual._styles_cache import StylesCache
from textual.app import App
from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style

from textchat.startup import collect_garbage

CACHES = (
    *(Strip.render_ansi, Strip.blank, Style.__add__, RichStyle._add, make_blank),
    *(Region.intersection, Region.translate, Region.overlaps, Region.contains_region, Region.__contains__),
    *(Region.union, Region.grow, Region.shrink, Region.split, Region.split_vertical, Region.split_horizontal),
)
"""Of Textual and rich, up to 16,384 entries each: every place on the screen is a style of its own, where it is to be
clicked or selected, in every theme and at every width."""
MOST_ENTRIES = 500
"""About what a screen has: a cache that has grown beyond holds what is not drawn any more."""
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
        forget_styles()
        if (app := active_app.get(None)) is not None:
            forget_watchers(app)
        collect_garbage()


def forget_styles(most: int = MOST_ENTRIES) -> None:
    """Empty the caches of styles, sequences and regions that have grown; they fill again in microseconds an entry."""
    for cache in CACHES:
        if cache.cache_info().currsize > most:
            cache.cache_clear()


def forget_watchers(app: App[Any]) -> None:
    """Drop what closed widgets watch of the app, as each editor its theme: Textual does so when the theme changes."""
    watchers: dict[str, list[tuple[Any, Any]]] = getattr(app, "__watchers", {})
    for of_one in watchers.values():
        of_one[:] = [(node, callback) for node, callback in of_one if not node._closing]


def forget_pictures() -> None:
    """Drop the pictures of all widgets that Textual keeps by mistake; those on the screen are back in microseconds."""
    StylesCache.get_inner_outer.cache_clear()

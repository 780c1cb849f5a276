"""Shows at once what widgets have drawn, where Textual would wait for its queue and the timer of its screen."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen


def show_now(screen: Screen[Any]) -> bool:
    """Write what widgets have asked to be drawn; False where the screen waits for something else, as for its layout.

    Textual takes five messages for it and a timer that runs at sixty hertz from the last paint on: a frame that misses
    it by a little, or a key behind a frame, waits for the next.
    """
    if not screen.is_current or screen.app._batch_count or screen.app.is_inline:
        return False
    if screen._layout_required or screen._scroll_required or screen._repaint_required or screen._recompose_required:
        return False
    for widget in screen._compositor.visible_widgets:
        if widget._repaint_required and not widget._layout_required and widget.display:
            widget._repaint_required = False
            screen._dirty_widgets.add(widget)
    if screen._dirty_widgets:
        screen._compositor.update_widgets(screen._dirty_widgets)
        screen._compositor_refresh()
    return True

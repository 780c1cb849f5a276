"""What a widget asks of the keymap before it answers a key itself; light, for the first paint needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from textual import events
    from textual.widget import Widget


class Modes(Protocol):
    """Keys by mode, for all widgets of an app."""

    is_modal: bool
    """Whether a widget has to ask at all; the default keymap spares it."""

    def take(self, widget: Widget, event: events.Key) -> bool:
        """Answer a key in place of the widget."""

    def state_of(self, widget: Widget | None) -> str:
        """The mode to be shown while this widget has the focus; empty without one."""


def takes_key(widget: Widget, event: events.Key) -> bool:
    """Whether the keymap answers a key that came to a widget; the event is over then."""
    modes = getattr(widget.app, "key_modes", None)
    if modes is None or not modes.is_modal or not modes.take(widget, event):
        return False
    event.stop()
    event.prevent_default()
    return True


def mode_shown(widget: Widget | None) -> str:
    """The mode of a widget as the status line names it; empty where it has none."""
    modes = None if widget is None else getattr(widget.app, "key_modes", None)
    return "" if modes is None else str(modes.state_of(widget))

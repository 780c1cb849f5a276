"""Hints and links in drawn text that act on the left button alone."""

from __future__ import annotations

from textual import events
from textual.widget import Widget
from textual.widgets import Label

LEFT_BUTTON = 1


class LeftClicks(Widget):
    """A widget whose `@click` actions run by the left button: the right one opens menus and must change nothing."""

    async def broker_event(self, event_name: str, event: events.Event) -> bool:
        if isinstance(event, events.Click) and event.button != LEFT_BUTTON:
            return False
        return await super().broker_event(event_name, event)


class HintLabel(LeftClicks, Label):
    """A line of keys whose parts can be clicked."""

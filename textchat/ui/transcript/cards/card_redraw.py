"""Draws a message anew when a picture in it has come; what is read stays where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textchat.ui.transcript.cards.message_cards import Change
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.reading_position import ReadingPosition
from textchat.ui.transcript.window import Window


@dataclass(eq=False, repr=False)
class CardRedraw:
    """Takes in that a card has another height."""

    entries: Entries
    window: Window
    reading: ReadingPosition
    repaint: Callable[[], None]

    def changed(self, message_id: str, change: Change) -> None:
        """Make the change, and lay out the message again, unless it is not shown any more."""
        position = self.entries.position_of(message_id)
        if position is None or self.entries.context is None:
            change()
            return
        place = self.reading.place
        change()
        self.entries[position].cards_changed()
        self.window.changed(position)
        self.repaint()
        if place is not None and place.message_id == message_id:
            self.reading.return_to(place)

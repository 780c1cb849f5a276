"""The chosen message: the one that keys act on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.window import Window


@dataclass(eq=False, repr=False)
class Chosen:
    """Which message is chosen; where none is, keys mean the last one in the window."""

    entries: Entries
    window: Window
    has_focus: Callable[[], bool]
    repaint: Callable[[], None]
    id: str | None = None

    @property
    def position(self) -> int | None:
        """The position of the chosen message; None where none is."""
        return self.entries.position_of(self.id)

    @property
    def target(self) -> int | None:
        """The position of the message that keys act on: the chosen one, else the last in the window."""
        position = self.position
        if position is None and (rows := self.window.rows()):
            position = rows[-1][0]
        return position

    @property
    def marked(self) -> int | None:
        """The position of the message that bears the mark."""
        # The mark says what keys act on, so it stands only where keys arrive.
        return self.target if self.has_focus() else None

    def choose(self, message_id: str | None) -> None:
        """Choose a message; None, or one that is not shown, chooses none."""
        self.id = message_id if self.entries.position_of(message_id) is not None else None
        self.repaint()

    def step(self, step: int) -> None:
        """Choose the message below (1) or above (-1), and bring it into the window."""
        position = self.target
        if position is None:
            return
        # The first key only marks what is meant, where no mark was seen before it.
        if self.id is not None or self.has_focus():
            position = max(0, min(position + step, len(self.entries) - 1))
        self.id = self.entries[position].id
        self.window.bring_entry(position)
        self.repaint()

    def branch_changed(self) -> None:
        """Other messages are shown: the chosen one stays only where it is among them."""
        if self.position is None:
            self.id = None

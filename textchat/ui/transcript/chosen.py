"""Tracks the chosen message, which keys act on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.window import Window


@dataclass(eq=False, repr=False)
class Chosen:
    """The id of the chosen message; without one, keys act on the last message in the window."""

    entries: Entries
    window: Window
    has_focus: Callable[[], bool]
    repaint: Callable[[], None]
    id: str | None = None

    @property
    def position(self) -> int | None:
        """The position of the chosen message; None without one."""
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
        """The position of the message drawn with the mark."""
        # The mark shows what keys act on, so it is drawn only with the focus.
        return self.target if self.has_focus() else None

    def choose(self, message_id: str | None) -> None:
        """Choose a message; None, or one that is not shown, clears the choice."""
        self.id = message_id if self.entries.position_of(message_id) is not None else None
        self.repaint()

    def step(self, step: int) -> None:
        """Choose the next (1) or previous (-1) message, and scroll it into the window."""
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
        """Keep the choice after a change of branch, if the message is still shown."""
        if self.position is None:
            self.id = None

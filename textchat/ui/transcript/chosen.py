"""Tracks the chosen message, which keys act on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.window import Window


@dataclass(eq=False, repr=False)
class Chosen:
    """The id of the chosen message, which keys act on while it is in the window, where its mark is seen.

    Otherwise they act on the last message in the window: never on one that is out of sight.
    """

    entries: Entries
    window: Window
    has_focus: Callable[[], bool]
    repaint: Callable[[], None]
    id: str | None = None
    _place: int = 0
    """The position of the message that was chosen last: what comes in its place is chosen when it goes."""

    @property
    def position(self) -> int | None:
        """The position of the chosen message; None without one."""
        return self.entries.position_of(self.id)

    @property
    def in_window(self) -> int | None:
        """The position of the chosen message; None without one, and while it is out of sight."""
        position = self.position
        return position if any(entry == position for entry, _ in self.window.rows()) else None

    @property
    def target(self) -> int | None:
        """The position of the message that keys act on: the chosen one if it is in the window, else the last there."""
        position = self.in_window
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
        position = self.entries.position_of(message_id)
        self.id = message_id if position is not None else None
        self._place = position or 0
        self.repaint()

    def step(self, step: int) -> None:
        """Choose the next (1) or previous (-1) message, and scroll it into the window."""
        position = self.target
        if position is None:
            return
        # The first key only marks what is meant, where no mark was seen before it.
        if self.has_focus() or self.in_window is not None:
            position = max(0, min(position + step, len(self.entries) - 1))
        self.window.bring_entry(position)
        self.choose(self.entries[position].id)

    def branch_changed(self) -> None:
        """Keep the choice after a change of branch: of a message that is gone, for another version in its place."""
        position = self.position
        if position is not None:
            self._place = position
        elif self.id is not None:
            self.id = self.entries[self._place].id if self._place < len(self.entries) else None

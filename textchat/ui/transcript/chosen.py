"""The chosen message: the one that keys act on."""

from __future__ import annotations

from collections.abc import Callable

from textchat.ui.transcript.entries import Entries
from textchat.ui.transcript.window import Window


class Chosen:
    """Which message is chosen; where none is, keys mean the last one in the window."""

    def __init__(
        self, entries: Entries, window: Window, *, has_focus: Callable[[], bool], repaint: Callable[[], None]
    ) -> None:
        self._entries = entries
        self._window = window
        self._has_focus = has_focus
        self._repaint = repaint
        self.id: str | None = None

    @property
    def position(self) -> int | None:
        """The position of the chosen message; None where none is."""
        return self._entries.position_of(self.id)

    @property
    def meant(self) -> int | None:
        """The position of the message that keys act on: the chosen one, else the last in the window."""
        position = self.position
        if position is None and (rows := self._window.rows()):
            position = rows[-1][0]
        return position

    @property
    def marked(self) -> int | None:
        """The position of the message that bears the mark."""
        # The mark says what keys act on, so it stands only where keys arrive.
        return self.meant if self._has_focus() else None

    def choose(self, message_id: str | None) -> None:
        """Choose a message; None, or one that is not shown, is no choice."""
        self.id = message_id if self._entries.position_of(message_id) is not None else None
        self._repaint()

    def step(self, step: int) -> None:
        """Choose the message below (1) or above (-1), and bring it into the window."""
        position = self.meant
        if position is None:
            return
        # The first key only marks what is meant, where no mark was seen before it.
        if self.id is not None or self._has_focus():
            position = max(0, min(position + step, len(self._entries) - 1))
        self.id = self._entries[position].id
        self._window.bring_entry(position)
        self._repaint()

    def branch_changed(self) -> None:
        """Other messages are shown: the chosen one stays only where it is among them."""
        if self.position is None:
            self.id = None

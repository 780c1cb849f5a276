"""Folds reasoning and long lists of sources to one line; reasoning also when the answer begins, and for a match."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textchat.core.reply import Reply
from textchat.ui.transcript.chosen import Chosen
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry_parts import PartKind
from textchat.ui.transcript.window import Window


@dataclass(eq=False, repr=False)
class Folding:
    """Folds and unfolds the reasoning of messages."""

    entries: Entries
    window: Window
    chosen: Chosen
    repaint: Callable[[], None]
    _peeked: str | None = None
    """The message that is unfolded for a match in it."""

    def toggle_chosen(self) -> None:
        """Fold or unfold the reasoning of the message that keys act on."""
        position = self.chosen.target
        if position is not None and self.entries[position].has_reasoning:
            self.toggle(self.entries[position].id)

    def toggle_sources_of_chosen(self) -> None:
        """Fold or unfold the sources of the message that keys act on."""
        if (position := self.chosen.target) is not None:
            self.toggle_sources(self.entries[position].id)

    def toggle(self, message_id: str) -> None:
        """Fold or unfold reasoning; its header keeps its place in the window."""
        position = self.entries.position_of(message_id)
        if position is not None:
            entry = self.entries[position]
            entry.is_folded = not entry.is_folded
            entry.was_folded_by_hand = True
            self._redraw(position, PartKind.FOLD)

    def toggle_sources(self, message_id: str) -> None:
        """Fold or unfold the sources; their header keeps its place in the window."""
        position = self.entries.position_of(message_id)
        if position is not None:
            entry = self.entries[position]
            entry.are_sources_folded = not entry.are_sources_folded
            self._redraw(position, PartKind.CITATIONS)

    def _redraw(self, position: int, kind: PartKind) -> None:
        entry, rows = self.entries[position], self.window.rows()
        self.window.changed(position)
        header = entry.part(kind)
        row = (position, header.top if header else 0)
        self.window.hold(position, row[1] - (rows.index(row) if row in rows else 0))
        self.repaint()

    def answer_begins(self, position: int, reply: Reply) -> None:
        """Fold reasoning at the beginning of the answer, unless the user is reading further up."""
        entry = self.entries[position]
        if reply.has_text and not entry.has_answer:
            entry.has_answer = True
            if self.window.following and not entry.was_folded_by_hand:
                entry.is_folded = True

    def peek(self, position: int | None, *, is_in_reasoning: bool = False) -> None:
        """Unfold reasoning to show a match in it, and fold what was unfolded for a match in another message."""
        entry = None if position is None else self.entries[position]
        if self._peeked is not None and (entry is None or entry.id != self._peeked):
            before = self.entries.position_of(self._peeked)
            if before is not None:
                self.entries[before].is_folded = True
                self.window.changed(before)
            self._peeked = None
        if entry is not None and is_in_reasoning and entry.is_folded:
            entry.is_folded = False
            self._peeked = entry.id

"""What can be done with a conversation of a list without opening it, and by which keys."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

from textchat.ui.keys import display_key


@dataclass(frozen=True, slots=True)
class RowAction:
    """An action of the keymap on the chosen conversation of a list."""

    action_id: str
    key: str
    """In Textual's spelling. It edits no text: the lists have a field beside them."""
    word: str
    """For hints."""

    @property
    def binding(self) -> Binding:
        return Binding(self.key, f"row('{self.action_id}')", self.word, show=False)

    @property
    def shown_key(self) -> str:
        return display_key(self.key)


ROW_ACTIONS = (
    RowAction("conversation.rename", "f2", "rename"),
    RowAction("conversation.delete", "shift+delete", "delete"),
    RowAction("conversation.pin", "alt+p", "pin"),
    RowAction("conversation.tag", "alt+t", "tag"),
    RowAction("conversation.archive", "alt+a", "archive"),
)
"""The first ones first, where there is no room for all."""

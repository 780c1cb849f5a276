"""What can be done with a conversation of a list without opening it, and by which keys."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual.binding import Binding

from textchat.ui.keys import display_key


@dataclass(frozen=True, slots=True)
class RowAction:
    """An action of the keymap on the chosen conversation of a list."""

    action_id: str
    key: str
    """In Textual's spelling."""
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
    RowAction("conversation.delete", "delete", "delete"),
    RowAction("conversation.pin", "alt+p", "pin"),
    RowAction("conversation.tag", "alt+t", "tag"),
    RowAction("conversation.archive", "alt+a", "archive"),
)
"""Those of the side panel; the first ones first, where there is no room for all."""

BESIDE_FIELD = tuple(
    replace(action, key="f8") if action.key == "delete" else action  # every key with Del edits the text there
    for action in ROW_ACTIONS
)
"""Those of a list below a field to type in."""

"""Help dialog: the pages, and every action with its current keys and its id, searched by typing."""

from __future__ import annotations

from collections.abc import Sequence

from textchat.ui.dialogs.hint_row import Hint
from textchat.ui.keymap import BY_ID, MESSAGE_KEYS_NOTE, SECTIONS
from textchat.ui.menu.action_items import EDITING_SECTION
from textchat.ui.menu.items import MenuItem
from textchat.ui.menu.matching import Match, ranked
from textchat.ui.menu.palette import ESC, Palette, by_section

NOTES = {SECTIONS["message"]: MESSAGE_KEYS_NOTE, EDITING_SECTION: "in every field"}


class HelpScreen(Palette):
    """Closes with the action to run, or None."""

    TITLE = "Help"
    PLACEHOLDER = "Search pages, keys and actions"
    SHOWS_IDS = True

    def sections(self, query: str) -> list[tuple[str, list[Match]]]:
        """All that match, also what cannot be done now: what is asked for is the key."""
        matches = ranked(query, self._items)
        return [("", matches)] if query and matches else by_section(matches)

    def note(self, section: str) -> str:
        return NOTES.get(section, "")

    def hints(self, item: MenuItem) -> Sequence[Hint]:
        if item.id not in BY_ID:
            return Hint("", item.lacks) if item.lacks else Hint("Enter", "read"), ESC
        default = BY_ID[item.id].keys.partition(",")[0] or "KEY"
        setting = Hint("", f'config.toml: [keys] "{item.id}" = "{default}"')
        return (setting, ESC) if item.lacks else (Hint("Enter", "run"), setting, ESC)

"""The keys of all actions under a keymap, as the pages of help show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from textchat.ui.keymap import BY_ID, MESSAGE_KEYS_NOTE, SECTIONS, by_section, keys_of
from textchat.ui.keys import display_key


@dataclass(frozen=True)
class KeymapKeys:
    """The keys under `keymap`, which `[keys]` of the settings has made."""

    keymap: Mapping[str, str]

    def key(self, action_id: str) -> str:
        """The first key of an action as people write it; empty if it has none."""
        return next((display_key(key) for key in keys_of(BY_ID[action_id], self.keymap)), "")

    def table(self) -> str:
        """One Markdown table a section."""
        return "\n".join(self._tables())

    def _tables(self) -> Iterator[str]:
        for section, actions in by_section():
            note = f" ({MESSAGE_KEYS_NOTE})" if section == SECTIONS["message"] else ""
            lines = [f"### {section}{note}\n", "| Keys | Action | Id |", "|---|---|---|"]
            for action in actions:
                keys = ", ".join(display_key(key) for key in keys_of(action, self.keymap)).replace("|", "\\|")
                lines.append(f"| {keys} | {action.help} | `{action.id}` |")
            yield "\n".join(lines) + "\n"

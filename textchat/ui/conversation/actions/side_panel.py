"""Actions on the side panel: show or hide it, focus its list or its fields."""

from __future__ import annotations

from textchat.ui.conversation.external_changes import ExternalChanges
from textchat.ui.conversation.ports import ActionTable, Work
from textchat.ui.side_panel.panel import SidePanel


class SidePanelActions:
    """Shows, hides and focuses the side panel; showing the list takes in what another textchat has written."""

    def __init__(self, panel: SidePanel, changes: ExternalChanges) -> None:
        self._panel = panel
        self._changes = changes

    def actions(self) -> ActionTable:
        return {
            "side_panel.toggle": self.toggle,
            "side_panel.focus": self.focus_conversations,
            "pane.parameters": self.focus_parameters,
        }

    def toggle(self) -> Work:
        self._panel.display = not self._panel.display
        return self._changes.take_in()

    def focus_conversations(self) -> Work:
        self._panel.display = True
        self._panel.focus_conversations()
        return self._changes.take_in()

    def focus_parameters(self) -> None:
        self._panel.display = True
        self._panel.focus_parameters()

"""Actions on the side panel: show or hide it, focus its list or its fields."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.ui.conversation.external_changes import ExternalChanges
from textchat.ui.conversation.ports import ActionTable, Work
from textchat.ui.side_panel.panel import SidePanel
from textchat.ui.side_panel.showing import SidePanelShowing


@dataclass(eq=False)
class SidePanelActions:
    """Shows, hides and focuses the side panel; showing it also loads what another textchat has written."""

    panel: SidePanel
    showing: SidePanelShowing
    changes: ExternalChanges

    def actions(self) -> ActionTable:
        return {
            "side_panel.toggle": self.toggle,
            "side_panel.focus": self.focus_conversations,
            "pane.parameters": self.focus_parameters,
        }

    def toggle(self) -> Work:
        self.showing.toggle()
        return self.changes.take_in()

    def focus_conversations(self) -> Work:
        self.showing.show()
        self.panel.focus_conversations()
        return self.changes.take_in()

    def focus_parameters(self) -> Work:
        self.showing.show()
        return self.panel.focus_parameters()

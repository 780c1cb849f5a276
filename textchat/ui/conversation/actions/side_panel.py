"""Actions on the side panel: show or hide it, focus its list or its fields, set what was typed there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textchat.core.store_error import StoreError
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.external_changes import ExternalChanges
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, Work
from textchat.ui.messages import ParametersChanged
from textchat.ui.side_panel.panel import SidePanel
from textchat.ui.side_panel.showing import SidePanelShowing

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace


@dataclass(eq=False)
class SidePanelActions:
    """Shows, hides and focuses the side panel; showing it also loads what another textchat has written."""

    workspace: Workspace
    current: CurrentConversation
    notices: Notices
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

    async def keep_typed(self) -> None:
        """Set what was typed for a parameter and not taken yet, at the end of the app."""
        if typed := await self.panel.parameters.typed():
            with self.notices.store_problems():
                await self.set_parameters(typed)

    async def set_parameters(self, event: ParametersChanged) -> None:
        """Set parameters of a pane, also where its conversation was left in the same moment."""
        live = self.current.live
        if event.conversation_id in ("", live.conversation.id):
            await live.panes.set_parameters(event.pane_id, event.changes, event.removed)
            return
        try:
            left = await self.workspace.open(event.conversation_id)
        except StoreError as error:
            self.notices.problem(str(error))
            return
        if left is not None:
            await left.panes.set_parameters(event.pane_id, event.changes, event.removed)
            if left is not self.current.live:
                self.workspace.leave(left)

"""State of the screen: its conversation, the active pane, and the panes that the next prompt is sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textchat.core.conversation import Conversation, Pane
    from textchat.live.conversation import LiveConversation


class CurrentConversation:
    """State shared by the collaborators of the screen; it draws nothing."""

    def __init__(self, live: LiveConversation) -> None:
        self.sends_to_all = True
        self.show(live)

    def show(self, live: LiveConversation) -> None:
        """Set the conversation of the screen, with its first pane active."""
        self.live = live
        self._active_id = live.conversation.panes[0].id

    @property
    def conversation(self) -> Conversation:
        return self.live.conversation

    @property
    def panes(self) -> tuple[Pane, ...]:
        return self.live.conversation.panes

    @property
    def active_id(self) -> str:
        """Id of the active pane; if that was just closed, of the last one."""
        ids = [pane.id for pane in self.panes]
        return self._active_id if self._active_id in ids else ids[-1]

    @active_id.setter
    def active_id(self, pane_id: str) -> None:
        self._active_id = pane_id

    @property
    def active_pane(self) -> Pane:
        return self.conversation.pane(self.active_id)

    @property
    def active_number(self) -> int:
        """The number of the active pane, from 1."""
        return 1 + [pane.id for pane in self.panes].index(self.active_id)

    @property
    def target_ids(self) -> tuple[str, ...]:
        """Ids of the panes that the next prompt is sent to."""
        return tuple(pane.id for pane in self.panes) if self.sends_to_all else (self.active_id,)

    def is_answering(self) -> bool:
        """Whether a reply grows in the active pane."""
        return self.active_id in self.live.replies

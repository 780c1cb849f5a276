"""Closes panes again that were opened together."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.core import restoring
from textchat.core.conversation import Conversation, Status
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import Undone
from textchat.live.prompts.outbox import Outbox


@dataclass(frozen=True, eq=False)
class OpenedPanes:
    """A step of the undo: panes that were opened together, for a race between efforts."""

    before: Conversation
    after: Conversation

    @property
    def conversation_id(self) -> str:
        return self.before.id

    @property
    def done(self) -> str:
        many = len(restoring.closed_panes(self.after, self.before))
        if not many:
            return "Set the effort of this pane"
        return f"Opened {many} {'pane' if many == 1 else 'panes'}"

    @property
    def until(self) -> str:
        return ""

    async def revive(self) -> None:
        """Do nothing: the conversation was not deleted."""

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        """Close the panes; what was said in them stays in the tree. None closes while one of them replies."""
        opened = {pane.id for pane in restoring.closed_panes(self.after, self.before)}
        for number, pane in enumerate(store.conversation.panes, start=1):
            leaf = store.conversation.messages.get(pane.leaf_id or "")
            if pane.id in opened and leaf is not None and leaf.status is Status.GROWING:
                return Undone("", rest=f"Pane {number} is still replying. Press Esc there before you undo.")
        await store.change(restoring.without_opened_panes(store.conversation, self.before, self.after))
        return Undone("the panes as they were")

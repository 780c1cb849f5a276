"""Brings back the panes that a sweep has taken the place of, and closes those that it has opened."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.core import restoring
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.pane_steps import OpenedPanes
from textchat.live.edits.undo import Undone
from textchat.live.prompts.outbox import Outbox


@dataclass(frozen=True, eq=False)
class SweptPanes(OpenedPanes):
    """All panes were closed, and those of a sweep opened; what was said in them stays in the tree."""

    @property
    def done(self) -> str:
        return f"Opened {len(self.after.panes)} panes for the sweep"

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        if refusal := self.refusal(store.conversation):
            return refusal
        await store.change(restoring.with_former_panes(store.conversation, self.before, self.after))
        return Undone("the panes as they were")

"""Brings a conversation back that was deleted or archived."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.core.text.sanitize import plain_line
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import Undone
from textchat.live.prompts.outbox import Outbox
from textchat.store.history import History

TITLE_LENGTH = 40


@dataclass(frozen=True, eq=False)
class DeletedConversation:
    """A step of the undo: a conversation that the store hides until the program ends."""

    history: History
    conversation_id: str
    title: str

    @property
    def done(self) -> str:
        return f"Deleted {quoted(self.title)}"

    @property
    def until(self) -> str:
        return " until you quit"

    async def revive(self) -> None:
        await self.history.undelete(self.conversation_id)

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        return Undone(quoted(self.title))


@dataclass(frozen=True, eq=False)
class ArchivedConversation:
    """A step of the undo: a conversation that is off the list."""

    history: History
    conversation_id: str
    title: str

    @property
    def done(self) -> str:
        return f"Archived {quoted(self.title)}"

    @property
    def until(self) -> str:
        return ""

    async def revive(self) -> None:
        await self.history.shelf.archive(self.conversation_id, False)

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        return Undone(quoted(self.title))


def quoted(title: str) -> str:
    """A title in a notice."""
    return f"“{plain_line(title, TITLE_LENGTH) or 'untitled'}”"

"""New conversations in memory, in place of a file that cannot be used: what was not exported is known at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textchat.core.conversation import Conversation, Message
from textchat.core.parts.part import Part
from textchat.core.replaying.timeline import Timeline
from textchat.store.database import open_database
from textchat.store.history import History


class UnstoredHistory(History):
    """A store in memory that keeps in mind which conversations and drafts were meant for the disk."""

    def __init__(self) -> None:
        super().__init__(open_database(None), None)

    async def save(self, conversation: Conversation, messages: Sequence[Message] = ()) -> None:
        self.only_here.add(conversation.id)
        await super().save(conversation, messages)

    async def finish(self, conversation_id: str, message: Message, timeline: Timeline | None = None) -> None:
        self.only_here.add(conversation_id)
        await super().finish(conversation_id, message, timeline)

    async def delete(self, conversation_id: str) -> None:
        await super().delete(conversation_id)
        self.only_here.discard(conversation_id)

    async def delete_for_good(self, conversation_ids: Sequence[str], advance: Callable[[int, int], object]) -> None:
        await super().delete_for_good(conversation_ids, advance)
        self.only_here.difference_update(conversation_ids)

    async def undelete(self, conversation_id: str) -> None:
        await super().undelete(conversation_id)
        self.only_here.add(conversation_id)

    async def save_draft(self, conversation_id: str | None, text: str, parts: Sequence[Part] = ()) -> None:
        self.unsaved_drafts.pop(conversation_id, None)
        if text:
            self.unsaved_drafts[conversation_id] = text
        await super().save_draft(conversation_id, text, parts)

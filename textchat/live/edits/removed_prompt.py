"""Brings a prompt back that was taken out of the queue."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.core.conversation import QueuedPrompt
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import StepWithin, Undone
from textchat.live.prompts.outbox import Outbox


@dataclass(frozen=True, eq=False)
class RemovedPrompt(StepWithin):
    """A step of the undo: a waiting prompt, and its place in the queue."""

    conversation_id: str
    prompt: QueuedPrompt
    place: int
    was_held: bool

    @property
    def done(self) -> str:
        return "Removed a queued prompt"

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        outbox.put_back(self.prompt, self.place, was_held=self.was_held)
        return Undone("a queued prompt", queued=self.prompt.text, parts=self.prompt.parts)

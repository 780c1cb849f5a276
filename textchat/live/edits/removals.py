"""What removes something from a conversation: each returns the step that brings it back, which is on the undo stack."""

from __future__ import annotations

from dataclasses import replace

from textchat.core import turns
from textchat.core.conversation import Conversation, Status
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.deleted_messages import DeletedMessages
from textchat.live.edits.pane_steps import ClosedPanes
from textchat.live.edits.removed_prompt import RemovedPrompt
from textchat.live.edits.undo import Step, Undone, UndoStack
from textchat.live.prompts.outbox import Outbox
from textchat.live.replies import Replies


class Removals:
    """Removes messages, panes and waiting prompts.

    The value changes before anything is awaited, and what is gone already is no failure: so it does not matter how
    quickly one removal follows the other.
    """

    def __init__(self, store: ConversationStore, replies: Replies, outbox: Outbox, undo: UndoStack) -> None:
        self._store = store
        self._replies = replies
        self._outbox = outbox
        self._undo = undo

    async def delete_message(self, message_id: str) -> Step | None:
        """Delete a message and all below it; replies that grow there are cancelled. None: it is gone already."""
        conversation = self._store.conversation
        if message_id not in conversation.messages:
            return None
        gone = {message_id, *conversation.descendants(message_id)}
        for pane_id, reply in self._replies.growing.items():
            if reply.id in gone:
                self._replies.end(pane_id, Status.CANCELLED)
        step = DeletedMessages.of(self._store.conversation, message_id)
        self._undo.push(step)
        step.remove(self._store)
        return step

    async def close_pane(self, pane_id: str) -> Step | None:
        """Close a pane unless it is the last; its reply is cancelled, its branch stays. None: nothing was closed."""
        if len(self._store.conversation.panes) < 2 or not self._store.known_panes((pane_id,)):
            return None
        self._replies.end(pane_id, Status.CANCELLED)
        return await self._close(self._store.conversation.without_pane(pane_id))

    async def choose(self, pane_id: str) -> Step | None:
        """Continue with this pane alone; replies of the others are cancelled and kept as versions."""
        if not self._store.known_panes((pane_id,)):
            return None
        for other in self._replies.growing:
            if other != pane_id:
                self._replies.end(other, Status.CANCELLED)
        chosen = turns.choose(self._store.conversation, pane_id)
        return await self._close(replace(chosen, view=replace(chosen.view, sends_to_all=True)))

    async def _close(self, after: Conversation) -> Step | None:
        before = self._store.conversation
        if len(after.panes) == len(before.panes):
            return None
        step = ClosedPanes.of(before, after)
        self._undo.push(step)
        await self._store.change(after)
        return step

    def take_back(self, prompt_id: str) -> RemovedPrompt | None:
        """Remove a prompt from the queue, to edit or discard it; None if it has been sent meanwhile."""
        queue = self._outbox.queue
        ids, was_held = [prompt.id for prompt in queue], queue.is_held
        prompt = self._outbox.take_back(prompt_id)
        if prompt is None:
            return None
        step = RemovedPrompt(self._store.conversation.id, prompt, ids.index(prompt_id), was_held)
        self._undo.push(step)
        return step

    async def bring_back(self, step: Step) -> Undone:
        """Take a removal back, and keep what is newer."""
        return await step.bring_back(self._store, self._outbox)

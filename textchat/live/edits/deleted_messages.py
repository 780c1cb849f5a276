"""Deletes a message with all below it, and brings them back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from textchat.core import restoring
from textchat.core.conversation import Conversation, Message, Role
from textchat.core.store_error import StoreError
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import StepWithin, Undone
from textchat.live.prompts.outbox import Outbox
from textchat.store.history import RemovedMessages


@dataclass(eq=False)
class DeletedMessages(StepWithin):
    """A step of the undo: a message with all that was below it, in memory and as rows of the store."""

    before: Conversation
    after: Conversation
    """Both without the texts of what stays, once the messages are removed."""
    top: Message
    """The uppermost of them."""
    messages: dict[str, Message]
    """By id; figures of a reply that come after its deletion are taken in."""
    rows: RemovedMessages | None = None
    """None: they could not be removed, or are not stored."""

    @classmethod
    def of(cls, before: Conversation, message_id: str) -> DeletedMessages:
        """The deletion of a message of `before`."""
        gone = {message_id, *before.descendants(message_id)}
        messages = {id_: message for id_, message in before.messages.items() if id_ in gone}
        return cls(before, before.without(message_id), before.messages[message_id], messages)

    @property
    def conversation_id(self) -> str:
        return self.before.id

    @property
    def done(self) -> str:
        return f"Deleted {self.what}{self._panes()}"

    @property
    def what(self) -> str:
        """`3 messages`, `a reply`."""
        if len(self.messages) > 1:
            return f"{len(self.messages)} messages"
        return {Role.USER: "a prompt", Role.ASSISTANT: "a reply"}.get(self.top.role, "a message")

    def _panes(self) -> str:
        shown = sum(self.top.id in restoring.above(self.before, pane.leaf_id) for pane in self.before.panes)
        return f" in {shown} panes" if shown > 1 else ""

    def remove(self, store: ConversationStore) -> None:
        """Remove the messages: at once from the conversation, and then from the store."""
        store.deleted |= dict.fromkeys(self.messages, self.messages)
        store.conversation = self.after
        self.before = restoring.outline(self.before, self.before.messages, self.messages)
        self.after = restoring.outline(self.after, ())
        store.tell_change()
        store.run_in_order(self._remove_rows(store))

    async def _remove_rows(self, store: ConversationStore) -> None:
        if store.is_worth_storing:
            await store.save()
        self.rows = await store.history.remove_messages(self.conversation_id, tuple(self.messages))

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        now = restoring.with_messages_back(store.conversation, self.before, self.after, self.messages)
        new = tuple(now.messages[id_] for id_ in self.messages)
        store.conversation = now
        store.tell_change()
        store.run_in_order(self._restore_rows(store, new))
        shown = [pane.id for pane in now.panes if self.top.id in {message.id for message in now.branch(pane.leaf_id)}]
        return Undone(self.what, shown[0] if shown else None, self.top.id if shown else None)

    async def _restore_rows(self, store: ConversationStore, messages: tuple[Message, ...]) -> None:
        """Put the rows back, and save what was in none of them, or has changed since."""
        restored: frozenset[str] = frozenset()
        if self.rows is not None:
            above = tuple(restoring.above(self.before, self.top.parent_id))
            with suppress(StoreError):  # saved from memory then; that it cannot be is told there
                await store.history.restore_messages(self.conversation_id, self.rows, above)
                restored = self.rows.final_ids
        await store.save(
            tuple(each for each in messages if each.id not in restored or each != self.before.messages[each.id])
        )

"""Steps of the undo: old turns that are not sent, summaries that were made or deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from textchat.core.context.older_messages import messages_word
from textchat.core.context.splicing import Spliced, with_summary, without_summary
from textchat.core.conversation import Conversation, Message
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import StepWithin, Undone
from textchat.live.prompts.outbox import Outbox


@dataclass(frozen=True, eq=False)
class DroppedTurns(StepWithin):
    """Where panes begin to send, by their ids, before and after old turns were dropped."""

    conversation_id: str
    before: Mapping[str, str | None]
    after: Mapping[str, str]
    count: int
    """How many messages are not sent any more."""

    @property
    def done(self) -> str:
        return f"Dropped {messages_word(self.count)} from requests"

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        conversation = store.conversation
        panes = tuple(
            replace(pane, sent_from=self.before[pane.id])
            if pane.id in self.before and _is_version(conversation, pane.sent_from, self.after[pane.id])
            else pane
            for pane in conversation.panes
        )
        await store.change(replace(conversation, panes=panes))
        return Undone(messages_word(self.count))


def _is_version(conversation: Conversation, id_: str | None, other: str) -> bool:
    """Whether both are one message, or versions of one: a prompt that is edited is where its pane begins from then."""
    messages = conversation.messages
    return id_ == other or (id_ in messages and other in messages and id_ in conversation.siblings(other))


@dataclass(frozen=True, eq=False)
class MadeSummaries(StepWithin):
    """Summaries that were made together: an undo takes them out, and what they stood for is sent again."""

    conversation_id: str
    summary_ids: tuple[str, ...]
    count: int
    """How many messages the longest of them stands for."""
    shown: Mapping[str, str | None] = field(default_factory=dict)
    """By pane, the branch that it showed before, where that is not the one above the summary."""

    @property
    def done(self) -> str:
        return f"Summarised {messages_word(self.count)}"

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        for summary_id in self.summary_ids:
            if summary_id in store.conversation.messages:
                self._show_again(store, summary_id)
                take_out(store, summary_id)
        return Undone(f"{messages_word(self.count)} in place of the summary")

    def _show_again(self, store: ConversationStore, summary_id: str) -> None:
        """Let panes that end with the summary show what they showed before it."""
        for pane in store.conversation.panes:
            leaf_id = self.shown.get(pane.id)
            if pane.leaf_id == summary_id and leaf_id in store.conversation.messages:
                store.move(pane.id, leaf_id)


@dataclass(frozen=True, eq=False)
class DeletedSummary(StepWithin):
    """A summary that was deleted, with what stood below it."""

    conversation_id: str
    summary: Message
    below: frozenset[str]
    pane_ids: frozenset[str]

    @property
    def done(self) -> str:
        return "Deleted a summary"

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        parent_id = self.summary.parent_id
        if parent_id is not None and parent_id not in store.conversation.messages:
            return Undone("a summary of messages that are deleted now")
        spliced = with_summary(store.conversation, self.summary, self.below, self.pane_ids)
        store.conversation = spliced.conversation
        store.moved(spliced.moved)
        store.tell_change()
        store.run_in_order(store.save((self.summary, *spliced.moved)))
        return Undone("a summary")


def delete_summary(store: ConversationStore, summary_id: str) -> DeletedSummary:
    """Take a summary out of the conversation; the step puts it back."""
    conversation = store.conversation
    step = DeletedSummary(
        conversation.id,
        conversation.messages[summary_id],
        frozenset(conversation.children(summary_id)),
        frozenset(pane.id for pane in conversation.panes if pane.leaf_id == summary_id),
    )
    take_out(store, summary_id)
    return step


def take_out(store: ConversationStore, summary_id: str) -> None:
    """Take a summary out at once, and then out of the store: once no reply grows that stands below it there."""
    spliced = without_summary(store.conversation, summary_id)
    store.deleted |= {summary_id: {summary_id: store.conversation.messages[summary_id]}}
    store.conversation = spliced.conversation
    growing = tuple(store.moved(spliced.moved))
    store.tell_change()
    take_out_rows = _take_out_rows(store, summary_id, spliced)
    if growing:
        store.run(_once_set(growing, take_out_rows))
    else:
        store.run_in_order(take_out_rows)


async def _once_set(events: Iterable[asyncio.Event], work: Coroutine[Any, Any, None]) -> None:
    for event in events:
        await event.wait()
    await work


async def _take_out_rows(store: ConversationStore, summary_id: str, spliced: Spliced) -> None:
    known = store.conversation.messages
    if summary_id in known:
        return  # brought back meanwhile
    # Before the row goes, which would take along what stands below it.
    await store.save(tuple(known[message.id] for message in spliced.moved if message.id in known))
    await store.history.remove_messages(spliced.conversation.id, (summary_id,))

"""Takes a summary out of a conversation, puts it back, copies it: what stands below it stays where it is read."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, replace

from textchat.core.conversation import Conversation, Message, Role, new_id


@dataclass(frozen=True, slots=True)
class Spliced:
    """A conversation, and the messages in it that have another parent than before."""

    conversation: Conversation
    moved: tuple[Message, ...]


def without_summary(conversation: Conversation, summary_id: str) -> Spliced:
    """A copy in which what stands below the summary stands below its parent."""
    summary = conversation.messages[summary_id]
    messages: dict[str, Message] = {}
    moved: list[Message] = []
    for id_, message in conversation.messages.items():
        if message.parent_id == summary_id:
            messages[id_] = replace(message, parent_id=summary.parent_id)
            moved.append(messages[id_])
        elif id_ != summary_id:
            messages[id_] = message
    panes = tuple(
        replace(pane, leaf_id=summary.parent_id) if pane.leaf_id == summary_id else pane for pane in conversation.panes
    )
    return Spliced(replace(conversation, messages=messages, panes=panes), tuple(moved))


def with_summary(
    conversation: Conversation, summary: Message, below: Collection[str], pane_ids: Collection[str]
) -> Spliced:
    """A copy with the summary, above those of the messages `below` that still stand under its parent.

    The panes show it whose branch ends with its parent.
    """
    moved = tuple(
        replace(message, parent_id=summary.id)
        for message in conversation.messages.values()
        if message.id in below and message.parent_id == summary.parent_id
    )
    messages = {**conversation.messages, summary.id: summary, **{message.id: message for message in moved}}
    panes = tuple(
        replace(pane, leaf_id=summary.id) if pane.id in pane_ids and pane.leaf_id == summary.parent_id else pane
        for pane in conversation.panes
    )
    return Spliced(replace(conversation, messages=messages, panes=panes), moved)


def summary_copy(summary: Message, parent_id: str | None) -> Message:
    """The same summary in another branch: it was paid for once."""
    return Message(
        id=new_id(),
        parent_id=parent_id,
        role=Role.ASSISTANT,
        text=summary.text,
        model=summary.model,
        covers=summary.covers,
        created_at=time.time(),
    )

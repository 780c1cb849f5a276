"""Defines the stored data of a conversation beside its tree, for lists, imports and exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from textchat.core.blind.masks import masked
from textchat.core.conversation import Conversation
from textchat.core.replaying.timeline import Timeline


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """One row of the list of conversations."""

    id: str
    title: str
    created_at: float
    """Unix time in seconds."""
    updated_at: float
    models: tuple[str, ...]
    """Of its panes, in their order, each once; none while they are compared blind."""
    message_count: int
    is_pinned: bool = False
    is_archived: bool = False
    tags: tuple[str, ...] = ()
    has_unsent: bool = False
    """A prompt waits in it, or a draft was kept."""
    is_blind: bool = False
    """Whether its panes are compared without their names."""


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """A whole conversation with its stored data."""

    conversation: Conversation
    updated_at: float
    """Unix time in seconds of its last message."""
    is_pinned: bool = False
    is_archived: bool = False
    tags: tuple[str, ...] = ()
    timelines: Mapping[str, Timeline] = field(default_factory=dict)
    """When the pieces of its answers came, by the ids of the messages: read for a replay alone."""
    truth: Conversation | None = field(default=None, repr=False)
    """The conversation as it is, where `conversation` is masked because it is compared blind: for exchange alone."""

    @property
    def shown(self) -> ConversationRecord:
        """The record as it is given to others: masked while it is compared blind."""
        if self.conversation.blind is None:
            return self
        return replace(self, conversation=masked(self.conversation), truth=self.truth or self.conversation)

    @property
    def size(self) -> int:
        """About how much memory it takes: the characters of its texts, and the bytes of what is attached."""
        messages = self.conversation.messages.values()
        attached = sum(part.size for message in messages for part in message.parts)
        return attached + sum(len(message.text) + len(message.reasoning) for message in messages)


@dataclass(frozen=True, slots=True)
class Added:
    """The ids of added and extended conversations; all others were known and complete."""

    new: tuple[str, ...] = ()
    grown: tuple[str, ...] = ()
    """Known ones that have got messages which they lacked."""

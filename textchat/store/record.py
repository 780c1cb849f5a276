"""Defines what the store knows of a conversation beside its tree: for lists, for imports and for exports."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.core.conversation import Conversation


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """One line of the list of conversations."""

    id: str
    title: str
    created_at: float
    """Unix time in seconds."""
    updated_at: float
    models: tuple[str, ...]
    """Of its panes, in their order, each once."""
    message_count: int
    is_pinned: bool = False
    is_archived: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """A whole conversation with all that the store knows of it."""

    conversation: Conversation
    updated_at: float
    """Unix time in seconds of its last message."""
    is_pinned: bool = False
    is_archived: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """Which conversations came in, by id; all others were there already, as they are."""

    new: tuple[str, ...] = ()
    grown: tuple[str, ...] = ()
    """Known ones that have got messages which they lacked."""

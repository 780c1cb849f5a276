"""A whole conversation with what the store knows beside its tree: what is imported, exported and shown as JSON."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.core.conversation import Conversation


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """A conversation and its place in the list of conversations."""

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

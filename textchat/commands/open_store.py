"""Store access of the commands: opens the store and finds a conversation by a prefix of its id."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from textchat.config import paths
from textchat.core.errors import ConfigurationError
from textchat.store.history import History
from textchat.store.record import ConversationRecord


@asynccontextmanager
async def opened_history() -> AsyncGenerator[History, None]:
    """Open the store of this environment for the length of the block; raises StoreError."""
    history = await asyncio.to_thread(History.open, paths.database())
    try:
        yield history
    finally:
        await history.aclose()


async def id_of(history: History, prefix: str) -> str:
    """The one id that begins with `prefix`; raises ConfigurationError for none, or for more than one."""
    found = await history.find(prefix) if prefix else []
    if prefix in found:
        return prefix
    if not found:
        raise ConfigurationError(f"No conversation {prefix}. Run textchat conversations list to see them.")
    if len(found) > 1:
        raise ConfigurationError(f"Several conversations start with {prefix}: {', '.join(found)}.")
    return found[0]


async def arrival_of(history: History, conversation_id: str) -> ConversationRecord:
    """Load a conversation with its tags, dates and marks; raises ConfigurationError if it does not exist any more."""
    conversation = await history.load(conversation_id)
    summary = await history.summary(conversation_id)
    if conversation is None or summary is None:
        raise ConfigurationError(f"Conversation {conversation_id} no longer exists.")
    return ConversationRecord(conversation, summary.updated_at, summary.is_pinned, summary.is_archived, summary.tags)

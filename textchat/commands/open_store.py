"""Store access of the commands: opens the store and finds a conversation by a prefix of its id."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from textchat.commands.output.terminal import say
from textchat.config import paths
from textchat.core.errors import ConfigurationError
from textchat.core.store_error import StoreError
from textchat.store.history import History
from textchat.store.record import ConversationRecord

BATCH = 50
"""Number of conversations that are read at once."""
LARGEST_BATCH = 4 * 1024 * 1024
"""Bytes after which no other conversation joins them."""


@asynccontextmanager
async def opened_history() -> AsyncGenerator[History, None]:
    """Open the store of this environment for the length of the block; raises StoreError."""
    async with _opened(History.open) as history:
        yield history


@asynccontextmanager
async def history_to_read(*, is_said: bool = True) -> AsyncGenerator[History, None]:
    """As `opened_history`, for what changes nothing: a store that cannot be written is read, which is said once."""
    async with _opened(_open_to_read) as history:
        if history.read_only and is_said:
            say(history.read_only)
        yield history


@asynccontextmanager
async def history_of_costs() -> AsyncGenerator[History, None]:
    """As `opened_history`, for what is not to be kept: beside a store that cannot be written, it is in memory."""
    async with _opened(_open_beside) as history:
        yield history


@asynccontextmanager
async def _opened(way: Callable[[Path], History]) -> AsyncGenerator[History, None]:
    history = await asyncio.to_thread(way, paths.database())
    try:
        yield history
    finally:
        await history.aclose()


def _open_to_read(path: Path) -> History:
    try:
        return History.open(path)
    except StoreError as error:
        return History.open_to_read(path, error)


def _open_beside(path: Path) -> History:
    try:
        return History.open(path)
    except StoreError as error:
        from textchat.store.read_only.read_only_history import ReadOnlyHistory

        return ReadOnlyHistory(History.open_to_read(path, error))


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
    (record,) = await history.records([conversation_id])
    if record is None:
        raise ConfigurationError(f"Conversation {conversation_id} no longer exists.")
    if isinstance(record, StoreError):
        raise record
    return record


async def records_of(
    history: History, conversation_ids: Sequence[str]
) -> AsyncIterator[ConversationRecord | StoreError | None]:
    """The same of many, read in batches, with the error of a damaged one, or None for one that has gone."""
    at = 0
    while at < len(conversation_ids):
        batch = await history.records(conversation_ids[at : at + BATCH], LARGEST_BATCH)
        at += len(batch)
        for record in batch:
            yield record

"""Changes what is kept of a conversation beside its messages: its title, marks and tags, and how it is looked at."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import TypeVar

from textchat.core.conversation import ReadingPlace, View
from textchat.store.database_thread import DatabaseThread
from textchat.store.organizing import organize

T = TypeVar("T")


class Shelf:
    """The conversations of a `History`, as a list that can be put in order; every method raises StoreError."""

    def __init__(
        self, writes: DatabaseThread, check: Callable[[str], Awaitable[None]], titles: MutableMapping[str, str]
    ) -> None:
        """`check` raises StoreError for a conversation that cannot be changed; `titles` are those that are known."""
        self._writes = writes
        self._check = check
        self._titles = titles

    async def rename(self, conversation_id: str, title: str) -> None:
        await self._organize(organize.rename, conversation_id, title)
        self._titles[conversation_id] = title

    async def pin(self, conversation_id: str, pinned: bool = True) -> None:
        await self._organize(organize.pin, conversation_id, pinned)

    async def archive(self, conversation_id: str, archived: bool = True) -> None:
        await self._organize(organize.archive, conversation_id, archived)

    async def tag(self, conversation_id: str, name: str) -> None:
        await self._organize(organize.tag, conversation_id, name)

    async def untag(self, conversation_id: str, name: str) -> None:
        await self._organize(organize.untag, conversation_id, name)

    async def keep_places(self, conversation_id: str, places: Mapping[str, ReadingPlace | None]) -> None:
        """Save the scroll positions of panes, by id; this does not move the conversation in the list."""
        await self._writes.run(organize.keep_places, conversation_id, dict(places))

    async def keep_view(self, conversation_id: str, view: View) -> None:
        """Save how the panes are looked at; this does not move the conversation in the list."""
        await self._writes.run(organize.keep_view, conversation_id, view)

    async def _organize(
        self, work: Callable[[sqlite3.Connection, str, T], None], conversation_id: str, value: T
    ) -> None:
        await self._check(conversation_id)
        await self._writes.run(work, conversation_id, value)

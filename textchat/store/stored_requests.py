"""Asynchronous access to the journal of requests: what runs, what it reserved, and what has ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress

from textchat.core.conversation import Message
from textchat.core.store_error import StoreError
from textchat.core.votes.scope import EVERYTHING, VoteScope
from textchat.core.votes.usual_reply import UsualReply
from textchat.store import journal
from textchat.store.database_thread import DatabaseThread
from textchat.store.journal import ModelStats, RunningRequest
from textchat.store.process_locks import ProcessLocks


class StoredRequests:
    """The requests of every textchat on one database. Every call raises StoreError."""

    def __init__(
        self, writes: DatabaseThread, reads: DatabaseThread, locks: ProcessLocks, recover: Callable[[], None]
    ) -> None:
        """`recover`, on the thread that writes, settles what processes that are gone have left."""
        self._writes = writes
        self._reads = reads
        self._locks = locks
        self._recover = recover

    async def reserve(self, requests: Iterable[RunningRequest], since: float, ceiling: float) -> float | None:
        """Note requests that are about to be sent, for every textchat on this file, if there is room for their cost.

        None, or the cost since `since` of what ended and all that runs, where with theirs it would pass `ceiling`.
        """
        new = tuple(requests)

        def try_to(connection: sqlite3.Connection) -> float | None:
            return journal.reserve(connection, self._locks.claim(), new, since, ceiling)

        spent = await self._writes.run(try_to)
        if spent is not None:  # what a process that is gone had reserved and not sent must not count
            with suppress(StoreError):
                await self._writes.run(lambda _: self._recover())
            spent = await self._writes.run(try_to)
        return spent

    async def release(self, message_ids: Iterable[str]) -> None:
        """Take back reservations of requests that are not to be sent."""
        await self._writes.run(journal.release, tuple(message_ids))

    async def begin_request(self, request: RunningRequest) -> None:
        """Note that a request is being sent; if this process dies, it counts by these estimates."""
        await self._writes.run(lambda connection: journal.begin_request(connection, self._locks.claim(), request))

    async def record_request(self, message: Message) -> None:
        """Add an ended reply to the journal of requests: its figures, not its text."""
        await self._writes.run(journal.record_request, message)

    async def model_stats(self, scope: VoteScope = EVERYTHING) -> list[ModelStats]:
        """The figures of each model, by its requests and votes in a scope."""
        return await self._reads.run(journal.model_stats, scope)

    async def usual_replies(self, scope: VoteScope = EVERYTHING) -> dict[str, UsualReply]:
        """What the complete replies of each model in a scope cost and took, as medians."""
        return await self._reads.run(journal.usual_replies, scope)

    async def spent_since(self, since: float) -> float:
        """US dollars of the requests since `since` and of all that run."""
        return await self._reads.run(journal.spent_since, since)

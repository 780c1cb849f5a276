"""Asynchronous access to the votes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textchat.core.votes.scope import VoteScope
from textchat.core.votes.vote import Vote
from textchat.store import journal
from textchat.store.database_thread import DatabaseThread


class StoredVotes:
    """The votes on the answers of a `History`; every method raises StoreError."""

    def __init__(self, writes: DatabaseThread, reads: DatabaseThread, check: Callable[[str], Awaitable[None]]) -> None:
        """`check` raises StoreError for a conversation that cannot be changed."""
        self._writes = writes
        self._reads = reads
        self._check = check

    async def record(self, vote: Vote) -> None:
        """Save a vote in place of all votes by the same judge on any of its answers."""
        await self._check(vote.conversation_id)
        await self._writes.run(journal.record_vote, vote)

    async def record_judgement(self, vote: Vote) -> bool:
        """Save the vote of a model on two answers in place of its last one by that criterion.

        Returns whether it was saved: not where an answer has gone meanwhile.
        """
        await self._check(vote.conversation_id)
        return await self._writes.run(journal.record_judgement, vote)

    async def take_back(self, vote: Vote) -> None:
        await self._check(vote.conversation_id)
        await self._writes.run(journal.take_back_vote, vote)

    async def since(self, moment: float = 0.0) -> list[Vote]:
        """All votes since then, the oldest first."""
        return await self.within(VoteScope(since=moment))

    async def within(self, scope: VoteScope) -> list[Vote]:
        """All votes in a scope, the oldest first."""
        return await self._reads.run(journal.votes, scope)

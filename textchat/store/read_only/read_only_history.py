"""The conversations of a file that cannot be written, together with those that are new, in memory.

A stored conversation in which somebody goes on is copied into memory with its first new message, and stands there from
then on in place of the stored one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from itertools import takewhile

from textchat.core.conversation import Conversation, Message, QueuedPrompt
from textchat.core.parts.part import Part
from textchat.core.replaying.timeline import Timeline
from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.core.text.sanitize import plain_line
from textchat.core.votes.scope import EVERYTHING, VoteScope
from textchat.core.votes.usual_reply import UsualReply
from textchat.core.votes.vote import Vote
from textchat.store.history import History
from textchat.store.journal import ModelStats, RunningRequest
from textchat.store.organizing.stored_votes import StoredVotes
from textchat.store.read_only.unstored_history import UnstoredHistory
from textchat.store.record import Added, ConversationRecord, ConversationSummary
from textchat.store.removed_messages import RemovedMessages
from textchat.store.search.search import NOT_INDEXED, SearchResult
from textchat.store.search.sent_prompts import PromptsBeside
from textchat.store.stored_requests import StoredRequests
from textchat.store.timelines import StoredTimelines

TITLE_LENGTH = 40
MOST_FOUND = 20


class ReadOnlyHistory(UnstoredHistory):
    """Reads from the file and from memory, writes to memory alone; what is only in the file cannot be changed."""

    def __init__(self, stored: History) -> None:
        super().__init__()
        self.read_only = stored.read_only
        self.requests = _RequestsBeside(stored.requests, self.requests)
        self._stored = stored
        self._here: set[str] = set()
        """Ids of the conversations in memory."""
        self.votes = _VotesBeside(stored.votes, self.votes, self._here)
        self.timelines = _TimelinesBeside(stored.timelines, self.timelines, self._here)
        self.prompts = PromptsBeside(stored.prompts, self.prompts, self._here)
        self._drafts: set[str | None] = set()
        """Whose drafts are in memory, be they empty."""
        self._copying = asyncio.Lock()

    # -- what is new -------------------------------------------------------------------------------------------------

    async def save(self, conversation: Conversation, messages: Sequence[Message] = ()) -> None:
        if messages:
            await self._take_over(conversation.id)
            self._here.add(conversation.id)
        if conversation.id in self._here:  # how a stored one is looked at is not worth a copy
            await super().save(conversation, messages)

    async def delete_for_good(self, conversation_ids: Sequence[str], advance: Callable[[int, int], object]) -> None:
        for conversation_id in conversation_ids:
            await self.check_changeable(conversation_id, is_deleted=True)
        await super().delete_for_good(conversation_ids, advance)

    async def remove_messages(self, conversation_id: str, message_ids: Iterable[str]) -> RemovedMessages:
        await self._take_over(conversation_id)
        return await super().remove_messages(conversation_id, message_ids)

    async def add(self, records: Sequence[ConversationRecord]) -> Added:
        for record in records:
            await self._take_over(record.conversation.id)
        added = await super().add(records)
        self._here.update(added.new)
        return added

    async def claim_waiting(self, conversation_id: str) -> tuple[QueuedPrompt, ...]:
        return await super().claim_waiting(conversation_id) if conversation_id in self._here else ()

    async def save_draft(self, conversation_id: str | None, text: str, parts: Sequence[Part] = ()) -> None:
        self._drafts.add(conversation_id)
        # What is taken over from the file has no other content than the one there.
        await super().save_draft(conversation_id, text, await self._stored.with_loaded(parts))

    async def _take_over(self, conversation_id: str) -> None:
        """Copy a stored conversation into memory, unless it is there."""
        async with self._copying:
            if conversation_id in self._here:
                return
            (record,) = await self._stored.records([conversation_id], is_masked=False)
            if isinstance(record, StoreError):
                raise record
            if record is not None:
                await super().add([record])
                self._here.add(conversation_id)

    async def check_changeable(self, conversation_id: str, *, is_deleted: bool = False) -> None:
        if conversation_id in self._here and not is_deleted:
            return
        if (summary := await self._stored.summary(conversation_id)) is not None:
            what = f"{'delete' if is_deleted else 'change'} “{plain_line(summary.title, TITLE_LENGTH) or 'untitled'}”"
            raise StoreError(f"Cannot {what}: conversations are read-only.", StoreErrorKind.READ_ONLY)

    # -- reading -----------------------------------------------------------------------------------------------------

    async def summaries(
        self,
        limit: int = 200,
        before: ConversationSummary | None = None,
        *,
        archived: bool | None = False,
        tag: str | None = None,
    ) -> list[ConversationSummary]:
        new = await super().summaries(limit, before, archived=archived, tag=tag)
        stored = await self._stored.summaries(limit + len(self._here), before, archived=archived, tag=tag)
        return _newest_first(new, stored, self._here)[:limit]

    async def pinned(self) -> list[ConversationSummary]:
        return _newest_first(await super().pinned(), await self._stored.pinned(), self._here)

    async def summary(self, conversation_id: str) -> ConversationSummary | None:
        if conversation_id in self._here:
            return await super().summary(conversation_id)
        return await self._stored.summary(conversation_id)

    async def load(self, conversation_id: str) -> Conversation | None:
        if conversation_id in self._here:
            return await super().load(conversation_id)
        return await self._stored.load(conversation_id)

    async def records(
        self, conversation_ids: Sequence[str], most: int = 0, *, is_masked: bool = True
    ) -> list[ConversationRecord | StoreError | None]:
        where = [conversation_id in self._here for conversation_id in conversation_ids]
        first = [conversation_ids[at] for at in takewhile(lambda at: where[at] == where[0], range(len(where)))]
        records = super().records if any(where[:1]) else self._stored.records
        return await records(first, most, is_masked=is_masked)

    async def count(self) -> int:
        stored = [await self._stored.summary(conversation_id) for conversation_id in self._here]
        return await super().count() + await self._stored.count() - len(stored) + stored.count(None)

    async def find(self, prefix: str) -> list[str]:
        return sorted({*await super().find(prefix), *await self._stored.find(prefix)})[:MOST_FOUND]

    async def search(self, query: str, limit: int = 50) -> SearchResult:
        """Messages that match the query: new ones first, as they are in `search`."""
        new = await super().search(query, limit)
        stored = await self._stored.search(query, limit)
        hits = (*new, *(hit for hit in stored if hit.conversation_id not in self._here))
        # A tag may be known to one alone, and what is new is always indexed.
        remarks = tuple(each for each in stored.remarks if each in new.remarks or each == NOT_INDEXED)
        return SearchResult(hits[:limit], remarks, new.has_more or stored.has_more or len(hits) > limit)

    async def tags(self) -> list[tuple[str, int]]:
        both = Counter(dict(await super().tags())) | Counter(dict(await self._stored.tags()))
        return sorted(both.items())

    async def draft(self, conversation_id: str | None) -> str:
        if conversation_id in self._drafts:
            return await super().draft(conversation_id)
        return await self._stored.draft(conversation_id)

    async def draft_parts(self, conversation_id: str | None) -> tuple[Part, ...]:
        if conversation_id in self._drafts:
            return await super().draft_parts(conversation_id)
        return await self._stored.draft_parts(conversation_id)

    async def with_content(self, messages: Sequence[Message]) -> tuple[Message, ...]:
        return await self._stored.with_content(await super().with_content(messages))

    async def changed_elsewhere(self) -> bool:
        return await self._stored.changed_elsewhere()

    # -- the file ----------------------------------------------------------------------------------------------------

    async def size(self) -> int:
        return await self._stored.size()

    async def vacuum(self) -> None:
        await self._stored.vacuum()

    def close(self) -> None:
        super().close()
        self._stored.close()


def _newest_first(
    new: Iterable[ConversationSummary], stored: Iterable[ConversationSummary], here: Set[str]
) -> list[ConversationSummary]:
    """Both in the order of a list, without those stored ones that are `here` in memory."""
    both = [*new, *(summary for summary in stored if summary.id not in here)]
    return sorted(both, key=lambda summary: (summary.updated_at, summary.id), reverse=True)


class _RequestsBeside(StoredRequests):
    """The journal in memory, after the one of the file."""

    def __init__(self, stored: StoredRequests, new: StoredRequests) -> None:
        self._stored = stored
        self._new = new

    async def reserve(self, requests: Iterable[RunningRequest], since: float, ceiling: float) -> float | None:
        before = await self._stored.spent_since(since)
        spent = await self._new.reserve(requests, since, ceiling - before)
        return None if spent is None else before + spent

    async def release(self, message_ids: Iterable[str]) -> None:
        await self._new.release(message_ids)

    async def begin_request(self, request: RunningRequest) -> None:
        await self._new.begin_request(request)

    async def record_request(self, message: Message) -> None:
        await self._new.record_request(message)

    async def model_stats(self, scope: VoteScope = EVERYTHING) -> list[ModelStats]:
        """Those of the file: medians cannot be put together, and nobody asks for them while something is new."""
        return await self._stored.model_stats(scope)

    async def usual_replies(self, scope: VoteScope = EVERYTHING) -> dict[str, UsualReply]:
        """Those of the file."""
        return await self._stored.usual_replies(scope)

    async def spent_since(self, since: float) -> float:
        return await self._stored.spent_since(since) + await self._new.spent_since(since)


class _VotesBeside(StoredVotes):
    """The votes in memory, after those of the file on conversations that are not `here`."""

    def __init__(self, stored: StoredVotes, new: StoredVotes, here: Set[str]) -> None:
        self._stored = stored
        self._new = new
        self._here = here

    async def record(self, vote: Vote) -> None:
        await self._new.record(vote)

    async def take_back(self, vote: Vote) -> None:
        await self._new.take_back(vote)

    async def within(self, scope: VoteScope) -> list[Vote]:
        stored = await self._stored.within(scope)
        return [*(vote for vote in stored if vote.conversation_id not in self._here), *await self._new.within(scope)]


class _TimelinesBeside(StoredTimelines):
    """Timelines of the conversations that are here, and of those in the file."""

    def __init__(self, stored: StoredTimelines, new: StoredTimelines, here: Set[str]) -> None:
        self._stored, self._new, self._here = stored, new, here

    async def of(self, conversation_id: str) -> dict[str, Timeline]:
        return await (self._new if conversation_id in self._here else self._stored).of(conversation_id)

"""Asynchronous access to the stored conversations: the only way the rest of the program uses the database.

One thread writes with one connection, another reads with its own, a third searches, and the interface's thread does
none of it. Every awaited call raises `StoreError`; times are Unix times in seconds.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from textchat.core.conversation import Conversation, Message, QueuedPrompt, Role
from textchat.core.crashes import Caught
from textchat.core.parts.part import Part
from textchat.core.replaying.timeline import Timeline
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError, StoreErrorKind, told
from textchat.store import queries, recovery
from textchat.store.changes import Growth, Writer
from textchat.store.database import (
    FileIdentity,
    continue_word_index,
    forget_deleted_words,
    open_database,
    raising_store_errors,
    rebuild_word_index,
    transaction,
)
from textchat.store.database_thread import DatabaseThread
from textchat.store.journal import ModelStats, RunningRequest
from textchat.store.organizing import organize
from textchat.store.organizing.shelf import Shelf
from textchat.store.organizing.stored_votes import StoredVotes
from textchat.store.parts import contents
from textchat.store.process_locks import ProcessLocks
from textchat.store.record import Added, ConversationRecord, ConversationSummary
from textchat.store.removed_messages import RemovedMessages
from textchat.store.search.hits import SearchHit
from textchat.store.search.index import is_incomplete, unindexed
from textchat.store.search.search import SearchResult, search
from textchat.store.search.sent_prompts import SentPrompts
from textchat.store.stored_requests import StoredRequests
from textchat.store.timelines import StoredTimelines

if TYPE_CHECKING:
    from textchat.store.read_only.readable_file import ReadableFile

T = TypeVar("T")

__all__ = [
    "Added",
    "ConversationRecord",
    "ConversationSummary",
    "History",
    "ModelStats",
    "RemovedMessages",
    "RunningRequest",
    "SearchHit",
    "SearchResult",
    "StoreError",
]


MAY_BE_READ = (
    StoreErrorKind.READ_ONLY,
    StoreErrorKind.FULL,
    StoreErrorKind.LOCKED,
    StoreErrorKind.TOO_LARGE,
    StoreErrorKind.DISK,
    StoreErrorKind.NO_LOCKS,
)
"""The reasons why a file cannot be opened that do not keep it from being read."""


def read_only_sentence(reason: StoreError, missing: str = "") -> str:
    """That nothing is stored, why, and what cannot be read."""
    why = str(reason)
    return " ".join(filter(None, (f"Conversations are read-only: {why[:1].lower()}{why[1:]}", missing)))


def _ignore(error: StoreError) -> None:
    """No-op default."""


class History:
    """An open database of conversations; close it with `aclose`, or cleaning up is left to the next start."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None, file: ReadableFile | None = None) -> None:
        """`file`: how the file at `path` is read, if it is only read."""
        self.path = path
        """None: in memory."""
        self.read_only = ""
        """Why what is new is only in memory, or cannot be stored at all, in a sentence; empty if it is stored."""
        self.only_here: set[str] = set()
        """Ids of conversations that could not be stored, with changes that were not exported either."""
        self.unsaved_drafts: dict[str | None, str] = {}
        """Drafts that are only in memory though meant for the disk, by conversation."""
        self.on_failure: Callable[[StoreError], None] = _ignore
        """Called on the event loop when a checkpoint cannot be written; once, until one succeeds again."""
        self._writer = Writer(connection, ProcessLocks(path))
        self._identity = FileIdentity(path)
        self._writes = DatabaseThread("writes", path, self._identity, connection)
        # A database in memory is one connection, so it has one thread.
        self._reads = DatabaseThread("reads", path, self._identity, file=file) if path else self._writes
        self._searches = DatabaseThread("search", path, self._identity, file=file) if path else self._writes
        self._file = file
        self.requests = StoredRequests(self._writes, self._reads, self._writer.locks, self._recover)
        """The journal of requests."""
        self.shelf = Shelf(self._writes, self.check_changeable, self._writer.titles)
        """Titles, marks and tags."""
        self.votes = StoredVotes(self._writes, self._reads, self.check_changeable)
        self.prompts = SentPrompts(self._searches)
        """What was asked, in all conversations."""
        self.timelines = StoredTimelines(self._reads)
        """When the pieces of its answers came."""
        self._lock = Lock()
        self._grown: dict[str, Growth] = {}
        self._has_failed = False
        self._deleted: set[str] = set()
        self._has_removed = False
        """Whether messages were taken out whose words are still in the file."""
        self._data_version: tuple[int, int] | None = None

    @classmethod
    def open(cls, path: Path) -> History:
        """Open the database at `path`, creating it if missing; a StoreError means that nothing was changed."""
        history = cls(open_database(path), path)
        # Not worth failing for: what grew in a process that is gone is looked for again when it is loaded.
        with suppress(sqlite3.Error, OSError):
            history._recover()
        is_indexed = False
        with suppress(sqlite3.Error):
            history._is_new_data(history._writer.connection)  # what others write from now on is news
            is_indexed = not is_incomplete(history._writer.connection)
        history._writes.post(history._purge_forgotten)
        if not is_indexed:
            history._writes.index_words()
        return history

    @classmethod
    def open_to_read(cls, path: Path, reason: StoreError) -> History:
        """Open a database that cannot be written for this reason; every change raises StoreError.

        Raises `reason` where it cannot be read either.
        """
        from textchat.store.read_only.readable_file import ReadableFile

        if reason.kind not in MAY_BE_READ:
            raise reason
        try:
            file = ReadableFile(path, is_locked=reason.kind is StoreErrorKind.LOCKED)
            history = cls(file.connect(), path, file)
        except (sqlite3.Error, OSError):
            raise reason from None
        history.read_only = read_only_sentence(reason, file.missing)
        return history

    @classmethod
    def in_memory(cls) -> History:
        """A store that ends with the program, for private conversations and for when the disk cannot be used."""
        return cls(open_database(None), None)

    # -- conversations and messages ----------------------------------------------------------------------------------

    async def save(self, conversation: Conversation, messages: Sequence[Message] = ()) -> None:
        """Save title, panes and these new or changed messages in one transaction; returns when they are on the disk."""
        await self._writes.run(lambda _: self._writer.save(conversation, tuple(messages)))

    def checkpoint(self, reply: Reply) -> None:
        """Queue what the reply gained since the last time to be stored; returns at once, cannot fail.

        To be called on the event loop. What waits to be written is written together.
        """
        with self._lock:
            is_first = not self._grown
            self._grown[reply.id] = Growth.of(reply)
        if is_first:
            loop = asyncio.get_running_loop()
            self._writes.post(lambda: self._checkpoint_all(loop))

    async def finish(self, conversation_id: str, message: Message, timeline: Timeline | None = None) -> None:
        """Store the final form of a growing message, and when its pieces came."""
        await self._writes.run(lambda _: self._writer.finish(conversation_id, message, timeline))

    async def remove_messages(self, conversation_id: str, message_ids: Iterable[str]) -> RemovedMessages:
        """Delete messages and all below them from the file; what is returned can restore them."""
        ids = tuple(message_ids)
        removed = await self._writes.run(lambda _: self._writer.remove_messages(conversation_id, ids))
        self._has_removed = True
        return removed

    async def restore_messages(self, conversation_id: str, removed: RemovedMessages, above: Sequence[str] = ()) -> None:
        """Put deleted messages back as they were, but for those that are there again; see `store.removed_messages`."""
        await self._writes.run(lambda _: self._writer.restore_messages(conversation_id, removed, above))

    async def add(self, records: Sequence[ConversationRecord]) -> Added:
        """Add conversations from elsewhere in one transaction; of known ones, only what is missing."""
        return await self._writes.run(lambda _: self._writer.add(tuple(records)))

    # -- organizing ---------------------------------------------------------------------------------------------------

    async def check_changeable(self, conversation_id: str, *, is_deleted: bool = False) -> None:
        """Raise StoreError if this conversation can be read and not organized, or not deleted."""

    async def delete(self, conversation_id: str) -> None:
        """Hide a conversation; it is deleted permanently on close, and `undelete` works until then."""
        await self.check_changeable(conversation_id, is_deleted=True)
        await self._writes.run(organize.delete, conversation_id)
        self._deleted.add(conversation_id)

    async def delete_for_good(self, conversation_ids: Sequence[str], advance: Callable[[int, int], object]) -> None:
        """Delete conversations without undo, all at once; `advance` is told how many of how many have left the file.

        Who is cancelled has deleted them all the same: the rest is taken out by `vacuum`, or at the next start.
        """
        ids = tuple(conversation_ids)
        await self._writes.run(organize.condemn, ids)
        await self._purge(advance)

    async def undelete(self, conversation_id: str) -> None:
        await self._writes.run(organize.undelete, conversation_id)
        self._deleted.discard(conversation_id)

    async def claim_waiting(self, conversation_id: str) -> tuple[QueuedPrompt, ...]:
        """The prompts that wait in a conversation, for the caller to send: `load` leaves them out."""
        return await self._writes.run(
            lambda connection: organize.claim_waiting(connection, self._writer.locks, conversation_id)
        )

    async def save_draft(self, conversation_id: str | None, text: str, parts: Sequence[Part] = ()) -> None:
        """Save the input bar of a conversation (None: of the new one). Without text and parts, what was saved goes."""
        await self._writes.run(organize.save_draft, self._writer.locks, conversation_id, text, tuple(parts))

    # -- reading -----------------------------------------------------------------------------------------------------

    async def summaries(
        self,
        limit: int = 200,
        before: ConversationSummary | None = None,
        *,
        archived: bool | None = False,
        tag: str | None = None,
    ) -> list[ConversationSummary]:
        """A page of summaries, newest first, after the one given as `before`; `archived` None: both kinds."""
        return await self._reads.run(queries.summaries, limit, before, archived, tag)

    async def pinned(self) -> list[ConversationSummary]:
        """All pinned conversations, newest first, archived ones included."""
        return await self._reads.run(queries.pinned)

    async def summary(self, conversation_id: str) -> ConversationSummary | None:
        return await self._reads.run(queries.summary, conversation_id)

    async def load(self, conversation_id: str) -> Conversation | None:
        """Load a conversation, including the current text of growing messages; None if it does not exist."""
        await self._end_what_was_left(conversation_id)
        conversation = await self._reads.run(queries.load, conversation_id)
        if conversation is not None:
            conversation = conversation if self._file is None else recovery.interrupted(conversation)
            self._writer.titles[conversation.id] = conversation.title
            self._writer.blinds[conversation.id] = conversation.blind
        return conversation

    async def with_content(self, messages: Sequence[Message]) -> tuple[Message, ...]:
        """The messages with the content of their parts; a part whose content is gone or damaged stays without."""
        return await self._reads.run(contents.with_content, messages)

    async def with_loaded(self, parts: Sequence[Part]) -> tuple[Part, ...]:
        """The same for parts alone: to draw, open or save one."""
        (message,) = await self.with_content([Message("", None, Role.USER, "", parts=tuple(parts))])
        return message.parts

    async def records(
        self, conversation_ids: Sequence[str], most: int = 0, *, is_masked: bool = True
    ) -> list[ConversationRecord | StoreError | None]:
        """The first of these conversations with their stored data and the content of their parts, for others.

        Up to `most` bytes, and one at least. In place of one that cannot be read stands its error, of one that does not
        exist None. What is compared blind is masked.
        """
        await self._end_what_was_left(None)
        found = await self._reads.run(queries.records, conversation_ids, most)
        if self._file is not None:
            found = [
                replace(each, conversation=recovery.interrupted(each.conversation))
                if isinstance(each, ConversationRecord)
                else each
                for each in found
            ]
        return [each.shown if is_masked and isinstance(each, ConversationRecord) else each for each in found]

    async def _end_what_was_left(self, conversation_id: str | None) -> None:
        """Mark growing messages of ended processes as interrupted, in this conversation or, for None, in all."""
        owners = await self._reads.run(queries.owners, conversation_id)
        if any(not self._writer.locks.is_mine(owner) for owner in owners):
            with suppress(StoreError):  # a disk that cannot be written can still be read
                await self._writes.run(lambda _: self._recover())

    async def count(self) -> int:
        """The number of conversations, archived ones included."""
        return await self._reads.run(queries.count)

    async def newest(self) -> str | None:
        """The id of the most recently written conversation."""
        return next((summary.id for summary in await self.summaries(1)), None)

    async def find(self, prefix: str) -> list[str]:
        """Ids that start with `prefix`, 20 at most."""
        return await self._reads.run(queries.find, prefix)

    async def search(self, query: str, limit: int = 50) -> SearchResult:
        """What matches the query (see `search.query.parse`), newest first; cancelling stops the query."""
        try:
            return await self._searches.run_unless_cancelled(search, query, limit)
        except StoreError as error:
            if error.kind is not StoreErrorKind.INDEX:
                raise
        await self._writes.run(rebuild_word_index)
        self._writes.index_words()
        return await self._searches.run_unless_cancelled(search, query, limit)

    async def complete_index(self, advance: Callable[[float], object]) -> None:
        """Index what a search does not find yet; `advance` is told how much of it is done, from 0 to 1.

        For who searches once and ends, and so leaves no time in the background. What cannot be written is left.
        """
        if self._file is not None:
            return
        with suppress(StoreError):
            total = left = await self._searches.run(unindexed)
            while left:
                advance(1 - left / total)
                await self._writes.run(continue_word_index)
                left = await self._searches.run(unindexed)

    async def tags(self) -> list[tuple[str, int]]:
        """Every tag with its number of conversations, by name."""
        return await self._reads.run(organize.tags)

    async def draft(self, conversation_id: str | None) -> str:
        """The text of the saved draft, empty if there is none."""
        return await self._reads.run(organize.draft, conversation_id)

    async def draft_parts(self, conversation_id: str | None) -> tuple[Part, ...]:
        """What is attached to the saved draft, without its content."""
        return await self._reads.run(organize.draft_parts, conversation_id)

    async def changed_elsewhere(self) -> bool:
        """Whether another process has written since the last call; costs next to nothing."""
        try:
            return await self._writes.run(self._is_new_data)
        except StoreError as error:
            if error.kind is not StoreErrorKind.MOVED:
                raise
            return False  # whoever writes will say so

    # -- the file ----------------------------------------------------------------------------------------------------

    async def size(self) -> int:
        """Size on the disk in bytes, including the write-ahead log; 0 in memory."""
        return 0 if self.path is None else await asyncio.to_thread(_size, self.path)

    async def vacuum(self) -> None:
        """Free the disk space of deleted conversations, which ends their undo; needs as much again while it runs."""
        await self._writes.run(organize.purge, tuple(self._deleted))
        self._deleted.clear()
        await self._purge()
        await self._writes.run_stoppable(forget_deleted_words)
        self._has_removed = False
        await self._writes.run_stoppable(lambda _: self._writer.vacuum())

    async def is_wasteful(self) -> bool:
        """Whether much of the file is free: `vacuum` would make it smaller."""
        return await self._writes.run(organize.is_wasteful)

    async def _purge(self, advance: Callable[[int, int], object] = lambda number, total: None) -> None:
        """Take out of the file what was deleted without undo, or so long ago that there is none any more."""
        number, total = 0, await self._writes.run(organize.count_of_purge)
        while total:
            advance(min(number, total), total)
            some = await self._writes.run_stoppable(organize.purge_some)
            number += some
            if not some:
                break

    async def aclose(self) -> None:
        """Finish pending writes, then close. Later calls do nothing."""
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Synchronous `aclose` for a program without an event loop; blocks until all is written."""
        self._searches.abandon()
        self._reads.close()
        if self._file is None:
            self._writes.close(last=self._tidy)
        else:
            self._writes.close()
            self._file.close()

    def _tidy(self) -> None:
        self._checkpoint_all(None)
        with suppress(sqlite3.Error):  # what is deleted is out of sight already, and goes for good later
            organize.purge(self._writer.connection, self._deleted)
            if self._has_removed:
                forget_deleted_words(self._writer.connection)
            if self._writer.locks.own is not None:  # nothing can be brought back any more
                with transaction(self._writer.connection):
                    contents.let_go(self._writer.connection, self._writer.locks.own)
        with suppress(OSError):  # a lock that nobody holds belongs to nobody
            self._writer.locks.release()

    # -- on the writer's thread --------------------------------------------------------------------------------------

    def _checkpoint_all(self, loop: asyncio.AbstractEventLoop | None) -> None:
        with self._lock:
            grown = tuple(self._grown.values())
            self._grown.clear()
        failed: list[BaseException] = []
        with Caught(failed.append), raising_store_errors(self.path):
            self._identity.check()
            self._writer.checkpoint(grown)
        if failed and not self._has_failed and loop is not None:
            with suppress(RuntimeError):  # the loop ended meanwhile: nobody is left to be told
                loop.call_soon_threadsafe(self.on_failure, told(failed[0]))
        self._has_failed = bool(failed)

    def _recover(self) -> None:
        recovery.recover(self._writer.connection, self._writer.locks)

    def _purge_forgotten(self, has_purged: bool = False) -> None:
        with suppress(sqlite3.Error):  # tried again at the next start
            if organize.purge_some(self._writer.connection):
                self._writes.post(lambda: self._purge_forgotten(has_purged=True))  # behind what is to be saved now
            elif has_purged:
                forget_deleted_words(self._writer.connection)

    def _is_new_data(self, connection: sqlite3.Connection) -> bool:
        (number,) = connection.execute("PRAGMA data_version").fetchone()
        version = number, 0 if self._file is None else self._file.generation
        before, self._data_version = self._data_version, version
        return before is not None and before != version


def _size(path: Path) -> int:
    files = (path, path.with_name(path.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())

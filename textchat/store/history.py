"""Asynchronous access to the stored conversations: the only way that the rest of the program uses the database.

One thread writes with one connection, another reads with its own, a third searches, and the interface's thread does
none of it. Every awaited call raises `StoreError`; times are Unix times in seconds.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

from textchat.core.conversation import Conversation, Message, ReadingPlace
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.core.votes.vote import Vote
from textchat.store import journal, organize, queries, recovery, search
from textchat.store.changes import Growth, Writer
from textchat.store.database import (
    FileIdentity,
    forget_deleted_words,
    open_database,
    raising_store_errors,
    rebuild_word_index,
)
from textchat.store.database_thread import DatabaseThread
from textchat.store.journal import ModelStats
from textchat.store.process_locks import ProcessLocks
from textchat.store.record import Added, ConversationRecord, ConversationSummary
from textchat.store.search import SearchHit

__all__ = ["Added", "ConversationRecord", "ConversationSummary", "History", "ModelStats", "SearchHit", "StoreError"]


def _ignore(error: StoreError) -> None:
    """No-op default."""


class History:
    """An open database of conversations; `aclose` it, or tidying up waits for the next start."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self.path = path
        """None: in memory."""
        self.on_failure: Callable[[StoreError], None] = _ignore
        """Told on the event loop when a checkpoint cannot be written; once, until one can be again."""
        self._writer = Writer(connection, ProcessLocks(path))
        self._identity = FileIdentity(path)
        self._writes = DatabaseThread("writes", path, self._identity, connection)
        # A database in memory is one connection, so it has one thread.
        self._reads = DatabaseThread("reads", path, self._identity) if path else self._writes
        self._searches = DatabaseThread("search", path, self._identity) if path else self._writes
        self._lock = Lock()
        self._grown: dict[str, Growth] = {}
        self._has_failed = False
        self._deleted: set[str] = set()
        self._has_removed = False
        """Whether messages were taken out whose words are still in the file."""
        self._data_version: int | None = None

    @classmethod
    def open(cls, path: Path) -> History:
        """The database at `path`, made if it is missing; raises StoreError and then has changed nothing."""
        history = cls(open_database(path), path)
        # Not worth failing for: what grew in a process that is gone is looked for again when it is loaded.
        with suppress(sqlite3.Error, OSError):
            history._recover()
        with suppress(sqlite3.Error):
            history._is_new_data(history._writer.connection)  # what others write from now on is news
        history._writes.post(history._purge_forgotten)
        return history

    @classmethod
    def in_memory(cls) -> History:
        """One that ends with the program: for private conversations, and for when the disk cannot be used."""
        return cls(open_database(None), None)

    # -- conversations and messages ----------------------------------------------------------------------------------

    async def save(self, conversation: Conversation, messages: Sequence[Message] = ()) -> None:
        """Head, panes and these messages, new or changed, in one transaction; returns when they are on the disk."""
        await self._writes.run(lambda _: self._writer.save(conversation, tuple(messages)))

    def checkpoint(self, reply: Reply) -> None:
        """Have what the reply gained since the last time appended; returns at once, cannot fail.

        To be called on the event loop. What waits to be written is written together.
        """
        with self._lock:
            is_first = not self._grown
            self._grown[reply.id] = Growth(reply, reply.tool_calls)
        if is_first:
            loop = asyncio.get_running_loop()
            self._writes.post(lambda: self._checkpoint_all(loop))

    async def finish(self, conversation_id: str, message: Message) -> None:
        """The final form of a message that grew."""
        await self._writes.run(lambda _: self._writer.finish(conversation_id, message))

    async def remove_messages(self, conversation_id: str, message_ids: Iterable[str]) -> None:
        """Take messages out for good; with each, all that is below it must be named."""
        ids = tuple(message_ids)
        await self._writes.run(lambda _: self._writer.remove_messages(conversation_id, ids))
        self._has_removed = True

    async def add(self, records: Sequence[ConversationRecord]) -> Added:
        """Take in whole conversations from elsewhere in one transaction; of those that are known, what is missing."""
        return await self._writes.run(lambda _: self._writer.add(tuple(records)))

    # -- organizing, votes, journal------------------------------------------------------------------------------------

    async def rename(self, conversation_id: str, title: str) -> None:
        await self._writes.run(organize.rename, conversation_id, title)
        self._writer.titles[conversation_id] = title

    async def pin(self, conversation_id: str, pinned: bool = True) -> None:
        await self._writes.run(organize.pin, conversation_id, pinned)

    async def archive(self, conversation_id: str, archived: bool = True) -> None:
        await self._writes.run(organize.archive, conversation_id, archived)

    async def tag(self, conversation_id: str, name: str) -> None:
        await self._writes.run(organize.tag, conversation_id, name)

    async def untag(self, conversation_id: str, name: str) -> None:
        await self._writes.run(organize.untag, conversation_id, name)

    async def delete(self, conversation_id: str) -> None:
        """Put it out of sight; it is removed for good when this history is closed, until then `undelete` works."""
        await self._writes.run(organize.delete, conversation_id)
        self._deleted.add(conversation_id)

    async def undelete(self, conversation_id: str) -> None:
        await self._writes.run(organize.undelete, conversation_id)
        self._deleted.discard(conversation_id)

    async def keep_places(self, conversation_id: str, places: Mapping[str, ReadingPlace | None]) -> None:
        """Where panes, by id, are read; it changes nothing else of them, and not where the conversation is listed."""
        await self._writes.run(organize.keep_places, conversation_id, dict(places))

    async def save_draft(self, conversation_id: str | None, text: str) -> None:
        """What stands in the input bar of a conversation; None: of the new one. An empty text removes it."""
        await self._writes.run(organize.save_draft, conversation_id, text)

    async def record_vote(self, vote: Vote) -> None:
        """Keep a vote in place of all by the same judge on any of its answers."""
        await self._writes.run(journal.record_vote, vote)

    async def take_back_vote(self, vote: Vote) -> None:
        await self._writes.run(journal.take_back_vote, vote)

    async def record_request(self, message: Message) -> None:
        """Put an ended reply into the journal of requests: its figures, not its text."""
        await self._writes.run(journal.record_request, message)

    # -- reading -----------------------------------------------------------------------------------------------------

    async def summaries(
        self,
        limit: int = 200,
        before: ConversationSummary | None = None,
        *,
        archived: bool | None = False,
        tag: str | None = None,
    ) -> list[ConversationSummary]:
        """Newest first; `before`: the last of the page before; `archived` None: both kinds."""
        return await self._reads.run(queries.summaries, limit, before, archived, tag)

    async def pinned(self) -> list[ConversationSummary]:
        """All that are pinned, newest first, those in the archive included."""
        return await self._reads.run(queries.pinned)

    async def summary(self, conversation_id: str) -> ConversationSummary | None:
        return await self._reads.run(queries.summary, conversation_id)

    async def load(self, conversation_id: str) -> Conversation | None:
        """The whole conversation, with what has come of messages that still grow; None if there is none."""
        owners = await self._reads.run(queries.owners, conversation_id)
        if any(not self._writer.locks.is_mine(owner) for owner in owners):
            with suppress(StoreError):  # a disk that cannot be written can still be read
                await self._writes.run(lambda _: self._recover())
        conversation = await self._reads.run(queries.load, conversation_id)
        if conversation is not None:
            self._writer.titles[conversation.id] = conversation.title
        return conversation

    async def count(self) -> int:
        """How many conversations there are, those in the archive included."""
        return await self._reads.run(queries.count)

    async def newest(self) -> str | None:
        """The id of the conversation that was written in last."""
        return await self._reads.run(queries.newest)

    async def find(self, prefix: str) -> list[str]:
        """Ids that start with `prefix`, at most 20."""
        return await self._reads.run(queries.find, prefix)

    async def search(self, query: str, limit: int = 50) -> list[SearchHit]:
        """What `search_query.parse` makes of the query, newest first; cancelling the caller stops the query."""
        try:
            return await self._searches.run_unless_cancelled(search.search, query, limit)
        except StoreError as error:
            if error.kind is not StoreErrorKind.INDEX:
                raise
        await self._writes.run(rebuild_word_index)
        return await self._searches.run_unless_cancelled(search.search, query, limit)

    async def tags(self) -> list[tuple[str, int]]:
        """Every tag with the number of its conversations, by name."""
        return await self._reads.run(organize.tags)

    async def draft(self, conversation_id: str | None) -> str:
        """The draft that was saved, empty if there is none."""
        return await self._reads.run(organize.draft, conversation_id)

    async def votes(self, since: float = 0.0) -> list[Vote]:
        return await self._reads.run(journal.votes, since)

    async def model_stats(self, since: float = 0.0) -> list[ModelStats]:
        return await self._reads.run(journal.model_stats, since)

    async def changed_elsewhere(self) -> bool:
        """Whether another process has written since the last time this was asked; costs next to nothing."""
        try:
            return await self._writes.run(self._is_new_data)
        except StoreError as error:
            if error.kind is not StoreErrorKind.MOVED:
                raise
            return False  # whoever writes will say so

    # -- the file ----------------------------------------------------------------------------------------------------

    async def size(self) -> int:
        """Bytes on the disk, the write-ahead log included; 0 in memory."""
        return 0 if self.path is None else await asyncio.to_thread(_size, self.path)

    async def vacuum(self) -> None:
        """Give the space of what was deleted here back to the system, which ends its undoing; needs as much again
        while it runs."""
        await self._writes.run(organize.purge, tuple(self._deleted))
        self._deleted.clear()
        await self._writes.run(forget_deleted_words)
        self._has_removed = False
        await self._writes.run(lambda _: self._writer.vacuum())

    async def aclose(self) -> None:
        """Write what waits, then close. Calling it again does nothing."""
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """`aclose` for a program without an event loop; blocks until all is written."""
        self._reads.close()
        self._searches.close()
        self._writes.close(last=self._tidy)

    def _tidy(self) -> None:
        self._checkpoint_all(None)
        with suppress(sqlite3.Error):  # what is deleted is out of sight already, and goes for good later
            organize.purge(self._writer.connection, self._deleted)
            if self._has_removed:
                forget_deleted_words(self._writer.connection)
        self._writer.locks.release()

    # -- on the writer's thread --------------------------------------------------------------------------------------

    def _checkpoint_all(self, loop: asyncio.AbstractEventLoop | None) -> None:
        with self._lock:
            grown = tuple(self._grown.values())
            self._grown.clear()
        try:
            with raising_store_errors(self.path):
                self._identity.check()
                self._writer.checkpoint(grown)
        except StoreError as error:
            if not self._has_failed and loop is not None:
                with suppress(RuntimeError):  # the loop ended meanwhile: nobody is left to be told
                    loop.call_soon_threadsafe(self.on_failure, error)
            self._has_failed = True
        else:
            self._has_failed = False

    def _recover(self) -> None:
        recovery.recover(self._writer.connection, self._writer.locks)

    def _purge_forgotten(self) -> None:
        with suppress(sqlite3.Error):  # tried again at the next start
            organize.purge(self._writer.connection)

    def _is_new_data(self, connection: sqlite3.Connection) -> bool:
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        before, self._data_version = self._data_version, version
        return before is not None and before != version


def _size(path: Path) -> int:
    files = (path, path.with_name(path.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())

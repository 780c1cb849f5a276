"""The conversations on disk: saved before sent, kept while they grow, found again; the one door to the database.

One thread writes with one connection, another reads with its own, and the interface's thread does neither. Every
awaited call raises `StoreError`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import ParamSpec, TypeVar

from textchat.core.conversation import Conversation, Message
from textchat.core.reply import Reply
from textchat.store import reading
from textchat.store.database import connect, explaining, open_database
from textchat.store.errors import StoreError, Trouble, explained
from textchat.store.owners import Owners
from textchat.store.reading import ConversationSummary
from textchat.store.writing import Writer

__all__ = ["ConversationSummary", "History", "StoreError"]

P = ParamSpec("P")
T = TypeVar("T")


def _ignore(error: StoreError) -> None:
    """Nobody listens."""


class History:
    """An open database; `aclose` it, or what was just written may wait for the next start to be tidied."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self.path = path
        """None: in memory."""
        self.on_failure: Callable[[StoreError], None] = _ignore
        """Told on the event loop when a checkpoint cannot be written; once, until one can be again."""
        self._writer = Writer(connection, Owners(path))
        self._writing = ThreadPoolExecutor(1, "textchat-store-writes")
        # A database in memory has one connection, so it has one thread.
        self._reading = self._writing if path is None else ThreadPoolExecutor(1, "textchat-store-reads")
        self._read_connection: sqlite3.Connection | None = connection if path is None else None
        self._lock = Lock()
        self._grown: dict[str, Reply] = {}
        self._has_failed = False
        self._is_closed = False

    @classmethod
    def open(cls, path: Path) -> History:
        """The database at `path`, made if it is missing; raises StoreError and then has changed nothing."""
        history = cls(open_database(path), path)
        # Not worth failing for: what grew in a process that is gone is looked for again when it is loaded.
        with suppress(sqlite3.Error, OSError):
            history._writer.recover()
        return history

    @classmethod
    def in_memory(cls) -> History:
        """One that ends with the program: for private conversations, and for when the disk cannot be used."""
        return cls(open_database(None), None)

    # -- writing -----------------------------------------------------------------------------------------------------

    async def save(self, conversation: Conversation, messages: Sequence[Message] = ()) -> None:
        """Head, panes and these messages, new or changed, in one transaction; returns when they are on the disk."""
        await self._write(self._writer.save, conversation, tuple(messages))

    def checkpoint(self, reply: Reply) -> None:
        """Have what the reply gained since the last time appended; returns at once, cannot fail.

        To be called on the event loop. What waits to be written is written together.
        """
        with self._lock:
            is_first = not self._grown
            self._grown[reply.id] = reply
        if is_first and not self._is_closed:
            self._writing.submit(self._checkpoint_all, _running_loop())

    async def finish(self, conversation_id: str, message: Message) -> None:
        """The final form of a message that grew."""
        await self._write(self._writer.finish, conversation_id, message)

    async def remove_messages(self, conversation_id: str, message_ids: Iterable[str]) -> None:
        """Take messages out for good; with each, all that is below it must be named."""
        await self._write(self._writer.remove_messages, conversation_id, tuple(message_ids))

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
        return await self._read(reading.summaries, limit, before, archived, tag)

    async def load(self, conversation_id: str) -> Conversation | None:
        """The whole conversation, with what has come of messages that still grow; None if there is none."""
        owners = await self._read(reading.foreign_owners, conversation_id)
        if any(not self._writer.owners.is_mine(owner) for owner in owners):
            with suppress(StoreError):  # a disk that cannot be written can still be read
                await self._write(self._writer.recover)
        conversation = await self._read(reading.load, conversation_id)
        if conversation is not None:
            self._writer.titles[conversation.id] = conversation.title
        return conversation

    async def newest(self) -> str | None:
        """The id of the conversation that was written in last."""
        return await self._read(reading.newest)

    async def find(self, prefix: str) -> list[str]:
        """Ids that start with `prefix`, at most 20."""
        return await self._read(reading.find, prefix)

    # -- the end -----------------------------------------------------------------------------------------------------

    async def aclose(self) -> None:
        """Write what waits, then close. Calling it again does nothing."""
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """`aclose` for a program without an event loop; blocks until all is written."""
        if self._is_closed:
            return
        self._is_closed = True
        self._reading.submit(self._close_reader).result()
        self._writing.submit(self._close_writer).result()
        self._reading.shutdown()
        self._writing.shutdown()

    def _close_reader(self) -> None:
        if self._read_connection is not None and self.path is not None:
            self._read_connection.close()

    def _close_writer(self) -> None:
        self._checkpoint_all(None)
        self._writer.owners.release()
        with suppress(sqlite3.Error):
            self._writer.connection.close()

    # -- the two threads ---------------------------------------------------------------------------------------------

    def _checkpoint_all(self, loop: asyncio.AbstractEventLoop | None) -> None:
        with self._lock:
            replies = tuple(self._grown.values())
            self._grown.clear()
        try:
            self._writer.checkpoint(replies)
        except (sqlite3.Error, OSError) as error:
            if not self._has_failed and loop is not None:
                with suppress(RuntimeError):  # the loop ended meanwhile: nobody is left to be told
                    loop.call_soon_threadsafe(self.on_failure, explained(error, self.path))
            self._has_failed = True
        else:
            self._has_failed = False

    async def _write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._run(self._writing, partial(work, *args, **kwargs))

    async def _read(self, work: Callable[..., T], *args: object) -> T:
        return await self._run(self._reading, lambda: work(self._reader(), *args))

    def _reader(self) -> sqlite3.Connection:
        if self._read_connection is None:
            self._read_connection = connect(self.path)
            self._read_connection.execute("PRAGMA query_only = ON")
        return self._read_connection

    async def _run(self, thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        if self._is_closed:
            raise StoreError("The conversations are closed already.", Trouble.CLOSED)
        with explaining(self.path):
            # Shielded: a caller that is cancelled must not take back what it has said to save.
            return await asyncio.shield(asyncio.wrap_future(thread.submit(work)))


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None

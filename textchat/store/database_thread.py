"""Runs database work in a separate thread, and returns results and `StoreError`s to the event loop."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from threading import Thread
from traceback import clear_frames
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from textchat.core.store_error import StoreError, StoreErrorKind, as_store_error
from textchat.store.database import (
    FileIdentity,
    connect,
    continue_word_index,
    raising_store_errors,
    rebuild_word_index,
)
from textchat.store.search.index import is_prepared, next_message, prepare

if TYPE_CHECKING:
    from textchat.store.read_only.readable_file import ReadableFile

P = ParamSpec("P")
T = TypeVar("T")

INTERRUPTION_S = 0.01


class DatabaseThread:
    """Runs work in order in one thread with one connection.

    A connection that is not given is made at first use and only reads: reading goes on where writing would be into a
    file that was moved or removed meanwhile.
    """

    def __init__(
        self,
        name: str,
        path: Path | None,
        identity: FileIdentity,
        connection: sqlite3.Connection | None = None,
        file: ReadableFile | None = None,
    ) -> None:
        """`file`: how the file is read if it cannot be written."""
        self._path = path
        self._file = file
        self._generation = 0
        self._identity = identity
        self._connection = connection
        self._only_reads = connection is None
        self._thread = ThreadPoolExecutor(1, f"textchat-store-{name}")
        self._is_closed = False

    async def run(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` with the connection; raises StoreError. It completes even if the caller is cancelled."""
        with raising_store_errors(self._path):
            return await asyncio.shield(asyncio.wrap_future(self._submit(work, *args, **kwargs)))

    async def run_unless_cancelled(
        self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same, but a caller that is cancelled stops the query: for queries whose result only the screen wants."""
        while True:
            future = self._submit(work, *args, **kwargs)
            try:
                return await asyncio.wrap_future(future)
            except asyncio.CancelledError:
                self._interrupt_until_done(future)
                raise
            except sqlite3.OperationalError as error:
                # The interruption was meant for the query before this one.
                if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_INTERRUPT:
                    raise as_store_error(error, self._path) from error
            except (sqlite3.Error, OSError) as error:
                raise as_store_error(error, self._path) from error

    async def run_stoppable(
        self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work`, which stops half-way if the caller is cancelled: SQLite then undoes it."""
        future = self._submit(work, *args, **kwargs)
        try:
            with raising_store_errors(self._path):
                return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if not future.cancel() and not future.done() and self._connection is not None:
                self._connection.interrupt()
            raise

    def post(self, work: Callable[[], None]) -> None:
        """Queue `work` without waiting for it; it must not raise. Does nothing after `close`."""
        if not self._is_closed:
            # If it raises all the same, the log of concurrent.futures has it.
            self._thread.submit(work).add_done_callback(lambda done: done.result())

    def index_words(self) -> None:
        """Index in the background what the full-text index does not hold, between other work, until `close`."""
        self.post(self._index_some)

    def _index_some(self) -> None:
        with suppress(sqlite3.Error, OSError, StoreError):
            connection = self._open()
            if not is_prepared(message := next_message(connection)):
                # Prompts are saved meanwhile; a program that ends does not wait for it.
                Thread(target=self._prepare, args=(message,), daemon=True).start()
            elif continue_word_index(connection):
                self.post(self._index_some)

    def _prepare(self, message: tuple[str, str]) -> None:
        prepare([message])
        with suppress(RuntimeError):  # it was closed this moment
            self.post(self._index_some)

    def abandon(self) -> None:
        """Interrupt what runs and waits, and close; does nothing for a thread that writes. Blocks until it is done."""
        if self._is_closed or not self._only_reads:
            return
        self._is_closed = True
        closed = self._thread.submit(self._close_connection)
        while not wait([closed], INTERRUPTION_S).done:
            self._interrupt()
        self._thread.shutdown()

    def _interrupt_until_done(self, future: Future[T]) -> None:
        """Interrupt again and again, on the event loop: once is lost where it comes between two queries."""
        if self._only_reads and not future.done():
            self._interrupt()
            asyncio.get_running_loop().call_later(INTERRUPTION_S, self._interrupt_until_done, future)

    def _interrupt(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.ProgrammingError):  # it was closed this moment
                self._connection.interrupt()

    def close(self, last: Callable[[], None] | None = None) -> None:
        """Finish the queued work, then `last`, then close the connection; blocks. Later calls do nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        if last is not None:
            self._thread.submit(last).result()
        self._thread.submit(self._close_connection).result()
        self._thread.shutdown()

    def _close_connection(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()

    def _submit(
        self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        if self._is_closed:
            raise StoreError("The conversations are already closed.", StoreErrorKind.CLOSED)
        return self._thread.submit(lambda: self._do(lambda connection: work(connection, *args, **kwargs)))

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._open()
        try:
            return work(connection)
        except sqlite3.DatabaseError as error:
            # A query that was left half-way would stay active as long as anybody keeps the error, and until it ends,
            # SQLite interrupts all others on this connection.
            clear_frames(error.__traceback__)
            if self._only_reads or as_store_error(error, self._path).kind is not StoreErrorKind.INDEX:
                raise
        rebuild_word_index(connection)  # no text is worth losing for an index that is made from the texts
        self.index_words()
        return work(connection)

    def _open(self) -> sqlite3.Connection:
        if self._file is not None:
            return self._open_anew(self._file)
        if self._connection is None or not self._only_reads:
            self._identity.check()
        if self._connection is None:
            connection = connect(self._path)
            connection.execute("PRAGMA query_only = ON")
            self._connection = connection
        return self._connection

    def _open_anew(self, file: ReadableFile) -> sqlite3.Connection:
        """The connection to a file that cannot be written, made anew when somebody else has written to it."""
        if self._connection is None or file.generation != self._generation:
            self._close_connection()
            self._connection = None
            self._generation = file.generation
            self._connection = file.connect()
        return self._connection

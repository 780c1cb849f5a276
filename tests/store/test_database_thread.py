"""The database thread: work in order, results and errors back to the caller, cancelled queries stopped."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.store.database import FileIdentity
from textchat.store.database_thread import DatabaseThread

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n WHERE seen(x)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "numbers.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE numbers (number INTEGER)")
        connection.commit()
    return path


def reader(path: Path) -> DatabaseThread:
    return DatabaseThread("test", path, FileIdentity(path))


def writer(path: Path) -> DatabaseThread:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    return DatabaseThread("test", path, FileIdentity(path), connection)


def insert(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("INSERT INTO numbers VALUES (?)", (number,))


def numbers(connection: sqlite3.Connection) -> list[int]:
    return [row[0] for row in connection.execute("SELECT number FROM numbers ORDER BY rowid")]


def endless(connection: sqlite3.Connection, seen: Callable[[], object]) -> None:
    """A query that ends only by an interruption, and calls `seen` while it runs: before that, none has an effect."""
    connection.create_function("seen", 1, lambda _: seen() is None)
    connection.execute(ENDLESS).fetchone()


async def until(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 20)


async def test_work_is_done_in_order_on_one_other_thread(path: Path) -> None:
    thread = writer(path)
    await asyncio.gather(*(thread.run(insert, number) for number in range(20)))
    assert await thread.run(numbers) == list(range(20))
    names = {await thread.run(lambda _: threading.current_thread().name) for _ in range(3)}
    assert len(names) == 1
    assert threading.current_thread().name not in names
    thread.close()


async def test_what_was_begun_is_written_though_its_caller_was_cancelled(path: Path) -> None:
    """A prompt that was sent must be in the store, whatever the screen does meanwhile."""
    thread = writer(path)
    held, go_on = threading.Event(), threading.Event()

    def slow(connection: sqlite3.Connection) -> None:
        held.set()
        assert go_on.wait(20)
        insert(connection, 7)

    task = asyncio.create_task(thread.run(slow))
    await until(held)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    assert await thread.run(numbers) == [7]
    thread.close()


async def test_a_reading_thread_cannot_write(path: Path) -> None:
    thread = reader(path)
    for run in (thread.run, thread.run_unless_cancelled):
        with pytest.raises(StoreError):
            await run(insert, 1)
    assert await thread.run(numbers) == []
    thread.close()


async def test_a_query_whose_caller_is_cancelled_stops_and_the_next_one_is_answered(path: Path) -> None:
    thread = reader(path)
    for _ in range(3):
        begun = threading.Event()
        task = asyncio.create_task(thread.run_unless_cancelled(endless, begun.set))
        await until(begun)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(20):
            assert await thread.run_unless_cancelled(numbers) == []
    thread.close()


async def test_what_is_abandoned_ends_at_once_with_all_that_waits(path: Path) -> None:
    """Who quits during a search waits for none."""
    thread = reader(path)
    begun = threading.Event()
    tasks = [asyncio.create_task(thread.run_unless_cancelled(endless, begun.set)) for _ in range(3)]
    await until(begun)
    async with asyncio.timeout(20):
        await asyncio.to_thread(thread.abandon)
        for task in tasks:
            with pytest.raises(StoreError, match="closed"):
                await task
    thread.abandon()
    thread.close()


async def test_work_of_many_queries_stops_at_whichever_the_cancellation_finds(path: Path) -> None:
    thread = reader(path)
    begun = threading.Event()

    def many(connection: sqlite3.Connection) -> None:
        begun.set()
        while True:
            numbers(connection)

    task = asyncio.create_task(thread.run_unless_cancelled(many))
    await until(begun)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(20):
        assert await thread.run_unless_cancelled(numbers) == []
    thread.close()


async def test_an_interruption_that_was_meant_for_another_query_is_not_an_error(path: Path) -> None:
    thread = reader(path)
    calls: list[int] = []

    def interrupted_once(connection: sqlite3.Connection) -> int:
        calls.append(1)
        if len(calls) == 1:
            endless(connection, connection.interrupt)
        return len(calls)

    assert await thread.run_unless_cancelled(interrupted_once) == 2
    thread.close()


async def test_writing_is_never_interrupted(path: Path) -> None:
    thread = writer(path)
    held, go_on = threading.Event(), threading.Event()

    def slow(connection: sqlite3.Connection) -> None:
        held.set()
        assert go_on.wait(20)
        connection.execute("INSERT INTO numbers SELECT value FROM json_each('[1, 2, 3]')")

    task = asyncio.create_task(thread.run_unless_cancelled(slow))
    await until(held)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    assert await thread.run(numbers) == [1, 2, 3]
    thread.close()


@pytest.mark.parametrize("error", [sqlite3.OperationalError("no such table"), sqlite3.DatabaseError("?"), OSError("?")])
async def test_errors_of_the_database_and_the_system_name_the_file(path: Path, error: Exception) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        raise error

    for thread in (writer(path), reader(path)):
        for run in (thread.run, thread.run_unless_cancelled):
            with pytest.raises(StoreError, match=r"numbers\.db"):
                await run(fail)
        thread.close()


async def test_closing_finishes_what_waits_then_does_the_last_thing_then_refuses(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    thread = DatabaseThread("test", path, FileIdentity(path), connection)
    order: list[str] = []
    thread.post(lambda: order.append("waits"))
    thread.close(lambda: order.append("last"))
    thread.close(lambda: order.append("twice"))
    thread.post(lambda: order.append("late"))
    assert order == ["waits", "last"]
    with pytest.raises(StoreError, match="closed") as caught:
        await thread.run(numbers)
    assert caught.value.kind is StoreErrorKind.CLOSED
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT 1")
    assert not [other for other in threading.enumerate() if other.name.startswith("textchat-store-test")]


async def test_reading_goes_on_where_the_file_was_moved_away_and_writing_does_not(path: Path) -> None:
    writing, reading, late = writer(path), reader(path), reader(path)
    await writing.run(insert, 1)
    assert await reading.run(numbers) == [1]
    await asyncio.to_thread(path.rename, path.with_name("elsewhere.db"))
    assert await reading.run(numbers) == [1]
    with pytest.raises(StoreError) as caught:
        await writing.run(insert, 2)
    assert caught.value.kind is StoreErrorKind.MOVED
    with pytest.raises(StoreError) as caught:
        await late.run(numbers)  # its connection would make a new, empty file
    assert caught.value.kind is StoreErrorKind.MOVED
    for thread in (writing, reading, late):
        thread.close()


async def test_stoppable_work_is_undone_when_its_caller_is_cancelled_and_the_next_is_done(path: Path) -> None:
    thread = writer(path)
    begun = threading.Event()

    def seen(number: int) -> bool:
        begun.set()
        return True

    def insert_for_ever(connection: sqlite3.Connection) -> None:
        connection.create_function("seen", 1, seen)
        connection.execute(f"INSERT INTO numbers {ENDLESS}")

    task = asyncio.create_task(thread.run_stoppable(insert_for_ever))
    await until(begun)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await thread.run(insert, 7)
    assert await thread.run_stoppable(numbers) == [7]
    thread.close()

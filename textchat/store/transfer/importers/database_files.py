"""Reads the conversations of another program's SQLite file, recognised by its tables and their columns."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from textchat.config.private_files import copy_private, create_new, temporary_folder
from textchat.core.errors import ConfigurationError
from textchat.core.limits import IMPORT_CELL
from textchat.store.transfer.importers.archive import ArchiveFile, copy_bounded
from textchat.store.transfer.importers.formats import DatabaseFormat
from textchat.store.transfer.importers.found import Found
from textchat.store.transfer.importers.reading import Reading, Schema
from textchat.store.transfer.importers.registry import DATABASE_FORMATS

MAGIC = b"SQLite format 3\0"
STEPS = 100_000
"""SQLite works so many steps, some milliseconds, until Python hears a signal."""


def read_database(file: ArchiveFile, reading: Reading, advance: Callable[[float], None]) -> Iterator[Found] | None:
    """The conversations of a SQLite file; None if it is of no known program. Raises ConfigurationError."""
    with _readable(file, reading) as connection:
        schema = _schema(connection)
    known = next((known for known in DATABASE_FORMATS if known.matches(schema)), None)
    return None if known is None else _read(file, known, reading, advance)


def _read(
    file: ArchiveFile, known: DatabaseFormat, reading: Reading, advance: Callable[[float], None]
) -> Iterator[Found]:
    with _readable(file, reading) as connection:
        schema = _schema(connection)
        total = _count(connection, schema.keys() & set(known.counted))
        for number, entry in enumerate(known.read(connection, schema, reading), start=1):
            advance(min(1.0, number / total))
            yield entry


@contextmanager
def _readable(file: ArchiveFile, reading: Reading) -> Iterator[sqlite3.Connection]:
    """Open the file to read only: it belongs to another program. Raises ConfigurationError."""
    try:
        opened = None if file.place is None else _opened(file.place)
        if opened is not None:
            with closing(opened):
                yield opened
            return
        with (  # SQLite cannot read inside a zip file
            temporary_folder() as folder,
            closing(_copied(file, reading, Path(folder) / "copy.db")) as connection,
        ):
            yield connection
    except sqlite3.DataError as error:
        raise ConfigurationError(f"{file.path}: a value in it is larger than {IMPORT_CELL.told}.") from error
    except (sqlite3.Error, IndexError) as error:
        raise ConfigurationError(f"Cannot read {file.path} as a database: {error}.") from error


def _copied(file: ArchiveFile, reading: Reading, copy: Path) -> sqlite3.Connection:
    """A connection to a copy of the file, with what stands only in the journal beside it."""
    journal = copy.with_name(f"{copy.name}-wal")
    with file.open() as source, create_new(copy) as target:
        copy_bounded(source, target, file.path)
    if file.place is None:
        with create_new(journal) as target:
            target.write(reading.assets.content(f"{file.path}-wal"))
    else:
        copy_private(_journal_of(file.place), journal)
    connection = _opened(copy)
    assert connection is not None  # the folder can be written
    return connection


def _journal_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _opened(file: Path) -> sqlite3.Connection | None:
    """A connection to a file; where its folder is read-only, one that needs no files beside it.

    None if there is a journal, which could not be read so.
    """
    address = f"{file.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(address, uri=True)
    try:
        connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchall()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        if _journal_of(file).is_file() and _journal_of(file).stat().st_size:
            return None
        connection = sqlite3.connect(f"{address}&immutable=1", uri=True)
    except sqlite3.Error:
        connection.close()
        raise
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, IMPORT_CELL.most)
    connection.set_progress_handler(lambda: 0, STEPS)
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def _schema(connection: sqlite3.Connection) -> Schema:
    rows = connection.execute(
        "SELECT entry.name AS name, field.name AS field"
        " FROM sqlite_master AS entry, pragma_table_info(entry.name) AS field WHERE entry.type = 'table'"
    )
    schema: dict[str, frozenset[str]] = {}
    for row in rows:
        schema[row["name"]] = schema.get(row["name"], frozenset()) | {row["field"]}
    return schema


def _count(connection: sqlite3.Connection, tables: set[str]) -> int:
    """The number of rows of these tables together, at least 1."""
    counts: list[int] = [connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables]
    return max(1, sum(counts))

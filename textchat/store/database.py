"""Opens the SQLite file: private, checked for its owner, and migrated after a backup."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from textchat.config.private_files import create_new, free_path, own_folder, private_file
from textchat.core.disk import is_disk_read_only, real_path
from textchat.core.store_error import StoreError, StoreErrorKind, as_store_error
from textchat.core.text.sanitize import escaped
from textchat.store.migrations import APPLICATION_ID, MIGRATIONS
from textchat.store.parts import contents
from textchat.store.search.index import (
    index_some,
    is_incomplete,
    is_outdated,
    next_message,
    prepare,
    register,
    renew_index,
)

OPENING_WAIT_S = 1.0
"""How long the start may wait for another program's lock."""
INDEXING_WAIT_S = 3.0
"""How long a start that can only read may wait for the words of an older format."""
CACHE_KIB = 1_000
"""Of the file's pages, which the system keeps anyway: half of SQLite's own number, for each of three connections."""
BUSY_WAIT_S = 5.0
"""How long the writer's thread may wait for one."""


def open_database(path: Path | None) -> sqlite3.Connection:
    """Open a connection for the writer, in autocommit mode; None is a database in memory.

    Raises StoreError; a file that is damaged, foreign or from a newer textchat is left as it is.
    """
    with raising_store_errors(path):
        if path is not None:
            _check_modes(path)
            own_folder(path.parent)
            private_file(path)
            _check_folder(real_path(path).parent)
        connection = connect(path, OPENING_WAIT_S)
        try:
            _prepare(connection, path)
            connection.execute("PRAGMA synchronous = FULL")  # a prompt that was sent survives a power cut
            connection.execute("PRAGMA fullfsync = ON")  # on macOS, where a plain fsync leaves it in the disk's cache
            connection.execute("PRAGMA secure_delete = ON")  # what is deleted is not merely out of sight
            connection.execute(f"PRAGMA busy_timeout = {round(BUSY_WAIT_S * 1000)}")
            with suppress(sqlite3.OperationalError):  # a disk that is full can be searched as far as it was indexed
                continue_word_index(connection, also_long=False)
        except BaseException:
            connection.close()
            raise
        return connection


def _check_modes(path: Path) -> None:
    """Raise OSError where a mode forbids everybody to write: root could all the same, and it is not meant so."""
    file = real_path(path)
    for place in (file, file.parent):
        if place.exists() and not place.stat().st_mode & 0o222:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def _check_folder(folder: Path) -> None:
    """Raise OSError for a folder where SQLite and the lock of this process cannot create their files."""
    if not os.access(folder, os.W_OK):
        reason = errno.EROFS if is_disk_read_only(folder) else errno.EACCES
        raise OSError(reason, os.strerror(reason), folder)


def connect(path: Path | str | None, wait_s: float = BUSY_WAIT_S) -> sqlite3.Connection:
    """Open a bare connection that may be used in another thread; a text is a URI. Raises sqlite3.Error."""
    connection = sqlite3.connect(
        ":memory:" if path is None else path,
        timeout=wait_s,
        isolation_level=None,
        check_same_thread=False,
        uri=isinstance(path, str),
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    register(connection)
    contents.register(connection)
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    if path is None:  # what is private must not reach the disk by way of a temporary file either
        connection.execute("PRAGMA temp_store = MEMORY")
    return connection


class FileIdentity:
    """Detects that the open file was replaced or removed, because SQLite writes on without an error."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file = _file_at(path)

    def check(self) -> None:
        """Raise StoreError if another file, or none, is at the path now; raises OSError."""
        if self._path is not None and _file_at(self._path) != self._file:
            raise StoreError(
                f"{escaped(self._path)} was moved, removed or replaced while it was open. Put it back, or export what "
                "you want to keep before you quit.",
                StoreErrorKind.MOVED,
            )


def _file_at(path: Path | None) -> tuple[int, int] | None:
    """Device and inode number of the file at `path`, which survive renaming; None if there is none."""
    try:
        status = None if path is None else path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return None if status is None else (status.st_dev, status.st_ino)


_WORD_INDEXES = ("message_words", "title_words")


def rebuild_word_index(connection: sqlite3.Connection) -> None:
    """Empty a damaged full-text index and begin to make it anew from the texts; `continue_word_index` does the rest."""
    with transaction(connection):
        renew_index(connection)
        index_some(connection)


def continue_word_index(connection: sqlite3.Connection, *, also_long: bool = True) -> bool:
    """Index some of the texts that are not in the index, the newest first; returns whether there are more.

    A message of 20 MB takes seconds: without `also_long` it is left for later.
    """
    if is_outdated(connection):
        with transaction(connection):
            if is_outdated(connection):  # another textchat may have begun meanwhile
                renew_index(connection)
    if is_incomplete(connection):
        if also_long:
            prepare([next_message(connection)])
        with transaction(connection):
            index_some(connection, also_long=also_long)
    return is_incomplete(connection)


def forget_deleted_words(connection: sqlite3.Connection) -> None:
    """Merge the segments of the index: until then, the words of deleted texts stay in the file."""
    for index in _WORD_INDEXES:
        connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")


@contextmanager
def raising_store_errors(path: Path | None) -> Generator[None, None, None]:
    """Context manager that translates errors of SQLite and the system to a `StoreError` about `path`."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise as_store_error(error, path) from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None, None, None]:
    """Run the block in a transaction; the write lock is taken at its start, so that it cannot fail half-way."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # on a full disk SQLite has rolled back by itself
            connection.execute("ROLLBACK")
        raise


def upgrade_copy(copy: Path, path: Path) -> None:
    """Bring a copy of the database at `path` up to date, with what its writer left beside it.

    Of the texts, as many are indexed as a start can wait for, the newest first. Raises sqlite3.Error, and StoreError
    for a database that cannot be used.
    """
    with closing(connect(copy)) as connection:
        _bring_up_to_date(connection, path, keeps_backup=False)
        until = time.monotonic() + INDEXING_WAIT_S
        while continue_word_index(connection, also_long=False) and time.monotonic() < until:
            pass


def _prepare(connection: sqlite3.Connection, path: Path | None) -> None:
    until = time.monotonic() + OPENING_WAIT_S
    while True:
        try:
            _bring_up_to_date(connection, path, keeps_backup=True)
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # While several begin one new file at the same moment, SQLite does not wait for all of its locks.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _bring_up_to_date(connection: sqlite3.Connection, path: Path | None, *, keeps_backup: bool) -> None:
    version = checked_version(connection, path)
    if not is_older(version):
        return
    if version > 0 and path is not None and keeps_backup:
        back_up(connection, path, version)
    with transaction(connection):
        # Another textchat may have done it while this one waited for the lock.
        for number in range(checked_version(connection, path), len(MIGRATIONS)):
            for statement in MIGRATIONS[number]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def is_older(version: int) -> bool:
    """Whether migrations are to be applied to a database of this version."""
    return version < len(MIGRATIONS)


def checked_version(connection: sqlite3.Connection, path: Path | None) -> int:
    """The number of migrations already applied; raises StoreError for a database that cannot be used."""
    version, application, tables = connection.execute(  # at one moment: another textchat may be making the file
        "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_master)"
        " FROM pragma_user_version, pragma_application_id"
    ).fetchone()
    if tables and application != APPLICATION_ID:
        raise StoreError(
            f"{escaped(path)} belongs to another program and was not changed. Move it away to start fresh.",
            StoreErrorKind.FOREIGN,
        )
    if version > len(MIGRATIONS):
        raise StoreError(
            f"{escaped(path)} was written by a newer textchat (format {version}, this one knows "
            f"{len(MIGRATIONS)}) and was not changed. Install the newer textchat to use it.",
            StoreErrorKind.NEWER,
        )
    return int(version)


def back_up(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    """Copy the database to a new file beside it, never over another; raises sqlite3.Error or OSError."""
    copy = free_path(path.parent, f"{path.name}.format-{version}.backup", "")
    begun = copy.with_name(f"{copy.name}.part")  # half a backup must not look like one
    begun.unlink(missing_ok=True)
    create_new(begun).close()
    try:
        with closing(sqlite3.connect(begun)) as target:
            connection.backup(target)
        return begun.rename(copy)
    except BaseException:
        begun.unlink(missing_ok=True)
        raise

"""Opens a database that cannot be written: in its place, or as a private copy where only a copy can be read whole.

What SQLite needs beside a file in WAL mode, and when it does without: https://www.sqlite.org/wal.html#read_only_databases
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from threading import Lock

from textchat.config.private_files import copy_private, temporary_folder
from textchat.core.disk import real_path
from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.core.text.sanitize import escaped
from textchat.store.database import checked_version, connect, is_older, upgrade_copy

LARGEST_COPY = 4 * 1024**3
"""In bytes: a copy is made before anything can be shown."""
WAIT_S = 1.0
"""How long another program's lock may delay a query."""

_LEFT_BEHIND = ("-wal", "-journal")
"""Files beside a database that hold what its writer had not moved into it."""
_FROZEN, _LIVE = "?immutable=1", "?mode=ro"
"""How SQLite reads: without locks, and writing nothing beside the file; or together with those who write."""


class ReadableFile:
    """A database that is only read; close it after all its connections.

    A file that nobody has open is read as one that never changes, because SQLite has to write beside it otherwise.
    When somebody writes to it all the same, `generation` is another one, and connections are to be made anew.
    """

    def __init__(self, path: Path, *, is_locked: bool = False) -> None:
        """Raises sqlite3.Error, OSError and StoreError. `is_locked`: another program is writing to it just now."""
        self.path = path
        self.missing = ""
        """What cannot be read of it, in a sentence; empty if nothing is missing."""
        self._is_locked = is_locked
        self._lock = Lock()
        self._generation = 0
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self._marks = _marks(path)
        self._address = self._choose()

    @property
    def generation(self) -> int:
        """How often somebody has written to it since it was opened."""
        with self._lock:
            if not self._address.endswith(_LIVE) and (marks := _marks(self.path)) != self._marks:
                self._marks = marks
                with suppress(sqlite3.Error, OSError, StoreError):  # what is open can be read on
                    self._address = self._choose()
                    self._generation += 1
            return self._generation

    def connect(self) -> sqlite3.Connection:
        """Open a connection that only reads; raises what the constructor raises."""
        with self._lock:
            try:
                return _opened(self._address)
            except sqlite3.OperationalError:  # who wrote to it has closed it since, and took along what it shared
                self._address = self._choose()
                return _opened(self._address)

    def close(self) -> None:
        """Remove the copy, if there is one."""
        if self._copy is not None:
            self._copy.cleanup()

    def _choose(self) -> str:
        self.missing = ""
        file = self.path.resolve(strict=True)  # what SQLite writes beside it is beside the file itself
        file.open("rb").close()  # the system says better than SQLite why it cannot be read
        left = [each for each in _beside(file) if each.exists()]
        if left or self._is_locked:
            try:
                return self._checked(file, _LIVE)
            except sqlite3.OperationalError:
                if self._is_locked:
                    raise
        if any(each.stat().st_size for each in left):
            return self._copied((file, *left)) or self._without_the_newest(file, left)
        return self._checked(file, _FROZEN)

    def _checked(self, file: Path, way: str) -> str:
        """The address of the file read this way, or of an upgraded copy; raises if it cannot be read so."""
        with closing(connect(file.as_uri() + way, WAIT_S)) as connection:
            if not is_older(checked_version(connection, self.path)):
                return file.as_uri() + way
        address = self._copied((file, *(each for each in _beside(file) if each.exists())))
        if address is None:
            raise StoreError(
                f"{escaped(self.path)} was written by an older textchat and must be upgraded before it can be read. "
                "Copy it to a folder that can be written, or free some space for temporary files.",
                StoreErrorKind.READ_ONLY,
            )
        return address

    def _copied(self, files: Sequence[Path]) -> str | None:
        """Copy the files, and bring the copy up to date; None where there is no room for it."""
        needed = sum(file.stat().st_size for file in files)
        with ExitStack() as stack:
            try:
                folder = temporary_folder()
                stack.enter_context(folder)
                if needed > LARGEST_COPY or 2 * needed > shutil.disk_usage(folder.name).free:
                    return None
                copy, *_ = [copy_private(file, Path(folder.name, file.name)) for file in files]
            except OSError:
                return None
            upgrade_copy(copy, self.path)
            stack.pop_all()
        self.close()
        self._copy = folder
        return copy.as_uri() + _FROZEN

    def _without_the_newest(self, file: Path, left: Sequence[Path]) -> str:
        closed = [escaped(each) for each in left if not os.access(each, os.R_OK)]
        size = sum(each.stat().st_size for each in (file, *left)) * 2 / 1024**2
        self.missing = (
            f"The newest messages are missing: cannot read {closed[0]}. Check its permissions."
            if closed
            else "The newest messages are missing: they can only be read from a copy. "
            f"Free {size:,.1f} MiB for temporary files, or set TMPDIR."
        )
        return self._checked(file, _FROZEN)


def _opened(address: str) -> sqlite3.Connection:
    connection = connect(address, WAIT_S)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # only now SQLite opens what is beside the file
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _beside(file: Path) -> list[Path]:
    return [file.with_name(file.name + end) for end in _LEFT_BEHIND]


def _marks(path: Path) -> list[tuple[int, int, int] | None]:
    """What changes when somebody writes to the file, or to those beside it."""
    marks: list[tuple[int, int, int] | None] = []
    real = real_path(path)
    for file in (real, *_beside(real)):
        try:
            status = file.stat()
        except OSError:
            marks.append(None)
        else:
            marks.append((status.st_ino, status.st_mtime_ns, status.st_size))
    return marks

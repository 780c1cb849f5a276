"""Failures of the store and of other files, each as one sentence that says what to do."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.core.text.sanitize import escaped

if TYPE_CHECKING:
    import sqlite3


class StoreErrorKind(StrEnum):
    """The reason for a failure of the store."""

    FULL = "full"
    READ_ONLY = "read_only"
    LOCKED = "locked"
    DAMAGED = "damaged"
    NEWER = "newer"
    """Written by a newer textchat."""
    MOVED = "moved"
    """The file that was opened does not stand in its place any more."""
    INDEX = "index"
    """Only the index of words is damaged: it can be made anew from the texts."""
    FOREIGN = "foreign"
    """Some other program's database."""
    MISSING = "missing"
    """There is no such conversation."""
    CLOSED = "closed"
    OTHER = "other"


class StoreError(Exception):
    """A failure of the store; the text is one whole sentence or two: what happened, and what to do."""

    def __init__(self, message: str, kind: StoreErrorKind = StoreErrorKind.OTHER) -> None:
        super().__init__(message)
        self.kind = kind


_BY_NAME = {
    "SQLITE_FULL": StoreErrorKind.FULL,
    "SQLITE_READONLY": StoreErrorKind.READ_ONLY,
    "SQLITE_PERM": StoreErrorKind.READ_ONLY,
    "SQLITE_CANTOPEN": StoreErrorKind.READ_ONLY,
    "SQLITE_BUSY": StoreErrorKind.LOCKED,
    "SQLITE_LOCKED": StoreErrorKind.LOCKED,
    "SQLITE_CORRUPT_VTAB": StoreErrorKind.INDEX,
    "SQLITE_CORRUPT": StoreErrorKind.DAMAGED,
    "SQLITE_NOTADB": StoreErrorKind.DAMAGED,
}
"""By how SQLite's names of its result codes begin; an extended code's name begins with that of its primary one."""


def as_store_error(error: sqlite3.Error | OSError, path: Path | None) -> StoreError:
    """Translate an error of SQLite or the system about the database at `path` (None: in memory) to a `StoreError`."""
    file = "the conversations in memory" if path is None else escaped(path)
    folder = "the folder" if path is None else escaped(path.parent)
    kind = _kind_of(error)
    sentences = {
        StoreErrorKind.FULL: f"The disk is full: cannot write {file}. Free some space.",
        StoreErrorKind.READ_ONLY: f"Cannot write {file}. Check the permissions of {folder} and the files in it.",
        StoreErrorKind.LOCKED: f"Another program has locked {file}. Close it, or wait for it, and try again.",
        StoreErrorKind.DAMAGED: f"The database is damaged and was not changed: {file}. "
        "Move it away to start fresh, or restore a backup.",
        StoreErrorKind.INDEX: f"The search index of {file} is damaged beyond repair. Restore a backup.",
    }
    reason = escaped(error).rstrip(".")
    return StoreError(sentences.get(kind, f"Cannot use {file}: {reason}."), kind)


def _kind_of(error: sqlite3.Error | OSError) -> StoreErrorKind:
    if isinstance(error, OSError):
        import errno

        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return StoreErrorKind.FULL
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return StoreErrorKind.READ_ONLY
        return StoreErrorKind.OTHER
    if str(error).startswith("Could not decode to UTF-8"):  # SQLite itself does not look into a text
        return StoreErrorKind.DAMAGED
    name: str = getattr(error, "sqlite_errorname", "")
    return next((kind for known, kind in _BY_NAME.items() if name.startswith(known)), StoreErrorKind.OTHER)

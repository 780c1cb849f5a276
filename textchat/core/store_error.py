"""Failures of the store and of other files, each as one sentence that says what to do."""

from __future__ import annotations

import errno
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.core.crashes import kept_details
from textchat.core.disk import is_disk_read_only, limits_files, locks_files, obstacle_at, real_path, refusal_of
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
    TOO_LARGE = "too_large"
    """The system limits how large this program's files may be."""
    DISK = "disk"
    """The disk fails."""
    NO_LOCKS = "no_locks"
    """The disk cannot keep two programs from writing at once."""
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


def told(failure: BaseException) -> StoreError:
    """The failure itself or, for one that nobody expected, one that says where its details are."""
    if isinstance(failure, StoreError):
        return failure
    return StoreError(f"textchat hit an internal error; {kept_details(failure)}.")


_BY_NAME = {
    "SQLITE_FULL": StoreErrorKind.FULL,
    "SQLITE_READONLY": StoreErrorKind.READ_ONLY,
    "SQLITE_PERM": StoreErrorKind.READ_ONLY,
    "SQLITE_CANTOPEN": StoreErrorKind.READ_ONLY,
    "SQLITE_IOERR_SHMSIZE": StoreErrorKind.FULL,
    "SQLITE_IOERR": StoreErrorKind.DISK,
    "SQLITE_PROTOCOL": StoreErrorKind.DISK,
    "SQLITE_NOLFS": StoreErrorKind.DISK,
    "SQLITE_BUSY": StoreErrorKind.LOCKED,
    "SQLITE_LOCKED": StoreErrorKind.LOCKED,
    "SQLITE_CORRUPT_VTAB": StoreErrorKind.INDEX,
    "SQLITE_CORRUPT": StoreErrorKind.DAMAGED,
    "SQLITE_NOTADB": StoreErrorKind.DAMAGED,
}
"""By how SQLite's names of its result codes begin; an extended code's name begins with that of its primary one."""

_BY_NUMBER = {
    StoreErrorKind.FULL: (errno.ENOSPC, errno.EDQUOT),
    StoreErrorKind.READ_ONLY: (errno.EACCES, errno.EPERM, errno.EROFS),
    StoreErrorKind.TOO_LARGE: (errno.EFBIG,),
    StoreErrorKind.DISK: (errno.EIO, errno.ENOLCK, getattr(errno, "ESTALE", errno.EIO)),
}
_OF_PLACES = (StoreErrorKind.READ_ONLY, StoreErrorKind.OTHER)
"""The failures that may come of what stands in the place of the file."""


def as_store_error(error: sqlite3.Error | OSError, path: Path | None) -> StoreError:
    """Translate an error of SQLite or the system about the database at `path` (None: in memory) to a `StoreError`."""
    kind = _kind_of(error)
    if path is None:
        return StoreError(f"Cannot use the conversations in memory: {_reason(error)}.", kind)
    folder = real_path(path).parent
    # SQLite says less than the system: of a disk that was made read-only because it failed, or without free inodes.
    vague = kind in (StoreErrorKind.DISK, StoreErrorKind.READ_ONLY) and not isinstance(error, OSError)
    if vague and (refusal := refusal_of(folder)) is not None:
        error, kind = refusal, _kind_of(refusal)
    if kind is StoreErrorKind.LOCKED and not locks_files(folder):
        kind = StoreErrorKind.NO_LOCKS
    if kind in _OF_PLACES and (obstacle := obstacle_at(path)):
        return StoreError(obstacle, kind)
    file = escaped(path)
    sentences = {
        StoreErrorKind.FULL: f"The disk is full: cannot write {file}. Free some space.",
        StoreErrorKind.READ_ONLY: _not_written(path, error),
        StoreErrorKind.LOCKED: f"Another program has locked {file}. Close it, or wait for it, and try again.",
        StoreErrorKind.DAMAGED: f"The database is damaged and was not changed: {file}. "
        "Move it away to start fresh, or restore a backup.",
        StoreErrorKind.INDEX: f"The search index of {file} is damaged beyond repair. Restore a backup.",
        StoreErrorKind.TOO_LARGE: f"Cannot write {file}: it would exceed the size limit of files. Raise ulimit -f.",
        StoreErrorKind.DISK: f"The disk failed to read or write {file}. Check the disk.",
        StoreErrorKind.NO_LOCKS: f"Cannot write {file}, because its disk cannot lock files. "
        "Set XDG_DATA_HOME to a folder on another disk.",
    }
    return StoreError(sentences.get(kind, f"Cannot use {file}: {_reason(error)}. Check the file and its folder."), kind)


def _not_written(path: Path, error: sqlite3.Error | OSError) -> str:
    folder = real_path(path).parent
    if getattr(error, "errno", None) == errno.EROFS or is_disk_read_only(folder):
        return f"Cannot write {escaped(path)}, because its disk is read-only. Mount it writable, or set XDG_DATA_HOME."
    return f"Cannot write {escaped(path)}. Check the permissions of {escaped(folder)} and the files in it."


def _reason(error: sqlite3.Error | OSError) -> str:
    """What the system or SQLite says, without its number."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return escaped(reason).rstrip(".")


def _kind_of(error: sqlite3.Error | OSError) -> StoreErrorKind:
    if isinstance(error, OSError):
        return next((kind for kind, numbers in _BY_NUMBER.items() if error.errno in numbers), StoreErrorKind.OTHER)
    if str(error).startswith("Could not decode to UTF-8"):  # SQLite itself does not look into a text
        return StoreErrorKind.DAMAGED
    name: str = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_IOERR") and limits_files():  # SQLite does not pass on what the system said
        return StoreErrorKind.TOO_LARGE
    return next((kind for known, kind in _BY_NAME.items() if name.startswith(known)), StoreErrorKind.OTHER)

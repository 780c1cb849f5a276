"""Failures of the store and of other files, each as one sentence that says what to do."""

from __future__ import annotations

import errno
import os
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
    TOO_LARGE = "too_large"
    """The system limits how large this program's files may be."""
    DISK = "disk"
    """The disk fails, or cannot do what SQLite needs."""
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
    if kind is StoreErrorKind.DISK and (refusal := _refusal(real_path(path).parent)) is not None:
        error, kind = refusal, _kind_of(refusal)  # as of a disk that the system has made read-only because it failed
    if kind in _OF_PLACES and (obstacle := _obstacle(path)):
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
        StoreErrorKind.DISK: f"The disk failed to read or write {file}. Check the disk, and that it supports locks.",
    }
    return StoreError(sentences.get(kind, f"Cannot use {file}: {_reason(error)}. Check the file and its folder."), kind)


def real_path(path: Path) -> Path:
    """The path without links; unlike `Path.resolve`, also where they lead in a circle."""
    return Path(os.path.realpath(path))


def is_disk_read_only(folder: Path) -> bool:
    """Whether the disk of `folder`, which need not be there yet, is mounted to be read alone."""
    try:
        folder = next((step for step in (folder, *folder.parents) if step.is_dir()), folder)
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except (OSError, AttributeError):  # Windows has no statvfs
        return False


def _refusal(folder: Path) -> OSError | None:
    """Why no file can be made in `folder`; None where it can, and it is gone at once."""
    import tempfile

    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        return error
    return None


def _not_written(path: Path, error: sqlite3.Error | OSError) -> str:
    folder = real_path(path).parent
    if getattr(error, "errno", None) == errno.EROFS or is_disk_read_only(folder):
        return f"Cannot write {escaped(path)}, because its disk is read-only. Mount it writable, or set XDG_DATA_HOME."
    return f"Cannot write {escaped(path)}. Check the permissions of {escaped(folder)} and the files in it."


def _obstacle(path: Path) -> str:
    """What stands in the place of the file or of a folder above it, and what to do; empty if nothing does."""
    try:
        for place in (path, *path.parents):
            if place.is_symlink() and not place.exists():
                link = f"{escaped(place)} links to {escaped(place.readlink())}"
                return f"{link}, which cannot be reached. Mount or create it, or remove the link."
        if path.is_dir():
            return f"{escaped(path)} is a folder. Move it away."
        for folder in path.parents:
            if folder.exists() and not folder.is_dir():
                return f"{escaped(folder)} is a file, and a folder is needed there. Move it away."
    except OSError:  # what may not be looked at is told by its own error
        pass
    return ""


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
    if name.startswith("SQLITE_IOERR") and _limits_files():  # SQLite does not pass on what the system said
        return StoreErrorKind.TOO_LARGE
    return next((kind for known, kind in _BY_NAME.items() if name.startswith(known)), StoreErrorKind.OTHER)


def _limits_files() -> bool:
    try:
        import resource
    except ImportError:  # Windows
        return False
    return resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY

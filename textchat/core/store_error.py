"""What can go wrong with a file that is kept, each in one sentence that a person can act on."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.core.sanitize import escaped

if TYPE_CHECKING:
    import sqlite3


class Trouble(StrEnum):
    """Why the store cannot do what it was asked."""

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
    """The text is one whole sentence or two: what happened, and what to do."""

    def __init__(self, message: str, trouble: Trouble = Trouble.OTHER) -> None:
        super().__init__(message)
        self.trouble = trouble


_BY_NAME = {
    "SQLITE_FULL": Trouble.FULL,
    "SQLITE_READONLY": Trouble.READ_ONLY,
    "SQLITE_PERM": Trouble.READ_ONLY,
    "SQLITE_CANTOPEN": Trouble.READ_ONLY,
    "SQLITE_BUSY": Trouble.LOCKED,
    "SQLITE_LOCKED": Trouble.LOCKED,
    "SQLITE_CORRUPT_VTAB": Trouble.INDEX,
    "SQLITE_CORRUPT": Trouble.DAMAGED,
    "SQLITE_NOTADB": Trouble.DAMAGED,
}
"""By how SQLite's names of its result codes begin; an extended code's name begins with that of its primary one."""


def explained(error: sqlite3.Error | OSError, path: Path | None) -> StoreError:
    """The `StoreError` for what SQLite or the system said about the database at `path` (None: in memory)."""
    file = "The conversations in memory" if path is None else escaped(path)
    folder = "the folder" if path is None else escaped(path.parent)
    trouble = _trouble(error)
    sentences = {
        Trouble.FULL: f"The disk is full: {file} cannot take more. Free some space.",
        Trouble.READ_ONLY: f"{file} cannot be written. Check that you may write to {folder} and to the files in it.",
        Trouble.LOCKED: f"{file} is locked by another program. Close that program, or wait for it, and try again.",
        Trouble.DAMAGED: f"{file} is damaged and was left as it is. Move it away to start anew, or put a backup in "
        "its place.",
        Trouble.INDEX: f"The index of words in {file} is damaged beyond mending. Put a backup in its place.",
    }
    said = escaped(error).rstrip(".")
    return StoreError(sentences.get(trouble, f"{file} cannot be used: {said}."), trouble)


def _trouble(error: sqlite3.Error | OSError) -> Trouble:
    if isinstance(error, OSError):
        import errno

        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return Trouble.FULL
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return Trouble.READ_ONLY
        return Trouble.OTHER
    if str(error).startswith("Could not decode to UTF-8"):  # SQLite itself does not look into a text
        return Trouble.DAMAGED
    name: str = getattr(error, "sqlite_errorname", "")
    return next((trouble for known, trouble in _BY_NAME.items() if name.startswith(known)), Trouble.OTHER)

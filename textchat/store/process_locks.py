"""Tells which growing messages belong to a running process: each holds a file lock that ends with the process.

Every process that streams has a file in the folder `running` beside the database and keeps it locked. A lock that can
be taken belongs to nobody, so neither a reused process id nor a stopped clock can make a dead process look alive.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from textchat.config.private_files import new_descriptor, private_folder, try_lock

_NAME = re.compile(r"[0-9]+-[0-9a-f]{16}")


class ProcessLocks:
    """The locks of the processes that share the database at `path`; None is one in memory, not shared."""

    def __init__(self, path: Path | None) -> None:
        self._folder = None if path is None else path.parent / "running"
        self._own: tuple[str, int] | None = None

    def claim(self) -> str:
        """Take the lock of this process and return its name, always the same; raises OSError."""
        if self._folder is None:
            return "memory"
        if self._own is None:
            self._own = self._lock_new_file(private_folder(self._folder))
        return self._own[0]

    @property
    def own(self) -> str | None:
        """The name of this process, None before it was claimed."""
        if self._folder is None:
            return "memory"
        return None if self._own is None else self._own[0]

    def _lock_new_file(self, folder: Path) -> tuple[str, int]:
        while True:
            name = f"{os.getpid()}-{secrets.token_hex(8)}"
            descriptor = new_descriptor(folder / name, os.O_RDWR)
            # Between these two lines another process may take the file for a left-over, lock and remove it.
            if try_lock(descriptor) and (folder / name).exists():
                return name, descriptor
            os.close(descriptor)

    def is_mine(self, name: str | None) -> bool:
        if self._folder is None:
            return True
        return self._own is not None and self._own[0] == name

    @contextmanager
    def holding_if_gone(self, name: str | None) -> Generator[bool, None, None]:
        """Whether the process with this name has ended; if so, its lock is held within the block.

        So no other process recovers the same messages; its file is removed at the end. Raises OSError.
        """
        if self._folder is None or self.is_mine(name):
            yield False
            return
        if name is None or not _NAME.fullmatch(name):  # a name comes from the database: it must not lead elsewhere
            yield True
            return
        file = self._folder / name
        try:
            descriptor = os.open(file, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        except FileNotFoundError:
            yield True
            return
        try:
            is_gone = try_lock(descriptor)
            yield is_gone
            if is_gone and os.name == "posix":  # while the lock is held: see _lock_new_file
                file.unlink(missing_ok=True)
        finally:
            os.close(descriptor)
        if is_gone and os.name != "posix":
            file.unlink(missing_ok=True)

    def names(self) -> list[str]:
        """The names of all other processes with a lock file, running or not."""
        if self._folder is None or not self._folder.is_dir():
            return []
        names = (file.name for file in self._folder.iterdir())
        return [name for name in names if _NAME.fullmatch(name) and not self.is_mine(name)]

    def release(self) -> None:
        """Release the lock of this process: its growing messages count as interrupted."""
        if self._own is None or self._folder is None:
            return
        name, descriptor = self._own
        self._own = None
        os.close(descriptor)
        (self._folder / name).unlink(missing_ok=True)

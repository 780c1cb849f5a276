"""Files and folders that only their owner may read, and locks on open files that end with the process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

from textchat.config.paths import NAME

if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Lock the open file unless another process holds it; True if it is locked now.

        The system drops the lock when this process ends, however it ends.
        """
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Lock the open file unless another process holds it; True if it is locked now.

        The system drops the lock when this process ends, however it ends.
        """
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks: a wrong guess is mended when the reply ends
            return True
        return True


def private_folder(folder: Path) -> Path:
    """Make `folder` and what is missing above it, each 0700; textchat's own folder is tightened if it is there.

    A folder of another name (beside a `TEXTCHAT_CONFIG`) belongs to the user and keeps its mode. Raises OSError.
    """
    for step in (*reversed(folder.parents), folder):
        if not step.is_dir():
            step.mkdir(mode=0o700, exist_ok=True)
    if folder.name == NAME and os.name == "posix" and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def new_private_file(file: Path) -> TextIO:
    """Open `file`, which must not be there yet, for its owner only. Raises OSError, FileExistsError among it."""
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8")


def private_file(file: Path) -> Path:
    """Make `file` (empty) if it is missing, and see that only its owner may read and write it. Raises OSError."""
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
    if os.name == "posix" and file.stat().st_mode & 0o077:
        file.chmod(0o600)
    return file

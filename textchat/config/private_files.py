"""Private files and folders, free names for new files, and file locks that end with the process."""

from __future__ import annotations

import errno
import itertools
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

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
    """Create `folder` and its missing parents with mode 0700; an existing folder of textchat's own is tightened.

    A folder of another name (beside a `TEXTCHAT_CONFIG`) belongs to the user and keeps its mode. Raises OSError.
    """
    for step in (*reversed(folder.parents), folder):
        if not step.is_dir():
            step.mkdir(mode=0o700, exist_ok=True)
    if folder.name == NAME and os.name == "posix" and (mode := folder.stat().st_mode) & 0o077:
        folder.chmod(mode & 0o700)  # one that its owner may not write to stays so
    return folder


def new_private_file(file: Path) -> TextIO:
    """Create and open `file` for its owner only. Raises OSError, including FileExistsError."""
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8")


def private_file(file: Path) -> Path:
    """Create `file` (empty) if missing, and make it accessible to its owner only.

    Raises OSError, also for what is no regular file: a pipe that nobody reads would be waited for.
    """
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | getattr(os, "O_NONBLOCK", 0), 0o600)
    is_regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
    os.close(descriptor)
    if not is_regular:
        raise OSError(errno.EINVAL, "it is not a regular file")
    if os.name == "posix" and file.stat().st_mode & 0o077:
        file.chmod(0o600)
    return file


def numbered_paths(folder: Path, stem: str, suffix: str) -> Iterator[Path]:
    """Candidate names in `folder`: `stem.suffix`, `stem-2.suffix`, … The caller takes the first free one."""
    yield folder / f"{stem}{suffix}"
    for number in itertools.count(2):
        yield folder / f"{stem}-{number}{suffix}"


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """The first of the numbered paths that does not exist, not even as a broken link."""
    return next(path for path in numbered_paths(folder, stem, suffix) if not os.path.lexists(path))


def create_new(path: Path) -> BinaryIO:
    """Create `path` for its owner only; raises FileExistsError if it exists, and any other OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def open_to_append(path: Path) -> BinaryIO:
    """Open a file to read it and to write at its end; a new one is for its owner only.

    A link is followed if the user made it and it leads somewhere: one that somebody else has planted decides where
    text of the user's goes. Raises OSError, also for what is no regular file.
    """
    is_new = not os.path.lexists(path)
    if path.is_symlink() and not (path.exists() and _is_ours(path)):
        raise OSError(errno.ELOOP, "it is a link that leads nowhere, or somebody else's")
    # A pipe that nobody reads would otherwise be waited for, and a device might have effects.
    flags = os.O_RDWR | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | (os.O_CREAT | os.O_EXCL if is_new else 0)
    descriptor = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file")
    return os.fdopen(descriptor, "a+b")


def _is_ours(link: Path) -> bool:
    return os.name != "posix" or link.lstat().st_uid == os.geteuid()

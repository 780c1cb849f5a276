"""Makes every file and folder of textchat: for their owner only under any umask, and never through a planted link.

Also finds free names for new files, and holds file locks that end with the process.
"""

from __future__ import annotations

import errno
import io
import itertools
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from textchat.config.paths import NAME
from textchat.core.disk import is_for_all, planted_link, real_path

if TYPE_CHECKING:
    import tempfile

_FLAGS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
"""For every file: a link in its place is not followed, and a pipe that nobody reads is not waited for."""

_LEFT_OVER = re.compile(rf"\.{NAME}-[0-9a-f]{{16}}")
_NEW_S = 10.0
"""How long after its last change a file may be in use without a lock."""

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


# -- folders ---------------------------------------------------------------------------------------------------------


def private_folder(folder: Path) -> Path:
    """Create `folder` and its missing parents with mode 0700; those that exist keep theirs. Raises OSError."""
    refuse_planted(folder)
    for step in (*reversed(folder.parents), folder):
        if not step.is_dir():
            step.mkdir(mode=0o700, exist_ok=True)
            if os.name == "posix" and stat.S_IMODE(step.lstat().st_mode) != 0o700:  # the umask takes from the owner too
                step.chmod(0o700)
    return folder


def own_folder(folder: Path) -> Path:
    """Create a folder in which textchat keeps its files; one of textchat's name is tightened. Raises OSError.

    A folder of another name (beside a `TEXTCHAT_CONFIG`) belongs to the user and keeps its mode.
    """
    private_folder(folder)
    if os.name == "posix":
        status = folder.stat()
        if status.st_uid != os.geteuid() and is_for_all(folder.parent):
            raise OSError(errno.EPERM, "it belongs to another user", str(folder))
        if folder.name == NAME and status.st_mode & 0o077:
            folder.chmod(status.st_mode & 0o700)  # one that its owner may not write to stays so
    return folder


# -- files -----------------------------------------------------------------------------------------------------------


def new_descriptor(path: Path, flags: int = os.O_WRONLY) -> int:
    """Create `path` for its owner only; raises FileExistsError if anything is there, and any other OSError."""
    refuse_planted(path.parent)
    descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600)
    if os.name == "posix":
        os.fchmod(descriptor, 0o600)  # whatever the umask
    return descriptor


def create_new(path: Path) -> BinaryIO:
    """Create and open a file of bytes; raises as `new_descriptor`."""
    return os.fdopen(new_descriptor(path), "wb")


def new_private_file(file: Path) -> TextIO:
    """Create and open a file of text; raises as `new_descriptor`."""
    return io.TextIOWrapper(create_new(file), encoding="utf-8", newline="\n")


def private_descriptor(path: Path, flags: int = os.O_WRONLY) -> int:
    """Open a file of textchat's own, made if missing, and keep others out of it. Raises OSError for a link."""
    flags &= ~(os.O_CREAT | os.O_EXCL | os.O_TRUNC)
    try:
        return new_descriptor(path, flags)
    except FileExistsError:
        descriptor = _opened(path, flags)
    try:
        if os.name == "posix" and (mode := os.fstat(descriptor).st_mode) & 0o077:
            os.fchmod(descriptor, mode & 0o700)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def private_file(file: Path) -> Path:
    """Create `file` (empty) if missing, and make it accessible to its owner only; its user's link is followed.

    Raises OSError.
    """
    _refuse_links(file)
    os.close(private_descriptor(real_path(file)))
    return file


def copy_private(file: Path, copy: Path) -> Path:
    """Copy the content of `file` to a new private file; raises OSError."""
    import shutil

    create_new(copy).close()
    return shutil.copyfile(file, copy)


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """A new folder for its owner only, to be used in a `with`; raises OSError."""
    import tempfile

    folder = tempfile.TemporaryDirectory(prefix=f"{NAME}-", ignore_cleanup_errors=True)
    Path(folder.name).chmod(0o700)  # whatever the umask
    return folder


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write a private file that takes the place of `path` when the block ends; an error leaves all as it was."""
    # A short name: that of the target may be as long as any.
    beside = path.with_name(f".{NAME}-{secrets.token_hex(8)}")
    try:
        with create_new(beside) as file:
            try_lock(file.fileno())  # until it ends: see `remove_left_over`
            yield file
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def remove_left_over(folder: Path) -> None:
    """Remove what killed processes left in a folder of files that they were writing, and nothing that is in use.

    A process that runs holds the lock of its file, but for a moment at the start and the end, when the file is new.
    """
    paths: list[Path] = []
    with suppress(OSError):  # some folders can be written to and not listed
        paths += [path for path in folder.iterdir() if _LEFT_OVER.fullmatch(path.name)]
    for path in paths:
        with suppress(OSError):
            if abs(time.time() - path.lstat().st_mtime) > _NEW_S and _is_nobodys(path):
                path.unlink()


def _is_nobodys(path: Path) -> bool:
    """Whether no process holds the lock of a file; False where the file system has no locks. Raises OSError."""
    with os.fdopen(_opened(path, os.O_RDWR), "rb") as file, os.fdopen(_opened(path, os.O_RDWR), "rb") as again:
        return try_lock(file.fileno()) and not try_lock(again.fileno())


def open_to_append(path: Path) -> BinaryIO:
    """Open a file that the user named, to read it and to write at its end; a new one is for its owner only.

    A link is followed if its user made it and it leads somewhere; where everybody can write, neither a link nor another
    user's file decides where text goes. Raises OSError, also for what is no regular file.
    """
    _refuse_links(path)
    path, flags = real_path(path), os.O_RDWR | os.O_APPEND
    try:
        descriptor = new_descriptor(path, flags)
    except FileExistsError:
        descriptor = _opened(path, flags)
        status = os.fstat(descriptor)
        if is_for_all(path.parent) and (status.st_nlink > 1 or status.st_uid != os.geteuid()):
            os.close(descriptor)
            raise OSError(errno.EPERM, "it may be another user's file") from None
    return os.fdopen(descriptor, "a+b")


def refuse_planted(path: Path) -> None:
    """Raise OSError where a link on the way to `path`, or in its place, may be another user's."""
    if (link := planted_link(path)) is not None:
        raise OSError(errno.ELOOP, "another user may have made this link", str(link))


def _refuse_links(path: Path) -> None:
    """Raise OSError for a link that another user may have made, or that leads nowhere."""
    refuse_planted(path)
    if path.is_symlink() and not path.exists():
        raise OSError(errno.ELOOP, "it is a link that leads nowhere", str(path))


def _opened(path: Path, flags: int) -> int:
    """Open a regular file that is there; raises OSError for anything else."""
    try:
        descriptor = os.open(path, flags | _FLAGS)
    except OSError as error:
        if path.is_symlink():
            raise OSError(errno.ELOOP, "it is a link", str(path)) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return descriptor


# -- names -----------------------------------------------------------------------------------------------------------


def numbered_paths(folder: Path, stem: str, suffix: str) -> Iterator[Path]:
    """Candidate names in `folder`: `stem.suffix`, `stem-2.suffix`, … The caller takes the first free one."""
    yield folder / f"{stem}{suffix}"
    for number in itertools.count(2):
        yield folder / f"{stem}-{number}{suffix}"


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """The first of the numbered paths that does not exist, not even as a broken link."""
    return next(path for path in numbered_paths(folder, stem, suffix) if not os.path.lexists(path))

"""Opens files to read that somebody has named: regular ones, so that no read waits for ever or has no end.

A pipe waits for its writer and a device may never end. A file is opened without waiting, and what it is then decides.
"""

from __future__ import annotations

import errno
import os
import select
import stat
from collections.abc import Callable
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from textchat.core.limits import PIPE_S

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE = 64 * 1024


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file; raises OSError, also for anything else."""
    return _opened(path, takes_pipes=False)


def open_named(path: Path) -> BinaryIO:
    """Like `open_regular`, but also for a pipe, which a shell makes of `<(command)`; it may not be silent for long."""
    return _opened(path, takes_pipes=True)


def read_regular(path: Path, most: int) -> bytes:
    """A regular file, but at most one byte more than `most`; the null device is empty. Raises OSError."""
    return _read(path, most, open_regular)


def read_named(path: Path, most: int) -> bytes:
    """Like `read_regular`, but from what `open_named` opens."""
    return _read(path, most, open_named)


def _read(path: Path, most: int, open_: Callable[[Path], BinaryIO]) -> bytes:
    if str(path) == os.devnull:
        return b""
    with open_(path) as file:
        return file.read(most + 1) or b""  # None where a kernel's file has nothing yet


def _opened(path: Path, *, takes_pipes: bool) -> BinaryIO:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if takes_pipes and stat.S_ISFIFO(mode):
        return BufferedReader(_Pipe(descriptor), PIECE)
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    raise OSError(errno.EINVAL, "not a regular file")


class _Pipe(RawIOBase):
    """The reading end of a pipe; a read raises TimeoutError where nothing comes for long."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if not select.select([self._descriptor], [], [], PIPE_S.most)[0]:
            raise TimeoutError(errno.ETIMEDOUT, f"nothing came from this pipe for {PIPE_S.told}")
        return os.readv(self._descriptor, [buffer])

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()

"""Opens files to read that somebody has named: regular ones, so that no read waits for ever or has no end.

A pipe waits for its writer and a device may never end. A file is opened without waiting, and what it is then decides.
"""

from __future__ import annotations

import errno
import os
import select
import stat
from pathlib import Path
from typing import BinaryIO

from textchat.core.limits import PIPE_S

PIECE = 64 * 1024


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file; raises OSError, also for anything else."""
    descriptor = _opened(path)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file")
    return os.fdopen(descriptor, "rb")


def read_regular(path: Path, most: int) -> bytes:
    """A regular file, but at most one byte more than `most`; the null device is empty. Raises OSError."""
    if str(path) == os.devnull:
        return b""
    with open_regular(path) as file:
        return file.read(most + 1)


def read_named(path: Path, most: int) -> bytes:
    """Like `read_regular`, but also from a pipe, which a shell makes of `<(command)`; it may not be silent for long."""
    descriptor = _opened(path)
    try:
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return _piped(descriptor, most)
    finally:
        os.close(descriptor)
    return read_regular(path, most)


def _opened(path: Path) -> int:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return descriptor


def _piped(descriptor: int, most: int) -> bytes:
    data = bytearray()
    while len(data) <= most:
        if not select.select([descriptor], [], [], PIPE_S.most)[0]:
            raise TimeoutError(errno.ETIMEDOUT, f"nothing came from this pipe for {PIPE_S.told}")
        piece = os.read(descriptor, PIECE)
        if not piece:
            break
        data += piece
    return bytes(data[: most + 1])

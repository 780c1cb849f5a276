"""Writes a private file that is there whole or not at all, and that never follows a link."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from textchat.config.private_files import new_descriptor, replacing

Write = Callable[[bytes], object]


@contextlib.contextmanager
def new_file(target: Path, *, replaces: bool) -> Iterator[Write]:
    """Write to a temporary file and rename it to `target` once complete; an old file stays unless it `replaces`.

    An empty file counts as none: a name that was reserved, also by an export that was killed. Raises OSError,
    FileExistsError among them.
    """
    is_reserved = not (replaces or _is_empty_file(target))
    if is_reserved:
        os.close(new_descriptor(target))
    try:
        with replacing(target) as file:
            yield file.write
    except BaseException:
        if is_reserved:
            target.unlink(missing_ok=True)
        raise


def write_new(path: Path, data: bytes) -> None:
    """Write a private file that was not there; nothing of it is left after an error. Raises OSError."""
    with new_file(path, replaces=False) as write:
        write(data)


def _is_empty_file(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size == 0

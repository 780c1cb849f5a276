"""Writes a private file that is there whole or not at all, and that never follows a link."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from textchat.config.private_files import create_new

Write = Callable[[bytes], object]


@contextlib.contextmanager
def new_file(target: Path, *, replaces: bool) -> Iterator[Write]:
    """Write to a temporary file and rename it to `target` once complete; an old file stays unless it `replaces`.

    An empty file counts as none: a name that was reserved, also by an export that was killed. Raises OSError,
    FileExistsError among them.
    """
    beside = target.with_name(
        f".textchat-{secrets.token_hex(8)}"
    )  # short: the name of the target may be as long as any
    made = [beside]
    try:
        if not (replaces or _is_empty_file(target)):
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            made.append(target)
        with create_new(beside) as file:
            if os.name == "posix":
                os.fchmod(file.fileno(), 0o600)  # whatever the umask
            yield file.write
        beside.replace(target)
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        raise


def _is_empty_file(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size == 0


def new_folder(folder: Path) -> None:
    """Create the folder and those above it for their owner only, whatever the umask; others keep their mode.

    Raises OSError.
    """
    for step in (*reversed(folder.parents), folder):
        if not step.is_dir():
            step.mkdir(mode=0o700)
            step.chmod(0o700)

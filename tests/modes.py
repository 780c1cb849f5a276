"""What the tests of private files share: a umask for a while, and who may read what is in a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def current_umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def not_private(folder: Path) -> dict[str, str]:
    """The mode of each file below `folder` that is not 0600, and of each folder that is not 0700."""
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in folder.rglob("*")}
    return {str(path): oct(mode) for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)}

"""Names and modes of new files: numbered where a name is taken, never over a file that is there, for the owner only."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def numbered_paths(folder: Path, stem: str, suffix: str) -> Iterator[Path]:
    """`stem.suffix`, `stem-2.suffix`, `stem-3.suffix` and so on in `folder`; the first that is free is to be taken."""
    yield folder / f"{stem}{suffix}"
    for number in itertools.count(2):
        yield folder / f"{stem}-{number}{suffix}"


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """The first of the numbered paths that is not there yet, not even as a broken link."""
    return next(path for path in numbered_paths(folder, stem, suffix) if not os.path.lexists(path))


def create_new(path: Path) -> BinaryIO:
    """Create `path` for its owner only; raises FileExistsError rather than replace a file, and any other OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

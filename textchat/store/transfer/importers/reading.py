"""Gives an importer what lies around the entry that it reads, and counts what it leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from textchat.core.limits import IMPORT_FILE
from textchat.store.transfer.importers.archive import Assets

Schema = Mapping[str, frozenset[str]]
"""The columns of each table of a database."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of one file: its place, the files around it, and what is left out of it."""

    path: str = ""
    """The file's path with slashes: within its folder or zip file, or its name alone."""
    modified_at: float = 0.0
    """Unix time in seconds, for formats without dates; 0 if it is unknown."""
    assets: Assets = field(default_factory=Assets)
    """The files of the folder or zip file that is imported. A file imported alone has none: what lies beside it in the
    same folder is the user's, and no export may ask for it by name."""
    place: Path | None = None
    """Where a file lies that is imported alone."""
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The file's name without its folder and endings."""
        return self.path.rpartition("/")[2].partition(".")[0]

    def leave_out(self, what: str, count: int = 1) -> None:
        """Count content that is not imported: `what` names it in the singular, such as `voice note`."""
        if count > 0:
            self.left_out[what] += count

    def beside(self, name: str) -> bytes:
        """The content of a file whose name the format defines, in the same folder; empty if missing or too large.

        Raises OSError.
        """
        if self.place is not None:
            file = self.place.with_name(name)
            return file.read_bytes() if file.is_file() and file.stat().st_size <= IMPORT_FILE.most else b""
        folder = self.path.rpartition("/")[0]
        return self.assets.content(f"{folder}/{name}" if folder else name)

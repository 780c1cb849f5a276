"""Gives an importer what lies around the entry that it reads, and counts what it leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from textchat.store.transfer.importers.archive import LARGEST_ASSET, ArchiveFile, Assets

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
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The file's name without its folder and endings."""
        return self.path.rpartition("/")[2].partition(".")[0]

    def leave_out(self, what: str, count: int = 1) -> None:
        """Count content that is not imported: `what` names it in the singular, such as `voice note`."""
        if count > 0:
            self.left_out[what] += count

    def beside(self, path: str) -> bytes:
        """The content of a file named by its path from this one's folder; empty if it is missing or too large."""
        folder = self.path.rpartition("/")[0]
        return self.assets.content(f"{folder}/{path}" if folder else path)


def reading_of(file: ArchiveFile, files: Sequence[ArchiveFile], left_out: Counter[str]) -> Reading:
    """The reading of one of the files of an export."""
    return Reading(file.path, file.modified_at, Assets(files), left_out)


__all__ = ["LARGEST_ASSET", "Reading", "Schema", "reading_of"]

"""The files of a folder of the user's, each read when it is wanted and again when it has changed.

Reading waits for a disk: call it in another thread than the interface's.
"""

from __future__ import annotations

import difflib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from textchat.core.errors import ConfigurationError
from textchat.core.limits import SAVED_FILES
from textchat.core.text.sanitize import escaped, plain_name

T = TypeVar("T")


@dataclass(frozen=True)
class Entry(Generic[T]):
    """One usable file."""

    name: str
    about: str
    """What it is about, one line; empty where it says nothing."""
    path: Path
    value: T


@dataclass(frozen=True)
class Listed(Generic[T]):
    """What is in the folder, by name, and a sentence for each file that cannot be used."""

    entries: tuple[Entry[T], ...] = ()
    problems: tuple[str, ...] = ()

    def find(self, name: str) -> Entry[T] | None:
        """The entry of this name, or else of a file of this name; in any case, if in no other."""
        for key in (str, str.casefold):
            for entry in self.entries:
                if key(name) in (key(entry.name), key(entry.path.stem)):
                    return entry
        return None


@dataclass(frozen=True)
class _Read(Generic[T]):
    stamp: tuple[int, int]
    entry: Entry[T] | None
    problem: str = ""


class Library(Generic[T]):
    """The files with a suffix in a folder; `read` returns one of them, or raises ConfigurationError."""

    def __init__(self, folder: Path, suffix: str, read: Callable[[Path], Entry[T]], kind: str) -> None:
        """`kind` names what is in it, as in “No persona is called …”."""
        self.folder = folder
        self.kind = kind
        self._suffix = suffix
        self._read = read
        self._known: dict[Path, _Read[T]] = {}
        self._lock = threading.Lock()

    def listed(self) -> Listed[T]:
        """All files as they are now; those that have not changed are not read again."""
        with self._lock:
            try:
                paths, problems = self._paths()
            except FileNotFoundError:
                return Listed()
            except OSError as error:
                return Listed(problems=(f"Cannot read {escaped(self.folder)}: {error.strerror}.",))
            self._known = {path: read for path in paths if (read := self._file(path)) is not None}
            problems += [read.problem for read in self._known.values() if read.problem]
            entries, doubled = _each_once(read.entry for read in self._known.values() if read.entry is not None)
            return Listed(entries, (*problems, *doubled))

    def named(self, name: str) -> Entry[T]:
        """The entry of this name; raises ConfigurationError, also for one whose file cannot be used."""
        listed = self.listed()
        if (entry := listed.find(name)) is not None:
            return entry
        broken = (read for path, read in self._known.items() if path.stem.casefold() == name.casefold())
        for read in broken:
            raise ConfigurationError(read.problem)
        raise ConfigurationError(self._missing(name, listed))

    def _missing(self, name: str, listed: Listed[T]) -> str:
        names = {word.casefold(): entry.name for entry in listed.entries for word in (entry.path.stem, entry.name)}
        near = difflib.get_close_matches(name[:100].casefold(), list(names), n=1)
        shown = f"No {self.kind} is called “{plain_name(name, 60)}”."
        if near:
            return f"{shown} Did you mean “{plain_name(names[near[0]], 60)}”?"
        if listed.entries:
            some = ", ".join(plain_name(entry.name, 40) for entry in listed.entries[:8])
            return f"{shown} Known: {some}{', …' if len(listed.entries) > 8 else ''}."
        return f"{shown} Put a file into {escaped(self.folder)}."

    def _paths(self) -> tuple[list[Path], list[str]]:
        """The files to be read, by name, and a sentence if there are more. Raises OSError."""
        with os.scandir(self.folder) as found:
            names = sorted(entry.name for entry in found if self._is_meant(entry.name))
        problems = []
        if len(names) > SAVED_FILES.most:
            problems.append(f"{escaped(self.folder)}: only the first {SAVED_FILES.told} are listed.")
        return [self.folder / name for name in names[: SAVED_FILES.most]], problems

    def _is_meant(self, name: str) -> bool:
        return name.endswith(self._suffix) and not name.startswith(".")

    def _file(self, path: Path) -> _Read[T] | None:
        known = self._known.get(path)
        with suppress(OSError):
            status = path.stat()
            stamp = status.st_mtime_ns, status.st_size
            if known is not None and known.stamp == stamp:
                return known
            try:
                return _Read(stamp, self._read(path))
            except ConfigurationError as error:
                return _Read(stamp, None, str(error))
        return _Read((0, 0), None, f"Cannot read {escaped(path)}.") if path.is_symlink() else None


def _each_once(entries: Iterator[Entry[T]]) -> tuple[tuple[Entry[T], ...], list[str]]:
    """The entries by name, and a sentence for each whose name another file has, which is left out."""
    kept: dict[str, Entry[T]] = {}
    problems: list[str] = []
    for entry in entries:
        if (other := kept.setdefault(entry.name.casefold(), entry)) is not entry:
            name = plain_name(entry.name, 60)
            problems.append(f"{escaped(entry.path)}: {escaped(other.path.name)} has the name “{name}” too. Change one.")
    return tuple(sorted(kept.values(), key=lambda entry: entry.name.casefold())), problems

"""Lists the files below a folder in a thread, nearest first, without hidden and git-ignored ones, within bounds."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textchat.config.input_files import read_regular
from textchat.core.limits import FILES_LOOKED_AT

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

WORK_S = 0.3
"""Seconds of work for one look."""
WAIT_S = 5.0
"""The same with what a slow disk adds."""
LONGEST_IGNORE_FILE = 64 * 1024
MOST_PARENTS = 40


class Entry(NamedTuple):
    """A file or a folder of the tree."""

    path: str
    """Below the folder, with slashes."""
    is_folder: bool


class _Ignores(NamedTuple):
    """The rules of one .gitignore."""

    below: str
    """The path of its folder, with a slash at its end, as paths of the tree are written; empty for the base."""
    above: str
    """What stands before a path of the tree, seen from its folder: it lies above the base."""
    spec: GitIgnoreSpec


class FileTree:
    """What is below `base`. `read` is called once, in a thread; `entries` grows meanwhile."""

    def __init__(
        self,
        base: Path,
        *,
        shows_hidden: bool = False,
        most: int = FILES_LOOKED_AT.most,
        clock: Callable[[], float] = time.thread_time,
    ) -> None:
        self.base = base
        self.shows_hidden = shows_hidden
        self.entries: list[Entry] = []
        self.is_read = False
        self.is_whole = True
        """False where there is more than was looked at."""
        self._most = most
        self._clock = clock
        self._is_stopped = False

    def stop(self) -> None:
        """Read no further: nobody looks any more."""
        self._is_stopped = True

    def read(self) -> None:
        """Read all of it, as far as the bounds allow; a folder that cannot be read is as if empty."""
        work_ends, wait_ends = self._clock() + WORK_S, time.monotonic() + WAIT_S
        folders = deque([("", tuple(_ignores_above(self.base)))])
        while folders and not self._is_stopped:
            folder, ignores = folders.popleft()
            for entry, found in self._scan(folder, ignores):
                if len(self.entries) >= self._most or self._clock() > work_ends or time.monotonic() > wait_ends:
                    self.is_whole, self.is_read = False, True
                    return
                self.entries.append(entry)
                if entry.is_folder and found is not None:
                    folders.append((f"{entry.path}/", found))
        self.is_read = True

    def _scan(self, folder: str, ignores: tuple[_Ignores, ...]) -> Iterator[tuple[Entry, tuple[_Ignores, ...] | None]]:
        """The entries of one folder, with the rules for what is below; None below a link, which may lead back."""
        path = self.base / folder
        try:
            if own := _read_ignores(path):
                ignores = (*ignores, _Ignores(folder, "", own))
            with os.scandir(path) as scanned:
                found = sorted(scanned, key=lambda entry: entry.name.casefold())
        except OSError:
            return
        for entry in found:
            if entry.name.startswith(".") and (not self.shows_hidden or entry.name == ".git"):
                continue
            name = f"{folder}{entry.name}"
            try:
                is_folder, is_link = entry.is_dir(), entry.is_symlink()
                is_file = not is_folder and entry.is_file()
            except OSError:
                continue
            if (is_folder or is_file) and not _is_ignored(f"{name}/" if is_folder else name, ignores):
                yield Entry(name, is_folder), None if is_link else ignores


def _ignores_above(base: Path) -> Iterator[_Ignores]:
    """The rules of the folders above, up to that of the repository; none where they leave out `base` itself."""
    above: list[Path] = []
    for folder in (base, *list(base.parents)[:MOST_PARENTS]):
        if folder != base:
            above.append(folder)
        if (folder / ".git").exists():
            break
    else:
        return
    found = [
        _Ignores("", f"{base.relative_to(folder).as_posix()}/", spec)
        for folder in reversed(above)
        if (spec := _read_ignores(folder))
    ]
    if not _is_ignored("", tuple(found)):
        yield from found


def _read_ignores(folder: Path) -> GitIgnoreSpec | None:
    file = folder / ".gitignore"
    try:
        if not file.is_file():
            return None
        lines = read_regular(file, LONGEST_IGNORE_FILE)[:LONGEST_IGNORE_FILE].decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    from pathspec import GitIgnoreSpec  # only who looks for files needs it

    kept = [line for line in lines if line.strip() and not line.startswith("#")]
    try:
        return GitIgnoreSpec.from_lines(kept) if kept else None
    except ValueError:  # a line that is no pattern
        return None


def _is_ignored(path: str, ignores: tuple[_Ignores, ...]) -> bool:
    """Whether the deepest rules that say anything of a path leave it out."""
    for rules in reversed(ignores):
        result = rules.spec.check_file(rules.above + path[len(rules.below) :])
        if result.include is not None:
            return result.include
    return False

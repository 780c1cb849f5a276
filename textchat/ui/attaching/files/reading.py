"""Reads what is to be attached, in a thread: a file, the files of a folder or those that a pattern names."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.config.input_files import read_regular
from textchat.core.limits import ATTACHED_AT_ONCE, ATTACHED_TOGETHER, ATTACHMENT, quantity, too_large
from textchat.core.parts.media_types import UNKNOWN, media_type_of
from textchat.core.parts.part import Part
from textchat.core.parts.size_words import size_words
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.ui.attaching.files.file_search import below, is_pattern, matching
from textchat.ui.attaching.files.file_tree import FileTree

if TYPE_CHECKING:
    from textchat.ui.attaching.files.file_tree import Entry

LONGEST_SHOWN = 200
"""Characters of a path in a sentence."""


class NotAttachedError(Exception):
    """Something that cannot be attached; its text is the sentence that says why."""


class TooManyFilesError(NotAttachedError):
    """More files than are attached at once."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was read: the parts, and what is said about those that were left out."""

    name: str
    parts: tuple[Part, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Located:
    """Files that a path names, not read yet."""

    name: str
    files: tuple[Path, ...]
    is_folder: bool = False
    is_whole: bool = True
    """False where there may be more files than were looked at."""


@dataclass(frozen=True)
class FileReader:
    """Reads files below `folder`, or wherever a path leads; all calls may be slow.

    `most_bytes` is the limit on one file.
    """

    folder: Path
    most_bytes: int = ATTACHMENT.most

    def resolve(self, path: str) -> Path:
        """Where a path that a person has written leads; raises ValueError for what is none."""
        if "\0" in path:
            raise ValueError("not a file name")
        path = _drive_in_wsl(path, os.environ)
        try:
            return self.folder / Path(path).expanduser()
        except RuntimeError as error:  # ~nobody
            raise ValueError(str(error)) from error

    def names_files(self, paths: Iterable[str], *, takes_folders: bool = True) -> bool:
        """Whether each of these paths is a regular file, or a folder."""
        try:
            found = [self.resolve(path) for path in paths]
            return all(path.is_file() or (takes_folders and path.is_dir()) for path in found)
        except (OSError, ValueError):
            return False

    def locate(self, path: str) -> Located:
        """The files that a path names; raises NotAttachedError where there are none, or too many."""
        shown = plain_line(path, LONGEST_SHOWN)
        try:
            place = self.resolve(path)
            is_folder = place.is_dir()
            is_there = is_folder or place.exists()
        except (OSError, ValueError) as error:
            raise NotAttachedError(f"Cannot read {shown}: {_reason(error)}.") from error
        if is_there and not is_folder:
            return Located(plain_name(place.name, LONGEST_SHOWN), (place,))
        located = self._below(path, place, is_folder=is_folder)
        count = len(located.files)
        if not count:
            raise NotAttachedError(f"No files in {shown}." if is_folder else f"No file {shown}.")
        if count > ATTACHED_AT_ONCE.most:
            more = "" if located.is_whole else "at least "
            raise TooManyFilesError(
                f"{shown} has {more}{count:,} files. At most {ATTACHED_AT_ONCE.most} are attached at once."
            )
        return located

    def _below(self, path: str, place: Path, *, is_folder: bool) -> Located:
        name = plain_name(path.rstrip("/\\") or path, LONGEST_SHOWN)
        base, pattern = place, ""
        if not is_folder and is_pattern(path):
            fixed, pattern = _split_pattern(path)
            base = self.resolve(fixed or ".")
        elif not is_folder:
            return Located(name, ())
        tree = FileTree(base, shows_hidden=any(part.startswith(".") for part in pattern.split("/")))
        tree.read()
        entries = matching(pattern, tree.entries) if pattern else below("", tree.entries)
        return Located(name if pattern else f"{name}/", _paths(base, entries), not pattern, tree.is_whole)

    def size_of(self, located: Located) -> int:
        """Bytes of the files, as far as they can be told."""
        total = 0
        for file in located.files:
            try:
                total += file.stat().st_size
            except OSError:
                continue
        return total

    def read(self, path: str, room: int) -> Found:
        """Read what a path names, at most `room` bytes in all; raises NotAttachedError."""
        located = self.locate(path)
        if (size := self.size_of(located)) > room and len(located.files) > 1:
            raise NotAttachedError(
                f"{located.name} has {size_words(size)}. At most {_most()} go with one prompt: attach fewer files."
            )
        parts: list[Part] = []
        left_out = 0
        for file in located.files:
            name = self._told(file) if located.is_folder or len(located.files) > 1 else file.name
            part = self._read(file, name, room - sum(part.size for part in parts))
            if part.media_type == UNKNOWN and len(located.files) > 1:
                left_out += 1
            else:
                parts.append(part)
        if not parts:
            raise NotAttachedError(f"No text, picture, document or sound in {located.name}.")
        notes = [f"Left out of {located.name}: {left_out} of unknown kind."] if left_out else []
        if not located.is_whole:
            notes.append(f"Not all of {located.name} was searched: there may be more files.")
        return Found(located.name, tuple(parts), " ".join(notes))

    def _read(self, file: Path, name: str, room: int) -> Part:
        shown = plain_line(name, LONGEST_SHOWN)
        if str(file) == os.devnull:
            raise NotAttachedError(f"Cannot read {shown}: not a regular file.")
        most = min(self.most_bytes, max(0, room))
        try:
            data = read_regular(file, most)
        except (OSError, ValueError) as error:
            raise NotAttachedError(f"Cannot read {shown}: {_reason(error)}.") from error
        if len(data) > self.most_bytes:
            raise NotAttachedError(too_large(shown, self.most_bytes, ATTACHMENT))
        if len(data) > most:
            raise NotAttachedError(f"No room for {shown}: at most {_most()} go with one prompt. Remove other files.")
        return part_of(name, data)

    def _told(self, file: Path) -> str:
        """The name of one of several files: below the folder it says where it is."""
        try:
            return file.relative_to(self.folder).as_posix()
        except ValueError:
            return file.name


def part_of(name: str, data: bytes) -> Part:
    """A part of these bytes; text in UTF-16, as Windows writes it, becomes UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError:
            return Part(plain_name(name, LONGEST_SHOWN), UNKNOWN, data)
    return Part(plain_name(name, LONGEST_SHOWN), media_type_of(name, data), data)


def _most() -> str:
    return quantity(ATTACHED_TOGETHER.most, ATTACHED_TOGETHER.unit)


def _paths(base: Path, entries: Sequence[Entry]) -> tuple[Path, ...]:
    return tuple(base / entry.path for entry in entries)


def _split_pattern(path: str) -> tuple[str, str]:
    """The folder before the first name with a wildcard, and the rest."""
    names = path.replace("\\", "/").split("/") if sys.platform == "win32" else path.split("/")
    at = next(index for index, name in enumerate(names) if is_pattern(name))
    return "/".join(names[:at]) + ("/" if at else ""), "/".join(names[at:])


def _drive_in_wsl(path: str, environ: Mapping[str, str]) -> str:
    """A path with a drive, where Windows' files are below /mnt."""
    found = re.match(r"([A-Za-z]):[\\/]", path) if environ.get("WSL_DISTRO_NAME") else None
    if found is None:
        return path
    return f"/mnt/{found.group(1).lower()}/" + path[3:].replace("\\", "/")


def _reason(error: Exception) -> str:
    return (error.strerror or "not readable") if isinstance(error, OSError) else str(error)

"""Finds the files of an export in its zip file or an unpacked folder, including attachments."""

from __future__ import annotations

import json
import mimetypes
import os
import zipfile
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import IO

from textchat.config.input_files import open_named, open_regular
from textchat.core.errors import ConfigurationError
from textchat.core.limits import IMPORT_COPY, IMPORT_FILE, too_large
from textchat.core.parts.part import Part
from textchat.core.text.json_fields import as_table

PIECE = 1024 * 1024
_NAMES = "conversation_asset_file_names.json"
"""In ChatGPT's newer exports: what the files were called before each became an id and `.dat`."""
_BEGINNINGS = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One file of an export."""

    path: str
    """With slashes."""
    size: int
    """In bytes, as it says itself."""
    modified_at: float
    """Unix time in seconds; 0 if it is unknown."""
    open: Callable[[], IO[bytes]]
    place: Path | None = None
    """Where it lies, if it is not inside a zip file."""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def files_of_zip(archive: zipfile.ZipFile) -> list[ArchiveFile]:
    """The files in a zip file, whose times are taken for local ones as they name no zone."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    return [
        ArchiveFile(entry.filename, entry.file_size, _time_of(entry), partial(archive.open, entry)) for entry in entries
    ]


def copy_bounded(source: IO[bytes], target: IO[bytes], name: str) -> None:
    """Copy a file called `name`; raises ConfigurationError for more than anybody exports: a pipe may have no end."""
    left = IMPORT_COPY.most
    while piece := source.read(PIECE):
        left -= len(piece)
        if left < 0:
            raise ConfigurationError(too_large(name, IMPORT_COPY.most, IMPORT_COPY) + " Unpack it, then import that.")
        target.write(piece)


def _time_of(entry: zipfile.ZipInfo) -> float:
    try:
        return datetime(*entry.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def files_of_folder(folder: Path) -> list[ArchiveFile]:
    """The files below a folder, sorted by path, but links that lead out of it; raises OSError.

    A folder in it that cannot be listed is among them: opening it says why.
    """
    inside = folder.resolve()
    files: list[ArchiveFile] = []

    def refuse(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise error
        files.append(_refused(Path(error.filename).relative_to(folder).as_posix(), error))

    for place, _, names in os.walk(folder, onerror=refuse):
        for file in (Path(place, name) for name in names):
            path = file.relative_to(folder).as_posix()
            try:
                if file.is_file() and file.resolve().is_relative_to(inside):
                    files.append(_file_at(file, path))
            except OSError as error:
                files.append(_refused(path, error))
    return sorted(files, key=lambda file: file.path.split("/"))


def _refused(path: str, error: OSError) -> ArchiveFile:
    def raise_it() -> IO[bytes]:
        raise error

    return ArchiveFile(path, 0, 0.0, raise_it)


def file_alone(file: Path) -> ArchiveFile:
    """A file that is read by itself, called by its name, and may be a pipe; raises OSError."""
    return replace(_file_at(file, file.name), open=lambda: open_named(file))


def _file_at(file: Path, path: str) -> ArchiveFile:
    status = file.stat()
    return ArchiveFile(path, status.st_size, status.st_mtime, lambda: open_regular(file), place=file)


class Assets:
    """The files that messages refer to by an id, with which their names begin."""

    def __init__(self, files: Sequence[ArchiveFile] = ()) -> None:
        self._files = sorted(files, key=lambda file: file.name)
        self._keys = [file.name for file in self._files]

    def find(self, id_: str, name: str = "") -> Part | None:
        """The file with this id, called `name` if that is known; None if the export does not contain it."""
        for at in range(bisect_left(self._keys, id_), len(self._files)) if id_ else ():
            file = self._files[at]
            if not file.name.startswith(id_):
                break
            if file.name[len(id_) :][:1].isalnum() or file.size > IMPORT_FILE.most:
                continue
            with file.open() as opened:
                data = opened.read(IMPORT_FILE.most)
            name = name or self._names.get(file.name, "").rpartition("/")[2] or file.name
            return Part(name, media_type_of(name, data), data)
        return None

    def content(self, path: str) -> bytes:
        """The content of the file at this path of the export; empty if it is missing or too large."""
        file = self._by_path.get(path)
        if file is None or file.size > IMPORT_FILE.most:
            return b""
        with file.open() as opened:
            return opened.read(IMPORT_FILE.most)

    @cached_property
    def _by_path(self) -> Mapping[str, ArchiveFile]:
        return {file.path: file for file in self._files}

    @cached_property
    def _names(self) -> Mapping[str, str]:
        for file in self._files:
            if file.name == _NAMES and file.size <= IMPORT_FILE.most:
                with file.open() as opened:
                    return _texts(opened.read(IMPORT_FILE.most))
        return {}


def _texts(data: bytes) -> Mapping[str, str]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return {key: value for key, value in as_table(document).items() if isinstance(value, str)}


def media_type_of(name: str, data: bytes) -> str:
    for beginning, media_type in _BEGINNINGS:
        if data.startswith(beginning):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"WAVE"):
        return "image/webp" if data[8:12] == b"WEBP" else "audio/wav"
    return mimetypes.guess_type(name)[0] or "application/octet-stream"

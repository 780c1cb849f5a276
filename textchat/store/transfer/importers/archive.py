"""Finds the files of an export in its zip file or an unpacked folder, including attachments."""

from __future__ import annotations

import json
import mimetypes
import zipfile
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import IO

from textchat.config.input_files import open_regular
from textchat.core.conversation import Attachment
from textchat.core.limits import IMPORT_FILE
from textchat.core.text.json_fields import as_table

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
    open: Callable[[], IO[bytes]]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def files_of_zip(archive: zipfile.ZipFile) -> list[ArchiveFile]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    return [ArchiveFile(entry.filename, entry.file_size, partial(archive.open, entry)) for entry in entries]


def files_of_folder(folder: Path) -> list[ArchiveFile]:
    """The files below a folder, sorted by path; raises OSError."""

    def archive_file(file: Path) -> ArchiveFile:
        return ArchiveFile(file.relative_to(folder).as_posix(), file.stat().st_size, lambda: open_regular(file))

    return [archive_file(file) for file in sorted(folder.rglob("*")) if file.is_file()]


class Assets:
    """The files that messages refer to by an id, with which their names begin."""

    def __init__(self, files: Sequence[ArchiveFile] = ()) -> None:
        self._files = sorted(files, key=lambda file: file.name)
        self._keys = [file.name for file in self._files]

    def find(self, id_: str, name: str = "") -> Attachment | None:
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
            return Attachment(name, _media_type(name, data), data)
        return None

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


def _media_type(name: str, data: bytes) -> str:
    for beginning, media_type in _BEGINNINGS:
        if data.startswith(beginning):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"WAVE"):
        return "image/webp" if data[8:12] == b"WEBP" else "audio/wav"
    return mimetypes.guess_type(name)[0] or "application/octet-stream"

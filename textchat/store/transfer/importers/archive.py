"""What an export consists of, in its zip file or unpacked in a folder: conversations, and the files they mention."""

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

from textchat.core.conversation import Attachment

LARGEST_ASSET = 20 * 1024 * 1024
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
    found = [each for each in archive.infolist() if not each.is_dir()]
    return [ArchiveFile(each.filename, each.file_size, partial(archive.open, each)) for each in found]


def files_of_folder(folder: Path) -> list[ArchiveFile]:
    """Raises OSError."""

    def part(file: Path) -> ArchiveFile:
        return ArchiveFile(file.relative_to(folder).as_posix(), file.stat().st_size, lambda: file.open("rb"))

    return [part(each) for each in sorted(folder.rglob("*")) if each.is_file()]


class Assets:
    """The files that messages mention by an id, with which their names begin."""

    def __init__(self, parts: Sequence[ArchiveFile] = ()) -> None:
        self._parts = sorted(parts, key=lambda part: part.name)
        self._keys = [part.name for part in self._parts]

    def find(self, id_: str, name: str = "") -> Attachment | None:
        """The file, under `name` where that is known; None where the export does not hold it."""
        for at in range(bisect_left(self._keys, id_), len(self._parts)) if id_ else ():
            part = self._parts[at]
            if not part.name.startswith(id_):
                break
            if part.name[len(id_) :][:1].isalnum() or part.size > LARGEST_ASSET:
                continue
            with part.open() as file:
                data = file.read(LARGEST_ASSET)
            name = name or self._names.get(part.name, "").rpartition("/")[2] or part.name
            return Attachment(name, _media_type(name, data), data)
        return None

    @cached_property
    def _names(self) -> Mapping[str, str]:
        for part in self._parts:
            if part.name == _NAMES and part.size <= LARGEST_ASSET:
                with part.open() as file:
                    return _texts(file.read(LARGEST_ASSET))
        return {}


def _texts(data: bytes) -> Mapping[str, str]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def _media_type(name: str, data: bytes) -> str:
    for beginning, media_type in _BEGINNINGS:
        if data.startswith(beginning):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"WAVE"):
        return "image/webp" if data[8:12] == b"WEBP" else "audio/wav"
    return mimetypes.guess_type(name)[0] or "application/octet-stream"

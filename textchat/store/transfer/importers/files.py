"""Reads the conversations of a file, a zip file or a folder; the content, not the name, decides the format."""

from __future__ import annotations

import codecs
import lzma
import re
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import IO

from textchat.core.errors import ConfigurationError
from textchat.core.limits import IMPORT_DOCUMENT, too_large
from textchat.store.transfer.importers.archive import (
    PIECE,
    ArchiveFile,
    Assets,
    copy_bounded,
    file_alone,
    files_of_folder,
    files_of_zip,
)
from textchat.store.transfer.importers.database_files import MAGIC, read_database
from textchat.store.transfer.importers.formats import BEGINNING
from textchat.store.transfer.importers.found import Found, LeftOut, Skipped
from textchat.store.transfer.importers.json_files import read_json
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.registry import DOCUMENT_FORMATS, known_names

_ZIP = b"PK\x03\x04"
_ZIP_ERRORS = (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, lzma.LZMAError, UnicodeDecodeError)
"""What a damaged zip file raises; the last one for a name in it that is not the UTF-8 that it says it is."""
_IS_ENCRYPTED = 0x1
_CONVERSATIONS = re.compile(r"(^|.*/)(conversations[^/]*|projects(/[^/]+)?)\.jsonl?$")
"""The files of ChatGPT's and Claude's exports that hold conversations, behind the folder of the export."""
_UPLOADS = re.compile(r"(file[-_]|user-[^/]*/|dalle-generations/)")
"""What was attached to conversations, by its path in such a folder: it may look like a conversation, and is none."""
_UPLOADS_OF_GROK = "prod-mc-asset-server/"
_NEVER = re.compile(r"(^|/)(__MACOSX|\.git|node_modules)/")
_LINES = (".jsonl", ".ndjson")
_JSON = re.compile(r"\s*(\{\s*([\"}]|\Z)|\[\s*([\[{\"\]\d-]|true|false|null|\Z))")
"""How JSON begins, but not Markdown, templates and settings that begin with a bracket."""
_FIRST_LINES = ("[", "{")
"""First lines of JSON that is written over several lines, whatever the file is called."""

Advance = Callable[[float], None]
"""Called with the share that has been read, from 0 to 1."""


def read_file(file: Path, advance: Advance) -> Iterator[Found]:
    """Yield what a file, a zip file or a folder holds, and last what was left out of it.

    Raises ConfigurationError where it cannot be read at all, or is of no known format.
    """
    left_out: Counter[str] = Counter()
    is_known = False
    try:
        for found in _read(file, left_out, advance):
            is_known = True
            yield found
    except OSError as error:
        raise ConfigurationError(f"Cannot read {file}: {error.strerror or error}.") from error
    if not is_known:
        raise ConfigurationError(
            f"{file} has no conversation in a known format. textchat can import from {known_names()}."
        )
    yield from (LeftOut(what, count) for what, count in sorted(left_out.items()))
    advance(1.0)


def _read(file: Path, left_out: Counter[str], advance: Advance) -> Iterator[Found]:
    if file.is_dir():
        yield from _read_export(files_of_folder(file), left_out, advance)
        return
    alone = file_alone(file)
    reading = Reading(alone.path, alone.modified_at, left_out=left_out, place=file)
    yield from _read_one(alone, reading, advance)


def _read_export(
    files: Sequence[ArchiveFile], left_out: Counter[str], advance: Advance, is_nested: bool = False
) -> Iterator[Found]:
    """Read the files of a folder or zip file that are conversations; others in it are none of ours."""
    files = [part for part in files if not _NEVER.search(part.path)]
    chosen = _without_uploads(files)
    total = max(1, sum(part.size for part in chosen))
    before = 0
    assets = Assets(files)
    for part in chosen:
        reading = Reading(part.path, part.modified_at, assets, left_out=left_out)

        def forward(share: float, start: int = before, size: int = part.size) -> None:
            advance(min(1.0, (start + share * size) / total))

        try:
            for found in _read_one(part, reading, forward, is_nested):
                if isinstance(found, Skipped) and len(chosen) > 1:
                    found = replace(found, where=f"{part.path}, {found.where}")
                yield found
        except (OSError, ConfigurationError, *_ZIP_ERRORS) as error:  # the others may be whole
            yield Skipped(part.path, str(getattr(error, "strerror", None) or error).rstrip("."))
        before += part.size


def _without_uploads(files: Sequence[ArchiveFile]) -> list[ArchiveFile]:
    """The files without those that were attached to the conversations of an export among them."""
    folders = tuple({found[1] for part in files if (found := _CONVERSATIONS.match(part.path))})

    def is_upload(path: str) -> bool:
        inside = any(path.startswith(folder) and _UPLOADS.match(path, len(folder)) for folder in folders)
        return inside or _UPLOADS_OF_GROK in path

    return [part for part in files if not is_upload(part.path)]


def _read_one(file: ArchiveFile, reading: Reading, advance: Advance, is_nested: bool = False) -> Iterator[Found]:
    """Read one file by what it begins with; yields nothing if it is of no known format."""
    with file.open() as opened:
        data = opened.read(BEGINNING)
        if data.startswith(MAGIC):
            yield from read_database(file, reading, advance) or ()
            return
        if data.startswith(_ZIP):
            if not is_nested:
                yield from _read_zip(file, data, opened, reading, advance)
            return
        encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
        beginning = data.decode(encoding, "replace")
        document = next((known for known in DOCUMENT_FORMATS if known.matches(beginning)), None)
        size = max(1, file.size)
        pieces = _text(data, opened, encoding, lambda read: advance(min(1.0, read / size)))
        if document is not None:
            yield from document.read(_whole(pieces, file.path), reading)
        elif _JSON.match(beginning):
            first_line = beginning.lstrip().partition("\n")[0].rstrip()
            is_lines = file.path.lower().endswith(_LINES) and first_line not in _FIRST_LINES
            yield from read_json(pieces, is_lines, reading)


def _read_zip(
    file: ArchiveFile, beginning: bytes, opened: IO[bytes], reading: Reading, advance: Advance
) -> Iterator[Found]:
    """Read a zip file, one in a folder or in another zip file too, but none that is in that.

    One in another, or from a pipe, is read as a copy.
    """
    name = reading.place or file.path
    with ExitStack() as stack:
        if file.place is None or not opened.seekable():
            copy = stack.enter_context(tempfile.TemporaryFile())
            copy.write(beginning)
            copy_bounded(opened, copy, str(name))
            opened = copy
        try:
            archive = stack.enter_context(zipfile.ZipFile(opened))
        except _ZIP_ERRORS as error:
            raise ConfigurationError(f"{name} is a damaged zip file, or only the beginning of one: {error}.") from error
        if any(entry.flag_bits & _IS_ENCRYPTED for entry in archive.infolist()):
            raise ConfigurationError(f"{name} has a password. Unpack it, then import the folder.")
        yield from _read_export(files_of_zip(archive), reading.left_out, advance, is_nested=file.place is None)


def _whole(pieces: Iterable[str], name: str) -> str:
    """The pieces joined; raises ConfigurationError for too many: a pipe does not say how long it is."""
    taken: list[str] = []
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > IMPORT_DOCUMENT.most:
            raise ConfigurationError(too_large(name, IMPORT_DOCUMENT.most, IMPORT_DOCUMENT))
        taken.append(piece)
    return "".join(taken)


def _text(beginning: bytes, file: IO[bytes], encoding: str, read: Callable[[int], None]) -> Iterator[str]:
    """The file decoded in pieces; invalid bytes become U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    count = 0
    for data in _data(beginning, file):
        yield decoder.decode(data)
        count += len(data)
        read(count)
    yield decoder.decode(b"", final=True)


def _data(beginning: bytes, file: IO[bytes]) -> Iterable[bytes]:
    yield beginning
    while data := file.read(PIECE):
        yield data

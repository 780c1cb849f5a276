"""Reads the conversations of a file, a zip file or a folder; the content, not the name, decides the format."""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from textchat.core.errors import ConfigurationError
from textchat.store.transfer.importers.archive import ArchiveFile, Assets, file_alone, files_of_folder, files_of_zip
from textchat.store.transfer.importers.database_files import MAGIC, read_database
from textchat.store.transfer.importers.formats import BEGINNING
from textchat.store.transfer.importers.found import Found, LeftOut, Skipped
from textchat.store.transfer.importers.json_files import read_json
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.registry import DOCUMENT_FORMATS, known_names

PIECE = 1024 * 1024
LARGEST_DOCUMENT = 256 * 1024 * 1024
"""In bytes; a larger one is skipped."""
_CONVERSATIONS = re.compile(r"(^|/)(conversations[^/]*|projects(/[^/]+)?)\.jsonl?$")
"""The files of ChatGPT's and Claude's exports that hold conversations; the others there are about the account."""
_NEVER = re.compile(r"(^|/)(__MACOSX|\.git|node_modules)/")
_LINES = (".jsonl", ".ndjson")

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
    with file.open("rb") as opened:
        if not opened.read(4).startswith(b"PK\x03\x04"):
            alone = file_alone(file)
            reading = Reading(alone.path, alone.modified_at, left_out=left_out, place=file)
            yield from _read_one(alone, reading, advance)
            return
        opened.seek(0)
        try:
            with zipfile.ZipFile(opened) as archive:
                yield from _read_export(files_of_zip(archive), left_out, advance)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
            raise ConfigurationError(f"{file} is a damaged zip file: {error}.") from error


def _read_export(files: Sequence[ArchiveFile], left_out: Counter[str], advance: Advance) -> Iterator[Found]:
    """Read the files of a folder or zip file that are conversations; others in it are none of ours."""
    files = [part for part in files if not _NEVER.search(part.path)]
    chosen = [part for part in files if _CONVERSATIONS.search(part.path)] or files
    total = max(1, sum(part.size for part in chosen))
    before = 0
    assets = Assets(files)
    for part in chosen:
        reading = Reading(part.path, part.modified_at, assets, left_out=left_out)

        def forward(share: float, start: int = before, size: int = part.size) -> None:
            advance(min(1.0, (start + share * size) / total))

        for found in _read_one(part, reading, forward):
            if isinstance(found, Skipped) and len(chosen) > 1:
                found = replace(found, where=f"{part.path}, {found.where}")
            yield found
        before += part.size


def _read_one(file: ArchiveFile, reading: Reading, advance: Advance) -> Iterator[Found]:
    """Read one file by what it begins with; yields nothing if it is of no known format."""
    with file.open() as opened:
        data = opened.read(BEGINNING)
        if data.startswith(MAGIC):
            yield from read_database(file, reading, advance) or ()
            return
        beginning = data.decode("utf-8-sig", "replace")
        document = next((known for known in DOCUMENT_FORMATS if known.matches(beginning)), None)
        size = max(1, file.size)
        pieces = _text(data, opened, lambda read: advance(min(1.0, read / size)))
        if document is not None and size <= LARGEST_DOCUMENT:
            yield from document.read("".join(pieces), reading)
        elif beginning.lstrip().startswith(("{", "[")):
            yield from read_json(pieces, file.path.lower().endswith(_LINES), reading)


def _text(beginning: bytes, file: IO[bytes], read: Callable[[int], None]) -> Iterator[str]:
    """The file decoded as UTF-8 in pieces; invalid bytes become U+FFFD."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
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

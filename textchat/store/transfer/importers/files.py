"""Reads the conversations of a file one by one; its content, not its name, decides the format."""

from __future__ import annotations

import codecs
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import textchat.store.transfer.importers.openai_messages as openai_messages
from textchat.config.input_files import open_regular
from textchat.core.errors import ConfigurationError
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.archive import ArchiveFile, Assets, files_of_folder, files_of_zip
from textchat.store.transfer.importers.build import Skipped
from textchat.store.transfer.importers.importer import DATABASE_IMPORTERS, ENTRY_IMPORTERS
from textchat.store.transfer.importers.json_entries import JsonEntry, entries, entries_of_lines
from textchat.store.transfer.importers.strict_json import NotReadable

PIECE = 1024 * 1024
_CONVERSATIONS = re.compile(r"(^|/)conversations[^/]*\.jsonl?$")
_LINES = (".jsonl", ".ndjson")

Imported = Iterator[ConversationRecord | Skipped]
Advance = Callable[[float], None]
"""Called with the share that has been read, from 0 to 1."""


def read_file(file: Path, advance: Advance) -> Imported:
    """Yield the conversations of a file or an unpacked folder, and the entries that were skipped.

    Raises ConfigurationError where it cannot be read at all, or is of no known format.
    """
    is_empty = True
    try:
        for entry in _read(file, advance):
            is_empty = False
            yield entry
    except OSError as error:
        raise ConfigurationError(f"Cannot read {file}: {error.strerror or error}.") from error
    if is_empty:
        raise ConfigurationError(f"{file} has no conversation in a known format.")
    advance(1.0)


def _read(file: Path, advance: Advance) -> Imported:
    if file.is_dir():
        yield from _read_archive(files_of_folder(file), file, advance)
        return
    with open_regular(file) as opened:
        beginning = opened.read(16)
        opened.seek(0)
        if beginning.startswith(b"SQLite format 3\0"):
            yield from _read_database(file, advance)
        elif beginning.startswith(b"PK"):
            yield from _read_zip(opened, file, advance)
        else:
            size = max(1, file.stat().st_size)
            pieces = _text(opened, lambda read: advance(min(1.0, read / size)))
            yield from _read_json(pieces, file.suffix.lower() in _LINES, Assets())


# -- JSON ------------------------------------------------------------------------------------------------------------


def _read_json(pieces: Iterable[str], is_lines: bool, assets: Assets) -> Imported:
    try:
        yield from _conversations((entries_of_lines if is_lines else entries)(pieces), assets)
    except NotReadable as error:
        yield Skipped("the rest", str(error))


def _conversations(stream: Iterable[JsonEntry], assets: Assets) -> Imported:
    """Group messages that follow each other in one list into a conversation; other entries are one each."""
    messages: list[object] = []
    group = 0
    for entry in stream:
        try:
            value = entry.value()
            if not openai_messages.is_message(value):
                yield from _read_entry(value, assets)
                continue
        except NotReadable as error:
            yield Skipped(entry.where, str(error))
            continue
        if entry.group != group:
            yield from _read_messages(messages)
            messages, group = [], entry.group
        messages.append(value)
    yield from _read_messages(messages)


def _read_messages(messages: list[object]) -> Imported:
    if not messages:
        return
    try:
        yield openai_messages.read(messages)
    except NotReadable as error:
        yield Skipped("the messages", str(error))


def _read_entry(value: Any, assets: Assets) -> Imported:
    """Read one entry; raises NotReadable."""
    if isinstance(value, dict) and isinstance(value.get("conversations"), list):
        for number, inner in enumerate(value["conversations"], start=1):
            try:
                yield from _read_entry(inner, assets)
            except NotReadable as error:
                yield Skipped(f"conversation {number}", str(error))
        return
    importer = next((known for known in ENTRY_IMPORTERS if known.matches(value)), None)
    if importer is None:
        raise NotReadable("its format is unknown")
    yield importer.read(value, assets)


def _text(file: IO[bytes], read: Callable[[int], None]) -> Iterator[str]:
    """The file decoded as UTF-8 in pieces; invalid bytes become U+FFFD."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    count = 0
    while data := file.read(PIECE):
        yield decoder.decode(data)
        count += len(data)
        read(count)
    yield decoder.decode(b"", final=True)


# -- zip files and folders -------------------------------------------------------------------------------------------


def _read_zip(opened: IO[bytes], file: Path, advance: Advance) -> Imported:
    try:
        with zipfile.ZipFile(opened) as archive:
            yield from _read_archive(files_of_zip(archive), file, advance)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise ConfigurationError(f"{file} is a damaged zip file: {error}.") from error


def _read_archive(files: Sequence[ArchiveFile], file: Path, advance: Advance) -> Imported:
    chosen = [part for part in files if _CONVERSATIONS.search(part.path)]
    if not chosen:
        raise ConfigurationError(f"{file} has no conversations.json, so it is not a known export.")
    assets = Assets(files)
    total = max(1, sum(part.size for part in chosen))
    before = 0
    for part in chosen:
        with part.open() as opened:
            pieces = _text(opened, lambda read, start=before: advance(min(1.0, (start + read) / total)))  # type: ignore[misc]
            yield from _read_json(pieces, part.path.endswith("l"), assets)
        before += part.size


# -- SQLite ----------------------------------------------------------------------------------------------------------


def _read_database(file: Path, advance: Advance) -> Imported:
    try:
        # Read only: the file belongs to another program.
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = frozenset(row["name"] for row in rows)
            importer = next((known for known in DATABASE_IMPORTERS if known.matches(tables)), None)
            if importer is None:
                raise ConfigurationError(f"{file} is a database of an unknown program.")
            total = _count(connection, tables.intersection(importer.COUNTED_TABLES))
            for number, entry in enumerate(importer.read(connection, tables), start=1):
                advance(min(1.0, number / total))
                yield entry
    except (sqlite3.Error, IndexError) as error:
        raise ConfigurationError(f"Cannot read {file} as a database: {error}.") from error


def _count(connection: sqlite3.Connection, tables: frozenset[str]) -> int:
    """The number of rows of these tables together, at least 1."""
    counts: list[int] = [connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables]
    return max(1, sum(counts))

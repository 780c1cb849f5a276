"""Which format a file has, by what it holds; and its conversations, one after the other."""

from __future__ import annotations

import codecs
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from textchat.core.conversation import Attachment
from textchat.core.errors import ConfigurationError
from textchat.store.exchange import NotReadable, from_plain
from textchat.store.importers.chatgpt import Assets, read_chatgpt
from textchat.store.importers.claude import read_claude
from textchat.store.importers.elia import is_elia, read_elia
from textchat.store.importers.entries import Entry, entries, entries_of_lines
from textchat.store.importers.found import Skipped
from textchat.store.importers.llm_logs import is_llm, read_llm
from textchat.store.importers.openai_messages import is_message, is_message_list, read_messages
from textchat.store.writing import Arrival

PIECE = 1024 * 1024
LARGEST_ASSET = 20 * 1024 * 1024
_CONVERSATIONS = re.compile(r"(^|/)conversations[^/]*\.jsonl?$")
_LINES = (".jsonl", ".ndjson")

Found = Iterator[Arrival | Skipped]
Advance = Callable[[float], None]
"""Told how much has been read, from 0 to 1."""


def read_file(file: Path, advance: Advance) -> Found:
    """What the file holds. Raises ConfigurationError where it cannot be read at all, or is of no known format."""
    try:
        with file.open("rb") as opened:
            beginning = opened.read(16)
            opened.seek(0)
            if beginning.startswith(b"SQLite format 3\0"):
                yield from _read_database(file, advance)
            elif beginning.startswith(b"PK"):
                yield from _read_zip(opened, file, advance)
            else:
                size = max(1, file.stat().st_size)
                pieces = _text(opened, lambda read: advance(min(1.0, read / size)))
                yield from _read_json(file, pieces, file.suffix.lower() in _LINES, lambda _: None)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror or error}.") from error
    advance(1.0)


# -- JSON ------------------------------------------------------------------------------------------------------------


def _read_json(file: Path, pieces: Iterable[str], is_lines: bool, assets: Assets) -> Found:
    found = False
    try:
        for entry in _conversations((entries_of_lines if is_lines else entries)(pieces), assets):
            found = True
            yield entry
    except NotReadable as error:
        found = True
        yield Skipped("the rest", str(error))
    if not found:
        raise ConfigurationError(f"{file} holds no conversation in a format that textchat knows.")


def _conversations(found: Iterable[Entry], assets: Assets) -> Found:
    """Messages that follow each other in one list are one conversation; any other entry is one of its own."""
    messages: list[object] = []
    group = 0
    for entry in found:
        try:
            value = entry.value()
            if is_message(value):
                if messages and entry.group != group:
                    yield read_messages(messages)
                    messages = []
                group = entry.group
                messages.append(value)
                continue
            yield from _read_entry(value, assets)
        except NotReadable as error:
            yield Skipped(entry.where, str(error))
    if messages:
        try:
            yield read_messages(messages)
        except NotReadable as error:
            yield Skipped("the messages", str(error))


def _read_entry(value: Any, assets: Assets) -> Found:
    """Raises NotReadable."""
    match value:
        case {"messages": _, "panes": _}:
            yield from_plain(value)
        case {"mapping": dict()}:
            yield read_chatgpt(value, assets)
        case {"chat_messages": list()}:
            yield read_claude(value)
        case {"conversations": list() as inner}:
            for number, each in enumerate(inner, start=1):
                try:
                    yield from _read_entry(each, assets)
                except NotReadable as error:
                    yield Skipped(f"conversation {number}", str(error))
        case {"messages": list()} | list() if is_message_list(value):
            yield read_messages(value)
        case _:
            raise NotReadable("it is no conversation in a format that textchat knows")


def _text(file: IO[bytes], read: Callable[[int], None]) -> Iterator[str]:
    """The file as UTF-8 in pieces; what is none becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    count = 0
    while data := file.read(PIECE):
        yield decoder.decode(data)
        count += len(data)
        read(count)
    yield decoder.decode(b"", final=True)


# -- zip -------------------------------------------------------------------------------------------------------------


def _read_zip(opened: IO[bytes], file: Path, advance: Advance) -> Found:
    try:
        with zipfile.ZipFile(opened) as archive:
            names = [each for each in archive.infolist() if _CONVERSATIONS.search(each.filename)]
            if not names:
                raise ConfigurationError(f"{file} holds no conversations.json: it is no export that textchat knows.")
            total = max(1, sum(each.file_size for each in names))
            before = 0
            for each in names:
                is_lines = each.filename.endswith("l")
                with archive.open(each) as part:
                    pieces = _text(part, lambda read, start=before: advance(min(1.0, (start + read) / total)))  # type: ignore[misc]
                    yield from _read_json(file, pieces, is_lines, _assets_of(archive))
                before += each.file_size
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ConfigurationError(f"{file} is a damaged zip file: {error}.") from error


def _assets_of(archive: zipfile.ZipFile) -> Assets:
    names = archive.infolist()

    def asset(id_: str) -> Attachment | None:
        for each in names:
            name = each.filename.rpartition("/")[2]
            if id_ and name.startswith(id_) and each.file_size <= LARGEST_ASSET:
                data = archive.read(each)
                return Attachment(name, _media_type(name, data), data)
        return None

    return asset


def _media_type(name: str, data: bytes) -> str:
    import mimetypes

    for beginning, media_type in ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif")):
        if data.startswith(beginning):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


# -- SQLite ----------------------------------------------------------------------------------------------------------


def _read_database(file: Path, advance: Advance) -> Found:
    try:
        # Read only: the file belongs to another program.
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = frozenset(row["name"] for row in rows)
            if not is_elia(tables) and not is_llm(tables):
                raise ConfigurationError(f"{file} is a database of no program that textchat knows.")
            total = _count(connection, tables)
            found = read_elia(connection) if is_elia(tables) else read_llm(connection, tables)
            for number, entry in enumerate(found, start=1):
                advance(min(1.0, number / total))
                yield entry
    except (sqlite3.Error, IndexError) as error:
        raise ConfigurationError(f"{file} cannot be read as a database: {error}.") from error


def _count(connection: sqlite3.Connection, tables: frozenset[str]) -> int:
    """How many conversations there are, about."""
    counts: list[int] = [
        connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        for name in ("chat", "threads", "conversations", "logs")
        if name in tables
    ]
    return max(1, sum(counts))

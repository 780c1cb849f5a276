"""Defines the four kinds of importers: a new one is a module that names its format in one of these.

| its conversations are | kind | `read` gets |
|---|---|---|
| entries of a JSON file (objects of a list, lines, or the whole) | `EntryFormat` | one entry |
| many entries each (a line a message or an event) | `SeriesFormat` | the entries that follow each other |
| rows of a SQLite file | `DatabaseFormat` | the open database |
| a file that is not JSON | `DocumentFormat` | its text |

`matches` decides by the content alone, by keys and their types or by tables and their columns, never by a file's name;
it must be quick and never raise. `read` yields conversations, built with `build.conversation_from`, and a `Skipped` for
a part that cannot be read; where nothing can, it raises NotReadable. What a conversation is imported without is counted
with `reading.leave_out`. Then the format goes into the table in `registry.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.found import Empty, Skipped
from textchat.store.transfer.importers.reading import Reading, Schema

Conversations = Iterable[ConversationRecord | Skipped | Empty]


@dataclass(frozen=True, slots=True)
class EntryFormat:
    """A JSON format in which every entry stands for itself, as one conversation or several."""

    name: str
    """The program or service, as users know it."""
    matches: Callable[[Any], bool]
    read: Callable[[Any, Reading], Conversations]


@dataclass(frozen=True, slots=True)
class SeriesFormat:
    """A JSON format in which entries that follow each other make conversations together."""

    name: str
    matches: Callable[[Any], bool]
    read: Callable[[Sequence[Any], Reading], Conversations]
    goes_on: Callable[[Any], bool] | None = None
    """Decides whether an entry behind others of the series belongs to it; None: as `matches`. Lines after a head may
    look like those of another format."""


@dataclass(frozen=True, slots=True)
class DocumentFormat:
    """A format of text that is not JSON."""

    name: str
    matches: Callable[[str], bool]
    """Decides by the first `BEGINNING` characters."""
    read: Callable[[str, Reading], Conversations]


@dataclass(frozen=True, slots=True)
class DatabaseFormat:
    """Tables of another program's SQLite file; `read` raises sqlite3.Error as well."""

    name: str
    matches: Callable[[Schema], bool]
    read: Callable[[sqlite3.Connection, Schema, Reading], Conversations]
    counted: tuple[str, ...]
    """Tables with about a row for each conversation together, for the progress that is shown."""


JsonFormat = EntryFormat | SeriesFormat
BEGINNING = 4096

"""Defines the interface of an importer, and lists all of them.

A new importer is one module of this folder with two functions, named in one of the two tables below:

- for JSON, `matches(entry)` says by its keys whether an entry is of the format, and `read(entry, assets)` makes a
  conversation of it;
- for SQLite, `matches(tables)` says so by the names of the tables, `read(connection, tables)` yields the conversations,
  and `COUNTED_TABLES` have about a row for each of them, for the progress that is shown.

Both build their conversations with `build.conversation_from`, and say with NotReadable, or with a `Skipped`, what
cannot be read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Protocol

# By their whole names: `from … import chatgpt` would import the package, which imports this module.
import textchat.store.transfer.importers.chatgpt as chatgpt
import textchat.store.transfer.importers.claude as claude
import textchat.store.transfer.importers.elia as elia
import textchat.store.transfer.importers.llm_logs as llm_logs
import textchat.store.transfer.importers.openai_messages as openai_messages
import textchat.store.transfer.importers.textchat as own
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.archive import Assets
from textchat.store.transfer.importers.build import Skipped


class EntryImporter(Protocol):
    """A module that imports conversations from the entries of a JSON file."""

    def matches(self, entry: Any, /) -> bool:
        """Whether the entry is of this format, by its keys and their types."""

    def read(self, entry: Any, assets: Assets, /) -> ConversationRecord:
        """The conversation of an entry that matches; raises NotReadable."""


class DatabaseImporter(Protocol):
    """A module that imports conversations from another program's SQLite file."""

    COUNTED_TABLES: tuple[str, ...]

    def matches(self, tables: frozenset[str], /) -> bool:
        """Whether a database with these tables is of this format."""

    def read(self, connection: sqlite3.Connection, tables: frozenset[str], /) -> Iterator[ConversationRecord | Skipped]:
        """Every conversation of the database; raises sqlite3.Error."""


ENTRY_IMPORTERS: tuple[EntryImporter, ...] = (own, chatgpt, claude, openai_messages)
DATABASE_IMPORTERS: tuple[DatabaseImporter, ...] = (elia, llm_logs)
"""The first one that matches is used."""

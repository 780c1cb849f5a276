"""Keeps the content of parts: each once under its digest, for as long as anything in the database names it.

A content is named by parts of messages, of waiting prompts and of drafts, and by processes that may bring back what
they deleted. Triggers note what has lost a name in `unnamed`; `forget_unnamed` takes those out that have none left. So
no content goes half-way through a transaction that gives it another name.
"""

from __future__ import annotations

import base64
import binascii
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from textchat.core.conversation import Message
from textchat.core.parts.part import Part, digest_of
from textchat.store.parts.part_rows import PART_COLUMNS, part_from, part_row
from textchat.store.rows import storable

OF_MESSAGE = "parts", ("message",)
OF_WAITING = "waiting_parts", ("conversation", "prompt")
OF_DRAFT = "draft_parts", ("draft",)
Table = tuple[str, tuple[str, ...]]


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that the migration to this format calls."""
    connection.create_function("textchat_digest", 1, digest_of, deterministic=True)
    connection.create_function("textchat_unbase64", 1, _from_base64, deterministic=True)


def _from_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError, TypeError):
        return None


# -- writing, within a transaction ------------------------------------------------------------------------------------


def put_parts(connection: sqlite3.Connection, table: Table, of: Sequence[Any], parts: Iterable[Part]) -> None:
    """Save parts in place of those that `of`, the values of the table's own columns, had before."""
    name, columns = table
    connection.execute(f"DELETE FROM {name} WHERE {_equal(columns)}", tuple(of))
    add_parts(connection, table, of, tuple(parts), first=0)


def add_parts(
    connection: sqlite3.Connection, table: Table, of: Sequence[Any], parts: Sequence[Part], first: int
) -> None:
    """Save parts behind those that are there; `first` is the position of the first one."""
    name, columns = table
    for part in parts:
        _keep_content(connection, part)
    marks = ", ".join("?" * (len(columns) + PART_COLUMNS.count(",") + 1))
    connection.executemany(
        f"INSERT INTO {name} ({', '.join(columns)}, {PART_COLUMNS}) VALUES ({marks})",
        [(*of, position, *map(storable, part_row(part))) for position, part in enumerate(parts, start=first)],
    )


def _keep_content(connection: sqlite3.Connection, part: Part) -> None:
    if part.data is None or connection.execute("SELECT 1 FROM contents WHERE digest = ?", (part.digest,)).fetchone():
        return
    connection.execute("INSERT INTO contents (digest, data) VALUES (?, ?)", (part.digest, part.data))


def hold(connection: sqlite3.Connection, owner: str, digests: Iterable[str]) -> None:
    """Keep contents for a process that may bring back what it takes away, until it ends."""
    connection.executemany(
        "INSERT OR IGNORE INTO held (owner, digest) VALUES (?, ?)", [(owner, digest) for digest in digests if digest]
    )


def let_go(connection: sqlite3.Connection, owner: str | None) -> None:
    """Keep nothing more for a process."""
    connection.execute("DELETE FROM held WHERE owner IS ?", (owner,))
    forget_unnamed(connection)


def forget_unnamed(connection: sqlite3.Connection) -> None:
    """Take the contents out that nothing names any more; to be called where names may have gone."""
    if connection.execute("SELECT 1 FROM unnamed LIMIT 1").fetchone() is None:
        return
    connection.execute(
        "DELETE FROM contents WHERE digest IN (SELECT digest FROM unnamed)"
        " AND NOT EXISTS (SELECT 1 FROM content_names WHERE content_names.digest = contents.digest)"
    )
    connection.execute("DELETE FROM unnamed")


# -- reading ----------------------------------------------------------------------------------------------------------


def parts_of(connection: sqlite3.Connection, table: Table, of: Sequence[Any]) -> tuple[Part, ...]:
    """The parts of one message, prompt or draft, without their content."""
    name, columns = table
    rows = connection.execute(f"SELECT * FROM {name} WHERE {_equal(columns)} ORDER BY position", tuple(of))
    return tuple(part_from(row) for row in rows)


def content(connection: sqlite3.Connection, digest: str) -> bytes | None:
    """The content of a part; None if it is gone, or is not what it was."""
    try:
        row = connection.execute("SELECT data FROM contents WHERE digest = ?", (storable(digest),)).fetchone()
    except sqlite3.OperationalError:  # nothing is wrong with the content
        raise
    except sqlite3.DatabaseError:  # a damaged page costs a part, and not its conversation
        return None
    return row["data"] if row is not None and digest_of(row["data"]) == digest else None


def with_content(connection: sqlite3.Connection, messages: Iterable[Message]) -> tuple[Message, ...]:
    """The messages with the content of their parts; a part whose content is gone or damaged stays without."""
    known: dict[str, bytes | None] = {}
    return tuple(
        replace(message, parts=_loaded(connection, message.parts, known)) if message.parts else message
        for message in messages
    )


def _loaded(connection: sqlite3.Connection, parts: Iterable[Part], known: dict[str, bytes | None]) -> tuple[Part, ...]:
    """The parts with their content; `known` are the contents by digest that were loaded before, and takes in others."""
    found = []
    for part in parts:
        if part.data is None and part.digest:
            if part.digest not in known:
                known[part.digest] = content(connection, part.digest)
            data = known[part.digest]
            part = part if data is None else part.with_data(data)
        found.append(part)
    return tuple(found)


def _equal(columns: Iterable[str]) -> str:
    return " AND ".join(f"{column} = ?" for column in columns)

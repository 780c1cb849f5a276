"""Imports elia's database: tables `chat` and `message`.

They are those of its `database/models.py` (https://github.com/darrenburns/elia).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby

from textchat.core.conversation import Role
from textchat.core.text.json_fields import as_text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, attempt, conversation_from
from textchat.store.transfer.importers.common.columns import column, flag
from textchat.store.transfer.importers.formats import DatabaseFormat
from textchat.store.transfer.importers.found import Empty, Skipped
from textchat.store.transfer.importers.reading import Reading, Schema
from textchat.store.transfer.importers.values import model_name, moment, role_of


def matches(schema: Schema) -> bool:
    chat, message = schema.get("chat", frozenset()), schema.get("message", frozenset())
    said = {"id", "chat_id", "role", "content", "timestamp"}
    return {"id", "title", "model", "started_at"} <= chat and said <= message


def read(
    connection: sqlite3.Connection, schema: Schema, reading: Reading
) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield every chat; raises sqlite3.Error."""
    # In one pass: no index leads from a chat to its messages.
    chats = {row["id"]: row for row in connection.execute("SELECT * FROM chat")}
    messages = connection.execute("SELECT * FROM message ORDER BY chat_id, id")
    for id_, group in groupby(messages, lambda row: row["chat_id"]):
        chat, rows = chats.get(id_), list(group)
        if chat is None:
            yield Skipped(f"chat {id_}", "its messages belong to no chat")
            continue
        is_tree = any(column(row, "parent_id") is not None for row in rows)
        imported: list[ImportedMessage] = []
        for row in rows:
            message = _message(row, chat, is_tree, imported)
            if not message.is_empty:
                imported.append(message)
        yield attempt(
            f"chat {chat['id']}",
            conversation_from,
            "elia",
            f"{chat['id']} {chat['started_at']}",  # the number alone is the same on every machine
            imported,
            title=as_text(chat["title"]),
            created_at=moment(chat["started_at"]),
            is_archived=flag(column(chat, "archived")),
        )


def _message(row: sqlite3.Row, chat: sqlite3.Row, is_tree: bool, before: list[ImportedMessage]) -> ImportedMessage:
    role = role_of(row["role"])
    parent = as_text(column(row, "parent_id")) if is_tree else (before[-1].id if before else None)
    return ImportedMessage(
        str(row["id"]),
        parent,
        role,
        as_text(row["content"]),
        model=model_name(column(row, "model") or chat["model"]) if role is Role.ASSISTANT else None,
        created_at=moment(row["timestamp"]),
    )


FORMAT = DatabaseFormat("elia", matches, read, counted=("chat",))

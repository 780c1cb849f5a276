"""Imports `db.sqlite` of Ollama's own app: tables `chats`, `messages`, `tool_calls` and `attachments`.

They are those of `app/store/database.go` (https://github.com/ollama/ollama).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from textchat.core.conversation import Role, ToolCall
from textchat.core.parts.part import Part
from textchat.core.text.json_fields import as_text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.archive import media_type_of
from textchat.store.transfer.importers.build import ImportedMessage, attempt, conversation_from
from textchat.store.transfer.importers.common.columns import column
from textchat.store.transfer.importers.common.marked_text import answer, say_and_show, think_and_say
from textchat.store.transfer.importers.common.models import provider_model
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.common.tree import Tree
from textchat.store.transfer.importers.formats import DatabaseFormat
from textchat.store.transfer.importers.found import Empty, Skipped
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading, Schema
from textchat.store.transfer.importers.values import moment, role_of


def matches(schema: Schema) -> bool:
    chats, messages = schema.get("chats", frozenset()), schema.get("messages", frozenset())
    said = {"id", "chat_id", "role", "content", "thinking", "model_name", "created_at"}
    return {"id", "title", "created_at"} <= chats and said <= messages


@dataclass(frozen=True, slots=True)
class _App:
    connection: sqlite3.Connection
    schema: Schema
    reading: Reading

    def rows(self, table: str, message: object) -> list[sqlite3.Row]:
        if "message_id" not in self.schema.get(table, frozenset()):
            return []
        query = f"SELECT * FROM {table} WHERE message_id = ? ORDER BY id"
        return self.connection.execute(query, (message,)).fetchall()


def read(
    connection: sqlite3.Connection, schema: Schema, reading: Reading
) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield every chat; raises sqlite3.Error."""
    app = _App(connection, schema, reading)
    for chat in connection.execute("SELECT * FROM chats ORDER BY created_at, id").fetchall():
        yield attempt(f"chat {as_text(chat['id'])}", _chat, chat, app)


def _chat(chat: sqlite3.Row, app: _App) -> ConversationRecord:
    tree = Tree()
    above: str | None = None
    rows = app.connection.execute("SELECT * FROM messages WHERE chat_id = ? ORDER BY id", (chat["id"],))
    for row in rows.fetchall():
        id_ = str(row["id"])
        tree.add(id_, above, _messages(id_, row, app))
        above = id_
    return conversation_from(
        "ollama-app",
        as_text(chat["id"]),
        tree.messages(),
        title=title_in(as_text(chat["title"])),
        created_at=moment(chat["created_at"]),
        leaf=tree.end_of(above),
    )


def _messages(id_: str, row: sqlite3.Row, app: _App) -> list[ImportedMessage]:
    role = role_of(row["role"])
    model = provider_model("ollama", as_text(row["model_name"])) if role is Role.ASSISTANT else None
    turn = Turn(ImportedMessage(id_, None, role, "", model=model, created_at=moment(row["created_at"])), app.reading)
    turn.think(as_text(row["thinking"]))
    content = as_text(row["content"]) or (as_text(column(row, "tool_result")) if role is Role.TOOL else "")
    (think_and_say if role is Role.ASSISTANT else say_and_show)(content, turn)
    for call in app.rows("tool_calls", row["id"]):
        turn.call(
            ToolCall(
                str(call["id"]), as_text(column(call, "function_name")), as_text(column(call, "function_arguments"))
            )
        )
        if result := as_text(column(call, "function_result")):
            answer(result, turn)
    for file in app.rows("attachments", row["id"]):
        data, name = column(file, "data"), as_text(column(file, "filename")) or "file"
        data = data if isinstance(data, bytes) else as_text(data).encode("utf-8", "replace")
        turn.attach(Part(name, media_type_of(name, data), data))
    return turn.messages()


FORMAT = DatabaseFormat("Ollama", matches, read, counted=("chats",))

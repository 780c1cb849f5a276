"""Imports Open WebUI's `webui.db`: a table `chat` with a JSON column of that name.

The tables are those of `backend/open_webui/models` (https://github.com/open-webui/open-webui): `tag` and `chatidtag`
(older) name tags, `folder` folders, `file` uploads, and newer versions keep each message also as a row of
`chat_message`. The files themselves lie in `uploads` beside it.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from textchat.core.text.json_fields import as_table, as_text, items, table
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import attempt
from textchat.store.transfer.importers.common.columns import column, flag, json_in
from textchat.store.transfer.importers.databases.open_webui import ChatRow, record_of
from textchat.store.transfer.importers.formats import DatabaseFormat
from textchat.store.transfer.importers.found import Empty, Skipped
from textchat.store.transfer.importers.reading import Reading, Schema
from textchat.store.transfer.importers.values import moment

_JSON_NAMES = {"parent_id": "parentId", "model_id": "model", "created_at": "timestamp"}
"""How columns of `chat_message` are called in a chat's own JSON."""
_TEXTS = ("role", "parent_id", "model_id", "created_at", "done")
_VALUES = ("content", "output", "files", "sources", "error", "usage")


def matches(schema: Schema) -> bool:
    chat = schema.get("chat", frozenset())
    return {"id", "user_id", "title", "chat"} <= chat and bool({"created_at", "timestamp"} & chat)


def read(
    connection: sqlite3.Connection, schema: Schema, reading: Reading
) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield every chat; raises sqlite3.Error."""
    around = _Around.of(connection, schema)
    for row in connection.execute("SELECT * FROM chat ORDER BY rowid"):
        if as_text(row["user_id"]).startswith("shared-"):
            continue  # a copy of another chat, for those who have its link
        yield attempt(f"chat {as_text(row['id'])}", record_of, around.chat(row), reading)


@dataclass(frozen=True, slots=True)
class _Around:
    """What other tables say of chats."""

    connection: sqlite3.Connection
    tag_names: Mapping[str, str]
    older_tags: Mapping[str, list[str]]
    folders: Mapping[str, str]
    has_files: bool
    has_messages: bool

    @classmethod
    def of(cls, connection: sqlite3.Connection, schema: Schema) -> _Around:
        def rows(name: str, *columns: str) -> Iterator[sqlite3.Row]:
            if set(columns) <= schema.get(name, frozenset()):
                yield from connection.execute(f"SELECT * FROM {name}")

        older: dict[str, list[str]] = defaultdict(list)
        for row in rows("chatidtag", "chat_id", "tag_name"):
            older[as_text(row["chat_id"])].append(as_text(row["tag_name"]))
        return cls(
            connection,
            {as_text(row["id"]): as_text(row["name"]) for row in rows("tag", "id", "name")},
            older,
            {as_text(row["id"]): as_text(row["name"]) for row in rows("folder", "id", "name")},
            {"id", "filename"} <= schema.get("file", frozenset()),
            {"id", "chat_id", "role", "content"} <= schema.get("chat_message", frozenset()),
        )

    def chat(self, row: sqlite3.Row) -> ChatRow:
        id_, chat = as_text(row["id"]), as_table(json_in(row, "chat"))
        names = map(as_text, (*items(json_in(row, "meta"), "tags"), *self.older_tags.get(id_, [])))
        folder = self.folders.get(as_text(column(row, "folder_id")), "")
        tags = [folder, *(self.tag_names.get(name, name) for name in names)]
        return ChatRow(
            id_,
            self._with_rows(id_, chat),
            as_text(row["title"]),
            moment(column(row, "created_at") or column(row, "timestamp")),
            moment(column(row, "updated_at")),
            flag(column(row, "archived")),
            flag(column(row, "pinned")),
            tuple(dict.fromkeys(tag for tag in tags if tag)),
            self._file,
        )

    def _file(self, id_: str) -> Mapping[str, Any]:
        """An upload by its id: one by one, for the texts of all of them may be large."""
        query = "SELECT * FROM file WHERE id = ?"
        row = self.connection.execute(query, (id_,)).fetchone() if self.has_files and id_ else None
        if row is None:
            return {}
        content = as_table(json_in(row, "data")).get("content")
        return {"filename": as_text(row["filename"]), "content": content if isinstance(content, str) else ""}

    def _with_rows(self, id_: str, chat: Mapping[str, Any]) -> Mapping[str, Any]:
        """The chat with the messages that have rows of their own and are not in it."""
        history = table(chat, "history")
        known = table(history, "messages")
        if not self.has_messages:
            return chat
        columns = "SELECT * FROM chat_message WHERE chat_id = ? ORDER BY rowid"
        rows = {
            as_text(row["id"]).removeprefix(f"{id_}-"): _message(row, id_)
            for row in self.connection.execute(columns, (id_,)).fetchall()
        }
        if not rows.keys() - known.keys():
            return chat
        return {**chat, "history": {**history, "messages": {**rows, **known}}}


def _message(row: sqlite3.Row, chat: str) -> Mapping[str, Any]:
    plain = {_JSON_NAMES.get(name, name): column(row, name) for name in _TEXTS}
    values = {name: json_in(row, name) for name in _VALUES}
    if values["content"] is None:
        values["content"] = column(row, "content")
    done, parent = plain.pop("done"), as_text(plain["parentId"]).removeprefix(f"{chat}-") or None
    return {**plain, **values, "parentId": parent, "done": True if done is None else flag(done)}


FORMAT = DatabaseFormat("Open WebUI", matches, read, counted=("chat",))

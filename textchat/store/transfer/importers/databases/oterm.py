"""Imports oterm's `store.db`: tables `chat` and `message` without dates.

They are those of its `store/store.py` and of the steps in `store/upgrades` (https://github.com/ggozad/oterm): pictures
are base64 in a JSON list, and who wrote a message is `me` or `ollama`, later `user` or `assistant`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby

from textchat.core.conversation import Role
from textchat.core.text.json_fields import as_list, as_text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, attempt, conversation_from, stable_id
from textchat.store.transfer.importers.common.columns import column, json_in
from textchat.store.transfer.importers.common.marked_text import say_and_show, think_and_say
from textchat.store.transfer.importers.common.models import provider_model
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.common.tree import Tree
from textchat.store.transfer.importers.formats import DatabaseFormat
from textchat.store.transfer.importers.found import Empty, Skipped
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading, Schema


def matches(schema: Schema) -> bool:
    chat, message = schema.get("chat", frozenset()), schema.get("message", frozenset())
    return {"id", "name", "model", "system"} <= chat and {"id", "chat_id", "author", "text"} <= message


def read(
    connection: sqlite3.Connection, schema: Schema, reading: Reading
) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield every chat; raises sqlite3.Error."""
    chats = {row["id"]: row for row in connection.execute("SELECT * FROM chat")}
    messages = connection.execute("SELECT * FROM message ORDER BY chat_id, id")
    for id_, group in groupby(messages, lambda row: row["chat_id"]):
        rows, chat = list(group), chats.pop(id_, None)
        if chat is None:
            yield Skipped(f"chat {id_}", "its messages belong to no chat")
            continue
        yield attempt(f"chat {id_}", _chat, chat, rows, reading)
    yield from (Empty() for _ in chats)


def _chat(chat: sqlite3.Row, rows: list[sqlite3.Row], reading: Reading) -> ConversationRecord:
    tree = Tree()
    above: str | None = None
    if system := as_text(chat["system"]).strip():
        tree.add("system", None, [ImportedMessage("system", None, Role.SYSTEM, system)])
        above = "system"
    model = provider_model(column(chat, "provider") or "ollama", chat["model"])
    for row in rows:
        id_, is_user = str(row["id"]), row["author"] in ("me", "user")
        role = Role.USER if is_user else Role.ASSISTANT
        turn = Turn(ImportedMessage(id_, None, role, "", model=None if is_user else model), reading)
        (say_and_show if is_user else think_and_say)(as_text(row["text"]), turn)
        for image in as_list(json_in(row, "images")):
            turn.attach_base64("picture", image, "")
        tree.add(id_, above, turn.messages())
        above = id_
    # The number alone is the same on every machine, and there are no dates: what was said first tells chats apart.
    identity = f"{chat['id']} {stable_id(0, as_text(rows[0]['text']))}"
    return conversation_from(
        "oterm", identity, tree.messages(), title=title_in(as_text(chat["name"])), leaf=tree.end_of(above)
    )


FORMAT = DatabaseFormat("oterm", matches, read, counted=("chat",))

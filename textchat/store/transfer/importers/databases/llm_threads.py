"""Imports the newest format of `llm`'s `logs.db`: `threads` and `turns` over a tree of `messages` with `parts`.

A message's row is shared by all threads that begin alike; which model wrote it, only the turn knows that added it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from textchat.core.conversation import Attachment, Role, Timing, ToolCall
from textchat.core.text.json_fields import as_table, as_text, items
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.found import NotReadable, Skipped
from textchat.store.transfer.importers.values import model_name, moment, role_of, usage_of

SOURCE = "llm"


def read_threads(connection: sqlite3.Connection, tables: frozenset[str]) -> Iterator[ConversationRecord | Skipped]:
    """Yield every thread; raises sqlite3.Error."""
    for thread in connection.execute("SELECT * FROM threads ORDER BY datetime_utc, id").fetchall():
        try:
            yield _thread(connection, thread, tables)
        except NotReadable as error:
            yield Skipped(f"thread {thread['id']}", str(error))


_WAY_UP = """
    WITH RECURSIVE way(hash, parent_hash, role) AS (
        SELECT hash, parent_hash, role FROM messages WHERE hash = ?
        UNION
        SELECT messages.hash, messages.parent_hash, messages.role
        FROM messages JOIN way ON messages.hash = way.parent_hash
    ) SELECT * FROM way
"""


def _thread(connection: sqlite3.Connection, thread: sqlite3.Row, tables: frozenset[str]) -> ConversationRecord:
    turns = connection.execute(
        "SELECT * FROM turns WHERE thread_id = ? ORDER BY datetime_utc, id", (thread["id"],)
    ).fetchall()
    imported: dict[str, ImportedMessage] = {}
    for tip, turn in [(thread["tip_message_hash"], None), *((turn["tip_message_hash"], turn) for turn in turns)]:
        way = connection.execute(_WAY_UP, (tip,)).fetchall()
        for row in reversed(way):
            if row["hash"] not in imported:
                imported[row["hash"]] = _message(connection, row, tables)
        if turn is not None:
            _credit(imported, [row["hash"] for row in way], turn)
    return conversation_from(
        SOURCE,
        as_text(thread["id"]),
        _without_empty(imported),
        title=as_text(thread["name"]),
        created_at=moment(thread["datetime_utc"]),
        leaf=thread["tip_message_hash"],
    )


def _credit(imported: dict[str, ImportedMessage], way: list[str], turn: sqlite3.Row) -> None:
    """Set the model on the messages of a turn, and its figures on the last of them."""
    for place, hash_ in enumerate(way):
        if hash_ == turn["parent_message_hash"]:
            break
        message = imported[hash_]
        if message.role is not Role.ASSISTANT or message.model is not None:
            continue
        message = replace(message, model=model_name(turn["model"]), created_at=moment(turn["datetime_utc"]))
        if place == 0:
            usage = usage_of(turn["input_tokens"], turn["output_tokens"])
            message = replace(message, usage=usage, timing=timing_of(turn["duration_ms"]))
        imported[hash_] = message


def _message(connection: sqlite3.Connection, row: sqlite3.Row, tables: frozenset[str]) -> ImportedMessage:
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[ToolCall] = []
    attachments: list[Attachment] = []
    for part in connection.execute("SELECT * FROM parts WHERE message_hash = ? ORDER BY position", (row["hash"],)):
        payload = _json_table(part["payload"])
        text = part["text"] if part["text"] is not None else _borrowed(connection, payload, tables)
        match part["type"]:
            case "reasoning":
                thoughts.append(as_text(text))
            case "tool_call":
                arguments = as_text(payload.get("arguments"))
                calls.append(ToolCall(as_text(payload.get("tool_call_id")), as_text(part["tool_name"]), arguments))
            case "tool_result":
                texts.append(as_text(text) or as_text(payload.get("output")))
            case "attachment":
                attachments += attachments_of(
                    connection,
                    "SELECT a.* FROM attachments a JOIN part_attachments p ON p.attachment_id = a.id"
                    ' WHERE p.part_id = ? ORDER BY p."order"',
                    part["id"],
                )
            case _:
                texts.append(as_text(text))
    return ImportedMessage(
        row["hash"],
        row["parent_hash"],
        role_of(row["role"]),
        "".join(texts),
        reasoning="".join(thoughts),
        tool_calls=tuple(calls),
        attachments=tuple(attachments),
    )


def _borrowed(connection: sqlite3.Connection, payload: Mapping[str, Any], tables: frozenset[str]) -> str:
    """A text composed of literals and of fragments that are stored once."""
    pieces = []
    for segment in map(as_table, items(payload, "text_ref")):
        if isinstance(segment.get("literal"), str):
            pieces.append(segment["literal"])
            continue
        for id_ in segment.values():
            if type(id_) is int and "fragments" in tables:
                fragment = connection.execute("SELECT content FROM fragments WHERE id = ?", (id_,)).fetchone()
                pieces.append("" if fragment is None else as_text(fragment["content"]))
    return "".join(pieces)


def _without_empty(imported: Mapping[str, ImportedMessage]) -> list[ImportedMessage]:
    kept: list[ImportedMessage] = []
    for message in imported.values():
        parent, steps = message.parent, 0
        while parent is not None and parent in imported and imported[parent].is_empty and steps <= len(imported):
            parent, steps = imported[parent].parent, steps + 1
        if not message.is_empty:
            kept.append(replace(message, parent=parent))
    return kept


def _json_table(text: object) -> Mapping[str, Any]:
    try:
        return as_table(json.loads(text)) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}


# -- what all forms of llm's database have in common ----------------------------------------------------------------


def attachments_of(connection: sqlite3.Connection, sql: str, id_: object) -> tuple[Attachment, ...]:
    """The attachments stored with content; of others the database has only the location."""
    attachments = []
    for row in connection.execute(sql, (id_,)):
        where = as_text(row["path"] or row["url"])
        if isinstance(row["content"], bytes):
            attachments.append(Attachment(where.rpartition("/")[2] or row["id"], as_text(row["type"]), row["content"]))
        elif where:
            attachments.append(Attachment(where.rpartition("/")[2] or where, "text/uri-list", where.encode()))
    return tuple(attachments)


def timing_of(milliseconds: object) -> Timing | None:
    """The timing from a duration in llm's format; None for an invalid one."""
    if not isinstance(milliseconds, int | float) or milliseconds < 0:
        return None
    return Timing(None, milliseconds / 1000, None)

"""The `logs.db` of the command `llm`, in each of its three forms, newest first.

The tables are those of llm's own `migrations.py` (https://github.com/simonw/llm): `threads` and `turns` over a tree of
`messages` with `parts`; `conversations` with `responses`; and the oldest, one table `logs`.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from textchat.core.conversation import Attachment, Role, Timing, ToolCall
from textchat.store.exchange import NotReadable
from textchat.store.importers.found import (
    Note,
    Skipped,
    conversation_from,
    joined,
    list_of,
    model_name,
    moment,
    role_of,
    table_of,
    text_of,
    usage_of,
)
from textchat.store.writing import Arrival

SOURCE = "llm"


def is_llm(tables: frozenset[str]) -> bool:
    return {"threads", "turns", "messages", "parts"} <= tables or "responses" in tables or "logs" in tables


def read_llm(connection: sqlite3.Connection, tables: frozenset[str]) -> Iterator[Arrival | Skipped]:
    """Raises sqlite3.Error."""
    if {"threads", "turns", "messages", "parts"} <= tables:
        yield from _threads(connection, tables)
    if {"conversations", "responses"} <= tables:
        yield from _conversations(connection, tables)
    if "logs" in tables:
        yield from _logs(connection)


# -- threads: a tree of messages -------------------------------------------------------------------------------------


def _threads(connection: sqlite3.Connection, tables: frozenset[str]) -> Iterator[Arrival | Skipped]:
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


def _thread(connection: sqlite3.Connection, thread: sqlite3.Row, tables: frozenset[str]) -> Arrival:
    turns = connection.execute(
        "SELECT * FROM turns WHERE thread_id = ? ORDER BY datetime_utc, id", (thread["id"],)
    ).fetchall()
    notes: dict[str, Note] = {}
    for tip, turn in [(thread["tip_message_hash"], None), *((turn["tip_message_hash"], turn) for turn in turns)]:
        way = connection.execute(_WAY_UP, (tip,)).fetchall()
        for row in reversed(way):
            if row["hash"] not in notes:
                notes[row["hash"]] = _message(connection, row, tables)
        if turn is not None:
            _credit(notes, [row["hash"] for row in way], turn)
    return conversation_from(
        SOURCE,
        text_of(thread["id"]),
        _without_empty(notes),
        title=text_of(thread["name"]),
        created_at=moment(thread["datetime_utc"]),
        leaf=thread["tip_message_hash"],
    )


def _credit(notes: dict[str, Note], way: list[str], turn: sqlite3.Row) -> None:
    """What a turn added was written by its model; its figures stand with the last of it."""
    for place, hash_ in enumerate(way):
        if hash_ == turn["parent_message_hash"]:
            break
        note = notes[hash_]
        if note.role is not Role.ASSISTANT or note.model is not None:
            continue
        note = replace(note, model=model_name(turn["model"]), created_at=moment(turn["datetime_utc"]))
        if place == 0:
            usage = usage_of(turn["input_tokens"], turn["output_tokens"])
            note = replace(note, usage=usage, timing=_timing(turn["duration_ms"]))
        notes[hash_] = note


def _message(connection: sqlite3.Connection, row: sqlite3.Row, tables: frozenset[str]) -> Note:
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[ToolCall] = []
    attachments: list[Attachment] = []
    for part in connection.execute("SELECT * FROM parts WHERE message_hash = ? ORDER BY position", (row["hash"],)):
        payload = _json_table(part["payload"])
        text = part["text"] if part["text"] is not None else _borrowed(connection, payload, tables)
        match part["type"]:
            case "reasoning":
                thoughts.append(text_of(text))
            case "tool_call":
                arguments = text_of(payload.get("arguments"))
                calls.append(ToolCall(text_of(payload.get("tool_call_id")), text_of(part["tool_name"]), arguments))
            case "tool_result":
                texts.append(text_of(text) or text_of(payload.get("output")))
            case "attachment":
                attachments += _attachments(
                    connection,
                    "SELECT a.* FROM attachments a JOIN part_attachments p ON p.attachment_id = a.id"
                    ' WHERE p.part_id = ? ORDER BY p."order"',
                    part["id"],
                )
            case _:
                texts.append(text_of(text))
    return Note(
        row["hash"],
        row["parent_hash"],
        role_of(row["role"]),
        "".join(texts),
        reasoning="".join(thoughts),
        tool_calls=tuple(calls),
        attachments=tuple(attachments),
    )


def _borrowed(connection: sqlite3.Connection, payload: Mapping[str, Any], tables: frozenset[str]) -> str:
    """A text made of literals and of fragments that are stored once."""
    pieces = []
    for segment in map(table_of, list_of(payload.get("text_ref"))):
        if isinstance(segment.get("literal"), str):
            pieces.append(segment["literal"])
            continue
        for id_ in segment.values():
            if type(id_) is int and "fragments" in tables:
                found = connection.execute("SELECT content FROM fragments WHERE id = ?", (id_,)).fetchone()
                pieces.append("" if found is None else text_of(found["content"]))
    return "".join(pieces)


def _without_empty(notes: Mapping[str, Note]) -> list[Note]:
    kept: list[Note] = []
    for note in notes.values():
        parent, steps = note.parent, 0
        while parent is not None and parent in notes and notes[parent].is_empty and steps <= len(notes):
            parent, steps = notes[parent].parent, steps + 1
        if not note.is_empty:
            kept.append(replace(note, parent=parent))
    return kept


# -- conversations and responses -------------------------------------------------------------------------------------


def _conversations(connection: sqlite3.Connection, tables: frozenset[str]) -> Iterator[Arrival | Skipped]:
    conversations = connection.execute("SELECT * FROM conversations ORDER BY id").fetchall()
    for conversation in conversations:
        rows = connection.execute(
            "SELECT * FROM responses WHERE conversation_id = ? ORDER BY datetime_utc, id", (conversation["id"],)
        ).fetchall()
        yield from _conversation(connection, conversation["id"], text_of(conversation["name"]), rows, tables)
    for row in connection.execute("SELECT * FROM responses WHERE conversation_id IS NULL ORDER BY id").fetchall():
        yield from _conversation(connection, row["id"], "", [row], tables)


def _conversation(
    connection: sqlite3.Connection, id_: object, name: str, rows: list[sqlite3.Row], tables: frozenset[str]
) -> Iterator[Arrival | Skipped]:
    if not rows:
        return  # a conversation whose answers were deleted
    notes: list[Note] = []
    system = ""
    for row in rows:
        if row["system"] and row["system"] != system:
            system = text_of(row["system"])
            _add(notes, f"{row['id']} system", Role.SYSTEM, system, row)
        attached = _prompt_attachments(connection, row, tables)
        prompt = joined([*_fragments(connection, row, tables), text_of(row["prompt"])])
        if prompt or attached:
            _add(notes, f"{row['id']} prompt", Role.USER, prompt, row, attachments=attached)
        _add_answer(connection, notes, row, tables)
    try:
        yield conversation_from(SOURCE, text_of(id_), notes, title=name, leaf=notes[-1].id if notes else None)
    except NotReadable as error:
        yield Skipped(f"conversation {id_}", str(error))


def _add(notes: list[Note], id_: str, role: Role, text: str, row: sqlite3.Row, **more: Any) -> None:
    parent = notes[-1].id if notes else None
    notes.append(Note(id_, parent, role, text, created_at=moment(row["datetime_utc"]), **more))


def _add_answer(connection: sqlite3.Connection, notes: list[Note], row: sqlite3.Row, tables: frozenset[str]) -> None:
    known = row.keys()
    calls: tuple[ToolCall, ...] = ()
    if "tool_calls" in tables:
        found = connection.execute("SELECT * FROM tool_calls WHERE response_id = ? ORDER BY id", (row["id"],))
        calls = tuple(
            ToolCall(text_of(call["tool_call_id"]), text_of(call["name"]), text_of(call["arguments"])) for call in found
        )
    reasoning = text_of(row["reasoning"]) if "reasoning" in known else ""
    if not (text_of(row["response"]).strip() or reasoning or calls):
        return
    _add(
        notes,
        text_of(row["id"]),
        Role.ASSISTANT,
        text_of(row["response"]),
        row,
        reasoning=reasoning,
        tool_calls=calls,
        model=model_name(row["model"]),
        usage=usage_of(row["input_tokens"], row["output_tokens"]) if "input_tokens" in known else None,
        timing=_timing(row["duration_ms"]),
    )


def _fragments(connection: sqlite3.Connection, row: sqlite3.Row, tables: frozenset[str]) -> list[str]:
    if not {"fragments", "prompt_fragments"} <= tables:
        return []
    found = connection.execute(
        "SELECT content FROM fragments JOIN prompt_fragments ON fragment_id = fragments.id"
        ' WHERE response_id = ? ORDER BY "order"',
        (row["id"],),
    )
    return [text_of(each["content"]) for each in found]


def _prompt_attachments(
    connection: sqlite3.Connection, row: sqlite3.Row, tables: frozenset[str]
) -> tuple[Attachment, ...]:
    if not {"attachments", "prompt_attachments"} <= tables:
        return ()
    return _attachments(
        connection,
        "SELECT a.* FROM attachments a JOIN prompt_attachments p ON p.attachment_id = a.id"
        ' WHERE p.response_id = ? ORDER BY p."order"',
        row["id"],
    )


def _attachments(connection: sqlite3.Connection, sql: str, id_: object) -> tuple[Attachment, ...]:
    """What is stored with its content; of the rest the database knows only where it was."""
    found = []
    for row in connection.execute(sql, (id_,)):
        where = text_of(row["path"] or row["url"])
        if isinstance(row["content"], bytes):
            found.append(Attachment(where.rpartition("/")[2] or row["id"], text_of(row["type"]), row["content"]))
        elif where:
            found.append(Attachment(where.rpartition("/")[2] or where, "text/uri-list", where.encode()))
    return tuple(found)


# -- logs: the oldest ------------------------------------------------------------------------------------------------


def _logs(connection: sqlite3.Connection) -> Iterator[Arrival | Skipped]:
    by_conversation: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in connection.execute("SELECT * FROM logs ORDER BY id"):
        known = row.keys()
        first = row["chat_id"] if "chat_id" in known and row["chat_id"] is not None else row["id"]
        by_conversation[first].append(row)
    for id_, rows in by_conversation.items():
        notes: list[Note] = []
        for row in rows:
            if row["system"] and not notes:
                _add(notes, f"{row['id']} system", Role.SYSTEM, text_of(row["system"]), row)
            _add(notes, f"{row['id']} prompt", Role.USER, text_of(row["prompt"]), row)
            model, timing = model_name(row["model"]), _timing(row["duration_ms"])
            _add(notes, str(row["id"]), Role.ASSISTANT, text_of(row["response"]), row, model=model, timing=timing)
        try:
            yield conversation_from(SOURCE, f"log {id_}", notes, leaf=notes[-1].id)
        except NotReadable as error:
            yield Skipped(f"log {id_}", str(error))


# -- values ----------------------------------------------------------------------------------------------------------


def _timing(milliseconds: object) -> Timing | None:
    if not isinstance(milliseconds, int | float) or milliseconds < 0:
        return None
    return Timing(None, milliseconds / 1000, None)


def _json_table(text: object) -> Mapping[str, Any]:
    try:
        return table_of(json.loads(text)) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}

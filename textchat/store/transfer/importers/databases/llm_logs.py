"""Imports the `logs.db` of the command `llm` in each of its three formats, newest first.

The tables are those of llm's own `migrations.py` (https://github.com/simonw/llm): `threads` and `turns` over a tree of
`messages` with `parts`; `conversations` with `responses`; and the oldest, one table `logs`.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from textchat.core.conversation import Attachment, Role, ToolCall
from textchat.core.text.json_fields import as_text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.databases.llm_threads import SOURCE, attachments_of, read_threads, timing_of
from textchat.store.transfer.importers.formats import DatabaseFormat
from textchat.store.transfer.importers.found import NotReadable, Skipped
from textchat.store.transfer.importers.reading import Reading, Schema
from textchat.store.transfer.importers.values import joined, model_name, moment, usage_of


def matches(schema: Schema) -> bool:
    return (
        {"threads", "turns", "messages", "parts"} <= schema.keys()
        or {"conversation_id", "prompt", "response"} <= schema.get("responses", frozenset())
        or {"prompt", "response"} <= schema.get("logs", frozenset())
    )


def read(connection: sqlite3.Connection, schema: Schema, reading: Reading) -> Iterator[ConversationRecord | Skipped]:
    """Yield every conversation of the formats in the file; raises sqlite3.Error."""
    tables = frozenset(schema)
    if {"threads", "turns", "messages", "parts"} <= tables:
        yield from read_threads(connection, tables)
    if {"conversations", "responses"} <= tables:
        yield from _conversations(connection, tables)
    if "logs" in tables:
        yield from _logs(connection)


# -- conversations and responses -------------------------------------------------------------------------------------


def _conversations(connection: sqlite3.Connection, tables: frozenset[str]) -> Iterator[ConversationRecord | Skipped]:
    # In one pass: no index leads from a conversation to its responses.
    names = {row["id"]: as_text(row["name"]) for row in connection.execute("SELECT id, name FROM conversations")}
    rows = connection.execute("SELECT * FROM responses ORDER BY conversation_id, datetime_utc, id")
    for id_, group in groupby(rows, lambda row: row["conversation_id"]):
        if id_ is None:
            for row in group:
                yield from _conversation(connection, row["id"], "", [row], tables)
        else:
            yield from _conversation(connection, id_, names.get(id_, ""), list(group), tables)


def _conversation(
    connection: sqlite3.Connection, id_: object, name: str, rows: list[sqlite3.Row], tables: frozenset[str]
) -> Iterator[ConversationRecord | Skipped]:
    imported: list[ImportedMessage] = []
    system = ""
    for row in rows:
        instructions = joined([*_fragments(connection, "system_fragments", row, tables), as_text(row["system"])])
        if instructions and instructions != system:
            system = instructions
            _add(imported, f"{row['id']} system", Role.SYSTEM, system, row)
        _add_results(connection, imported, row, tables)
        attached = _prompt_attachments(connection, row, tables)
        prompt = joined([*_fragments(connection, "prompt_fragments", row, tables), as_text(row["prompt"])])
        if prompt or attached:
            _add(imported, f"{row['id']} prompt", Role.USER, prompt, row, attachments=attached)
        _add_answer(connection, imported, row, tables)
    try:
        yield conversation_from(SOURCE, as_text(id_), imported, title=name, leaf=imported[-1].id if imported else None)
    except NotReadable as error:
        yield Skipped(f"conversation {id_}", str(error))


def _add(imported: list[ImportedMessage], id_: str, role: Role, text: str, row: sqlite3.Row, **more: Any) -> None:
    parent = imported[-1].id if imported else None
    imported.append(ImportedMessage(id_, parent, role, text, created_at=moment(row["datetime_utc"]), **more))


def _add_results(
    connection: sqlite3.Connection, imported: list[ImportedMessage], row: sqlite3.Row, tables: frozenset[str]
) -> None:
    """Add the results of tools that the model got before this answer."""
    if "tool_results" in tables:
        results = connection.execute("SELECT * FROM tool_results WHERE response_id = ? ORDER BY id", (row["id"],))
        for number, result in enumerate(results.fetchall()):
            if output := as_text(result["output"]):
                _add(imported, f"{row['id']} result {number}", Role.TOOL, output, row)


def _add_answer(
    connection: sqlite3.Connection, imported: list[ImportedMessage], row: sqlite3.Row, tables: frozenset[str]
) -> None:
    known = row.keys()
    calls: tuple[ToolCall, ...] = ()
    if "tool_calls" in tables:
        called = connection.execute("SELECT * FROM tool_calls WHERE response_id = ? ORDER BY id", (row["id"],))
        calls = tuple(
            ToolCall(as_text(call["tool_call_id"]), as_text(call["name"]), as_text(call["arguments"]))
            for call in called
        )
    reasoning = as_text(row["reasoning"]) if "reasoning" in known else ""
    if not (as_text(row["response"]).strip() or reasoning or calls):
        return
    _add(
        imported,
        as_text(row["id"]),
        Role.ASSISTANT,
        as_text(row["response"]),
        row,
        reasoning=reasoning,
        tool_calls=calls,
        model=model_name(row["model"]),
        usage=usage_of(row["input_tokens"], row["output_tokens"]) if "input_tokens" in known else None,
        timing=timing_of(row["duration_ms"]),
    )


def _fragments(connection: sqlite3.Connection, used: str, row: sqlite3.Row, tables: frozenset[str]) -> list[str]:
    if not {"fragments", used} <= tables:
        return []
    fragments = connection.execute(
        f"SELECT content FROM fragments JOIN {used} ON fragment_id = fragments.id"
        ' WHERE response_id = ? ORDER BY "order"',
        (row["id"],),
    )
    return [as_text(fragment["content"]) for fragment in fragments]


def _prompt_attachments(
    connection: sqlite3.Connection, row: sqlite3.Row, tables: frozenset[str]
) -> tuple[Attachment, ...]:
    if not {"attachments", "prompt_attachments"} <= tables:
        return ()
    return attachments_of(
        connection,
        "SELECT a.* FROM attachments a JOIN prompt_attachments p ON p.attachment_id = a.id"
        ' WHERE p.response_id = ? ORDER BY p."order"',
        row["id"],
    )


# -- logs: the oldest ------------------------------------------------------------------------------------------------


def _logs(connection: sqlite3.Connection) -> Iterator[ConversationRecord | Skipped]:
    by_conversation: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in connection.execute("SELECT * FROM logs ORDER BY id"):
        known = row.keys()
        first = row["chat_id"] if "chat_id" in known and row["chat_id"] is not None else row["id"]
        by_conversation[first].append(row)
    for id_, rows in by_conversation.items():
        imported: list[ImportedMessage] = []
        for row in rows:
            if row["system"] and not imported:
                _add(imported, f"{row['id']} system", Role.SYSTEM, as_text(row["system"]), row)
            _add(imported, f"{row['id']} prompt", Role.USER, as_text(row["prompt"]), row)
            model, timing = model_name(row["model"]), timing_of(row["duration_ms"])
            _add(imported, str(row["id"]), Role.ASSISTANT, as_text(row["response"]), row, model=model, timing=timing)
        try:
            yield conversation_from(SOURCE, f"log {id_}", imported, leaf=imported[-1].id)
        except NotReadable as error:
            yield Skipped(f"log {id_}", str(error))


FORMAT = DatabaseFormat("llm", matches, read, counted=("threads", "conversations", "logs"))

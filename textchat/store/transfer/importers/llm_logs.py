"""The `logs.db` of the command `llm`, in each of its three forms, newest first.

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
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import (
    ImportedMessage,
    Skipped,
    conversation_from,
    joined,
    model_name,
    moment,
    text_of,
    usage_of,
)
from textchat.store.transfer.importers.llm_rows import attachments_of, timing_of
from textchat.store.transfer.importers.llm_threads import SOURCE, read_threads
from textchat.store.transfer.plain_data import NotReadable


def is_llm(tables: frozenset[str]) -> bool:
    return {"threads", "turns", "messages", "parts"} <= tables or "responses" in tables or "logs" in tables


def read_llm(connection: sqlite3.Connection, tables: frozenset[str]) -> Iterator[ConversationRecord | Skipped]:
    """Raises sqlite3.Error."""
    if {"threads", "turns", "messages", "parts"} <= tables:
        yield from read_threads(connection, tables)
    if {"conversations", "responses"} <= tables:
        yield from _conversations(connection, tables)
    if "logs" in tables:
        yield from _logs(connection)


# -- conversations and responses -------------------------------------------------------------------------------------


def _conversations(connection: sqlite3.Connection, tables: frozenset[str]) -> Iterator[ConversationRecord | Skipped]:
    # In one pass: no index leads from a conversation to its responses.
    names = {row["id"]: text_of(row["name"]) for row in connection.execute("SELECT id, name FROM conversations")}
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
    notes: list[ImportedMessage] = []
    system = ""
    for row in rows:
        told = joined([*_fragments(connection, "system_fragments", row, tables), text_of(row["system"])])
        if told and told != system:
            system = told
            _add(notes, f"{row['id']} system", Role.SYSTEM, system, row)
        _add_results(connection, notes, row, tables)
        attached = _prompt_attachments(connection, row, tables)
        prompt = joined([*_fragments(connection, "prompt_fragments", row, tables), text_of(row["prompt"])])
        if prompt or attached:
            _add(notes, f"{row['id']} prompt", Role.USER, prompt, row, attachments=attached)
        _add_answer(connection, notes, row, tables)
    try:
        yield conversation_from(SOURCE, text_of(id_), notes, title=name, leaf=notes[-1].id if notes else None)
    except NotReadable as error:
        yield Skipped(f"conversation {id_}", str(error))


def _add(notes: list[ImportedMessage], id_: str, role: Role, text: str, row: sqlite3.Row, **more: Any) -> None:
    parent = notes[-1].id if notes else None
    notes.append(ImportedMessage(id_, parent, role, text, created_at=moment(row["datetime_utc"]), **more))


def _add_results(
    connection: sqlite3.Connection, notes: list[ImportedMessage], row: sqlite3.Row, tables: frozenset[str]
) -> None:
    """What tools gave back to the model before this answer of it."""
    if "tool_results" in tables:
        found = connection.execute("SELECT * FROM tool_results WHERE response_id = ? ORDER BY id", (row["id"],))
        for number, result in enumerate(found.fetchall()):
            if output := text_of(result["output"]):
                _add(notes, f"{row['id']} result {number}", Role.TOOL, output, row)


def _add_answer(
    connection: sqlite3.Connection, notes: list[ImportedMessage], row: sqlite3.Row, tables: frozenset[str]
) -> None:
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
        timing=timing_of(row["duration_ms"]),
    )


def _fragments(connection: sqlite3.Connection, used: str, row: sqlite3.Row, tables: frozenset[str]) -> list[str]:
    if not {"fragments", used} <= tables:
        return []
    found = connection.execute(
        f"SELECT content FROM fragments JOIN {used} ON fragment_id = fragments.id"
        ' WHERE response_id = ? ORDER BY "order"',
        (row["id"],),
    )
    return [text_of(each["content"]) for each in found]


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
        notes: list[ImportedMessage] = []
        for row in rows:
            if row["system"] and not notes:
                _add(notes, f"{row['id']} system", Role.SYSTEM, text_of(row["system"]), row)
            _add(notes, f"{row['id']} prompt", Role.USER, text_of(row["prompt"]), row)
            model, timing = model_name(row["model"]), timing_of(row["duration_ms"])
            _add(notes, str(row["id"]), Role.ASSISTANT, text_of(row["response"]), row, model=model, timing=timing)
        try:
            yield conversation_from(SOURCE, f"log {id_}", notes, leaf=notes[-1].id)
        except NotReadable as error:
            yield Skipped(f"log {id_}", str(error))

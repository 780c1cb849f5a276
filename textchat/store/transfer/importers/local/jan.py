"""Imports Jan's threads: `threads/*/messages.jsonl` with `thread.json` beside, and `jan.db` of its mobile app.

The objects are described by Jan's source (https://github.com/janhq/jan, `core/src/types/thread` and `…/message`; the
tables by `src-tauri/src/core/threads/db.rs`). They follow OpenAI's threads, but `created_at` may be in milliseconds,
thoughts may stand in `<think>` inside the text, and tools in `metadata.tool_calls` or as content of their own.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from textchat.core.conversation import Role, Status, ToolCall
from textchat.core.text.json_fields import as_list, as_table, as_text, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import Chain, ImportedMessage, attempt, conversation_from
from textchat.store.transfer.importers.common.marked_text import say_and_show, think_and_say
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.formats import Conversations, DatabaseFormat, EntryFormat, SeriesFormat
from textchat.store.transfer.importers.found import NoMessages
from textchat.store.transfer.importers.messages.blocks import read_content, read_result
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading, Schema
from textchat.store.transfer.importers.values import model_name, moment, role_of

_STATUS = {"stopped": Status.CANCELLED, "pending": Status.INTERRUPTED}


def is_message(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and entry.get("object") == "thread.message"
        and isinstance(entry.get("thread_id"), str)
        and isinstance(entry.get("role"), str)
    )


def is_thread(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("object") == "thread" and isinstance(entry.get("assistants"), list)


def read_messages(entries: Sequence[Any], reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the threads of the messages; the file beside names them. Raises NotReadable."""
    try:
        thread = as_table(json.loads(reading.beside("thread.json") or b"{}"))
    except (ValueError, RecursionError):
        thread = {}
    threads: dict[str, list[Any]] = {}
    for entry in entries:
        threads.setdefault(entry["thread_id"], []).append(entry)
    for id_, messages in threads.items():
        yield _conversation(id_, thread if len(threads) == 1 else {}, messages, reading)


def read_thread(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the thread if its file is imported alone, else nothing: its messages' file names it. Raises NotReadable."""
    kept = reading.beside("messages.jsonl")
    if not kept.strip():
        raise NoMessages
    if reading.place is not None:
        messages = [_object(line) for line in kept.splitlines() if line.strip()]
        yield from read_messages([message for message in messages if is_message(message)], reading)


def read_database(connection: sqlite3.Connection, schema: Schema, reading: Reading) -> Conversations:
    """Yield each thread of the mobile app's database; raises sqlite3.Error."""
    for row in connection.execute("SELECT id, data FROM threads").fetchall():
        thread = _object(row["data"])
        kept = connection.execute("SELECT data FROM messages WHERE thread_id = ? ORDER BY created_at", (row["id"],))
        id_, messages = as_text(row["id"]), [_object(each["data"]) for each in kept]
        yield attempt(f"thread {id_}", _conversation, id_, thread, messages, reading)


def _object(data: object) -> Mapping[str, Any]:
    try:
        return as_table(json.loads(as_text(data)))
    except (ValueError, RecursionError):
        return {}


def _conversation(
    id_: str, thread: Mapping[str, Any], rows_: Sequence[Mapping[str, Any]], reading: Reading
) -> ConversationRecord:
    assistant = next(iter(rows(thread, "assistants")), {})
    chain = Chain()
    chain.add(ImportedMessage("system", None, Role.SYSTEM, text(assistant, "instructions")))
    if not rows_:
        raise NoMessages
    for number, row in enumerate(rows_):
        for message in _turn(row, text(row, "id") or str(number), _model(thread, assistant), reading).messages():
            chain.add(message)
    record = conversation_from("jan", id_, chain.messages, title=_title(thread), leaf=chain.last)
    created = moment(thread.get("created")) or record.conversation.created_at
    return replace(
        record,
        conversation=replace(record.conversation, created_at=created),
        is_pinned=table(thread, "metadata").get("is_favorite") is True,
    )


def _title(thread: Mapping[str, Any]) -> str:
    """The title, which older threads have among their metadata."""
    return title_in(text(thread, "title"), text(table(thread, "metadata"), "title"))


def _model(thread: Mapping[str, Any], assistant: Mapping[str, Any]) -> str | None:
    model = table(assistant, "model") or table(thread, "model")
    return model_name(text(model, "id"))


def _turn(row: Mapping[str, Any], id_: str, model: str | None, reading: Reading) -> Turn:
    role = role_of(row.get("role"))
    status = _STATUS.get(text(row, "status"), Status.COMPLETE)
    turn = Turn(
        ImportedMessage(
            id_,
            None,
            role,
            "",
            model=model if role is Role.ASSISTANT else None,
            created_at=moment(row.get("created_at")),
            status=status if role is Role.ASSISTANT else Status.COMPLETE,
        ),
        reading,
    )
    content = row.get("content")
    for call in rows(table(row, "metadata"), "tool_calls"):
        _read_old_call(call, turn)
    for part in [content] if isinstance(content, str) else as_list(content):
        _read_part(part, turn)
    for file in rows(table(row, "metadata"), "inline_file_contents"):
        turn.attach_text(text(file, "name") or "attachment", text(file, "content"))
    for _ in rows(row, "attachments"):
        reading.leave_out("file")
    return turn


def _read_part(part: object, turn: Turn) -> None:
    block = as_table(part)
    value = block.get("text")
    said = text(value, "value") if isinstance(value, dict) else as_text(value)
    match block.get("type"):
        case "text" if turn.row.role is Role.ASSISTANT:
            think_and_say(said, turn)
        case "text":
            say_and_show(said, turn)
        case "reasoning":
            turn.think(said)
        case "tool_call":
            name = text(block, "tool_name")
            turn.call(ToolCall(text(block, "tool_call_id"), name, as_text(block.get("input"))))
            if block.get("output") is not None:
                _read_output(block["output"], turn)
        case _:
            read_content([part], turn)


def _read_old_call(call: Mapping[str, Any], turn: Turn) -> None:
    """A call as threads had it before 2026: before the text of the reply that it led to."""
    tool = table(call, "tool")
    function = table(tool, "function")
    turn.call(ToolCall(text(tool, "id"), text(function, "name"), as_text(function.get("arguments"))))
    if call.get("response"):
        _read_output(call["response"], turn)


def _read_output(output: object, turn: Turn) -> None:
    """What a tool returned: content of the Model Context Protocol, or anything else."""
    answer = as_table(output)
    if "content" in answer:
        output = answer["content"] or text(answer, "error")
    read_result(output, turn)


def _is_mobile(schema: Schema) -> bool:
    return {"id", "data"} <= schema.get("threads", frozenset()) and {"id", "thread_id", "data"} <= schema.get(
        "messages", frozenset()
    )


MESSAGES = SeriesFormat("Jan", is_message, read_messages)
THREAD = EntryFormat("Jan", is_thread, read_thread)
DATABASE = DatabaseFormat("Jan", _is_mobile, read_database, ("threads",))

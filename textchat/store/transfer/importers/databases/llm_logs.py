"""Imports the `logs.db` of the command `llm` in each of its three formats.

The tables are those of llm's own `migrations.py` (https://github.com/simonw/llm): `threads` and `turns` over a tree of
`messages` with `parts`; `conversations` with `responses`; and the oldest, one table `logs`. A file that was upgraded
has several: a conversation that is continued in the newest format is a thread with the same id there, which begins
with a copy of what was said before.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from textchat.core.conversation import Role
from textchat.core.text.json_fields import as_text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.common.columns import column
from textchat.store.transfer.importers.databases.llm_files import SOURCE, LlmFile, timing_of
from textchat.store.transfer.importers.databases.llm_responses import LoggedConversation, read_responses
from textchat.store.transfer.importers.databases.llm_threads import Threads
from textchat.store.transfer.importers.formats import DatabaseFormat
from textchat.store.transfer.importers.found import Empty, NoMessages, NotReadable, Skipped
from textchat.store.transfer.importers.reading import Reading, Schema
from textchat.store.transfer.importers.values import model_name, moment

_THREADS = {
    "threads": {"id", "name", "tip_message_hash", "datetime_utc"},
    "turns": {"id", "thread_id", "parent_message_hash", "tip_message_hash", "model", "datetime_utc"},
    "messages": {"hash", "parent_hash", "role"},
    "parts": {"id", "message_hash", "position", "type", "text", "payload"},
}
_RESPONSES = {"responses": {"id", "conversation_id", "model", "prompt", "response", "datetime_utc"}}
_LOGS = {"logs": {"model", "prompt", "system", "response"}}


def _has(schema: Schema, tables: dict[str, set[str]]) -> bool:
    return all(columns <= schema.get(table, frozenset()) for table, columns in tables.items())


def matches(schema: Schema) -> bool:
    return any(_has(schema, tables) for tables in (_THREADS, _RESPONSES, _LOGS))


def read(
    connection: sqlite3.Connection, schema: Schema, reading: Reading
) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield every conversation of the formats in the file, each once; raises sqlite3.Error."""
    file = LlmFile(connection, schema, reading)
    threads = Threads(file) if _has(schema, _THREADS) else None
    continued: set[str] = set()
    if _has(schema, _RESPONSES):
        for logged in read_responses(file):
            if threads is not None and logged.id in threads:
                continued.add(logged.id)
                yield _record(logged, threads)
            else:
                yield _record(logged)
    if threads is not None:
        yield from threads.read(without=continued)
    if _has(schema, _LOGS):
        yield from _logs(connection)


def _record(logged: LoggedConversation, threads: Threads | None = None) -> ConversationRecord | Skipped | Empty:
    messages, leaf = logged.messages, logged.messages[-1].id if logged.messages else None
    try:
        if threads is not None:
            messages, leaf = threads.continued(logged.id, messages)
        return conversation_from(
            SOURCE,
            logged.id,
            messages,
            title=logged.name,
            # The thread is younger: the id stays that of the conversation before the upgrade.
            created_at=min((message.created_at for message in logged.messages if message.created_at), default=0.0),
            leaf=leaf,
        )
    except NoMessages:
        return Empty()
    except NotReadable as error:
        return Skipped(f"conversation {logged.id}", str(error))


# -- logs: the oldest ------------------------------------------------------------------------------------------------


def _logs(connection: sqlite3.Connection) -> Iterator[ConversationRecord | Skipped]:
    """Yield the conversations of llm before 0.5; its first versions counted rows without a column for it."""
    by_conversation: dict[object, list[sqlite3.Row]] = defaultdict(list)
    for row in connection.execute("SELECT rowid AS number, * FROM logs ORDER BY rowid"):
        first = column(row, "chat_id")
        by_conversation[first if first is not None else row["number"]].append(row)
    for id_, rows in by_conversation.items():
        imported: list[ImportedMessage] = []
        for row in rows:
            imported += _row(row, imported)
        try:
            yield conversation_from(SOURCE, f"log {id_}", imported, leaf=imported[-1].id)
        except NotReadable as error:
            yield Skipped(f"log {id_}", str(error))


def _row(row: sqlite3.Row, before: list[ImportedMessage]) -> Iterator[ImportedMessage]:
    number, parent = row["number"], before[-1].id if before else None
    at = moment(column(row, "datetime_utc") or column(row, "timestamp"))
    if row["system"] and not before:
        yield ImportedMessage(f"{number} system", parent, Role.SYSTEM, as_text(row["system"]), created_at=at)
        parent = f"{number} system"
    yield ImportedMessage(f"{number} prompt", parent, Role.USER, as_text(row["prompt"]), created_at=at)
    yield ImportedMessage(
        str(number),
        f"{number} prompt",
        Role.ASSISTANT,
        as_text(row["response"]),
        model=model_name(row["model"]),
        timing=timing_of(column(row, "duration_ms")),
        created_at=at,
    )


FORMAT = DatabaseFormat("llm", matches, read, counted=("threads", "conversations", "logs"))

"""Recovers what a crashed process left: its growing messages become interrupted, with all their stored text.

What it had sent has its price, however it ended, by estimate: its requests go from those that run to the journal.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from textchat.core.conversation import Conversation, Source, Status
from textchat.core.figures.tokens import estimate_tokens
from textchat.store.blind.sealed_rows import journal_model
from textchat.store.database import transaction
from textchat.store.parts import contents
from textchat.store.process_locks import ProcessLocks

_COUNTED = (
    "input_tokens, output_tokens, reasoning_tokens, cached_tokens, cache_write_tokens, usage_source, input_source, "
    "cost_usd, cost_source"
)
_RECORD = f"""
    INSERT INTO requests (message_id, model, created_at, status, {_COUNTED})
    SELECT id, :model, created_at, status, {_COUNTED} FROM messages
    WHERE key = :key AND NOT EXISTS (SELECT 1 FROM requests WHERE message_id = messages.id)
"""
# Of a reply that was not to be saved nothing is known but what was expected.
_RECORD_UNSAVED = f"""
    INSERT INTO requests (message_id, model, created_at, status, input_tokens, output_tokens, usage_source,
        input_source)
    SELECT message_id, model, created_at, '{Status.INTERRUPTED.value}', input_tokens, output_tokens,
        '{Source.ESTIMATED.value}', '{Source.ESTIMATED.value}'
    FROM running WHERE message_id = ? AND NOT EXISTS (SELECT 1 FROM requests WHERE message_id = running.message_id)
"""
# Of the expected answer as much as came.
_PRICE = f"""
    UPDATE {{table}} SET cost_usd = :input_usd + :output_usd * output_tokens / :output_tokens,
        cost_source = '{Source.ESTIMATED.value}'
    WHERE {{id}} = :message_id AND status = '{Status.INTERRUPTED.value}' AND cost_usd IS NULL
"""


def recover(connection: sqlite3.Connection, locks: ProcessLocks) -> None:
    """Mark growing messages of ended processes as interrupted; raises sqlite3.Error and OSError."""
    rows = connection.execute(
        "SELECT owner FROM messages WHERE status = 'growing' UNION SELECT owner FROM running"
        " UNION SELECT owner FROM held"
    ).fetchall()
    for owner in {*(row["owner"] for row in rows), *locks.names()}:
        with locks.holding_if_gone(owner) as is_gone:
            if is_gone:
                _interrupt(connection, owner)


def interrupted(conversation: Conversation) -> Conversation:
    """The conversation with its growing messages interrupted, where that cannot be stored."""
    return replace(
        conversation,
        messages={
            id_: replace(message, status=Status.INTERRUPTED) if message.status is Status.GROWING else message
            for id_, message in conversation.messages.items()
        },
    )


def _interrupt(connection: sqlite3.Connection, owner: str | None) -> None:
    with transaction(connection):
        rows = connection.execute(
            "SELECT key, text, reasoning, tool_calls, citations, sealed, input_tokens, model, seal,"
            " (SELECT id FROM conversations WHERE key = messages.conversation) AS conversation_id,"
            " EXISTS (SELECT 1 FROM parts WHERE message = messages.key) AS has_parts,"
            " EXISTS (SELECT 1 FROM running WHERE message_id = messages.id AND is_sent) AS is_sent FROM messages"
            " WHERE status = 'growing' AND owner IS ?",
            (owner,),
        ).fetchall()
        for row in rows:
            _fold_in(connection, row)
        for row in connection.execute("SELECT * FROM running WHERE owner IS ? AND is_sent", (owner,)).fetchall():
            _count(connection, row)
        connection.execute("DELETE FROM running WHERE owner IS ?", (owner,))
        contents.let_go(connection, owner)


def _count(connection: sqlite3.Connection, running: sqlite3.Row) -> None:
    connection.execute(_RECORD_UNSAVED, (running["message_id"],))
    if running["input_usd"] is not None:
        for table, id_ in (("messages", "id"), ("requests", "message_id")):
            connection.execute(_PRICE.format(table=table, id=id_), dict(running))


def _fold_in(connection: sqlite3.Connection, row: sqlite3.Row) -> None:
    chunks = connection.execute(
        "SELECT text, reasoning, tool_calls, citations, sealed FROM chunks WHERE message = ? ORDER BY key",
        (row["key"],),
    ).fetchall()
    text = "".join((str(row["text"]), *(chunk["text"] for chunk in chunks)))
    reasoning = "".join((str(row["reasoning"]), *(chunk["reasoning"] for chunk in chunks)))
    newest = {
        name: next((chunk[name] for chunk in reversed(chunks) if chunk[name]), row[name])
        for name in ("tool_calls", "citations", "sealed")
    }
    has_left = row["is_sent"] or text or reasoning or row["has_parts"] or any(newest.values())
    connection.execute(
        "UPDATE messages SET text = ?, reasoning = ?, tool_calls = ?, citations = ?, sealed = ?, status = ?,"
        " owner = NULL, output_tokens = ?, usage_source = ?, first_token_s = NULL, first_text_s = NULL,"
        " total_s = NULL, tokens_per_s = NULL WHERE key = ?",
        (
            text,
            reasoning,
            *newest.values(),
            Status.INTERRUPTED.value,
            estimate_tokens(text + reasoning),
            None if row["input_tokens"] is None or not has_left else Source.ESTIMATED.value,
            row["key"],
        ),
    )
    if not has_left:  # it was never sent: it has neither tokens nor a price
        connection.execute(
            "UPDATE messages SET input_tokens = NULL, output_tokens = NULL, input_source = NULL WHERE key = ?",
            (row["key"],),
        )
    connection.execute("DELETE FROM chunks WHERE message = ?", (row["key"],))
    connection.execute(_RECORD, {"key": row["key"], "model": journal_model(row)})

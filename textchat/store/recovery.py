"""Recovers replies of a crashed process: its growing messages become interrupted, with all their stored text."""

from __future__ import annotations

import sqlite3

from textchat.core.conversation import Source, Status
from textchat.core.figures.tokens import estimate_tokens
from textchat.store.database import transaction
from textchat.store.process_locks import ProcessLocks

_COUNTED = (
    "input_tokens, output_tokens, reasoning_tokens, cached_tokens, cache_write_tokens, usage_source, input_source, "
    "cost_usd, cost_source"
)
# What was asked has its price, however it ended: the journal lacks it, for its process could not write it down.
_RECORD = f"""
    INSERT INTO requests (message_id, model, created_at, status, {_COUNTED})
    SELECT id, ifnull(model, ''), created_at, status, {_COUNTED} FROM messages
    WHERE key = ? AND NOT EXISTS (SELECT 1 FROM requests WHERE message_id = messages.id)
"""


def recover(connection: sqlite3.Connection, locks: ProcessLocks) -> None:
    """Mark growing messages of ended processes as interrupted; raises sqlite3.Error and OSError."""
    rows = connection.execute("SELECT DISTINCT owner FROM messages WHERE status = 'growing'").fetchall()
    for owner in {*(row["owner"] for row in rows), *locks.names()}:
        with locks.holding_if_gone(owner) as is_gone:
            if is_gone:
                _interrupt(connection, owner)


def _interrupt(connection: sqlite3.Connection, owner: str | None) -> None:
    with transaction(connection):
        rows = connection.execute(
            "SELECT key, text, reasoning, tool_calls, input_tokens FROM messages"
            " WHERE status = 'growing' AND owner IS ?",
            (owner,),
        ).fetchall()
        for row in rows:
            _fold_in(connection, row)


def _fold_in(connection: sqlite3.Connection, row: sqlite3.Row) -> None:
    chunks = connection.execute(
        "SELECT text, reasoning, tool_calls FROM chunks WHERE message = ? ORDER BY key", (row["key"],)
    ).fetchall()
    text = "".join((str(row["text"]), *(chunk["text"] for chunk in chunks)))
    reasoning = "".join((str(row["reasoning"]), *(chunk["reasoning"] for chunk in chunks)))
    calls = [chunk["tool_calls"] for chunk in chunks if chunk["tool_calls"]]
    connection.execute(
        "UPDATE messages SET text = ?, reasoning = ?, tool_calls = ?, status = ?, owner = NULL, output_tokens = ?,"
        " usage_source = ?, first_token_s = NULL, first_text_s = NULL, total_s = NULL, tokens_per_s = NULL"
        " WHERE key = ?",
        (
            text,
            reasoning,
            calls[-1] if calls else row["tool_calls"],
            Status.INTERRUPTED.value,
            estimate_tokens(text + reasoning),
            None if row["input_tokens"] is None else Source.ESTIMATED.value,
            row["key"],
        ),
    )
    connection.execute("DELETE FROM chunks WHERE message = ?", (row["key"],))
    connection.execute(_RECORD, (row["key"],))

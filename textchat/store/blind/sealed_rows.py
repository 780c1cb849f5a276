"""What stands in the rows of a conversation that is compared blind: letters, and the truth only sealed.

Every list, search and export that reads the rows finds letters in them, in this program or in any other. Whoever opens
the conversation to go on with it gets the truth, also in another process or after a crash. The vote puts it back in
place. The journal of requests counts them under `BLIND` until then.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import Any

from textchat.core.blind.masks import Mask
from textchat.core.blind.seal import MARK, is_sealed, model_of, opened, opened_text, sealed, sealed_model
from textchat.core.conversation import Conversation, Message, Pane
from textchat.store.rows import PANE_COLUMNS, blind_from_row, figures_row, message_from, message_row, pane_row

BLIND = "blind"
"""Stands for all models of blind comparisons in the statistics."""
IS_SEALED = f"substr({{}}, 1, {len(MARK)}) = '{MARK}'"
"""SQL: whether a text of this column is sealed."""
SHOWN_MODEL = f"iif({IS_SEALED.format('model')}, '{BLIND}', model)"
"""SQL: the model of a request as it is counted."""

Row = Mapping[str, Any]


def mask_of(connection: sqlite3.Connection, key: int, conversation: Conversation | None = None) -> Mask:
    """The mask that the file says is to be put on a conversation, by the key of its row."""
    head = connection.execute("SELECT id, blind FROM conversations WHERE key = ?", (key,)).fetchone()
    return Mask(replace(conversation or Conversation(head["id"]), blind=blind_from_row(head["blind"])))


def sealed_message_row(message: Message, mask: Mask) -> dict[str, Any]:
    """The row of a message, with its `seal`.

    One that still grows keeps its figures: they are estimates of its request, which recovery needs.
    """
    row = message_row(message)
    if not mask.is_blind:
        return row
    shown = message_row(mask.nameless(message))
    if message.is_growing:
        shown |= figures_row(message)
    return {**shown, "seal": _seal_of(row, shown)}


def sealed_pane_row(pane: Pane, mask: Mask) -> tuple[Any, ...]:
    """The columns of `PANE_COLUMNS`, the last of which is its seal."""
    row = pane_row(pane)
    if not mask.is_blind:
        return row
    shown = pane_row(mask.pane(pane))
    true, masked = (dict(zip(PANE_COLUMNS, each, strict=True)) for each in (row, shown))
    return (*shown[:-1], _seal_of(true, masked))


def _seal_of(row: Row, shown: Row) -> str | None:
    told = {name: value for name, value in row.items() if shown[name] != value}
    return sealed(told) if told else None


def unsealed(row: Row | sqlite3.Row) -> Row | sqlite3.Row:
    """A row of a message or a pane as it is in truth; raises ValueError where its seal is damaged."""
    if row["seal"] is None:
        return row
    return {**dict(row), **opened(row["seal"]), "seal": None}


def settle(connection: sqlite3.Connection, key: int) -> None:
    """Seal or open all rows of a conversation, as it is compared blind or not; within a transaction.

    Rows that no textchat wrote are left as they are.
    """
    mask = mask_of(connection, key)
    (id_,) = connection.execute("SELECT id FROM conversations WHERE key = ?", (key,)).fetchone()
    if mask.is_blind:
        _seal_messages(connection, key, mask)
        _seal_names(connection, key, id_)
    else:
        _open_rows(connection, key, "messages", ("tool_calls", "sealed"))
        _open_rows(connection, key, "panes")
        open_names(connection, {id_})


def reveal(connection: sqlite3.Connection, key: int) -> None:
    """End the blind comparison of a conversation; within a transaction."""
    connection.execute("UPDATE conversations SET blind = NULL WHERE key = ?", (key,))
    settle(connection, key)


def _seal_messages(connection: sqlite3.Connection, key: int, mask: Mask) -> None:
    rows = connection.execute(
        "SELECT * FROM messages WHERE conversation = ? AND seal IS NULL AND role NOT IN ('user', 'system')", (key,)
    ).fetchall()
    for row in rows:
        try:
            shown = sealed_message_row(message_from(row), mask)
        except (ValueError, KeyError, TypeError):
            continue
        _update(connection, "messages", row, {name: shown[name] for name in shown if shown[name] != row[name]})


def _open_rows(connection: sqlite3.Connection, key: int, table: str, texts: Iterable[str] = ()) -> None:
    """Put the truth back into the rows of a table; `texts` are columns that may be sealed by themselves."""
    rows = connection.execute(f"SELECT * FROM {table} WHERE conversation = ?", (key,)).fetchall()
    for row in rows:
        try:
            known = {name: opened_text(row[name]) for name in texts if is_sealed(row[name])}
            if row["seal"] is not None:
                known |= {**opened(row["seal"]), "seal": None}
        except ValueError:
            continue
        _update(connection, table, row, known)


def _update(connection: sqlite3.Connection, table: str, row: sqlite3.Row, values: Row) -> None:
    if values:
        changes = ", ".join(f"{name} = :{name}" for name in values)
        where = "conversation = :_conversation AND id = :_id"
        connection.execute(
            f"UPDATE {table} SET {changes} WHERE {where}",
            {**values, "_conversation": row["conversation"], "_id": row["id"]},
        )


_OF_ANSWERS = "message_id IN (SELECT id FROM messages WHERE conversation = ?)"


def _seal_names(connection: sqlite3.Connection, key: int, conversation_id: str) -> None:
    """Seal the models in the votes on the answers of a conversation, and in the journal of their requests."""
    for table in ("candidates", "requests", "running"):
        rows = connection.execute(
            f"SELECT rowid AS place, model FROM {table} WHERE {_OF_ANSWERS} AND NOT {IS_SEALED.format('model')}", (key,)
        ).fetchall()
        _rename(connection, table, [(sealed_model(conversation_id, row["model"]), row["place"]) for row in rows])


def open_names(connection: sqlite3.Connection, conversation_ids: Container[str]) -> None:
    """Put the models of these conversations back into their votes and the journal of requests."""
    for table in ("candidates", "requests", "running"):
        rows = connection.execute(
            f"SELECT rowid AS place, model FROM {table} WHERE {IS_SEALED.format('model')}"
        ).fetchall()
        found = [(row["place"], model_of(row["model"])) for row in rows]
        _rename(connection, table, [(model, place) for place, (id_, model) in found if id_ in conversation_ids])


def _rename(connection: sqlite3.Connection, table: str, models: Iterable[tuple[str, int]]) -> None:
    connection.executemany(f"UPDATE {table} SET model = ? WHERE rowid = ?", models)


def journal_model(row: sqlite3.Row) -> str:
    """The model of a message's row as the journal of requests has it; `conversation_id` is a column of the row."""
    model = unsealed(row)["model"] or ""
    return model if row["seal"] is None else sealed_model(row["conversation_id"], model)

"""Takes deleted messages out of the database, and puts them back as they were.

They are removed from the file at once, and not merely marked: what is deleted stays deleted however the program ends,
and no other program, search or export has to leave it out. For an undo their rows are kept in memory until the program
ends; they go back byte for byte, with parts, figures and the votes that went along. Only the content of the parts stays
in the file meanwhile, held by the process (`store.parts.contents`): it is too large for memory. The journal of requests
does not know of deletions.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from textchat.core.conversation import Status
from textchat.store.rows import storable

Row: TypeAlias = Mapping[str, object]

_BELOW = """
    WITH RECURSIVE gone (key, id) AS (
        SELECT key, id FROM messages WHERE conversation = :conversation AND id IN (SELECT value FROM json_each(:ids))
        UNION
        SELECT messages.key, messages.id FROM messages
        JOIN gone ON messages.conversation = :conversation AND messages.parent_id = gone.id
    )
    SELECT key FROM gone ORDER BY key
"""
_VOTES = """
    SELECT * FROM votes WHERE conversation_id = ? AND key IN (
        SELECT vote FROM candidates WHERE message_id IN (SELECT value FROM json_each(?))
    ) ORDER BY key
"""


@dataclass(frozen=True, slots=True)
class RemovedMessages:
    """The rows of deleted messages and of what belongs to them, by table, as they stood in the database."""

    tables: Mapping[str, tuple[Row, ...]]

    @property
    def last_key(self) -> int:
        """The highest key among the messages; 0 without any."""
        return max((key for row in self.tables["messages"] if isinstance(key := row["key"], int)), default=0)

    @property
    def digests(self) -> frozenset[str]:
        """Of the contents that their parts name."""
        return frozenset(str(row["digest"]) for row in self.tables["parts"])

    @property
    def final_ids(self) -> frozenset[str]:
        """The ids of the messages that were stored in their final form."""
        rows = self.tables["messages"]
        return frozenset(str(row["id"]) for row in rows if row["status"] != Status.GROWING.value)


def take_out(
    connection: sqlite3.Connection, conversation: int, conversation_id: str, message_ids: Iterable[str]
) -> RemovedMessages:
    """Delete messages and all below them, also what others have put there; within a transaction."""
    ids = json.dumps([storable(id_) for id_ in message_ids])
    keys = json.dumps([row["key"] for row in connection.execute(_BELOW, {"conversation": conversation, "ids": ids})])
    messages = _rows(
        connection, "SELECT * FROM messages WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key", keys
    )
    owned = "SELECT * FROM {} WHERE message IN (SELECT value FROM json_each(?))"
    votes = _rows(connection, _VOTES, storable(conversation_id), json.dumps([row["id"] for row in messages]))
    vote_keys = json.dumps([row["key"] for row in votes])
    removed = {
        "messages": messages,
        "parts": _rows(connection, owned.format("parts"), keys),
        "timelines": _rows(connection, owned.format("timelines"), keys),
        "chunks": _rows(connection, owned.format("chunks") + " ORDER BY key", keys),
        "votes": votes,
        "candidates": _rows(
            connection, "SELECT * FROM candidates WHERE vote IN (SELECT value FROM json_each(?))", vote_keys
        ),
    }
    connection.execute("DELETE FROM messages WHERE key IN (SELECT value FROM json_each(?))", (keys,))
    return RemovedMessages(removed)


def put_back(
    connection: sqlite3.Connection, conversation: int, removed: RemovedMessages, above: Sequence[str] = ()
) -> None:
    """Insert what is not there again, within a transaction.

    `above` are the ids over the uppermost messages, nearest first: where a parent is gone, the next one takes its
    place.
    """
    keys: dict[object, int] = {}
    for row in removed.tables["messages"]:
        key = _insert(connection, "messages", {**row, "conversation": conversation})
        if key is not None:
            keys[row["key"]] = key
    if keys:
        _hang_up(connection, conversation, tuple(keys.values()), above)
    for table in ("parts", "timelines", "chunks"):
        for row in removed.tables[table]:
            if row["message"] in keys:
                _insert(connection, table, {**row, "message": keys[row["message"]]})
    for vote in removed.tables["votes"]:
        candidates = [row for row in removed.tables["candidates"] if row["vote"] == vote["key"]]
        if _still_counts(connection, conversation, vote, [row["message_id"] for row in candidates]):
            key = _insert(connection, "votes", vote)
            for row in candidates:
                _insert(connection, "candidates", {**row, "vote": key})


def _hang_up(connection: sqlite3.Connection, conversation: int, keys: Sequence[int], above: Sequence[str]) -> None:
    """Hang messages whose parent is gone below the nearest message above it that is there."""
    there = "SELECT 1 FROM messages WHERE conversation = ? AND id = ?"
    parent = next(
        (id_ for id_ in map(storable, above) if connection.execute(there, (conversation, id_)).fetchone()), None
    )
    connection.execute(
        "UPDATE messages SET parent_id = ? WHERE key IN (SELECT value FROM json_each(?)) AND parent_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM messages AS above WHERE above.conversation = messages.conversation"
        " AND above.id = messages.parent_id)",
        (parent, json.dumps(keys)),
    )


def _still_counts(connection: sqlite3.Connection, conversation: int, vote: Row, message_ids: Sequence[object]) -> bool:
    """Whether all answers of a vote are there, and none of them was judged again meanwhile."""
    ids = json.dumps(message_ids)
    (found,) = connection.execute(
        "SELECT count(*) FROM messages WHERE conversation = ? AND id IN (SELECT value FROM json_each(?))",
        (conversation, ids),
    ).fetchone()
    # The user judges an answer once; a model every two of them by each criterion.
    same = (
        " AND message_id IN (SELECT value FROM json_each(?))"
        if vote["judge"] is None
        else " AND NOT EXISTS (SELECT 1 FROM candidates WHERE vote = votes.key"
        " AND message_id NOT IN (SELECT value FROM json_each(?)))"
    )
    judged = connection.execute(
        "SELECT 1 FROM votes JOIN candidates ON candidates.vote = votes.key"
        f" WHERE conversation_id = ? AND judge IS ? AND criterion IS ?{same}",
        (vote["conversation_id"], vote["judge"], vote["criterion"], ids),
    ).fetchone()
    return found == len(message_ids) and judged is None


def _insert(connection: sqlite3.Connection, table: str, row: Row) -> int | None:
    """Insert a row under its former key, or under another if that was given away; None if it is there already."""
    values = dict(row)
    if "key" in values and connection.execute(f"SELECT 1 FROM {table} WHERE key = ?", (values["key"],)).fetchone():
        del values["key"]
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    cursor = connection.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", values)
    return cursor.lastrowid if cursor.rowcount else None


def _rows(connection: sqlite3.Connection, query: str, *values: object) -> tuple[Row, ...]:
    return tuple(dict(row) for row in connection.execute(query, values))

"""Reads conversations and their summaries: synchronous calls on a connection of the reader's thread."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from textchat.core.conversation import Conversation, Message, Status
from textchat.core.parts.part import Part
from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.store.blind.sealed_rows import unsealed
from textchat.store.journal import votes_in
from textchat.store.parts import contents
from textchat.store.parts.part_rows import citations_from, part_from, sealed_from
from textchat.store.record import ConversationRecord, ConversationSummary
from textchat.store.rows import blind_from_row, message_from, pane_from, storable, tool_calls_from, view_from

_SUMMARY = """
    SELECT id, title, created_at, updated_at, pinned, archived,
        (SELECT count(*) FROM messages WHERE conversation = conversations.key) AS message_count,
        blind IS NOT NULL AS is_blind,
        iif(blind IS NULL, (SELECT group_concat(model, char(10)) FROM
            (SELECT model FROM panes WHERE conversation = conversations.key ORDER BY position)), '') AS models,
        (SELECT group_concat(name, char(10)) FROM
            (SELECT name FROM tags WHERE conversation = conversations.key ORDER BY name)) AS tags
    FROM conversations WHERE deleted_at IS NULL
"""


def summaries(
    connection: sqlite3.Connection,
    limit: int,
    before: ConversationSummary | None,
    archived: bool | None,
    tag: str | None,
) -> list[ConversationSummary]:
    """A page of summaries, newest first, after the one given as `before`; `archived` None: both kinds."""
    sql, values = _SUMMARY, []
    if before is not None:
        sql += " AND (updated_at, id) < (?, ?)"
        values += [before.updated_at, before.id]
    if archived is not None:
        sql += " AND archived = ?"
        values.append(int(archived))
    if tag is not None:
        sql += " AND key IN (SELECT conversation FROM tags WHERE name = ?)"
        values.append(storable(tag))
    rows = connection.execute(sql + " ORDER BY updated_at DESC, id DESC LIMIT ?", (*values, limit))
    unsent = _unsent(connection)
    return [_summary(row, unsent) for row in rows]


def pinned(connection: sqlite3.Connection) -> list[ConversationSummary]:
    """All pinned conversations, newest first, archived ones included."""
    rows = connection.execute(_SUMMARY + " AND pinned = 1 ORDER BY updated_at DESC, id DESC")
    unsent = _unsent(connection)
    return [_summary(row, unsent) for row in rows]


def summary(connection: sqlite3.Connection, conversation_id: str) -> ConversationSummary | None:
    row = connection.execute(_SUMMARY + " AND id = ?", (storable(conversation_id),)).fetchone()
    return None if row is None else _summary(row, _unsent(connection))


def _summary(row: sqlite3.Row, unsent: Container[str]) -> ConversationSummary:
    return ConversationSummary(
        id=row["id"],
        title=row["title"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        models=tuple(dict.fromkeys((row["models"] or "").split("\n"))) if row["models"] else (),
        message_count=row["message_count"],
        is_pinned=bool(row["pinned"]),
        is_archived=bool(row["archived"]),
        tags=tuple(row["tags"].split("\n")) if row["tags"] else (),
        has_unsent=row["id"] in unsent,
        is_blind=bool(row["is_blind"]),
    )


def _unsent(connection: sqlite3.Connection) -> frozenset[str]:
    """Ids of the conversations with a draft or a waiting prompt, which are few."""
    sql = (
        "SELECT conversation_id AS id FROM drafts"
        " UNION SELECT conversations.id FROM waiting JOIN conversations ON conversations.key = waiting.conversation"
    )
    try:
        return frozenset(row["id"] for row in connection.execute(sql))
    except sqlite3.DatabaseError:
        return frozenset()  # a damaged page of these costs a mark, and not the list


def count(connection: sqlite3.Connection) -> int:
    (number,) = connection.execute("SELECT count(*) FROM conversations WHERE deleted_at IS NULL").fetchone()
    return int(number)


def find(connection: sqlite3.Connection, prefix: str, limit: int = 20) -> list[str]:
    """Ids that start with `prefix`, in order."""
    rows = connection.execute(
        "SELECT id FROM conversations WHERE id >= :prefix AND id < :prefix || char(1114111) AND deleted_at IS NULL"
        " ORDER BY id LIMIT :limit",
        {"prefix": storable(prefix), "limit": limit},
    )
    return [row["id"] for row in rows]


def load(connection: sqlite3.Connection, conversation_id: str) -> Conversation | None:
    """Load a conversation, None if it does not exist; raises StoreError for rows that no textchat wrote."""
    connection.execute("BEGIN")  # all of it as it is at one moment, whatever others write meanwhile
    try:
        head = connection.execute(
            "SELECT * FROM conversations WHERE id = ? AND deleted_at IS NULL", (storable(conversation_id),)
        ).fetchone()
        return None if head is None else _conversation(connection, head)
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"Cannot read conversation {conversation_id}: its data is damaged. It was not changed.",
            StoreErrorKind.DAMAGED,
        ) from error
    finally:
        connection.execute("COMMIT")


def records(
    connection: sqlite3.Connection, conversation_ids: Iterable[str], most: int
) -> list[ConversationRecord | StoreError | None]:
    """The first of these conversations with their stored data and the content of their parts, up to `most` bytes.

    It is one at least. In place of one that cannot be read stands its error, of one that does not exist None.
    """
    found: list[ConversationRecord | StoreError | None] = []
    size = 0
    for conversation_id in conversation_ids:
        try:
            found.append(record := _record(connection, conversation_id))
            size += 0 if record is None else record.size
        except StoreError as error:
            found.append(error)
        if size >= most:
            break
    return found


def _record(connection: sqlite3.Connection, conversation_id: str) -> ConversationRecord | None:
    conversation, about = load(connection, conversation_id), summary(connection, conversation_id)
    if conversation is None or about is None:
        return None
    if any(message.parts for message in conversation.messages.values()):
        messages = contents.with_content(connection, conversation.messages.values())
        conversation = replace(conversation, messages={message.id: message for message in messages})
    return ConversationRecord(conversation, about.updated_at, about.is_pinned, about.is_archived, about.tags)


def _conversation(connection: sqlite3.Connection, head: sqlite3.Row) -> Conversation:
    messages = _messages(connection, head["key"])
    panes = connection.execute("SELECT * FROM panes WHERE conversation = ? ORDER BY position", (head["key"],))
    return Conversation(
        id=head["id"],
        title=head["title"],
        created_at=head["created_at"],
        messages=messages,
        panes=tuple(pane_from(unsealed(row), messages) for row in panes),
        votes=tuple(votes_in(connection, head["id"])),
        view=view_from(head),
        blind=blind_from_row(head["blind"]),
    )


def _messages(connection: sqlite3.Connection, conversation: int) -> dict[str, Message]:
    parts: dict[int, list[Part]] = defaultdict(list)
    for row in connection.execute(
        "SELECT parts.* FROM parts JOIN messages ON messages.key = parts.message"
        " WHERE messages.conversation = ? ORDER BY parts.message, parts.position",
        (conversation,),
    ):
        parts[row["message"]].append(part_from(row))
    messages: dict[str, Message] = {}
    for row in connection.execute("SELECT * FROM messages WHERE conversation = ? ORDER BY key", (conversation,)):
        message = message_from(unsealed(row), parts.get(row["key"], ()))
        messages[message.id] = _with_chunks(connection, row["key"], message)
    return _without_loops(messages)


def _with_chunks(connection: sqlite3.Connection, key: int, message: Message) -> Message:
    if message.status is not Status.GROWING:
        return message
    chunks = connection.execute(
        "SELECT text, reasoning, tool_calls, citations, sealed FROM chunks WHERE message = ? ORDER BY key", (key,)
    ).fetchall()
    calls, citations, sealed = (
        [chunk[name] for chunk in chunks if chunk[name]] for name in ("tool_calls", "citations", "sealed")
    )
    return replace(
        message,
        text="".join((message.text, *(chunk["text"] for chunk in chunks))),
        reasoning="".join((message.reasoning, *(chunk["reasoning"] for chunk in chunks))),
        tool_calls=tool_calls_from(calls[-1]) if calls else message.tool_calls,
        citations=citations_from(citations[-1]) if citations else message.citations,
        sealed=sealed_from(sealed[-1]) if sealed else message.sealed,
    )


def _without_loops(messages: Mapping[str, Message]) -> dict[str, Message]:
    """The messages with loops cut, so that each path up ends at a root: a file edited by hand must not hang it."""
    sound: set[str] = set()
    mended = dict(messages)
    for start in messages:
        path: list[str] = []
        seen: set[str] = set()
        at: str | None = start
        while at is not None and at not in sound and at not in seen and at in mended:
            path.append(at)
            seen.add(at)
            at = mended[at].parent_id
        if path and at is not None and at not in sound:
            mended[path[-1]] = replace(mended[path[-1]], parent_id=None)
        sound.update(path)
    return mended


def owners(connection: sqlite3.Connection, conversation_id: str | None = None) -> list[str | None]:
    """The names of the processes with growing messages in this conversation; None: in any."""
    rows = connection.execute(
        "SELECT DISTINCT messages.owner FROM messages JOIN conversations ON conversations.key = messages.conversation"
        " WHERE messages.status = 'growing' AND (:id IS NULL OR conversations.id = :id)",
        {"id": storable(conversation_id)},
    )
    return [row["owner"] for row in rows]

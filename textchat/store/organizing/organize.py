"""Organizes conversations: titles, pins, archive, tags, deletion with undo, drafts, waiting prompts, how it is viewed.

Plain calls on a connection, most of them for the writer's thread.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence

from textchat.core.blind.blind import Blind
from textchat.core.conversation import QueuedPrompt, ReadingPlace, View
from textchat.core.parts.part import Part
from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.core.text.sanitize import escaped
from textchat.store.blind.sealed_rows import open_names
from textchat.store.database import forget_deleted_words, transaction
from textchat.store.parts import contents
from textchat.store.process_locks import ProcessLocks
from textchat.store.rows import blind_row, place_row, storable, view_row, waiting_from, waiting_row
from textchat.store.search.index import prepare_deleted

UNDO_S = 24 * 3600.0
"""What was deleted by a program that then crashed can be brought back for so long."""
PURGED_AT_ONCE = 500
"""Number of conversations, which take a few tenths of a second."""


def key_of(connection: sqlite3.Connection, conversation_id: str) -> int:
    """The key of a conversation's row; raises StoreError for an unknown one."""
    row = connection.execute("SELECT key FROM conversations WHERE id = ?", (storable(conversation_id),)).fetchone()
    if row is None:
        raise StoreError(f"No conversation {escaped(conversation_id)}.", StoreErrorKind.MISSING)
    return int(row["key"])


def rename(connection: sqlite3.Connection, conversation_id: str, title: str) -> None:
    _set(connection, conversation_id, "title", storable(title))


def pin(connection: sqlite3.Connection, conversation_id: str, pinned: bool) -> None:
    _set(connection, conversation_id, "pinned", int(pinned))


def archive(connection: sqlite3.Connection, conversation_id: str, archived: bool) -> None:
    _set(connection, conversation_id, "archived", int(archived))


def delete(connection: sqlite3.Connection, conversation_id: str) -> None:
    _set(connection, conversation_id, "deleted_at", time.time())


def undelete(connection: sqlite3.Connection, conversation_id: str) -> None:
    _set(connection, conversation_id, "deleted_at", None)


def _set(connection: sqlite3.Connection, conversation_id: str, column: str, value: object) -> None:
    key = key_of(connection, conversation_id)
    connection.execute(f"UPDATE conversations SET {column} = ? WHERE key = ?", (value, key))


def condemn(connection: sqlite3.Connection, conversation_ids: Iterable[str]) -> None:
    """Delete conversations without undo, in one transaction; `purge_some` takes them out of the file.

    What is left of them when the program is killed in between goes at the next start.
    """
    with transaction(connection):
        connection.executemany(
            "UPDATE conversations SET deleted_at = 0 WHERE id = ?", [(storable(id_),) for id_ in conversation_ids]
        )


def purge_some(connection: sqlite3.Connection) -> int:
    """Take some of the conversations out of the file that were deleted more than `UNDO_S` ago; returns their number.

    By steps of less than a second: between them, others may write.
    """
    gone = "SELECT id FROM conversations WHERE deleted_at < ? LIMIT ?"
    ids = [row["id"] for row in connection.execute(gone, (time.time() - UNDO_S, PURGED_AT_ONCE))]
    if ids:
        _take_out(connection, ids)
    return len(ids)


def count_of_purge(connection: sqlite3.Connection) -> int:
    """The number of conversations that `purge_some` has still to take out."""
    gone = "SELECT count(*) FROM conversations WHERE deleted_at < ?"
    (number,) = connection.execute(gone, (time.time() - UNDO_S,)).fetchone()
    return int(number)


def purge(connection: sqlite3.Connection, conversation_ids: Iterable[str]) -> None:
    """Delete these deleted conversations permanently."""
    if ids := [storable(id_) for id_ in conversation_ids]:
        _take_out(connection, ids)
        forget_deleted_words(connection)


def _take_out(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    prepare_deleted(connection, ids)
    with transaction(connection):
        open_names(connection, frozenset(ids))  # what was asked counts, and there is no vote any more
        deleted = "SELECT key FROM conversations WHERE id = ? AND deleted_at IS NOT NULL"
        keys = [row["key"] for id_ in ids for row in connection.execute(deleted, (id_,))]
        # In one statement: at the beginning of each, the index of words writes out what has gathered.
        connection.execute(
            "DELETE FROM conversations WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(keys),)
        )
        connection.executemany(
            "DELETE FROM drafts WHERE conversation_id = :id"
            " AND NOT EXISTS (SELECT 1 FROM conversations WHERE id = :id)",
            [{"id": id_} for id_ in ids],
        )
        contents.forget_unnamed(connection)


def is_wasteful(connection: sqlite3.Connection) -> bool:
    """Whether more than a quarter of the file is free, which a deletion leaves that was killed half-way."""
    free, pages = connection.execute(
        "SELECT freelist_count, page_count FROM pragma_freelist_count, pragma_page_count"
    ).fetchone()
    return bool(free * 4 > pages)


def tag(connection: sqlite3.Connection, conversation_id: str, name: str) -> None:
    key = key_of(connection, conversation_id)
    # The summaries join tags by line ends, so a name has none.
    connection.execute("INSERT OR IGNORE INTO tags VALUES (?, ?)", (key, storable(" ".join(name.split()))))


def untag(connection: sqlite3.Connection, conversation_id: str, name: str) -> None:
    key = key_of(connection, conversation_id)
    connection.execute("DELETE FROM tags WHERE conversation = ? AND name = ?", (key, storable(name)))


def tags(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Every tag with its number of conversations, by name."""
    rows = connection.execute(
        "SELECT name, count(*) AS uses FROM tags JOIN conversations ON conversations.key = tags.conversation"
        " WHERE deleted_at IS NULL GROUP BY name ORDER BY name"
    )
    return [(row["name"], row["uses"]) for row in rows]


def keep_places(
    connection: sqlite3.Connection, conversation_id: str, places: Mapping[str, ReadingPlace | None]
) -> None:
    """Save the scroll positions of panes, by id; missing conversations and panes are skipped."""
    with transaction(connection):
        connection.executemany(
            "UPDATE panes SET place_message = ?, place_offset = ?, place_above = ?"
            " WHERE conversation = (SELECT key FROM conversations WHERE id = ?) AND id = ?",
            [(*place_row(place), storable(conversation_id), storable(pane_id)) for pane_id, place in places.items()],
        )


def keep_view(connection: sqlite3.Connection, conversation_id: str, view: View) -> None:
    """Save how the panes are looked at; a missing conversation is skipped."""
    connection.execute(
        "UPDATE conversations SET active_pane = ?, zoomed = ?, one_target = ? WHERE id = ?",
        (*view_row(view), storable(conversation_id)),
    )


def keep_blind(connection: sqlite3.Connection, conversation_id: str, blind: Blind | None) -> None:
    """Save which panes are compared without their names; a missing conversation is skipped."""
    connection.execute("UPDATE conversations SET blind = ? WHERE id = ?", (blind_row(blind), storable(conversation_id)))


def put_waiting(connection: sqlite3.Connection, key: int, prompts: Sequence[QueuedPrompt], owner: str) -> None:
    """Save the prompts that wait in this process, in place of those it had before; within a transaction.

    What was attached to those is held: one that is taken out of the queue may go back, or into the input bar.
    """
    before = connection.execute(
        "SELECT digest FROM waiting_parts JOIN waiting ON waiting.conversation = waiting_parts.conversation"
        " AND waiting.id = waiting_parts.prompt WHERE waiting.conversation = ? AND owner = ?",
        (key, owner),
    )
    contents.hold(connection, owner, [row["digest"] for row in before])
    connection.execute("DELETE FROM waiting WHERE conversation = ? AND owner = ?", (key, owner))
    connection.executemany(
        "INSERT OR REPLACE INTO waiting (conversation, position, owner, id, text, pane_ids) VALUES (?, ?, ?, ?, ?, ?)",
        [(key, position, owner, *waiting_row(prompt)) for position, prompt in enumerate(prompts)],
    )
    for prompt in prompts:
        contents.put_parts(connection, contents.OF_WAITING, (key, storable(prompt.id)), prompt.parts)


def claim_waiting(
    connection: sqlite3.Connection, locks: ProcessLocks, conversation_id: str
) -> tuple[QueuedPrompt, ...]:
    """The prompts that wait here, those of ended processes taken over; what another process will send is left alone."""
    key = key_of(connection, conversation_id)
    owners = connection.execute("SELECT DISTINCT owner FROM waiting WHERE conversation = ?", (key,)).fetchall()
    for owner in (row["owner"] for row in owners):
        with locks.holding_if_gone(owner) as is_gone:
            if is_gone:
                connection.execute(
                    "UPDATE waiting SET owner = ? WHERE conversation = ? AND owner = ?", (locks.claim(), key, owner)
                )
    rows = connection.execute("SELECT * FROM waiting WHERE conversation = ? ORDER BY position, id", (key,)).fetchall()
    try:
        return tuple(
            waiting_from(row, contents.parts_of(connection, contents.OF_WAITING, (key, row["id"])))
            for row in rows
            if locks.is_mine(row["owner"])
        )
    except (ValueError, TypeError) as error:
        raise StoreError("Cannot read the queued prompts.", StoreErrorKind.DAMAGED) from error


def save_draft(
    connection: sqlite3.Connection,
    locks: ProcessLocks,
    conversation_id: str | None,
    text: str,
    parts: Sequence[Part] = (),
) -> None:
    """Save the input bar of a conversation (None: of the new one). Without text and parts, what was saved goes.

    What was attached to it is held, for it may be on its way to a prompt.
    """
    id_ = storable(conversation_id or "")
    with transaction(connection):
        before = [part.digest for part in contents.parts_of(connection, contents.OF_DRAFT, (id_,))]
        if before:
            contents.hold(connection, locks.claim(), before)
        if text or parts:
            connection.execute(
                "INSERT INTO drafts (conversation_id, text, updated_at) VALUES (?, ?, ?) ON CONFLICT (conversation_id)"
                " DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at",
                (id_, storable(text), time.time()),
            )
            contents.put_parts(connection, contents.OF_DRAFT, (id_,), parts)
        else:
            connection.execute("DELETE FROM drafts WHERE conversation_id = ?", (id_,))
        contents.forget_unnamed(connection)


def draft(connection: sqlite3.Connection, conversation_id: str | None) -> str:
    """The text of the saved draft, empty if there is none."""
    row = connection.execute(
        "SELECT text FROM drafts WHERE conversation_id = ?", (storable(conversation_id or ""),)
    ).fetchone()
    return "" if row is None else str(row["text"])


def draft_parts(connection: sqlite3.Connection, conversation_id: str | None) -> tuple[Part, ...]:
    """What is attached to the saved draft, without its content."""
    return contents.parts_of(connection, contents.OF_DRAFT, (storable(conversation_id or ""),))

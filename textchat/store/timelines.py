"""Timelines of answers as rows: written when a reply ends, read by nothing but a replay."""

from __future__ import annotations

import json
import sqlite3
import zlib

from textchat.core.replaying.timeline import NotATimeline, Timeline, from_plain, to_plain
from textchat.store.database_thread import DatabaseThread

LARGEST = 4 * 1024 * 1024
"""Bytes of plain data that are unpacked: several times what the most pieces take."""
_OF_CONVERSATION = """
    SELECT messages.id, timelines.data FROM timelines
    JOIN messages ON messages.key = timelines.message
    JOIN conversations ON conversations.key = messages.conversation
    WHERE conversations.id = ?
"""


class StoredTimelines:
    """The timelines of a store; raises StoreError."""

    def __init__(self, reads: DatabaseThread) -> None:
        self._reads = reads

    async def of(self, conversation_id: str) -> dict[str, Timeline]:
        """Those of a conversation by the ids of the messages, as far as they were kept."""
        return await self._reads.run(timelines_of, conversation_id)


def put(connection: sqlite3.Connection, message_key: int, timeline: Timeline) -> None:
    """Keep the timeline of a message, within a transaction."""
    data = zlib.compress(json.dumps(to_plain(timeline), separators=(",", ":")).encode())
    connection.execute("INSERT OR REPLACE INTO timelines (message, data) VALUES (?, ?)", (message_key, data))


def timelines_of(connection: sqlite3.Connection, conversation_id: str) -> dict[str, Timeline]:
    """Those of a conversation by the ids of the messages; what cannot be read is left out."""
    found: dict[str, Timeline] = {}
    for row in connection.execute(_OF_CONVERSATION, (conversation_id,)):
        timeline = _read(row["data"])
        if timeline is not None:
            found[row["id"]] = timeline
    return found


def _read(data: object) -> Timeline | None:
    try:
        return from_plain(json.loads(zlib.decompressobj().decompress(bytes(data), LARGEST)))  # type: ignore[call-overload]
    except (zlib.error, TypeError, ValueError, RecursionError, NotATimeline):
        return None

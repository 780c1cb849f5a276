"""What the tables of `llm` have in common, in all of their forms."""

from __future__ import annotations

import sqlite3

from textchat.core.conversation import Attachment, Timing
from textchat.store.transfer.importers.build import text_of


def attachments_of(connection: sqlite3.Connection, sql: str, id_: object) -> tuple[Attachment, ...]:
    """What is stored with its content; of the rest the database knows only where it was."""
    found = []
    for row in connection.execute(sql, (id_,)):
        where = text_of(row["path"] or row["url"])
        if isinstance(row["content"], bytes):
            found.append(Attachment(where.rpartition("/")[2] or row["id"], text_of(row["type"]), row["content"]))
        elif where:
            found.append(Attachment(where.rpartition("/")[2] or where, "text/uri-list", where.encode()))
    return tuple(found)


def timing_of(milliseconds: object) -> Timing | None:
    """A duration as llm keeps it; None for anything that is none."""
    if not isinstance(milliseconds, int | float) or milliseconds < 0:
        return None
    return Timing(None, milliseconds / 1000, None)

"""The index of words beside the texts: made anew from them, and rid of what was deleted from them."""

from __future__ import annotations

import sqlite3

_INDEXES = ("message_words", "title_words")


def rebuild(connection: sqlite3.Connection) -> None:
    """For an index that is damaged; takes seconds for 100,000 messages."""
    for index in _INDEXES:
        connection.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")


def forget_deleted(connection: sqlite3.Connection) -> None:
    """A deleted text is crossed out in the index; only with its parts merged its words are gone from the file."""
    for index in _INDEXES:
        connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")

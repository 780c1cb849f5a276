"""Reads stretches of a stored text through incremental I/O (https://www.sqlite.org/c3ref/blob_open.html).

A query that names a column makes SQLite load all of it, also for the first hundred characters of 20 MB.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

FIRST_BYTES = 1 << 14
STRETCH_BYTES = 1 << 17
OVERLAP = 200
"""Characters that a stretch has in common with the one before it: more than a snippet shows in front of a word."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a text."""

    text: str
    is_beginning: bool = True
    is_end: bool = True


def stretches(connection: sqlite3.Connection, column: str, key: int) -> Iterator[Stretch]:
    """The text of a message in parts: from its beginning on, but the second one is its end; raises sqlite3.Error."""
    with closing(connection.blobopen("messages", column, key, readonly=True)) as blob:
        size = len(blob)
        place = min(size, FIRST_BYTES)
        before = blob.read(place)
        yield Stretch(_text(before), is_end=place == size)
        if size - place > STRETCH_BYTES:  # whoever looks for an error in a log finds it there
            blob.seek(size - STRETCH_BYTES)
            yield Stretch(_text(blob.read(STRETCH_BYTES)), is_beginning=False)
        while place < size:
            overlap = min(OVERLAP * 4, place)
            blob.seek(place - overlap)
            place = min(size, place + STRETCH_BYTES)
            yield Stretch(_text(blob.read(STRETCH_BYTES + overlap)), is_beginning=False, is_end=place == size)


def _text(data: bytes) -> str:
    return data.decode(errors="ignore")  # a character that is cut at an end is in the next stretch too

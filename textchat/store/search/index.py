"""Keeps the full-text index: the functions that its triggers call, and indexing what it does not hold yet.

The table `word_index` has, for each index, the version of the words in it and the highest key that is not in it yet.
What is written is indexed at once by triggers; what was there before a format or version is indexed in the background,
newest first and a little at a time, and goes on where a killed program left it.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

VERSION = f"2-{unicodedata.unidata_version}"
"""Raise its number with every change of what `words` makes of a text: the index is then made anew.

A text leaves the index by its words, so they must be those with which it came; another Python may know more characters.
"""

SOME_CHARACTERS = 250_000
"""How much text is indexed in one transaction: as long as a prompt may wait for its turn to be saved."""
SOME_ROWS = 1_000
MOST_PREPARED = 4
"""Number of messages to be deleted whose words are held at once; the others' are made when they go."""

_prepared: dict[tuple[str, ...], str] = {}
"""What was made of the last long messages, by the arguments of the functions below; taken out when it is used."""


@dataclass(frozen=True, slots=True)
class _Index:
    name: str
    table: str
    columns: str
    values: str
    length: str


_INDEXES = (
    _Index(
        "title_words",
        "conversations",
        "title, parts",
        "textchat_words(title), textchat_parts(title, '')",
        "length(title)",
    ),
    _Index(
        "message_words",
        "messages",
        "text, reasoning, parts",
        "textchat_words(text), textchat_words(reasoning || named), textchat_parts(text, reasoning || named)",
        "length(text) + length(reasoning || named)",
    ),
)


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that the triggers of the index call."""
    connection.create_function("textchat_words", 1, _words, deterministic=True)
    connection.create_function("textchat_parts", 2, _parts, deterministic=True)
    connection.execute("PRAGMA trusted_schema = ON")  # some builds of SQLite let no trigger call them


def prepare(messages: Iterable[tuple[str, str]]) -> None:
    """Make the words of long texts and reasonings before their transaction, which keeps others from writing.

    That is most of the time: of 20 MB it takes two seconds, and to put them into the index one.
    """
    long = [message for message in messages if is_long(*message)]
    if not all(message in _prepared for message in long):
        _prepared.clear()
        for text, reasoning in long:
            _prepared.update({(each,): _words(each) for each in (text, reasoning) if is_long(each)})
            _prepared[text, reasoning] = _parts(text, reasoning)


def prepare_deleted(connection: sqlite3.Connection, conversation_ids: Sequence[str]) -> None:
    """The same for the long messages of deleted conversations: a text leaves the index by its words."""
    rows = connection.execute(
        "SELECT text, reasoning || named AS reasoning FROM messages"
        " WHERE conversation IN (SELECT key FROM conversations"
        " WHERE deleted_at IS NOT NULL AND id IN (SELECT value FROM json_each(?)))"
        " AND length(text) + length(reasoning) > ? LIMIT ?",
        (json.dumps(conversation_ids), SOME_CHARACTERS, MOST_PREPARED),
    )
    prepare([(row["text"], row["reasoning"]) for row in rows])


def is_prepared(message: tuple[str, str]) -> bool:
    """Whether nothing is left to `prepare` of a message."""
    return message in _prepared or not is_long(*message)


def is_long(text: str, reasoning: str = "") -> bool:
    """Whether a message has more than is indexed in one transaction."""
    return len(text) + len(reasoning) > SOME_CHARACTERS


def _words(text: str) -> str:
    from textchat.store.search.words import words  # only who writes needs its tables

    known = _prepared.pop((text,), None) if is_long(text) else None
    return words(text) if known is None else known


def _parts(text: str, reasoning: str) -> str:
    from textchat.store.search.words import parts

    known = _prepared.pop((text, reasoning), None) if is_long(text, reasoning) else None
    return parts(f"{text}\n{reasoning}" if reasoning else text) if known is None else known


def renew_index(connection: sqlite3.Connection) -> None:
    """Empty the index, to be made anew by `index_some`; within a transaction."""
    for index in _INDEXES:
        connection.execute(f"INSERT INTO {index.name} ({index.name}) VALUES ('delete-all')")
        connection.execute(
            f"UPDATE word_index SET version = ?, pending = (SELECT ifnull(max(key), 0) FROM {index.table})"
            " WHERE name = ?",
            (VERSION, index.name),
        )


def is_outdated(connection: sqlite3.Connection) -> bool:
    """Whether the index holds words of another version."""
    return connection.execute("SELECT 1 FROM word_index WHERE version <> ?", (VERSION,)).fetchone() is not None


def is_incomplete(connection: sqlite3.Connection) -> bool:
    """Whether older texts are not in the index yet."""
    return connection.execute("SELECT 1 FROM word_index WHERE pending > 0").fetchone() is not None


def unindexed(connection: sqlite3.Connection) -> int:
    """The number of messages that are not in the index yet, or more where some were deleted."""
    (pending,) = connection.execute("SELECT pending FROM word_index WHERE name = 'message_words'").fetchone()
    return int(pending)


def next_message(connection: sqlite3.Connection) -> tuple[str, str]:
    """The text and reasoning that are indexed next; empty if there are none."""
    row = connection.execute(
        "SELECT text, reasoning || named AS reasoning FROM messages WHERE key <= ? ORDER BY key DESC LIMIT 1",
        (unindexed(connection),),
    ).fetchone()
    return ("", "") if row is None else (row["text"], row["reasoning"])


def index_some(connection: sqlite3.Connection, *, also_long: bool = True) -> None:
    """Index the newest texts that are not in the index, within a transaction; see `is_incomplete`.

    A text that is longer than `SOME_CHARACTERS` is indexed alone, and left for later without `also_long`.
    """
    for index in _INDEXES:
        (pending,) = connection.execute("SELECT pending FROM word_index WHERE name = ?", (index.name,)).fetchone()
        lowest = _lowest(connection, index, pending, also_long)
        if lowest < pending:
            connection.execute("UPDATE word_index SET pending = ? WHERE name = ?", (lowest, index.name))
            # Upwards, for FTS5 writes out what it has gathered when the next key is a lower one.
            connection.execute(
                f"INSERT INTO {index.name} (rowid, {index.columns}) SELECT key, {index.values} FROM {index.table}"
                " WHERE key > ? AND key <= ? ORDER BY key",
                (lowest, pending),
            )


def _lowest(connection: sqlite3.Connection, index: _Index, pending: int, also_long: bool) -> int:
    """The key above which it is enough for one transaction; 0 if that is all."""
    characters = 0
    rows = connection.execute(
        f"SELECT key, {index.length} FROM {index.table} WHERE key <= ? ORDER BY key DESC LIMIT ?",
        (pending, SOME_ROWS + 1),
    )
    for count, (key, length) in enumerate(rows):
        is_first = also_long and count == 0
        characters += length
        if count == SOME_ROWS or (characters > SOME_CHARACTERS and not is_first):
            return int(key)
    return 0

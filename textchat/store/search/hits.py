"""Searches messages and titles with SQLite's full-text index.

The index names the rows, newest first; a snippet is cut from the text of each that is shown (FTS5's own `snippet` takes
time with the square of the hits). While the rows are read, their query stays active, so an interruption of the
connection takes effect between any two of them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from textchat.core.conversation import Role
from textchat.store.search.expressions import expression, expression_of
from textchat.store.search.filters import Condition
from textchat.store.search.occurrences import SoughtTerm, sought
from textchat.store.search.query import Group, Term
from textchat.store.search.snippets import Allowance, snippet, title_snippet
from textchat.store.search.stretches import Stretch, stretches

FEW = 300
"""Messages whose words are looked at one by one, at 30 µs each."""

_ALL = "FROM messages AS m INDEXED BY message_facts"


_KINDS = {Role.SYSTEM: "system prompt", Role.USER: "prompt", Role.ASSISTANT: "reply", Role.TOOL: "tool"}


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message that matches, or a conversation whose title does (then `message_id` is None)."""

    conversation_id: str
    title: str
    message_id: str | None
    role: Role | None
    model: str | None
    created_at: float
    """Unix time in seconds: of the message, or of the conversation's last change."""
    snippet: str
    """The words around what was found, in one line."""
    highlights: tuple[tuple[int, int], ...]
    """Start and end of what was found, in `snippet`."""
    is_whole: bool = True
    """Whether all words are in it; else the others are in the title or in other messages of the conversation."""

    @property
    def writer(self) -> str:
        """The model that wrote it, or else the kind of message; empty for a conversation."""
        return self.model or (_KINDS[self.role] if self.role else "")


def messages(connection: sqlite3.Connection, group: Group, limit: int) -> list[SearchHit]:
    """The newest messages with all wanted terms and no unwanted one that meet all conditions."""
    wanted = expression_of(group.terms)
    unwanted = [found for term in group.terms if (found := expression(term))]
    if not unwanted and not group.conditions:
        return []
    filtering = _filtering(group.conditions)
    if wanted:
        rows = _matching(connection, wanted, _narrowed(connection, filtering) if group.conditions else filtering, limit)
    else:
        without = " AND m.key NOT IN (SELECT rowid FROM message_words WHERE message_words MATCH ?)" * len(unwanted)
        filtering = _Filtering(filtering.join, filtering.where + without, (*filtering.values, *unwanted))
        rows = connection.execute(
            f"SELECT m.key, m.role, m.model, m.created_at {_ALL}{filtering.join} WHERE true{filtering.where}"
            " ORDER BY m.key DESC LIMIT ?",
            (*filtering.values, limit),
        )
    terms, allowance = sought(group.terms), Allowance()
    return [_message_hit(connection, row, terms, allowance) for row in rows]


def message(connection: sqlite3.Connection, key: int, terms: Iterable[Term], allowance: Allowance) -> SearchHit | None:
    """The hit for a message that is known to have these terms; None if its conversation is deleted."""
    row = connection.execute(
        "SELECT m.key, m.role, m.model, m.created_at FROM messages AS m INDEXED BY message_facts"
        " WHERE m.key = ? AND m.conversation NOT IN (SELECT key FROM conversations WHERE deleted_at IS NOT NULL)",
        (key,),
    ).fetchone()
    return None if row is None else _message_hit(connection, row, sought(terms), allowance)


def titles(connection: sqlite3.Connection, group: Group, limit: int) -> list[SearchHit]:
    """The newest conversations whose title has all wanted terms, if all conditions are about conversations."""
    wanted = expression_of(group.terms)
    if not wanted or not all(condition.fits_titles for condition in group.conditions):
        return []
    where = "".join(f" AND ({condition.sql})" for condition in group.conditions)
    rows = connection.execute(
        "SELECT c.id, c.title, c.updated_at FROM title_words CROSS JOIN conversations AS c ON c.key = title_words.rowid"
        f" WHERE title_words MATCH ? AND c.deleted_at IS NULL{where} ORDER BY title_words.rowid DESC LIMIT ?",
        (wanted, *_values(group.conditions), limit),
    )
    terms = sought(group.terms)
    return [_title_hit(row, terms) for row in rows]


@dataclass(frozen=True, slots=True)
class _Filtering:
    """The conditions on messages `m` as SQL."""

    join: str
    where: str
    values: tuple[object, ...] = ()


def _matching(connection: sqlite3.Connection, wanted: str, filtering: _Filtering, limit: int) -> Iterable[sqlite3.Row]:
    # CROSS JOIN keeps SQLite from turning it around: the index yields the newest first, and stops at the limit.
    return connection.execute(
        "SELECT m.key, m.role, m.model, m.created_at FROM message_words"
        " CROSS JOIN messages AS m INDEXED BY message_facts ON m.key = message_words.rowid"
        f"{filtering.join} WHERE message_words MATCH ?{filtering.where} ORDER BY message_words.rowid DESC LIMIT ?",
        (wanted, *filtering.values, limit),
    )


def _filtering(conditions: Sequence[Condition]) -> _Filtering:
    """Those on the conversation are asked once for all of them, and not once for each of 100,000 messages."""
    inner = [condition for condition in conditions if condition.fits_titles]
    outer = [condition for condition in conditions if not condition.fits_titles]
    where = "".join(f" AND ({condition.sql})" for condition in outer)
    join = " CROSS JOIN conversations AS c ON c.key = m.conversation" if re.search(r"\bc\.", where) else ""
    if inner:
        asked = "".join(f" AND ({condition.sql})" for condition in inner)
        # With the +, SQLite looks up each message among them, and not each of them among the messages.
        where += f" AND +m.conversation IN (SELECT c.key FROM conversations AS c WHERE c.deleted_at IS NULL{asked})"
    else:
        where += " AND m.conversation NOT IN (SELECT key FROM conversations WHERE deleted_at IS NOT NULL)"
    return _Filtering(join, where, (*_values(outer), *_values(inner)))


def _narrowed(connection: sqlite3.Connection, filtering: _Filtering) -> _Filtering:
    """The keys of the messages, where few meet the conditions: their words are not looked for in all the others.

    Where many do, it is still known which is the newest: what was asked before a date may lie behind 90,000 others.
    """
    rows = connection.execute(
        f"SELECT m.key {_ALL}{filtering.join} WHERE true{filtering.where} ORDER BY m.key DESC LIMIT ?",
        (*filtering.values, FEW + 1),
    ).fetchall()
    if len(rows) > FEW:
        newest = " AND message_words.rowid <= ?"
        return _Filtering(filtering.join, filtering.where + newest, (*filtering.values, rows[0]["key"]))
    return _Filtering("", f" AND message_words.rowid IN ({', '.join(str(row['key']) for row in rows)})")


def _values(conditions: Iterable[Condition]) -> tuple[object, ...]:
    return tuple(value for condition in conditions for value in condition.values)


def _texts(connection: sqlite3.Connection, key: int) -> Iterator[Stretch]:
    yield from stretches(connection, "text", key)
    yield from stretches(connection, "reasoning", key)
    (named,) = connection.execute("SELECT named FROM messages WHERE key = ?", (key,)).fetchone()
    if named:
        yield Stretch(named.strip())


def _message_hit(
    connection: sqlite3.Connection, row: sqlite3.Row, terms: Sequence[SoughtTerm], allowance: Allowance
) -> SearchHit:
    cut = snippet(_texts(connection, row["key"]), terms, allowance)
    conversation_id, title, message_id = connection.execute(
        "SELECT c.id, c.title, m.id FROM messages AS m JOIN conversations AS c ON c.key = m.conversation"
        " WHERE m.key = ?",
        (row["key"],),
    ).fetchone()
    return SearchHit(
        conversation_id,
        title,
        message_id,
        Role(row["role"]),
        row["model"],
        row["created_at"],
        cut.text,
        cut.highlights,
    )


def _title_hit(row: sqlite3.Row, terms: Sequence[SoughtTerm]) -> SearchHit:
    cut = title_snippet(row["title"], terms)
    return SearchHit(row["id"], row["title"], None, None, None, row["updated_at"], cut.text, cut.highlights)

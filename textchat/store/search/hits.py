"""Searches messages and titles with SQLite's full-text index, and extracts a snippet of each hit."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from textchat.core.conversation import Role
from textchat.store.search.filters import Condition, negated
from textchat.store.search.query import Group, Term

SNIPPET_TOKENS = 24
SNIPPET_CHARACTERS = 160

_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
"""Noncharacters, which Unicode allows in no text."""


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


def _expression(terms: tuple[Term, ...]) -> str:
    """The query for the index: all wanted and no unwanted words; empty if it needs no wanted word from the index."""
    wanted = " AND ".join(term.expression for term in terms if term.is_wanted and term.is_indexed)
    unwanted = "".join(f" NOT {term.expression}" for term in terms if not term.is_wanted and term.is_indexed)
    return f"({wanted}){unwanted}" if wanted and unwanted else wanted


def _scanned(group: Group, has_expression: bool, columns: tuple[str, ...], index: str) -> list[Condition]:
    """SQL conditions for words that the index cannot find or exclude."""
    conditions = []
    for term in group.terms:
        if not term.is_indexed:
            likes = " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in columns)
            condition = Condition(f"({likes})", (term.pattern,) * len(columns))
            conditions.append(condition if term.is_wanted else negated(condition))
        elif not term.is_wanted and not has_expression:
            key = "m.key" if index == "message_words" else "c.key"
            without = f"{key} NOT IN (SELECT rowid FROM {index} WHERE {index} MATCH ?)"
            conditions.append(Condition(without, (term.expression,)))
    return conditions


def messages(connection: sqlite3.Connection, group: Group, limit: int) -> list[SearchHit]:
    """The messages that match, newest first."""
    expression = _expression(group.terms)
    conditions = [*group.conditions, *_scanned(group, bool(expression), ("m.text", "m.reasoning"), "message_words")]
    where = "".join(f" AND {condition.sql}" for condition in conditions)
    values = [value for condition in conditions for value in condition.values]
    columns = "c.id AS conversation_id, c.title, m.id, m.role, m.model, m.created_at"
    # CROSS JOIN keeps SQLite from turning the order around: the index yields the newest first, and stops at the limit.
    if expression:
        rows = connection.execute(
            f"SELECT {columns}, snippet(message_words, -1, ?, ?, '…', ?) AS text FROM message_words"
            " CROSS JOIN messages AS m ON m.key = message_words.rowid"
            " CROSS JOIN conversations AS c ON c.key = m.conversation"
            f" WHERE message_words MATCH ? AND c.deleted_at IS NULL{where}"
            " ORDER BY message_words.rowid DESC LIMIT ?",
            (_OPEN, _CLOSE, SNIPPET_TOKENS, expression, *values, limit),
        )
    else:
        rows = connection.execute(
            f"SELECT {columns}, m.text AS text FROM messages AS m"
            " CROSS JOIN conversations AS c ON c.key = m.conversation"
            f" WHERE c.deleted_at IS NULL{where} ORDER BY m.key DESC LIMIT ?",
            (*values, limit),
        )
    wanted = tuple(term.text for term in group.terms if term.is_wanted and not term.is_indexed)
    return [_hit(row, row["text"] if expression else _cut(row["text"], wanted)) for row in rows]


def titles(connection: sqlite3.Connection, group: Group, limit: int) -> list[SearchHit]:
    """The conversations whose titles match, newest first."""
    if not all(condition.fits_titles for condition in group.conditions):
        return []
    if not any(term.is_wanted for term in group.terms):
        return []
    expression = _expression(group.terms)
    conditions = [*group.conditions, *_scanned(group, bool(expression), ("c.title",), "title_words")]
    where = "".join(f" AND {condition.sql}" for condition in conditions)
    values = [value for condition in conditions for value in condition.values]
    columns = "c.id AS conversation_id, c.title, NULL AS id, NULL AS role, NULL AS model, c.updated_at AS created_at"
    if expression:
        rows = connection.execute(
            f"SELECT {columns}, highlight(title_words, 0, ?, ?) AS text FROM title_words"
            " CROSS JOIN conversations AS c ON c.key = title_words.rowid"
            f" WHERE title_words MATCH ? AND c.deleted_at IS NULL{where} ORDER BY title_words.rowid DESC LIMIT ?",
            (_OPEN, _CLOSE, expression, *values, limit),
        )
    else:
        rows = connection.execute(
            f"SELECT {columns}, c.title AS text FROM conversations AS c WHERE c.deleted_at IS NULL{where}"
            " ORDER BY c.key DESC LIMIT ?",
            (*values, limit),
        )
    wanted = tuple(term.text for term in group.terms if term.is_wanted and not term.is_indexed)
    return [_hit(row, row["text"] if expression else _cut(row["text"], wanted)) for row in rows]


# -- snippets ---------------------------------------------------------------------------------------------------------


def _cut(text: str, words: tuple[str, ...]) -> str:
    """The part of `text` around the first of the words, each marked; its beginning if there is none."""
    pattern = re.compile("|".join(map(re.escape, words)) or r"(?!)", re.IGNORECASE)
    first = pattern.search(text)
    start = 0 if first is None else max(0, first.start() - SNIPPET_CHARACTERS // 4)
    part = text[start : start + SNIPPET_CHARACTERS]
    marked = pattern.sub(lambda match: f"{_OPEN}{match[0]}{_CLOSE}", part)
    return ("…" if start else "") + marked + ("…" if start + SNIPPET_CHARACTERS < len(text) else "")


def _hit(row: sqlite3.Row, marked: str) -> SearchHit:
    snippet, highlights = unmarked(marked)
    return SearchHit(
        conversation_id=row["conversation_id"],
        title=row["title"],
        message_id=row["id"],
        role=None if row["role"] is None else Role(row["role"]),
        model=row["model"],
        created_at=row["created_at"],
        snippet=snippet,
        highlights=highlights,
    )


def unmarked(marked: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text in one line without its marks, and the ranges that were marked."""
    marked = re.sub(r"\s+", " ", marked).strip()
    snippet = ""
    highlights = []
    opened: int | None = None
    for piece in re.split(f"([{_OPEN}{_CLOSE}])", marked):
        if piece == _OPEN:
            opened = len(snippet)
        elif piece == _CLOSE:
            if opened is not None and opened < len(snippet):
                highlights.append((opened, len(snippet)))
            opened = None
        else:
            snippet += piece
    return snippet, tuple(highlights)

"""Searches titles and messages: the groups of a query, joined, and then conversations that match as a whole."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import overload

from textchat.core.text.sanitize import plain_line
from textchat.store.search import hits
from textchat.store.search.across import across_messages
from textchat.store.search.expressions import expression
from textchat.store.search.filters import IS_COMPARISON, LONGEST_VALUE, Condition, like, negated, no_tag
from textchat.store.search.hits import SearchHit
from textchat.store.search.index import is_incomplete
from textchat.store.search.query import Group, Query, Term, parse

TITLE_HITS = 5
"""Conversations found by their titles that stand before the messages."""
LONGEST_LIST = 500_000
"""Characters of keys in a statement, of which SQLite takes a million."""
NOT_INDEXED = "Older messages are not indexed yet."
TAGS_NAMED = 5
"""Tags that are offered where one is asked for that does not exist."""


@dataclass(frozen=True, slots=True)
class SearchResult(Sequence[SearchHit]):
    """The hits of a search, and what must be known about them."""

    hits: tuple[SearchHit, ...] = ()
    """Conversations by title, messages, conversations that match as a whole; the newest of each first."""
    remarks: tuple[str, ...] = ()
    """Sentences on what was not understood or not looked at."""
    has_more: bool = False
    """Whether there are more hits than were asked for."""

    @overload
    def __getitem__(self, index: int) -> SearchHit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[SearchHit, ...]: ...
    def __getitem__(self, index: int | slice) -> SearchHit | tuple[SearchHit, ...]:
        return self.hits[index]

    def __len__(self) -> int:
        return len(self.hits)


def search(connection: sqlite3.Connection, text: str, limit: int) -> SearchResult:
    """At most `limit` hits for a query (see `query.parse`); an empty query finds nothing."""
    query = _with_comparisons(connection, parse(text))
    titles = _titles(connection, query, limit + 1)
    groups = [_of_messages(group) for group in query.groups if not _is_of_titles(group)]
    room = limit + 1 - len(titles)
    messages = _joined([hits.messages(connection, group, room) for group in groups])
    found = titles + messages
    for group in groups:
        if len(found) <= limit:
            known = {hit.conversation_id for hit in found}
            found += across_messages(connection, group, limit + 1 - len(found), known)
    remarks = (*query.remarks, *_unknown_tags(connection, query.tags), *_not_looked_at(connection))
    if not found:
        remarks = (*remarks, *_left_out(connection, groups))
    return SearchResult(tuple(found[:limit]), remarks, len(found) > limit)


def _with_comparisons(connection: sqlite3.Connection, query: Query) -> Query:
    """The query with the keys of all comparisons where it asks for them: a search is several statements."""
    if not any(IS_COMPARISON in condition.sql for group in query.groups for condition in group.conditions):
        return query
    known = json.dumps(
        [key for (key,) in connection.execute(f"SELECT c.key FROM conversations AS c WHERE {IS_COMPARISON}")]
    )
    if len(known) > LONGEST_LIST:
        return query
    is_known = f"c.key IN (SELECT value FROM json_each('{known}'))"
    groups = (
        Group(
            group.terms,
            tuple(replace(each, sql=each.sql.replace(IS_COMPARISON, is_known)) for each in group.conditions),
        )
        for group in query.groups
    )
    return replace(query, groups=tuple(groups))


def _not_looked_at(connection: sqlite3.Connection) -> Iterator[str]:
    if is_incomplete(connection):
        yield NOT_INDEXED


def _left_out(connection: sqlite3.Connection, groups: Sequence[Group]) -> Iterator[str]:
    """Which minus leaves nothing over: it may have been meant as one, as in `git commit -m`."""
    for group in groups:
        wanted = tuple(term for term in group.terms if term.is_wanted)
        if wanted and hits.messages(connection, replace(group, terms=wanted), 1):
            for term in group.terms:
                if not term.is_wanted:
                    word = plain_line(term.text, LONGEST_VALUE)
                    yield f'-{word} leaves out “{word}”. Write "-{word}" to find it.'


def _titles(connection: sqlite3.Connection, query: Query, limit: int) -> list[SearchHit]:
    """A few conversations by title, unless nothing else is asked for."""
    most = limit if any(map(_is_of_titles, query.groups)) else min(limit - 1, TITLE_HITS)
    return _joined([hits.titles(connection, group, most) for group in query.groups])[:most]


def _joined(found: list[list[SearchHit]]) -> list[SearchHit]:
    """The hits of all groups, each once, the newest first."""
    if len(found) == 1:
        return found[0]
    single = {(hit.conversation_id, hit.message_id): hit for of_group in reversed(found) for hit in of_group}
    return sorted(single.values(), key=lambda hit: hit.created_at, reverse=True)


def _unknown_tags(connection: sqlite3.Connection, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if not connection.execute("SELECT 1 FROM tags WHERE name = ? COLLATE NOCASE", (name,)).fetchone():
            most_used = "SELECT name FROM tags GROUP BY name ORDER BY count(*) DESC, name LIMIT ?"
            yield no_tag(name, [known for (known,) in connection.execute(most_used, (TAGS_NAMED,))])


# -- words of the title -----------------------------------------------------------------------------------------------


def _is_of_titles(group: Group) -> bool:
    """Whether it asks for titles and nothing else."""
    wanted = [term for term in group.terms if term.is_wanted]
    is_title_alone = bool(wanted) and all(term.in_title for term in wanted)
    return is_title_alone and all(condition.fits_titles for condition in group.conditions)


def _of_messages(group: Group) -> Group:
    """The group as messages can match it: what is looked for in the title is a condition on their conversation."""
    terms = tuple(term for term in group.terms if not term.in_title)
    titles = (_in_title(term) for term in group.terms if term.in_title)
    return Group(terms, (*group.conditions, *titles))


def _in_title(term: Term) -> Condition:
    if found := expression(term):
        holds = "c.key IN (SELECT rowid FROM title_words WHERE title_words MATCH ?)"
        condition = Condition(holds, (found,), fits_titles=True)
    else:
        condition = Condition("c.title LIKE ? ESCAPE '\\'", (like(term.text),), fits_titles=True)
    return condition if term.is_wanted else negated(condition)

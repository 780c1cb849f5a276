"""Finds conversations that hold all words of a query together, where no single message does.

The rare words give the candidates; of a common word it is only asked where among them it stands, by its rows in the
index and not by texts. So the time does not depend on the length of messages.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass, replace
from functools import reduce
from heapq import nlargest
from itertools import islice

from textchat.store.search import hits
from textchat.store.search.expressions import expression
from textchat.store.search.filters import Condition
from textchat.store.search.hits import SearchHit
from textchat.store.search.query import Group, Term
from textchat.store.search.snippets import Allowance

MOST_ROWS = 2_000
"""Messages with one word that are looked at, the newest, at 5 µs each. A word in more of them is common."""
MOST_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a word is."""

    term: Term
    titled: Set[int]
    """The conversations with the word in their titles, by key."""
    messages: dict[int, set[int]]
    """The keys of the messages that hold it, by their conversations."""

    @property
    def conversations(self) -> set[int]:
        return {*self.titled, *self.messages}


def across_messages(connection: sqlite3.Connection, group: Group, limit: int, known: Set[str]) -> list[SearchHit]:
    """Of each conversation but the known ones the message with most of the words, the newest of them first.

    A word may be in the title instead. No message of the conversation has an unwanted word.
    """
    wanted = list(dict.fromkeys(term for term in group.terms if term.is_wanted))
    if len(wanted) < 2 or not all(map(expression, group.terms)):
        return []
    finder = _Finder(connection, group.conditions)
    places, conversations = finder.together(wanted)
    for term in group.terms:
        if conversations and not term.is_wanted:
            conversations -= _Finder(connection, ()).among(conversations, term).conversations
    allowance = Allowance()
    best = (hits.message(connection, key, held, allowance) for key, held in _best_messages(places, conversations))
    new = (replace(hit, is_whole=False) for hit in best if hit is not None and hit.conversation_id not in known)
    return list(islice(new, limit))


def _best_messages(places: list[_Places], conversations: Iterable[int]) -> list[tuple[int, tuple[Term, ...]]]:
    """The key of each conversation's message with most of the words, and these words; the newest message first."""
    best = []
    for conversation in conversations:
        counts = Counter(key for each in places for key in each.messages.get(conversation, ()))
        if counts:
            key = max(counts, key=lambda key: (counts[key], key))
            best.append((key, tuple(each.term for each in places if key in each.messages.get(conversation, ()))))
    return sorted(best, key=lambda pair: pair[0], reverse=True)


@dataclass(frozen=True, slots=True)
class _Finder:
    """Finds where words are, in messages that meet the conditions."""

    connection: sqlite3.Connection
    conditions: tuple[Condition, ...]

    def together(self, terms: list[Term]) -> tuple[list[_Places], set[int]]:
        """Where each of the words is, and the conversations that have all of them."""
        counts = {term: self._count(term) for term in terms}
        first, *others = sorted(terms, key=lambda term: counts[term])
        places = [self._newest(term) for term in (first, *others) if term is first or counts[term] < MOST_ROWS]
        conversations = _newest_of(reduce(set.__and__, (each.conversations for each in places)), places)
        for term in others:
            if counts[term] >= MOST_ROWS and conversations:
                places.append(self.among(conversations, term))
                conversations &= places[-1].conversations
        return places, conversations

    def among(self, conversations: Collection[int], term: Term) -> _Places:
        """Where the word is in these conversations."""
        keys = ", ".join(map(str, conversations))
        held = f"SELECT key FROM messages WHERE conversation IN ({keys})"
        # With the +, the index walks its newest rows back to the lowest, instead of being asked for each of them.
        where = f"WHERE found.message_words MATCH ? AND found.rowid >= (SELECT min(key) FROM ({held}))"
        rows = self._rows("message_words AS found", f"{where} AND +found.rowid IN ({held})", term)
        return _Places(term, self._titled(term, f" AND c.key IN ({keys})"), rows)

    def _newest(self, term: Term) -> _Places:
        newest = f"SELECT rowid FROM message_words WHERE message_words MATCH ? ORDER BY rowid DESC LIMIT {MOST_ROWS}"
        return _Places(term, self._titled(term), self._rows(f"({newest}) AS found", "WHERE true", term))

    def _rows(self, source: str, where: str, term: Term) -> dict[int, set[int]]:
        """The messages of `source`, which finds them by the expression of the term, by their conversations."""
        where += "".join(f" AND {each.sql}" for each in self.conditions)
        values = [value for each in self.conditions for value in each.values]
        source = f"{source} CROSS JOIN messages AS m ON m.key = found.rowid"
        messages: dict[int, set[int]] = {}
        if self.conditions:
            source = f"{source} CROSS JOIN conversations AS c ON c.key = m.conversation"
        for conversation, key in self.connection.execute(
            f"SELECT m.conversation, m.key FROM {source} {where}", (expression(term), *values)
        ):
            messages.setdefault(conversation, set()).add(key)
        return messages

    def _titled(self, term: Term, where: str = "") -> set[int]:
        rows = self.connection.execute(
            "SELECT c.key FROM title_words CROSS JOIN conversations AS c ON c.key = title_words.rowid"
            f" WHERE title_words MATCH ? AND c.deleted_at IS NULL{where} ORDER BY title_words.rowid DESC LIMIT ?",
            (expression(term), MOST_ROWS),
        )
        return {key for (key,) in rows}

    def _count(self, term: Term) -> int:
        """The number of messages with the word, as far as it matters."""
        some = f"SELECT 1 FROM message_words WHERE message_words MATCH ? LIMIT {MOST_ROWS}"
        (count,) = self.connection.execute(f"SELECT count(*) FROM ({some})", (expression(term),)).fetchone()
        return int(count)


def _newest_of(conversations: set[int], places: list[_Places]) -> set[int]:
    """At most so many of the conversations as may be candidates: those with the newest messages."""
    newest = dict.fromkeys(conversations, 0)
    for each in places:
        for conversation, keys in each.messages.items():
            if conversation in newest:
                newest[conversation] = max(newest[conversation], *keys)
    return set(nlargest(MOST_CANDIDATES, newest, key=newest.__getitem__))

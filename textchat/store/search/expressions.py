"""Translates the terms of a query to FTS5's language (https://www.sqlite.org/fts5.html#full_text_query_syntax)."""

from __future__ import annotations

from textchat.store.search.query import Term


def expression(term: Term) -> str:
    """The query for one term; empty if the index cannot find it."""
    return term.expression if term.is_indexed else ""

"""Tells titles from the words that programs show where there is none."""

from __future__ import annotations

_NO_TITLES = frozenset(
    (
        "new chat",
        "new conversation",
        "new topic",
        "new thread",
        "untitled prompt",
        "default topic",
        "thread",
        "untitled",
    )
)


def title_in(*titles: str) -> str:
    """The first that somebody gave; without one, a conversation is called by its first words."""
    return next((title for title in titles if title.strip() and title.strip().lower() not in _NO_TITLES), "")

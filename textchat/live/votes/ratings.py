"""Gathers from the store what ratings follow from, and works them out beside the interface."""

from __future__ import annotations

import asyncio
from concurrent.futures import CancelledError
from threading import Event

from textchat.core.votes.rating_report import RatingReport, rating_report
from textchat.core.votes.scope import VoteScope
from textchat.store.history import History


async def ratings_within(history: History, scope: VoteScope) -> RatingReport:
    """The ratings by the user's votes in a scope, with what the replies cost and took. Raises StoreError.

    When it is cancelled, its thread ends soon: the program would wait for it.
    """
    votes = await history.votes.within(scope)
    replies = await history.requests.usual_replies(scope)
    is_over = Event()

    def before_each() -> None:
        if is_over.is_set():
            raise CancelledError

    try:
        return await asyncio.to_thread(rating_report, scope, votes, replies, before_each)
    finally:
        is_over.set()

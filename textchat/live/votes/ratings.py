"""Gathers from the store what ratings follow from, and works them out beside the interface."""

from __future__ import annotations

import asyncio

from textchat.core.votes.rating_report import RatingReport, rating_report
from textchat.core.votes.scope import VoteScope
from textchat.store.history import History


async def ratings_within(history: History, scope: VoteScope) -> RatingReport:
    """The ratings by the user's votes in a scope, with what the replies cost and took. Raises StoreError."""
    votes = await history.votes.within(scope)
    replies = await history.requests.usual_replies(scope)
    return await asyncio.to_thread(rating_report, scope, votes, replies)

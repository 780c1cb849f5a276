"""Ratings that are worked out beside the interface."""

from __future__ import annotations

import asyncio
import random
from types import SimpleNamespace
from typing import Any

import pytest

from tests.core.voters import Voters, strengths_from
from textchat.core.votes.scope import EVERYTHING
from textchat.live.votes.ratings import ratings_within


async def test_nobody_waits_for_ratings_that_are_not_wanted_any_more() -> None:
    """Else the program would not end before they are worked out."""
    rng = random.Random(1)
    votes = Voters(strengths_from(rng, 60, 1.0)).votes(600, rng)
    is_begun = asyncio.Event()

    async def within(scope: object) -> Any:
        return votes

    async def usual_replies(scope: object) -> Any:
        is_begun.set()
        return {}

    history: Any = SimpleNamespace(
        votes=SimpleNamespace(within=within), requests=SimpleNamespace(usual_replies=usual_replies)
    )
    work = asyncio.create_task(ratings_within(history, EVERYTHING))
    await is_begun.wait()
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    async with asyncio.timeout(4):
        await asyncio.get_running_loop().shutdown_default_executor()

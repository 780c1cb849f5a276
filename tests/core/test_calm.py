"""Calm is the time since the user last did something."""

from __future__ import annotations

import asyncio
import time

from textchat.core.waiting.calm import ECHO_S, Calm

SECONDS = 0.02


async def test_each_disturbance_begins_it_anew() -> None:
    calm, disturbed = Calm(), 0.0
    waiting = asyncio.create_task(calm.lasts(SECONDS))
    for _ in range(5):
        calm.disturb()
        disturbed = time.monotonic()
        await asyncio.sleep(SECONDS / 4)
    await waiting
    assert time.monotonic() - disturbed >= SECONDS
    await calm.lasts(SECONDS)  # returns at once: it has lasted


def test_a_thread_gives_way_for_an_echo() -> None:
    calm = Calm()
    calm.disturb()
    disturbed = time.monotonic()
    calm.give_way()
    assert time.monotonic() - disturbed >= ECHO_S / 2

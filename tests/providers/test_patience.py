"""What comes may lie unread while a screen is about to look anyway, for so short a time that no figure shows it."""

from __future__ import annotations

from typing import cast

import pytest

from textchat.core.configuration import Timeouts
from textchat.core.waiting.rounds import LEAD_S, Rounds
from textchat.providers.http.network import HttpResponse
from textchat.providers.http.patience import LONGEST_REST_S, REST_SHARE, Patience
from textchat.providers.streams.response_reader import ResponseReader

FRAME_S = 0.02


class Scripted:
    """A clock, an open response and its reader in one."""

    is_done = has_finished = awaits_usage = False

    def __init__(self) -> None:
        self.at = 100.0
        self.rests: list[float] = []
        self.read_s = 0.004
        self.rounds = Rounds()
        self.patience = Patience(Timeouts(), 1.0, self.rounds, lambda: self.at, self.rest)

    async def rest(self, seconds: float) -> None:
        self.rests.append(seconds)

    async def read(self, limit_s: float | None = None) -> bytes:
        self.at += self.read_s
        return b"a token"

    async def next_rest(self) -> float:
        self.rests.clear()
        assert await self.patience.next_piece(cast(HttpResponse, self), cast(ResponseReader, self))
        return sum(self.rests)


@pytest.mark.parametrize(
    ("answered_for", "until_round", "rest"),
    [
        (10.0, 0.012, 0.012 - LEAD_S),
        (10.0, FRAME_S, LONGEST_REST_S),
        (1.0, 0.015, REST_SHARE * 1.0),  # a hundredth of the time
        (0.1, 0.015, 0.0),  # too short to be worth it
        (0.0, 0.015, 0.0),  # the first token
        (10.0, LEAD_S, LONGEST_REST_S),  # read for this round just now
        (10.0, -0.01, FRAME_S - 0.01 - LEAD_S),  # the round is late
        (10.0, -FRAME_S - 0.001, 0.0),  # no other will come
    ],
)
async def test_what_comes_may_lie_until_the_next_frame(answered_for: float, until_round: float, rest: float) -> None:
    scripted = Scripted()
    scripted.patience.extend()
    assert await scripted.next_rest() == 0.0, "nothing was waited for yet"
    scripted.at = 100.0 + answered_for
    scripted.rounds.announce(scripted.at + until_round, FRAME_S)
    assert await scripted.next_rest() == pytest.approx(rest)


async def test_nothing_lies_where_nobody_looks_and_where_the_answer_has_not_begun() -> None:
    scripted = Scripted()
    scripted.at += 10
    scripted.rounds.announce(scripted.at + FRAME_S, FRAME_S)
    assert await scripted.next_rest() == 0, "the first token"
    scripted.patience.extend()
    scripted.at += 10
    assert await scripted.next_rest() == 0, "the screen looks no more"
    scripted.rounds.announce(scripted.at + FRAME_S, FRAME_S)
    assert await scripted.next_rest() > 0
    scripted.has_finished = True
    assert await scripted.next_rest() == 0, "only its end is to come"


async def test_what_lies_there_already_is_read_at_once() -> None:
    """Each piece of a body is read for itself: a rest before each would hold up a fast server."""
    scripted = Scripted()
    scripted.patience.extend()
    scripted.at += 10.0
    scripted.read_s = 0.0001
    for _ in range(50):
        scripted.rounds.announce(scripted.at + 0.012, FRAME_S)
        assert await scripted.next_rest() == 0.0

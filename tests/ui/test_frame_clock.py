"""The clock of the screen: the first change is painted at once, and then as often as a share of one core allows."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Callback
from textual.message import Message

from textchat.core.waiting.rounds import Rounds
from textchat.ui.frame_clock import FULL_SHARE, LONGEST_S, SHARE, SHORTEST_S, FrameClock, FrameInterval


class Scripted:
    """Time that passes when the test says so, and a screen that shows each paint `cost` seconds of work later."""

    def __init__(self, cost: float = 0.001) -> None:
        self.at = self.worked = 0.0
        self.cost = cost
        self.painted: list[tuple[float, set[str]]] = []
        self.again = 0
        """How many paints ask for another."""
        self._waiting: list[tuple[float, Callable[[], None]]] = []
        self.rounds = Rounds()
        self.clock = FrameClock(
            self,
            self._paint,
            lambda: None,
            rounds=self.rounds,
            now=lambda: self.at,
            cpu=lambda: self.worked,
            later=self.later,
        )

    def _paint(self, changed: set[str]) -> None:
        self.painted.append((self.at, changed))
        if self.again:
            self.again -= 1
            self.clock.mark("again")

    def later(self, delay: float, callback: Callable[[], None]) -> None:
        self._waiting.append((self.at + delay, callback))

    def post_message(self, message: Message) -> None:
        assert isinstance(message, Callback)
        self.later(0.0, cast("Callable[[], None]", message.callback))

    def set_interval(self, interval: float, callback: Callable[[], None]) -> Scripted:
        raise AssertionError("no pulse was asked for")

    def stop(self) -> None: ...

    def call_after_refresh(self, callback: Callable[[], None]) -> None:
        def shown() -> None:
            self.worked += self.cost
            callback()

        self._waiting.append((self.at + self.cost, shown))

    def run(self, seconds: float, mark_every: float | None = None) -> None:
        """Let time pass, with a change now and then."""
        end, mark_at = self.at + seconds, self.at
        while True:
            due = min(self._waiting, default=None, key=lambda each: each[0])
            if mark_every is not None and (due is None or mark_at <= due[0]):
                if mark_at > end:
                    break
                self.at, mark_at = max(self.at, mark_at), mark_at + mark_every
                self.clock.mark("reply")
            elif due is None or due[0] > end:
                break
            else:
                self._waiting.remove(due)
                self.at = due[0]
                due[1]()
        self.at = end

    @property
    def timers(self) -> int:
        return len(self._waiting)


def test_the_first_change_after_a_pause_is_painted_at_once() -> None:
    screen = Scripted()
    for at in (0.0, 1.0, 2.5):
        screen.run(at - screen.at)
        screen.clock.mark("a")
        assert screen.painted[-1] == (at, {"a"})


def test_changes_within_a_frame_are_one_paint_and_the_last_is_never_lost() -> None:
    screen = Scripted()
    for what in "abcb":
        screen.clock.mark(what)
    screen.run(1)
    assert screen.painted == [(0, {"a"}), (pytest.approx(SHORTEST_S), {"b", "c"})]
    assert screen.timers == 0, "nothing runs while nothing happens"


def test_a_paint_that_asks_for_another_gets_a_frame_of_its_own() -> None:
    screen = Scripted()
    screen.again = 5
    screen.clock.mark("first")
    screen.run(1)
    assert [changed for _, changed in screen.painted] == [{"first"}, *[{"again"}] * 5]
    assert all(later - sooner > SHORTEST_S - 1e-9 for (sooner, _), (later, _) in pairwise(screen.painted))


@pytest.mark.parametrize(("cost", "frames"), [(0.001, 50), (0.003, 50), (0.005, 50), (0.010, 25), (1.0, 1)])
def test_frames_take_a_quarter_of_a_core(cost: float, frames: int) -> None:
    screen = Scripted(cost)
    screen.run(2.0, mark_every=0.002)  # until it knows what they cost
    before = len(screen.painted)
    screen.run(4.0, mark_every=0.002)
    assert (len(screen.painted) - before) / 4 == pytest.approx(frames, rel=0.05)


def test_what_has_arrived_is_taken_in_for_the_frame_and_wakes_nobody_before() -> None:
    screen = Scripted()
    arrived: list[str] = []

    def look() -> bool:
        there = bool(arrived)
        if there:  # the reader wakes, and its worker posts what it has read
            screen.later(0.0, lambda: screen.clock.mark(arrived.pop()))
        return there

    leave = screen.rounds.join(look)
    screen.clock.mark("first")
    screen.run(0.005)
    assert screen.rounds.is_coming, "a frame was painted, so another look is sure to come"
    arrived.append("second")
    screen.run(1)
    assert screen.painted == [(0, {"first"}), (pytest.approx(SHORTEST_S), {"second"})]
    assert not screen.rounds.is_coming and screen.timers == 0, "nothing has come since: whoever comes next wakes it"
    leave()
    arrived.append("nobody reads this")
    assert not screen.rounds.make()


@pytest.mark.parametrize("is_shown", [True, False])
def test_what_arrives_while_a_frame_is_drawn_wakes_nobody_where_the_next_is_sure(is_shown: bool) -> None:
    """A frame that cannot be shown at once waits for the framework: nobody knows for how long."""
    looks: list[bool] = []
    rounds = Rounds()

    def look() -> bool:
        looks.append(rounds.is_coming)
        return False

    rounds.join(look)
    promised: list[bool] = []
    screen = Scripted()
    clock = FrameClock(
        screen,
        lambda changed: promised.append(rounds.is_coming),
        lambda: None,
        show=lambda: is_shown,
        rounds=rounds,
        now=lambda: screen.at,
        cpu=lambda: screen.worked,
        later=screen.later,
    )
    clock.mark("a")
    assert promised == [True]
    assert rounds.is_coming is is_shown
    assert looks == ([] if is_shown else [False]), "whoever put something down meanwhile is woken"


def test_no_frame_begins_before_the_one_before_is_on_the_screen() -> None:
    screen = Scripted(cost=0.5)
    screen.run(3.0, mark_every=0.01)
    assert all(later - sooner >= 0.5 for (sooner, _), (later, _) in pairwise(screen.painted))


def test_one_dear_frame_hardly_slows_the_others() -> None:
    interval = FrameInterval()
    for _ in range(20):
        interval.took(0.002, 1)
    interval.took(0.008, 1)
    assert interval.seconds == SHORTEST_S


@given(st.floats(0, 1), st.integers(0, 10))
def test_more_replies_have_a_larger_share_up_to_half(cost: float, replies: int) -> None:
    few, more = FrameInterval(), FrameInterval()
    few.took(cost, replies)
    more.took(cost, replies + 1)
    assert SHORTEST_S <= more.seconds <= few.seconds <= LONGEST_S
    if more.seconds > SHORTEST_S and few.seconds < LONGEST_S:
        assert cost / few.seconds * (1 + 1e-9) >= SHARE and cost / more.seconds <= FULL_SHARE * (1 + 1e-9)

"""Frame clock for growing replies: collects changes and paints them as often as a share of one core allows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from textual.events import Callback
from textual.message import Message

from textchat.core.waiting.rounds import Rounds

SHORTEST_S = 1 / 50
"""More frames than this nobody sees in text, and each costs as much as the ten tokens that it brings."""
LONGEST_S = 1 / 5
"""However dear a frame is, the screen is not older."""
SHARE, FULL_SHARE = 0.25, 0.5
"""Of one core, for the frames of one reply, and of `FULL_AT` or more: the rest belongs to keys and to what comes."""
FULL_AT = 4
NEWEST = 0.2
"""How much the newest frame counts in what a frame costs: a single dear one, as where figures are drawn too, does not
slow the others down."""
PULSE_S = 1 / 6
"""How often a running reply is looked at again when nothing comes: its seconds count and its indicator moves."""


def _later(delay: float, callback: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    loop.call_later(delay, callback) if delay > 0 else loop.call_soon(callback)


class FrameInterval:
    """Seconds from one frame to the next, so that frames take no more than their share of a core."""

    def __init__(self) -> None:
        self._cost: float | None = None
        self._share = SHARE

    def took(self, cost_s: float, replies: int) -> None:
        """Take in what a frame cost, in seconds of CPU, and how many replies it showed."""
        self._cost = cost_s if self._cost is None else self._cost + NEWEST * (cost_s - self._cost)
        others = max(0, min(replies, FULL_AT) - 1)
        self._share = SHARE + (FULL_SHARE - SHARE) * others / (FULL_AT - 1)

    @property
    def seconds(self) -> float:
        return max(SHORTEST_S, min((self._cost or 0.0) / self._share, LONGEST_S))


class Stoppable(Protocol):
    """A running timer."""

    def stop(self) -> None: ...


class Timers(Protocol):
    """The part of a widget that the clock needs."""

    def set_interval(self, interval: float, callback: Callable[[], None]) -> Stoppable: ...
    def post_message(self, message: Message) -> object:
        """Put a message behind all that have been posted until now."""

    def call_after_refresh(self, callback: Callable[[], None]) -> object:
        """Call when what was changed until now is on the screen."""


class FrameClock:
    """Calls `paint(changed)` with all ids marked since the last frame.

    The first change after a pause is painted at once, later ones with the next frame; the last is never lost. Each
    frame begins with one of `rounds`: what has come for the replies meanwhile is taken in for it, and wakes nobody
    before. `show` writes at once what `paint` has drawn, and says whether it could. The pulse runs only between
    `start_pulse` and `stop_pulse`, so that a screen where nothing happens has no timer. `now` counts seconds, `cpu`
    those that this thread has computed, and `later` calls back after some.
    """

    def __init__(
        self,
        owner: Timers,
        paint: Callable[[set[str]], None],
        pulse: Callable[[], None],
        *,
        show: Callable[[], bool] = lambda: False,
        rounds: Rounds | None = None,
        now: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float] = time.thread_time,
        later: Callable[[float, Callable[[], None]], object] = _later,
    ) -> None:
        self._owner = owner
        self._paint = paint
        self._on_pulse = pulse
        self._show = show
        self._rounds = rounds or Rounds()
        self._now, self._cpu, self._later = now, cpu, later
        self._interval = FrameInterval()
        self._changed: set[str] = set()
        self._due = 0.0
        self._is_waiting = False
        """Whether a frame is begun, or the round before it is to come."""
        self._begun = self._begun_cpu = 0.0
        """When the last frame was begun."""
        self._replies = 0
        """How many replies it showed."""
        self._pulse: Stoppable | None = None

    def mark(self, what: str) -> None:
        """Paint an id with the next frame; one marked while painting, with the frame after."""
        self._changed.add(what)
        if not self._is_waiting:
            self._is_waiting = True
            if self._due <= self._now():
                self._flush()
            else:
                self._await_round()

    def start_pulse(self) -> None:
        if self._pulse is None:
            self._pulse = self._owner.set_interval(PULSE_S, self._on_pulse)

    def stop_pulse(self) -> None:
        if self._pulse is not None:
            self._pulse.stop()
            self._pulse = None

    def _await_round(self) -> None:
        # Not by a timer of the owner: a round that was announced has to come, whatever becomes of the screen.
        self._rounds.announce(self._due, self._interval.seconds)
        self._later(max(0.0, self._due - self._now()), self._round)

    def _round(self) -> None:
        if self._rounds.make():
            # The readers have been woken; what they post comes before the frame.
            self._later(0.0, self._flush_next)
        elif self._changed:
            self._flush_next()
        else:
            self._is_waiting = False

    def _flush_next(self) -> None:
        # Not by `call_next`, which wraps it anew each time: Textual would look up its signature for every frame.
        self._owner.post_message(Callback(self._flush))

    def _flush(self) -> None:
        if not self._changed:
            self._is_waiting = False
            return
        changed, self._changed = self._changed, set()
        self._begun, self._begun_cpu, self._replies = self._now(), self._cpu(), len(changed)
        self._due = self._begun + self._interval.seconds
        # What comes while this is drawn wakes nobody either: the next frame looks for it.
        self._rounds.announce(self._due, self._interval.seconds)
        is_shown = False
        try:
            self._paint(changed)
            is_shown = self._show()
        finally:
            if not is_shown:
                self._rounds.make()  # nobody knows when the next will be
        if is_shown:
            self._painted()
        else:
            self._owner.call_after_refresh(self._painted)

    def _painted(self) -> None:
        """It is on the screen; only now is known what it cost."""
        self._interval.took(self._cpu() - self._begun_cpu, self._replies)
        self._due = self._begun + self._interval.seconds
        # Where something has changed, more is to come: the next frame looks for it.
        self._await_round()

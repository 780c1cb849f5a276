"""Frame clock for growing replies: collects changes and paints them as often as a share of one core allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

SHORTEST_S = 1 / 60
"""A screen shows no more frames than this."""
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

    def set_timer(self, delay: float, callback: Callable[[], None]) -> object: ...
    def set_interval(self, interval: float, callback: Callable[[], None]) -> Stoppable: ...
    def call_after_refresh(self, callback: Callable[[], None]) -> object:
        """Call when what was changed until now is on the screen."""


class FrameClock:
    """Calls `paint(changed)` with all ids marked since the last frame.

    The first change after a pause is painted at once, later ones with the next frame; the last is never lost. The
    pulse runs only between `start_pulse` and `stop_pulse`, so that a screen where nothing happens has no timer.
    `now` counts seconds, and `cpu` those that this thread has computed.
    """

    def __init__(
        self,
        owner: Timers,
        paint: Callable[[set[str]], None],
        pulse: Callable[[], None],
        *,
        now: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float] = time.thread_time,
    ) -> None:
        self._owner = owner
        self._paint = paint
        self._on_pulse = pulse
        self._now, self._cpu = now, cpu
        self._interval = FrameInterval()
        self._changed: set[str] = set()
        self._due = 0.0
        self._is_waiting = False
        """Whether a frame is begun or its timer runs."""
        self._pulse: Stoppable | None = None

    def mark(self, what: str) -> None:
        """Paint an id with the next frame; one marked while painting, with the frame after."""
        self._changed.add(what)
        if not self._is_waiting:
            self._is_waiting = True
            self._flush_when_due()

    def start_pulse(self) -> None:
        if self._pulse is None:
            self._pulse = self._owner.set_interval(PULSE_S, self._on_pulse)

    def stop_pulse(self) -> None:
        if self._pulse is not None:
            self._pulse.stop()
            self._pulse = None

    def _flush_when_due(self) -> None:
        left = self._due - self._now()
        if left <= 0:
            self._flush()
        else:
            self._owner.set_timer(left, self._flush)

    def _flush(self) -> None:
        began, computed = self._now(), self._cpu()
        changed, self._changed = self._changed, set()

        def painted() -> None:
            """It is on the screen; only now is known what it cost."""
            self._interval.took(self._cpu() - computed, len(changed))
            self._due = began + self._interval.seconds
            self._is_waiting = bool(self._changed)
            if self._changed:
                self._flush_when_due()

        self._paint(changed)
        self._owner.call_after_refresh(painted)

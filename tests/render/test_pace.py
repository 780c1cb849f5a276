"""The pace never loses, never shrinks, never lags more than it may, and lets go of everything at the end."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from textchat.render.pace import LONGEST_LAG_S, SHORTEST_STEP_S, WINDOW_S, Pace, PacedText


class Clock:
    """Time that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


MOMENTS = st.lists(st.tuples(st.floats(0, 0.3), st.integers(0, 50)), max_size=60)
"""Seconds since the moment before, and how many chunks came then."""


@given(MOMENTS)
def test_even_shows_in_order_within_its_lag(moments: list[tuple[float, int]]) -> None:
    clock = Clock()
    pace = Pace("even", clock)
    arrivals: list[tuple[float, int]] = []
    arrived = shown = 0
    for pause, count in moments:
        clock.now += pause
        arrived += count
        arrivals.append((clock.now, arrived))
        before, shown = shown, pace.visible(arrived, ended=False)
        due = max((total for at, total in arrivals if at <= clock.now - LONGEST_LAG_S), default=0)
        assert max(before, due) <= shown <= arrived
        assert pace.is_behind == (shown < arrived)
    clock.now += LONGEST_LAG_S
    assert pace.visible(arrived, ended=False) == arrived
    assert not pace.is_behind


@given(MOMENTS, st.sampled_from(["off", "even", 1, 3, 10]))
def test_the_end_holds_nothing_back(moments: list[tuple[float, int]], mode: str | int) -> None:
    clock = Clock()
    pace = Pace(mode, clock)
    arrived = 0
    for pause, count in moments:
        clock.now += pause
        arrived += count
        pace.visible(arrived, ended=False)
    assert pace.visible(arrived + 7, ended=True) == arrived + 7
    assert not pace.is_behind


def test_a_burst_flows_out_evenly() -> None:
    clock = Clock()
    pace = Pace("even", clock)
    shown = [pace.visible(100, ended=False)]
    while shown[-1] < 100:
        clock.now += 0.02
        shown.append(pace.visible(100, ended=False))
    steps = [after - before for before, after in pairwise(shown)]
    assert len(steps) == round(WINDOW_S / 0.02)
    assert max(steps) - min(steps) <= 2


def test_a_lone_chunk_is_shown_at_once() -> None:
    clock = Clock()
    pace = Pace("even", clock)
    for arrived in range(1, 5):
        clock.now += 1
        assert pace.visible(arrived, ended=False) == arrived


def test_a_call_costs_the_same_however_fast_the_model_is() -> None:
    clock = Clock()
    pace = Pace("even", clock)
    longest = 0
    for arrived in range(20_000):
        clock.now += 0.0001
        pace.visible(arrived, ended=False)
        longest = max(longest, len(pace._steps))
    assert longest <= WINDOW_S / SHORTEST_STEP_S + 1


def test_bundles_are_shown_whole_and_off_shows_all() -> None:
    assert [Pace(5).visible(n, ended=False) for n in (4, 5, 9, 10)] == [0, 5, 5, 10]
    assert [Pace(mode).visible(7, ended=False) for mode in ("off", 0, 1)] == [7, 7, 7]
    assert not Pace(5).is_behind


@given(
    st.lists(st.lists(st.text(min_size=1, max_size=9), max_size=4), max_size=20), st.sampled_from(["off", "even", 3])
)
def test_paced_text_joined_is_the_text(frames: list[list[str]], mode: str | int) -> None:
    clock = Clock()
    paced = PacedText(mode, clock)
    chunks: list[str] = []
    shown = ""
    for new in frames:
        chunks += new
        clock.now += 0.033
        shown += paced.take(chunks, ended=False)
        assert "".join(chunks).startswith(shown)
    assert shown + paced.take(chunks, ended=True) == "".join(chunks)
    assert paced.take(chunks, ended=True) == ""

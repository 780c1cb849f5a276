"""Texts that are shown alike show nobody's speed, lose nothing, and wait for nobody for ever."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.render.common_pace import (
    CATCH_UP_S,
    LONGEST_BEHIND_S,
    LONGEST_WAIT_S,
    NOTICED_S,
    SLOWEST,
    Arrived,
    CommonPace,
)


class Clock:
    """Time that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.01, 2.0), st.sampled_from("abc"), st.integers(0, 400), st.booleans()), max_size=60)
)
def test_none_that_grows_is_behind_what_is_shown(moments: list[tuple[float, str, int, bool]]) -> None:
    clock = Clock()
    pace = CommonPace(clock)
    texts = {name: Arrived(0, False) for name in "abc"}
    shown = 0
    waited = 0.0
    for pause, name, count, ends in moments:
        clock.now += pause
        waited += pause
        if not texts[name].is_whole:
            texts[name] = Arrived(texts[name].characters + count, ends)
        before, shown = shown, pace.advance(texts)
        assert shown >= before
        if waited < min(LONGEST_WAIT_S, LONGEST_BEHIND_S):
            assert all(shown <= text.characters for text in texts.values() if not text.is_whole)
    whole = {name: text._replace(is_whole=True) for name, text in texts.items()}
    pace.advance(whole)
    clock.now += CATCH_UP_S
    assert pace.advance(whole) == max(text.characters for text in whole.values())
    assert not pace.is_behind
    assert not pace.is_standing


def test_a_fast_text_waits_for_a_slow_one_but_not_for_ever() -> None:
    clock = Clock()
    pace = CommonPace(clock)
    texts = {"fast": Arrived(5_000, False), "slow": Arrived(0, False)}
    assert pace.advance(texts) == 0
    assert not pace.is_standing, "that is no wait yet"
    clock.now += NOTICED_S
    assert pace.advance(texts) == 0
    assert pace.is_standing
    texts["slow"] = Arrived(100, False)
    clock.now += 1.0
    assert pace.advance(texts) == 100, "as far as both have come"
    clock.now += 0.1
    pace.advance(texts)
    clock.now += LONGEST_WAIT_S
    pace.advance(texts)
    clock.now += CATCH_UP_S
    assert pace.advance(texts) > 1_000, "it holds the other one no longer"
    assert not pace.is_standing


def test_what_has_ended_holds_nobody() -> None:
    clock = Clock()
    pace = CommonPace(clock)
    texts = {"short": Arrived(10, True), "failed": Arrived(0, True), "long": Arrived(900, False)}
    pace.advance(texts)
    clock.now += 0.1
    assert 10 < pace.advance(texts) <= 0.1 * max(SLOWEST, 900 / CATCH_UP_S)


def test_a_whole_text_is_not_shown_at_the_pace_of_a_trickle_for_ever() -> None:
    clock = Clock()
    pace = CommonPace(clock)
    trickled, began = 0, clock.now
    while pace.advance({"whole": Arrived(3_000, True), "trickle": Arrived(trickled, False)}) < 3_000:
        clock.now += 1.0
        trickled += 1
        assert clock.now - began < LONGEST_BEHIND_S + LONGEST_WAIT_S
    assert clock.now - began >= LONGEST_BEHIND_S

"""How fast a reply is said to be: counted from the first token to the last, of what came in that time."""

from __future__ import annotations

import pytest

from tests.core.scripted import Clock, reply_of
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta, ToolCallDelta, UsageReport

THOUGHT, WORD, CALL = ReasoningDelta("hm "), TextDelta("so "), ToolCallDelta(0, "c1", "f", "{}")


def speed_of(*steps: tuple[float, StreamEvent]) -> float | None:
    """Tokens a second of a reply to which each event comes so many seconds after the one before it."""
    clock = Clock()
    reply = reply_of(clock)
    for pause, event in steps:
        clock.now += pause
        reply.feed(event)
    return reply.timing.tokens_per_s


def test_speed_is_counted_from_the_first_token_to_the_last() -> None:
    assert speed_of((5.0, WORD), (0.5, WORD), (0.5, WORD), (9.0, UsageReport(3, 21))) == pytest.approx(20.0)
    assert speed_of((5.0, THOUGHT), (0.5, WORD), (0.5, CALL), (0.0, UsageReport(3, 21))) == pytest.approx(20.0)


def test_what_comes_at_once_has_no_speed() -> None:
    assert speed_of((5.0, WORD), (0.0, UsageReport(3, 21))) is None
    assert speed_of((5.0, WORD), (0.0, WORD), (0.0, UsageReport(3, 21))) is None
    assert speed_of((5.0, WORD), (1.0, WORD), (0.0, UsageReport(3, 1))) is None
    assert speed_of((5.0, UsageReport(3, 21))) is None


@pytest.mark.parametrize("thoughts", [(), ((30.0, THOUGHT),), ((30.0, THOUGHT), (30.0, THOUGHT))])
def test_thoughts_that_are_hidden_or_summed_up_do_not_make_an_answer_faster(
    thoughts: tuple[tuple[float, StreamEvent], ...],
) -> None:
    answer = ((5.0, WORD), (0.5, WORD), (0.5, WORD))
    assert speed_of(*thoughts, *answer, (0.0, UsageReport(3, 5_021, 5_000))) == pytest.approx(20.0)


def test_the_time_to_think_between_two_parts_of_an_answer_does_not_make_it_slower() -> None:
    steps = ((1.0, THOUGHT), (1.0, WORD), (0.5, WORD), (60.0, THOUGHT), (1.0, WORD), (0.5, WORD))
    assert speed_of(*steps, (0.0, UsageReport(3, 1_021, 1_000))) == pytest.approx(20.0)


def test_thoughts_alone_have_their_own_speed() -> None:
    assert speed_of((5.0, THOUGHT), (1.0, THOUGHT), (0.0, UsageReport(3, 21, 21))) == pytest.approx(20.0)
    assert speed_of((5.0, THOUGHT), (1.0, WORD), (0.0, UsageReport(3, 21, 20))) == pytest.approx(20.0)
    assert speed_of((5.0, WORD), (0.0, UsageReport(3, 5_021, 5_000))) is None

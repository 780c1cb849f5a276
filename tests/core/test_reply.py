"""The figures of a growing reply: its speed, from the first token to the last, and the estimate of its tokens."""

from __future__ import annotations

import pytest

from tests.core.scripted import Clock, reply_of
from textchat.core.conversation import Source, Usage
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


@pytest.mark.parametrize(
    ("events", "tokens"),
    [
        ((TextDelta("12345678"),), 2),
        ((ReasoningDelta("12345678"), TextDelta("1234")), 3),
        ((ToolCallDelta(0, "an id that is not the model's", "find_flights", ""),), 3),
        ((ToolCallDelta(0, "", "find", '{"to":'), ToolCallDelta(0, "", "", '"Oslo"}  ')), 5),
    ],
)
def test_until_the_server_has_counted_all_that_the_model_wrote_is_estimated(
    events: tuple[StreamEvent, ...], tokens: int
) -> None:
    """Names of tools are generated and paid for like any other text."""
    reply = reply_of()
    for event in events:
        reply.feed(event)
    assert (reply.usage.output_tokens, reply.usage.source) == (tokens, Source.ESTIMATED)


# -- zeros -------------------------------------------------------------------------------------------------------------


def usage_of(*events: StreamEvent) -> Usage:
    reply = reply_of()
    for event in events:
        reply.feed(event)
    return reply.usage


def test_a_later_zero_replaces_no_known_count() -> None:
    first, later = UsageReport(7, 5, 3, 0.5, 2, 4), UsageReport(0, 0, 0, 0.0, 0, 0)
    assert usage_of(WORD, first, later) == usage_of(WORD, first)
    assert usage_of(WORD, later, first) == usage_of(WORD, first)
    reply = reply_of()
    for report in (first, later):
        reply.feed(report)
    assert reply.cost_usd == 0.5
    assert usage_of(WORD, first, UsageReport(9, 6, 1, 0.1, 1, 1)).output_tokens == 6


@pytest.mark.parametrize("piece", [WORD, THOUGHT, CALL])
def test_no_output_beside_a_piece_of_it_is_not_reported(piece: StreamEvent) -> None:
    for events in ((piece, UsageReport(7, 0)), (UsageReport(7, 0), piece)):
        usage = usage_of(*events)
        assert (usage.source, usage.input_source) == (Source.ESTIMATED, Source.REPORTED)
        assert usage.output_tokens > 0


def test_no_output_where_there_is_none_is_reported() -> None:
    usage = usage_of(UsageReport(7, 0))
    assert (usage.output_tokens, usage.source) == (0, Source.REPORTED)


def test_a_request_without_tokens_is_not_reported() -> None:
    usage = usage_of(WORD, UsageReport(0, 5))
    assert (usage.input_source, usage.source) == (Source.ESTIMATED, Source.REPORTED)

"""The figures of a growing reply: its times, its speed from the first arrival to the last, its tokens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.scripted import Clock, reply_of
from tests.examples import examples
from textchat.core.conversation import Source, Status, Usage
from textchat.core.events import (
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    TextWasReasoning,
    ToolCallDelta,
    UsageReport,
)
from textchat.core.figures.pace import Pace, ReplyPace
from textchat.core.reply import Reply

THOUGHT, WORD, CALL = ReasoningDelta("hm "), TextDelta("so "), ToolCallDelta(0, "c1", "f", "{}")


Step = tuple[float, StreamEvent]


def grown(*steps: Step) -> Reply:
    """A reply to which each event comes so many seconds after the one before it."""
    clock = Clock()
    reply = reply_of(clock)
    for pause, event in steps:
        clock.now += pause
        reply.feed(event)
    return reply


def speed_of(*steps: Step) -> float | None:
    return grown(*steps).timing.tokens_per_s


def pieces(number: int, rate: float, first: float, piece: StreamEvent = WORD) -> list[Step]:
    """So many pieces in a row, `rate` of them a second, the first of them after `first` seconds."""
    return [(first, piece), *[(1 / rate, piece)] * (number - 1)]


def test_speed_is_counted_from_the_first_arrival_to_the_last() -> None:
    assert speed_of(*pieces(21, 20, 5.0), (9.0, UsageReport(3, 21))) == pytest.approx(20.0)
    mixed = (*pieces(20, 20, 5.0, THOUGHT), *pieces(10, 20, 0.05), (0.05, CALL))
    assert speed_of(*mixed, (0.0, UsageReport(3, 31))) == pytest.approx(20.0)


@settings(max_examples=examples(400), deadline=None)
@given(
    st.floats(5, 2000),
    st.integers(3, 200),
    st.one_of(st.just((1,)), st.just((10,)), st.lists(st.integers(5, 40), min_size=1, max_size=9).map(tuple)),
    st.booleans(),
)
def test_the_first_arrival_only_marks_the_start_whatever_it_holds(
    rate: float, number: int, sizes: tuple[int, ...], is_reported: bool
) -> None:
    """Counted with it: 40 % too fast for answers of three pieces."""
    tokens = [sizes[place % len(sizes)] for place in range(number)]
    steps: list[Step] = [(size / rate, TextDelta("word" * size)) for size in tokens]
    report = UsageReport(3, sum(tokens)) if is_reported else UsageReport(3)
    after = sum(tokens[1:])
    speed = speed_of(*steps, (0.0, report))
    assert (speed is not None) == (after >= 20 and after / rate >= 0.25)
    assert speed is None or speed == pytest.approx(rate, rel=1e-6)


@pytest.mark.parametrize(("gap", "is_told"), [(0.0125, True), (0.0124, False)])
def test_a_speed_is_told_from_a_quarter_of_a_second_on(gap: float, is_told: bool) -> None:
    steps = [(1.0, WORD), *[(gap, WORD)] * 20]
    assert (speed_of(*steps, (0.0, UsageReport(3, 21))) is not None) is is_told


def test_a_speed_is_told_from_twenty_tokens_on() -> None:
    assert speed_of(*pieces(21, 2, 1.0)) is None, "~16 tokens"
    assert speed_of(*pieces(21, 2, 1.0), (0.0, UsageReport(3, 21))) == pytest.approx(2.0)
    assert speed_of(*pieces(20, 2, 1.0), (0.0, UsageReport(3, 20))) is None


def test_what_comes_at_once_has_no_speed() -> None:
    assert speed_of((5.0, WORD), (0.0, UsageReport(3, 21))) is None
    assert speed_of((5.0, WORD), (0.0, WORD), (0.0, UsageReport(3, 21))) is None
    assert speed_of((5.0, WORD), (1.0, WORD), (0.0, UsageReport(3, 1))) is None
    assert speed_of((5.0, UsageReport(3, 21))) is None


@pytest.mark.parametrize("thoughts", [(), ((30.0, THOUGHT),), ((30.0, THOUGHT), (30.0, THOUGHT))])
def test_thoughts_that_are_hidden_or_summed_up_do_not_make_an_answer_faster(thoughts: tuple[Step, ...]) -> None:
    assert speed_of(*thoughts, *pieces(21, 20, 5.0), (0.0, UsageReport(3, 5_021, 5_000))) == pytest.approx(20.0)


def test_thoughts_that_come_whole_are_part_of_the_pace() -> None:
    steps = (*pieces(200, 20, 5.0, THOUGHT), *pieces(5, 20, 0.05))
    assert speed_of(*steps, (0.0, UsageReport(3, 205, 200))) == pytest.approx(20.0), "too few words alone"


def test_the_time_to_think_between_two_parts_of_an_answer_does_not_make_it_slower() -> None:
    steps = ((1.0, THOUGHT), *pieces(21, 20, 1.0), (60.0, THOUGHT), *pieces(21, 20, 1.0))
    assert speed_of(*steps, (0.0, UsageReport(3, 1_042, 1_000))) == pytest.approx(20.0)


def test_thoughts_alone_have_their_own_speed() -> None:
    assert speed_of(*pieces(21, 20, 5.0, THOUGHT), (0.0, UsageReport(3, 21, 21))) == pytest.approx(20.0)
    assert speed_of((5.0, WORD), (0.0, UsageReport(3, 5_021, 5_000))) is None


def test_thoughts_whose_opening_tag_is_missing_are_no_words() -> None:
    timing = grown((1.0, WORD), (1.0, TextWasReasoning()), (1.0, WORD)).timing
    assert (timing.first_token_s, timing.first_text_s) == (1.0, 3.0)


def test_the_first_word_is_told_from_the_first_thought() -> None:
    assert grown((1.0, WORD)).timing.first_text_s == 1.0
    timing = grown((1.0, THOUGHT), (2.0, TextDelta("")), (3.0, WORD)).timing
    assert (timing.first_token_s, timing.first_text_s) == (1.0, 6.0)
    assert grown((1.0, THOUGHT), (1.0, CALL)).timing.first_text_s is None


# -- times of the socket ----------------------------------------------------------------------------------------------


def test_times_are_those_of_the_socket_whenever_the_events_are_taken_in() -> None:
    clock = Clock()
    reply = reply_of(clock)
    reply.start()
    reply.sent(101.0)
    reply.sent(150.0)
    for number in range(21):
        clock.now += 3  # drawing, importing, another pane
        reply.arrived(102.0 + number / 20)
        reply.feed(WORD)
    reply.arrived(103.25)
    reply.feed(UsageReport(3, 21))
    reply.end(Status.COMPLETE)
    timing = reply.timing
    assert (timing.first_token_s, timing.first_text_s, timing.total_s) == (1.0, 1.0, 2.25)
    assert timing.tokens_per_s == pytest.approx(20.0)


def test_what_was_read_at_once_arrived_at_once() -> None:
    """Three pieces of one read marked the start: two of them would count as if they had taken no time."""
    reply = reply_of()
    reply.sent(100.0)
    for at, number in ((101.0, 3), *((101.0 + step / 10, 1) for step in range(1, 31))):
        reply.arrived(at)
        for _ in range(number):
            reply.feed(WORD)
    reply.feed(UsageReport(3, 33))
    assert reply.timing.tokens_per_s == pytest.approx(10.0)


def test_what_is_read_with_the_end_of_the_start_is_part_of_it() -> None:
    reply = reply_of()
    reply.sent(100.0)
    for at, number in ((101.0, 2), (101.001, 2), (101.1, 3), *((101.1 + step / 10, 3) for step in range(1, 31))):
        reply.arrived(at)
        for _ in range(number):
            reply.feed(WORD)
    reply.feed(UsageReport(3, 97))
    assert reply.timing.tokens_per_s == pytest.approx(30.0)


@pytest.mark.parametrize("size", [1, 10])
@pytest.mark.parametrize("late", [0.0, 0.05, 0.15])
def test_what_a_busy_process_reads_late_makes_no_answer_faster(late: float, size: int) -> None:
    """Seen: 35 % too fast, as five of eighteen pieces were read one by one within 2 ms."""
    reply = reply_of()
    reply.sent(100.0)
    read = 101.0 + late
    for number in range(300 // size):
        read = max(101.0 + number * size / 300, read + 0.0005)
        reply.arrived(read)
        reply.feed(TextDelta("word" * size))
    reply.feed(UsageReport(3, 300))
    assert reply.timing.tokens_per_s == pytest.approx(300.0, rel=0.02)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.FAILED, Status.INTERRUPTED])
def test_what_is_not_whole_ends_when_it_is_ended(status: Status) -> None:
    clock = Clock()
    reply = reply_of(clock)
    reply.sent(100.0)
    reply.arrived(101.0)
    reply.feed(WORD)
    clock.now = 107.0
    reply.end(status)
    assert reply.timing.total_s == 7.0


def test_a_reply_was_sent_once_its_request_has_left() -> None:
    reply = reply_of()
    reply.start()
    assert not reply.was_sent
    reply.sent(100.0)
    assert reply.was_sent
    assert grown((1.0, WORD)).was_sent


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


STEPS = st.sampled_from([0.0, 0.001, 0.02, 0.3])
PIECES = st.lists(st.tuples(st.booleans(), STEPS, st.integers(1, 3), st.booleans()), max_size=12)


@given(PIECES, st.integers(1, 60))
@settings(max_examples=examples(200), deadline=None)
def test_an_answer_has_the_pace_of_its_own_pieces(pieces: list[tuple[bool, float, int, bool]], tokens: int) -> None:
    pace, whole, answer, now = ReplyPace(), Pace(), Pace(), 0.0
    for is_answer, step, weight, was_thought in pieces:
        now += step
        if was_thought:
            pace.forget_answer()
            answer = Pace()
        pace.piece(now, "a", weight, is_answer)
        whole.piece(now, "a", weight)
        if is_answer:
            answer.piece(now, "a", weight)
        else:
            answer.pause()
    for known, by_itself in ((pace.whole, whole), (pace.answer, answer)):
        assert known.tokens_per_s(tokens) == by_itself.tokens_per_s(tokens)
        assert (known.head, known.weight, known.has_pieces) == (by_itself.head, by_itself.weight, by_itself.has_pieces)

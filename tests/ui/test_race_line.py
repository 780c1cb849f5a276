"""The race line: honest figures, every state, and fields that stand in the same place whatever the pane shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import ComposeResult

from tests.core.racing import A, B, C, a_race
from tests.ui.demo import Demo
from textchat.core.conversation import Message, Role, Source, Status, Timing, ToolCall, Usage
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.events import Finished, Note, ReasoningDelta, TextDelta, ToolCallDelta, UsageReport
from textchat.core.figures.race import race_of
from textchat.core.figures.reply_figures import (
    Figure,
    ReplyFigures,
    figures_of,
)
from textchat.core.reply import Reply, Retry
from textchat.ui.panes.race_line import BEST_MARK, RaceLine, fields_for, race_line, state_width

ERROR = ErrorReport(ErrorKind.RATE_LIMIT, "Too many requests.", 429)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def a_reply(clock: Clock | None = None) -> Reply:
    return Reply(conversation_id="c", parent_id=None, model="local/llama3", input_tokens=1234, clock=clock or Clock())


def a_message(
    *, first: float = 0.42, speed: float = 58.3, output: int = 312, cost: float | None = 0.0012, model: str = "a/b"
) -> Message:
    return Message(
        id="m",
        parent_id=None,
        role=Role.ASSISTANT,
        text="text",
        model=model,
        usage=Usage(1234, output, 40, Source.REPORTED),
        timing=Timing(first, first + output / speed, speed),
        cost_usd=cost,
    )


def line(shown: Reply | Message | None, width: int, best: frozenset[Figure] = frozenset()) -> str:
    return race_line(shown, width, best=best).plain


def test_a_streaming_reply_shows_estimates_with_their_mark_until_the_server_reports() -> None:
    clock = Clock()
    reply = a_reply(clock)
    reply.start()
    clock.now += 0.42
    reply.feed(TextDelta("x" * 4))
    clock.now += 1.0
    reply.feed(TextDelta("x" * 396))
    assert line(reply, 60) == "● streaming   first 0.42 s  ~99 tok/s  ~100 out ~1.2k in"
    reply.feed(UsageReport(input_tokens=1000, output_tokens=101))
    assert line(reply, 60) == "● streaming   first 0.42 s  100 tok/s   101 out  1.0k in"


def test_a_narrow_pane_keeps_state_speed_and_output() -> None:
    assert line(a_message(), 26) == "✓ done        58/s   312↓"
    assert line(a_message(), 36) == "✓ done      0.42 s   58/s   312↓"


def test_a_wide_pane_shows_everything() -> None:
    shown = line(a_message(), 120)
    for part in ("first 0.42 s", "58 tok/s", "312 out", "1.2k in", "40 thinking", "$0.0012", "total 5.77 s"):
        assert part in shown


def test_the_best_figures_are_marked_by_a_sign() -> None:
    assert line(a_message(), 36, frozenset({Figure.FIRST, Figure.OUTPUT})) == "✓ done     ★0.42 s   58/s  ★312↓"
    assert "★first 0.42 s" in line(a_message(), 60, frozenset({Figure.FIRST}))


@pytest.mark.parametrize(("vote", "mark"), [(1.0, "♥"), (0.5, "="), (0.0, " "), (None, " ")])
def test_a_vote_is_a_sign_that_moves_no_figure(vote: float | None, mark: str) -> None:
    assert race_line(a_message(), 36, vote=vote).plain == f"✓ done {mark}    0.42 s   58/s   312↓"


def test_what_it_waits_for() -> None:
    clock = Clock()
    reply = a_reply(clock)
    reply.queue(3)
    assert line(reply, 36) == "◇ queued, 3 ahead"
    reply.start()
    assert line(reply, 36) == "◌ waiting ●○○"
    clock.now += 2.4
    assert line(reply, 36) == "◌ waiting ○●○ 2.40 s"
    reply.wait_to_retry(Retry(1, 2, clock.now + 3, ERROR))
    assert line(reply, 36) == "↻ retry 1 of 2 in 3 s"
    reply.start()
    reply.feed(ReasoningDelta("hm"))
    assert line(reply, 36).startswith("◐ thinking")


def test_the_typing_indicator_moves_with_the_replys_own_clock() -> None:
    clock = Clock()
    reply = a_reply(clock)
    seen = set()
    for _ in range(6):
        seen.add(line(reply, 30))
        clock.now += 1 / 6
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (Status.COMPLETE, "✓ done"),
        (Status.CANCELLED, "■ cancelled"),
        (Status.FAILED, "✗ failed"),
        (Status.INTERRUPTED, "▲ interrupted"),
    ],
)
def test_how_it_ended(status: Status, shown: str) -> None:
    assert line(replace(a_message(), status=status), 60).startswith(shown)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"note": "It may be cut off."}, "▲ cut off?"),
        ({"note": "The answer came in one piece."}, "✓ see note"),
        ({"note": "The seed was left out.", "finish_reason": "stop"}, "✓ see note"),
        ({"finish_reason": "length"}, "▲ cut short"),
        ({"finish_reason": "length", "note": "The seed was left out."}, "▲ cut short"),
        ({"finish_reason": "content_filter"}, "▲ filtered"),
        ({"finish_reason": "malformed_function_call", "text": ""}, "▲ stopped"),
        ({"finish_reason": "stop", "text": " "}, "▲ empty"),
        ({"finish_reason": "stop", "text": "", "reasoning": "hm"}, "▲ no text"),
        ({"finish_reason": "tool_calls", "text": "", "tool_calls": (ToolCall("c", "f", "{}"),)}, "✓ done"),
    ],
)
def test_what_a_complete_answer_lacks_stands_in_place_of_done(changes: dict[str, Any], shown: str) -> None:
    lacking = replace(a_message(), **changes)
    for width in (26, 60):
        assert line(lacking, width).startswith(f"{shown} ")
    reply = a_reply()
    for event in (TextDelta(lacking.text), ReasoningDelta(lacking.reasoning), Finished(lacking.finish_reason)):
        reply.feed(event)
    for call in lacking.tool_calls:
        reply.feed(ToolCallDelta(0, call.id, call.name, call.arguments))
    if lacking.note:
        reply.feed(Note(lacking.note))
    reply.end(Status.COMPLETE)
    assert line(reply, 60).startswith(f"{shown} "), "as it stands before it is stored"


def test_a_failure_before_anything_came_says_its_kind_instead_of_figures() -> None:
    reply = a_reply()
    reply.end(Status.FAILED, ERROR)
    assert line(reply, 36) == line(reply.freeze(), 36) == "✗ failed: rate limit"


def test_a_blocking_request_has_no_speed_and_can_be_compared() -> None:
    message = replace(a_message(), timing=Timing(3.0, 3.0, None))
    assert "tok/s" not in line(message, 120)


@pytest.mark.parametrize(
    ("width", "gain_s", "words"),
    [
        (120, 1.26, "  first words 1.26 s sooner than blocking"),
        (120, -0.5, "  first words 0.50 s later than blocking"),
        (70, 1.26, "  1.26 s sooner than blocking"),
        (44, 1.26, "  1.26 s sooner"),
        (30, 1.26, "  1.26 s sooner"),
    ],
)
def test_what_streaming_gained_goes_before_the_last_figures(width: int, gain_s: float, words: str) -> None:
    told = race_line(a_message(), width, streaming_gain_s=gain_s).plain
    assert told.endswith(words)
    figures = told.removesuffix(words)
    assert line(a_message(), width).startswith(figures), "those that stay, stay where they are"


def test_nothing_is_an_empty_line() -> None:
    assert line(None, 40) == ""
    assert line(a_message(), 0) == ""


@given(st.integers(1, 200), st.integers(0, 10**10), st.floats(0, 10**7), st.floats(0, 10**6))
def test_no_line_is_longer_than_its_pane(width: int, tokens: int, time: float, money: float) -> None:
    message = replace(
        a_message(),
        usage=Usage(tokens, tokens, tokens),
        timing=Timing(time, time, time),
        cost_usd=money,
        cost_source=Source.ESTIMATED,
    )
    assert race_line(message, width, best=frozenset(Figure)).cell_length <= width
    assert race_line(message, width, streaming_gain_s=time).cell_length <= width


@given(st.integers(20, 200))
def test_the_fields_stand_in_the_same_columns_in_every_pane(width: int) -> None:
    many = line(a_message(first=12.34, speed=1234.5, output=123456, cost=1.5), width, frozenset(Figure))
    few = line(a_message(first=0.1, speed=1.2, output=1, cost=None), width)
    for label in ("first ", " tok/s", " out", " in", " thinking", "↓", "↑", "/s"):
        if label in few:
            assert many.index(label) == few.index(label)


@given(st.integers(26, 199))
def test_a_wider_pane_never_shows_less(width: int) -> None:
    assert {figure for figure, _ in fields_for(width)} <= {figure for figure, _ in fields_for(width + 1)} or (
        state_width(width) != state_width(width + 1)
    )


def test_the_mark_is_a_sign_not_a_colour() -> None:
    marked = race_line(B, 60, best=race_of(a_race(A, B, C)).best["pane-b"]).plain
    assert f"{BEST_MARK}90 tok/s" in marked.replace(" 90", "90") and marked.count(BEST_MARK) == 2
    assert BEST_MARK not in race_line(B, 60).plain


def test_an_imported_message_without_figures() -> None:
    message = replace(a_message(cost=None), usage=None, timing=None)
    assert figures_of(message) == ReplyFigures()
    assert line(message, 60).strip() == "✓ done"


async def test_the_widget_draws_it_with_a_theme() -> None:
    class RaceDemo(Demo):
        def compose(self) -> ComposeResult:
            yield RaceLine()

    for theme in ("textchat-dark", "textchat-terminal"):
        app = RaceDemo(theme)
        async with app.run_test(size=(38, 5)) as pilot:
            widget = app.query_one(RaceLine)
            widget.show(a_message(), frozenset({Figure.SPEED}))
            await pilot.pause()
            assert widget.render_line(0).text.strip() == "✓ done      0.42 s  ★58/s   312↓"

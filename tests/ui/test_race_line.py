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
    short_dollars,
)
from textchat.core.figures.reply_state import state_of
from textchat.core.parts.structure import StructureCheck
from textchat.core.reply import Reply, Retry
from textchat.render.cells import width_of
from textchat.ui.panes.race_line import BEST_MARK, RaceLine, placed, race_line
from textchat.ui.panes.race_table import Columns, RaceTable, fields_for

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
    assert line(reply, 60) == "● streaming     ~99 tok/s   ~100 out  first 0.42 s  ~1.2k in"
    reply.feed(UsageReport(input_tokens=1000, output_tokens=101))
    assert line(reply, 60) == "● streaming     100 tok/s    101 out  first 0.42 s   1.0k in"


def test_a_narrow_pane_keeps_state_speed_and_output() -> None:
    assert line(a_message(), 26) == "✓ done        58/s   312↓"
    assert line(a_message(), 36) == "✓ done         58/s    312↓  $0.0012"


def test_a_wide_pane_shows_everything() -> None:
    shown = line(a_message(), 120)
    for part in ("first 0.42 s", "58 tok/s", "312 out", "1.2k in", "40 thinking", "$0.0012", "total 5.77 s"):
        assert part in shown


def test_the_best_figures_are_marked_by_a_sign() -> None:
    assert line(a_message(), 36, frozenset({Figure.SPEED, Figure.COST})) == "✓ done        ★58/s    312↓ ★$0.0012"
    assert "★first 0.42 s" in line(a_message(), 70, frozenset({Figure.FIRST}))


@pytest.mark.parametrize(("vote", "mark"), [(1.0, "♥"), (0.5, "="), (0.0, " "), (None, " ")])
def test_a_vote_is_a_sign_that_moves_no_figure(vote: float | None, mark: str) -> None:
    assert race_line(a_message(), 36, vote=vote).plain == f"✓ done {mark}       58/s    312↓  $0.0012"


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


def test_a_reply_with_the_structure_it_was_asked_for_is_valid_and_another_says_its_first_fault() -> None:
    fault = StructureCheck(False, "age: “old” is not an integer.")
    valid, invalid = replace(a_message(), structure=StructureCheck(True)), replace(a_message(), structure=fault)
    assert line(valid, 60).startswith("✓ valid ")
    assert line(replace(valid, note="The seed was left out."), 60).startswith("✓ valid ")
    assert line(invalid, 40).startswith("✗ invalid ") and "age" not in line(invalid, 40)
    assert line(invalid, 90).rstrip().endswith("  age: “old” is not an integer.") and "tok/s" in line(invalid, 90)
    assert line(replace(invalid, finish_reason="length"), 60).startswith("▲ cut short ✗")
    long = replace(invalid, structure=StructureCheck(False, "\x1b[2J" + "x" * 1000))
    assert width_of(line(long, 90)) == 90 and line(long, 90).endswith("…") and "\x1b" not in line(long, 90)


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


class Line:
    """A race line as its table sees it."""

    def __init__(self, shown: Message, width: int, row: int | None = 20) -> None:
        self.shown, self.row = shown, row
        self.own_columns = Columns(width, placed(state_of(shown), figures_of(shown)))

    def align(self, columns: Columns) -> None:
        self.text = race_line(self.shown, self.own_columns.width, columns=columns).plain


@given(st.integers(20, 200), st.integers(0, 3), st.booleans(), st.booleans())
def test_the_lines_of_a_row_have_the_same_columns(width: int, wider: int, is_priced: bool, is_timed: bool) -> None:
    """Also where one pane is wider, and where one of them lacks a figure."""
    table = RaceTable()
    few = a_message(first=0.1, speed=1.2, output=1, cost=None)
    few = few if is_timed else replace(few, timing=None)
    lines = [
        Line(a_message(first=12.34, speed=1234.5, output=123456, cost=1.5 if is_priced else None), width),
        Line(few, width + wider),
        Line(a_message(cost=0.5), 200, row=None),  # not shown
    ]
    for each in lines:
        table.add(each)
    table.align()
    many, few_text = lines[0].text, lines[1].text
    for label in ("first ", " tok/s", " out", " in", " thinking", "↓", "↑", "/s"):
        if label in few_text:
            assert many.index(label) == few_text.index(label)
    if not is_priced:
        assert "$" not in many and many == line(lines[0].shown, width)[: len(many)], "no hole where none has a figure"


def test_a_narrow_pane_has_room_for_the_cost_and_no_two_figures_touch() -> None:
    guessed = replace(
        a_message(first=12.34, speed=1234.5, output=9876, cost=0.0012),
        cost_source=Source.ESTIMATED,
        usage=Usage(8900, 39),
    )
    assert line(guessed, 33) == "✓ done       ~1k/s   ~39↓ ~$.0012"
    assert line(guessed, 60) == "✓ done          ~1k/s    ~39↓  ~$.0012  12.3 s  ~8.9k↑"
    wide = line(guessed, 200)
    assert "~39 out  ~$0.0012  first 12.3 s  ~8.9k in  total " in wide


def test_a_running_reply_has_the_cost_so_far_where_a_price_is_known() -> None:
    clock = Clock()
    reply = a_reply(clock)
    reply.start()
    assert "$" not in line(reply, 60)
    reply.tally.price = lambda usage: usage.output_tokens / 1000
    clock.now += 0.42
    reply.feed(TextDelta("x" * 40))
    assert "~10↓  ~$0.010" in line(reply, 60)
    reply.feed(UsageReport(output_tokens=10, cost_usd=0.02))
    assert " $0.020" in line(reply, 60), "what the server says goes first"
    assert reply.freeze().cost_usd == 0.02


@pytest.mark.parametrize(
    ("dollars", "estimated", "short"),
    [
        (0.0012, False, "$0.0012"),
        (0.0012, True, "~$.0012"),
        (0.00001, False, "<$.0001"),
        (0.00001, True, "~<$.001"),
        (999.99, True, "~$1000"),
        (9999.9, False, "$10000"),
    ],
)
def test_a_price_in_seven_cells(dollars: float, estimated: bool, short: str) -> None:
    assert short_dollars(dollars, estimated) == short


@given(st.floats(0, 10**7), st.booleans())
def test_no_short_price_is_longer(dollars: float, estimated: bool) -> None:
    assert len(short_dollars(dollars, estimated)) <= 7


@given(st.integers(26, 199), st.frozensets(st.sampled_from(Figure)))
def test_a_wider_pane_never_shows_less(width: int, known: frozenset[Figure]) -> None:
    narrow, wide = Columns(width, known), Columns(width + 1, known)
    assert {figure for figure, _ in fields_for(narrow)} <= {figure for figure, _ in fields_for(wide)} or (
        narrow.state_width != wide.state_width
    )


def test_the_mark_is_a_sign_not_a_colour() -> None:
    marked = race_line(B, 60, best=race_of(a_race(A, B, replace(C, timing=A.timing))).best["pane-b"]).plain
    assert f"{BEST_MARK}90 tok/s" in marked.replace(" 90", "90") and marked.count(BEST_MARK) == 1
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
        async with app.run_test(size=(39, 5)) as pilot:
            widget = app.query_one(RaceLine)
            widget.show(a_message(), frozenset({Figure.SPEED}))
            await pilot.pause()
            assert widget.render_line(0).text.strip() == "✓ done        ★58/s    312↓  $0.0012"

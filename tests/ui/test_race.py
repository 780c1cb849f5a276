"""The race between panes: who is marked for what, ties and failures included, and when there is no race at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import ComposeResult

from tests.ui.demo import Demo
from textchat.core.conversation import Conversation, Message, Pane, Role, Source, Status, Timing, Usage
from textchat.core.figures.race import race_of
from textchat.core.figures.reply_figures import Figure
from textchat.core.parameters import Parameters
from textchat.ui.panes.race_line import BEST_MARK, race_line
from textchat.ui.panes.race_summary import RaceSummary


def an_answer(id_: str, *, first: float, speed: float, output: int, cost: float | None = None) -> Message:
    return Message(
        id=id_,
        parent_id="q",
        role=Role.ASSISTANT,
        text="text",
        model=f"local/{id_}",
        usage=Usage(10, output, source=Source.REPORTED),
        timing=Timing(first, first + output / speed, speed),
        cost_usd=cost,
    )


def a_race(*answers: Message) -> Conversation:
    conversation = Conversation("c").with_message(Message("q", None, Role.USER, "prompt"))
    for answer in answers:
        conversation = conversation.with_message(answer)
        conversation = conversation.with_pane(Pane(f"pane-{answer.id}", answer.model or "", leaf_id=answer.id))
    return conversation


A = an_answer("a", first=0.1, speed=50, output=100, cost=0.01)
B = an_answer("b", first=0.3, speed=90, output=200)
C = an_answer("c", first=0.2, speed=90, output=50, cost=0.02)


def test_each_figure_has_its_winner_and_equals_share_it() -> None:
    race = race_of(a_race(A, B, C))
    assert race.best["pane-a"] == {Figure.FIRST, Figure.COST}
    assert race.best["pane-b"] == {Figure.SPEED, Figure.OUTPUT}
    assert race.best["pane-c"] == {Figure.SPEED, Figure.TOTAL}, "a tie is marked in both"
    assert "fastest local/b and local/c (90 tok/s)" in race.summaries[0]
    assert race.summaries[0].startswith("first local/a (0.10 s)")


def test_the_mark_is_a_sign_not_a_colour() -> None:
    marked = race_line(B, 60, best=race_of(a_race(A, B, C)).best["pane-b"]).plain
    assert f"{BEST_MARK}90 tok/s" in marked.replace(" 90", "90") and marked.count(BEST_MARK) == 2
    assert BEST_MARK not in race_line(B, 60).plain


def test_of_many_that_are_equal_it_is_said_how_many() -> None:
    equals = [replace(B, id=f"b{number}") for number in range(4)]
    assert "fastest 4 of 5 (90 tok/s)" in race_of(a_race(A, *equals)).summaries[0]


def test_who_failed_or_was_cancelled_wins_nothing_and_spoils_nothing() -> None:
    for status in (Status.FAILED, Status.CANCELLED, Status.INTERRUPTED):
        race = race_of(a_race(replace(A, status=status), B, C))
        assert not race.best["pane-a"]
        assert Figure.FIRST in race.best["pane-c"]
        assert "local/a" not in race.summaries[0]


def test_what_is_shown_as_the_same_is_a_tie() -> None:
    race = race_of(a_race(replace(A, timing=Timing(0.2712, 3, 50.2)), replace(B, timing=Timing(0.2689, 3, 50.4))))
    assert Figure.FIRST not in race.best["pane-a"] | race.best["pane-b"]
    assert not any("first" in each or "fastest" in each for each in race.summaries)


def test_who_said_nothing_wins_nothing() -> None:
    silent = replace(A, text=" ", reasoning="hm", finish_reason="length")
    assert not race_of(a_race(silent, B, C)).best["pane-a"]


def test_one_model_in_several_panes_is_told_apart_by_the_number_of_its_pane() -> None:
    race = race_of(a_race(A, replace(B, model="local/a"), C))
    assert race.summaries[0].startswith("first local/a #1 (0.10 s) · fastest local/a #2 and local/c (90 tok/s)")


FORMS = (
    "first local/alpha (0.10 s) · fastest local/beta (90 tok/s) · longest local/beta (200 tokens)",
    "first alpha (0.10 s) · fastest beta (90 tok/s) · longest beta (200 tokens)",
    "first #1 (0.10 s) · fastest #2 (90 tok/s) · longest #2 (200 tokens)",
    "first #1 · fastest #2 · longest #2",
)


@pytest.mark.parametrize(("width", "shown"), [(120, 0), (85, 1), (74, 2), (60, 3)])
async def test_the_longest_form_of_the_summary_that_fits_is_shown(width: int, shown: int) -> None:
    class SummaryDemo(Demo):
        def compose(self) -> ComposeResult:
            yield RaceSummary()

    race = race_of(a_race(replace(A, model="local/alpha"), replace(B, model="local/beta")))
    app = SummaryDemo("textchat-dark")
    async with app.run_test(size=(width, 5)) as pilot:
        widget = app.query_one(RaceSummary)
        widget.show(race.summaries)
        await pilot.pause()
        assert widget.render_line(0).text.strip() == f"{BEST_MARK} {FORMS[shown]}"


def test_no_race_while_one_grows_alone_or_with_other_prompts() -> None:
    assert not race_of(a_race(A, replace(B, status=Status.GROWING))).best
    assert not race_of(a_race(A)).best
    assert not race_of(Conversation("c", panes=(Pane("p", "local/a"), Pane("o", "local/b")))).summaries
    other = a_race(A, B).with_message(Message("q2", None, Role.USER, "another prompt"))
    other = other.with_message(replace(B, parent_id="q2"))
    assert not race_of(other).summaries


def test_streaming_beside_blocking() -> None:
    streamed = replace(A, model="local/m", parameters=Parameters())
    blocking = replace(B, model="local/m", parameters=Parameters(stream=False))
    gained = race_of(a_race(streamed, blocking)).beside_blocking_s
    assert {id_: round(value, 3) for id_, value in gained.items()} == {"pane-a": -0.2}
    assert race_of(a_race(streamed, blocking)).summaries[0].endswith("0.20 s sooner than blocking")
    told = race_line(streamed, 120, beside_blocking_s=gained["pane-a"]).plain
    assert "blocking" in told and "0.2" in told

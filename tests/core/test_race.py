"""The race between panes: who is marked for what, ties and failures included, and when there is no race at all."""

from __future__ import annotations

from dataclasses import replace

from tests.core.racing import A, B, C, a_race, an_answer
from textchat.core.conversation import Conversation, Message, Pane, Role, Status, Timing
from textchat.core.figures.race import best_of, race_of, summary
from textchat.core.figures.reply_figures import Figure
from textchat.core.parameters import Parameters


def test_each_figure_has_its_winner_and_equals_share_it() -> None:
    race = race_of(a_race(A, B, C))
    assert race.best["pane-a"] == {Figure.FIRST, Figure.COST}
    assert race.best["pane-b"] == {Figure.SPEED, Figure.OUTPUT}
    assert race.best["pane-c"] == {Figure.SPEED, Figure.TOTAL}, "a tie is marked in both"
    assert "fastest local/b and local/c (90 tok/s)" in race.summaries[0]
    assert race.summaries[0].startswith("first local/a (0.10 s)")


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
    gained = race_of(a_race(streamed, blocking)).streaming_gain_s
    assert {id_: round(value, 3) for id_, value in gained.items()} == {"pane-a": 0.2}
    assert race_of(a_race(streamed, blocking)).summaries[0].endswith("0.20 s sooner than blocking")


def test_a_race_marks_the_best_of_each_figure() -> None:
    fast = an_answer("fast", first=0.2, speed=120, output=100)
    careful = an_answer("careful", first=0.9, speed=40, output=400, cost=0.02)
    cancelled = replace(an_answer("cancelled", first=0.01, speed=900, output=312), status=Status.CANCELLED)
    best = best_of([fast, careful, cancelled])
    assert best == [frozenset({Figure.FIRST, Figure.SPEED, Figure.TOTAL}), frozenset({Figure.OUTPUT}), frozenset()]
    assert summary([fast, careful], ["demo/fast", "demo/careful"]) == (
        "first demo/fast (0.20 s) · fastest demo/fast (120 tok/s) · longest demo/careful (400 tokens)"
    )


def test_no_race_without_two_that_ended_or_with_equals() -> None:
    assert best_of([A]) == [frozenset()]
    assert best_of([A, A]) == [frozenset(), frozenset()]
    assert summary([A, replace(A, status=Status.FAILED)], ["a", "b"]) == ""

"""The race between panes: who is marked for what, ties and failures included, and when there is no race at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.racing import A, B, C, a_race, an_answer
from textchat.core.conversation import (
    Conversation,
    EarlierFigures,
    Message,
    Pane,
    Role,
    Source,
    Status,
    Timing,
    Usage,
)
from textchat.core.figures.race import best_of, race_of, summary
from textchat.core.figures.reply_figures import Figure, figures_of
from textchat.core.parameters import Parameters


def test_each_figure_has_its_winner_and_equals_share_nothing() -> None:
    race = race_of(a_race(A, B, C))
    assert race.best["pane-a"] == {Figure.FIRST, Figure.COST}
    assert race.best["pane-b"] == frozenset(), "a tie is marked in neither, and to be the longest is no merit"
    assert race.best["pane-c"] == {Figure.TOTAL}
    assert race.summaries[0] == "first token: 1 a (0.10 s) · cheapest: 1 a ($0.010) · longest: 2 b (200 tokens)"


def test_many_that_are_equal_win_nothing() -> None:
    equals = [replace(B, id=f"b{number}") for number in range(7)]
    race = race_of(a_race(A, *equals))
    assert not any(Figure.SPEED in won for won in race.best.values())
    assert not any("fastest" in each or "longest" in each for each in race.summaries)


def test_one_answer_in_two_panes_is_no_race() -> None:
    both = a_race(A, B).with_pane(Pane("pane-b", "local/b", leaf_id="a"))
    assert not race_of(both).best and not race_of(both).summaries


def test_each_summary_is_shorter_and_all_name_the_winners_in_one_form() -> None:
    long = "openrouter/a-model-with-a-name-as-long-as-they-get"
    summaries = race_of(a_race(replace(A, model=long), replace(B, model="x/b"))).summaries
    assert summaries == [
        "fastest: 2 b (90 tok/s) · first token: 1 a-model-with-a-name-as-long-as-they-get (0.10 s)"
        " · longest: 2 b (200 tokens)",
        "fastest: 2 b · first token: 1 a-model-with-a-name-as-long-as-they-get · longest: 2 b",
        "fastest: 2 b · first token: 1 a-mode…hey-get · longest: 2 b",
        "fastest: 2 b · first token: 1 a-mode…hey-get",
        "fastest: 2 b",
    ]


def test_who_failed_or_was_cancelled_wins_nothing_and_spoils_nothing() -> None:
    for status in (Status.FAILED, Status.CANCELLED, Status.INTERRUPTED):
        race = race_of(a_race(replace(A, status=status), B, C))
        assert not race.best["pane-a"]
        assert Figure.FIRST in race.best["pane-c"]
        assert "1 a" not in race.summaries[0]


def test_what_is_shown_as_the_same_is_a_tie() -> None:
    race = race_of(a_race(replace(A, timing=Timing(0.2712, 3, 50.2)), replace(B, timing=Timing(0.2689, 3, 50.4))))
    assert Figure.FIRST not in race.best["pane-a"] | race.best["pane-b"]
    assert not any("first" in each or "fastest" in each for each in race.summaries)


def test_who_said_nothing_wins_nothing() -> None:
    silent = replace(A, text=" ", reasoning="hm", finish_reason="length")
    assert not race_of(a_race(silent, B, C)).best["pane-a"]


def test_one_model_in_several_panes_is_told_apart_by_the_number_of_its_pane() -> None:
    race = race_of(a_race(A, replace(B, model="local/a"), C))
    assert "first token: 1 a (0.10 s)" in race.summaries[0] and "longest: 2 a (200 tokens)" in race.summaries[0]


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
        "fastest: demo/fast (120 tok/s) · first token: demo/fast (0.20 s) · longest: demo/careful (400 tokens)"
    )


def test_no_race_without_two_that_ended_or_with_equals() -> None:
    assert best_of([A]) == [frozenset()]
    assert best_of([A, A]) == [frozenset(), frozenset()]
    assert summary([A, replace(A, status=Status.FAILED)], ["a", "b"]) == ""


# -- what a measure cannot tell ----------------------------------------------------------------------------------------


def won(figure: Figure, *answers: Message) -> str:
    """The names of those that are best at a figure."""
    names = "abcdefgh"
    named = [replace(answer, id=names[place]) for place, answer in enumerate(answers)]
    return "".join(answer.id for answer, best in zip(named, best_of(named), strict=True) if figure in best)


def after(first: float, total: float = 9.0, speed: float = 50.0) -> Message:
    return replace(A, timing=Timing(first, total, speed, first))


@pytest.mark.parametrize(
    ("firsts", "first"),
    [
        ((0.03, 0.0, 0.0), ""),
        ((0.015, 0.0, 0.03, 0.0), ""),
        ((0.5, 0.519), ""),
        ((0.5, 0.521), "a"),
        ((5.00, 5.05), "a"),
        ((0.004, 0.019, 0.002, 0.012, 0.007, 0.0, 0.018, 0.01), ""),
    ],
)
def test_nobody_is_first_by_less_than_both_times_may_be_off(firsts: tuple[float, ...], first: str) -> None:
    assert won(Figure.FIRST, *map(after, firsts)) == first
    assert won(Figure.TOTAL, *(after(0.1, 10 + 7 * time) for time in (0.0, 0.002, 0.1))) == ""
    assert won(Figure.TOTAL, *(after(0.1, 10 + 7 * time) for time in (0.0, 0.01, 0.1))) == "a"


@pytest.mark.parametrize(
    ("speeds", "fastest"),
    [((50.0, 51.0), ""), ((50.0, 51.9, 40.0), ""), ((50.0, 53.0), "b"), ((2000.0, 2050.0), ""), ((5.0, 5.3), "b")],
)
def test_nobody_is_fastest_by_less_than_two_speeds_may_be_off(speeds: tuple[float, ...], fastest: str) -> None:
    assert won(Figure.SPEED, *(after(0.1, speed=speed) for speed in speeds)) == fastest


def test_a_speed_of_a_quarter_of_a_second_is_known_less_well() -> None:
    answers = [after(0.1, total, speed) for speed in (100.0, 106.0) for total in (0.35, 2.0)]
    assert won(Figure.SPEED, answers[0], answers[2]) == ""
    assert won(Figure.SPEED, answers[1], answers[3]) == "b"


def estimated(answer: Message, output: int) -> Message:
    return replace(answer, usage=Usage(10, output), cost_source=Source.ESTIMATED)


def test_no_estimate_races_with_a_report() -> None:
    guessed = estimated(replace(A, timing=Timing(0.1, 3.0, 295.0), cost_usd=0.0001), 540)
    for answers in ((guessed, A, C), (A, guessed), (C, guessed, A)):
        for figure in (Figure.SPEED, Figure.OUTPUT, Figure.COST):
            assert won(figure, *answers) == ""
    assert won(Figure.FIRST, guessed, C) == "a", "a time is no estimate"


def test_estimates_race_with_one_another_where_they_are_far_enough_apart() -> None:
    assert won(Figure.OUTPUT, estimated(A, 100), estimated(A, 120)) == ""
    assert won(Figure.OUTPUT, estimated(A, 100), estimated(A, 150)) == "b"
    assert won(Figure.COST, estimated(A, 1), estimated(replace(A, cost_usd=0.02), 1)) == "a"
    said = summary([estimated(A, 100), estimated(replace(A, cost_usd=0.02), 150)], ["a", "b"])
    assert "cheapest: a (~$0.010)" in said and "longest: b (~150 tokens)" in said


# -- continued answers -------------------------------------------------------------------------------------------------

CUT = EarlierFigures(Usage(10, 47, source=Source.REPORTED), Timing(1.0, 2.0, 20.0, 1.0), 0.005, Source.ESTIMATED)


def test_a_continued_answer_adds_up_and_is_never_the_first() -> None:
    goes_on = replace(after(0.0, 3.0), usage=Usage(60, 60, source=Source.REPORTED), earlier=CUT, cost_usd=0.006)
    figures = figures_of(goes_on)
    assert (figures.first_s, figures.total_s, figures.input_tokens, figures.output_tokens) == (None, 5.0, 70, 107)
    assert figures.text(Figure.COST) == "~$0.011"
    assert figures.tokens_per_s == pytest.approx(107 / (47 / 20 + 60 / 50))
    other = replace(B, usage=Usage(10, 60, source=Source.REPORTED))
    assert won(Figure.FIRST, goes_on, other) == "", "alone, it is no race"
    assert won(Figure.OUTPUT, goes_on, other) == "a"
    assert summary([goes_on, other, C], list("abc")).startswith("first token: c (0.20 s)")


@pytest.mark.parametrize("part", [EarlierFigures(), EarlierFigures(None, Timing(None, 2.0, None))])
def test_a_part_without_figures_adds_nothing(part: EarlierFigures) -> None:
    figures = figures_of(replace(A, earlier=part))
    assert (figures.output_tokens, figures.cost_usd, figures.is_cost_estimated) == (100, 0.01, False)


# -- streaming against blocking, with thoughts -------------------------------------------------------------------------


def test_what_streaming_gains_are_words_and_not_thoughts() -> None:
    streamed = replace(A, model="local/m", parameters=Parameters(), timing=Timing(0.3, 2.3, 50.0, 1.3))
    blocking = replace(B, model="local/m", parameters=Parameters(stream=False), timing=Timing(2.28, 2.28, None, 2.28))
    assert race_of(a_race(streamed, blocking)).streaming_gain_s == {"pane-a": pytest.approx(0.98)}
    only_thoughts = replace(streamed, timing=Timing(0.3, 2.3, 50.0))
    assert not race_of(a_race(only_thoughts, blocking)).streaming_gain_s
    goes_on = replace(streamed, earlier=CUT)
    assert not race_of(a_race(goes_on, blocking)).streaming_gain_s
    as_soon = replace(streamed, timing=Timing(2.27, 2.3, None, 2.27))
    assert not race_of(a_race(as_soon, blocking)).streaming_gain_s

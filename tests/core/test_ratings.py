"""Ratings from votes: the same whatever the order and the names, fair to ties, and there for every input."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textchat.core.votes.ratings import MIDDLE, ratings
from textchat.core.votes.vote import LOST, TIED, WON, Candidate, Vote

NEAR = 0.11
"""Figures are rounded to a tenth."""
MODELS = ("a", "b", "c", "d", "e")


def vote(*scores: tuple[str, float]) -> Vote:
    return Vote("c", "q", tuple(Candidate(f"m{place}", *each) for place, each in enumerate(scores)))


def beat(winner: str, *others: str) -> Vote:
    return vote((winner, WON), *((each, LOST) for each in others))


def tie(*models: str) -> Vote:
    return vote(*((each, TIED) for each in models))


votes = st.lists(
    st.lists(st.sampled_from(MODELS), min_size=2, max_size=4).flatmap(
        lambda models: st.sampled_from([beat(*models), tie(*models)])
    ),
    max_size=40,
)


def test_no_votes_no_ratings() -> None:
    assert ratings([]) == {}


def test_who_wins_is_above_who_loses_and_more_votes_move_them_further_apart() -> None:
    one, many = ratings([beat("a", "b")]), ratings([beat("a", "b")] * 10)
    assert one["b"] < MIDDLE < one["a"]
    assert many["b"] < one["b"] and one["a"] < many["a"]


def test_three_wins_of_four_are_worth_the_points_of_three_to_one() -> None:
    rated = ratings([*[beat("a", "b")] * 3000, *[beat("b", "a")] * 1000])
    assert rated["a"] - rated["b"] == pytest.approx(400 * math.log10(3), abs=1)


def test_the_winner_of_several_beat_each_of_them_and_they_did_not_meet() -> None:
    assert ratings([beat("a", "b", "c")]) == ratings([beat("a", "b"), beat("a", "c")])
    assert ratings([tie("a", "b", "c")]) == ratings([tie("a", "b"), tie("b", "c"), tie("a", "c")])


def test_a_model_beside_itself_proves_nothing() -> None:
    assert ratings([beat("a", "a")]) == {"a": MIDDLE}
    assert ratings([beat("a", "a", "b")]) == ratings([beat("a", "b")])


def test_who_was_beaten_by_the_strong_is_above_who_was_beaten_by_the_weak() -> None:
    rated = ratings(
        [*[beat("strong", "middle")] * 9, *[beat("middle", "weak")] * 9, beat("strong", "x"), beat("weak", "y")]
    )
    assert rated["x"] > rated["y"]


@pytest.mark.parametrize(
    "cast",
    [
        [beat("a", "b")] * 100_000,
        [beat(f"m{number:02}", f"m{number + 1:02}") for number in range(40)] * 1000,
        [tie("a", "b")] * 100_000 + [beat("c", "d")],
        [beat("a", "b"), beat("c", "d"), beat("a", "b"), vote(("e", LOST), ("f", LOST))],
    ],
    ids=["always", "a chain", "apart", "none good"],
)
def test_there_are_ratings_for_every_input(cast: list[Vote]) -> None:
    rated = ratings(cast)
    assert all(math.isfinite(each) for each in rated.values())
    assert sum(rated.values()) / len(rated) == pytest.approx(MIDDLE, abs=20)
    names = sorted(rated)
    assert [rated[name] for name in names[:2]] == sorted([rated[name] for name in names[:2]], reverse=True)


@given(votes, st.data())
@settings(deadline=None)
def test_the_order_of_votes_and_of_answers_does_not_count(cast: list[Vote], data: st.DataObject) -> None:
    shuffled = [
        replace(each, candidates=tuple(data.draw(st.permutations(each.candidates))))
        for each in data.draw(st.permutations(cast))
    ]
    assert ratings(shuffled) == ratings(cast)


@given(votes, st.permutations(MODELS))
@settings(deadline=None)
def test_names_do_not_count(cast: list[Vote], names: list[str]) -> None:
    new = dict(zip(MODELS, names, strict=True))
    renamed = [
        replace(each, candidates=tuple(replace(one, model=new[one.model]) for one in each.candidates)) for each in cast
    ]
    rated, again = ratings(cast), ratings(renamed)
    assert {new[name]: each for name, each in rated.items()} == pytest.approx(again, abs=NEAR)


@given(votes)
@settings(deadline=None)
def test_as_many_wins_on_both_sides_are_equal_ratings(cast: list[Vote]) -> None:
    """Each vote once more with the first two names swapped throughout."""
    swap = {"a": "b", "b": "a"}
    mirrored = [
        replace(each, candidates=tuple(replace(one, model=swap.get(one.model, one.model)) for one in each.candidates))
        for each in cast
    ]
    rated = ratings([*cast, *mirrored])
    assert rated.get("a") == pytest.approx(rated.get("b"), abs=NEAR)


@given(votes, st.permutations(MODELS))
@settings(deadline=None)
def test_one_more_win_never_lowers(cast: list[Vote], names: list[str]) -> None:
    winner, loser, *_ = names
    before, after = ratings(cast), ratings([*cast, beat(winner, loser)])
    assert after[winner] >= before.get(winner, MIDDLE) - NEAR
    assert after[loser] <= before.get(loser, MIDDLE) + NEAR

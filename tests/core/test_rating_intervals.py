"""Intervals of ratings: held to a reference fit, to published figures and to voters whose preferences are known."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.core.voters import Case, Voters, coverage, strengths_from, vote_of
from textchat.core.votes.bootstrap import redrawn, usual_draws
from textchat.core.votes.outcomes import Pair, outcomes
from textchat.core.votes.ratings import MIDDLE, POINTS, Interval, RatedModel, rated, ratings
from textchat.core.votes.strengths import PRIOR, strengths
from textchat.core.votes.vote import LOST, TIED, WON, Vote, VoteKind

BASEBALL = """
    Milwaukee - 7 9 7 7 9 11
    Detroit 6 - 7 5 11 9 9
    Toronto 4 6 - 7 7 8 12
    New York 6 8 6 - 6 7 10
    Boston 6 2 6 7 - 7 12
    Cleveland 4 4 5 6 6 - 6
    Baltimore 2 4 1 3 1 7 -
"""
"""Wins of one team over each other, American League East 1987 (A. Agresti, Categorical Data Analysis, 2002, 10.6.1)."""
PUBLISHED = {
    "Milwaukee": 1.5814,
    "Detroit": 1.4364,
    "Toronto": 1.2945,
    "New York": 1.2476,
    "Boston": 1.1077,
    "Cleveland": 0.6839,
    "Baltimore": 0.0,
}
"""Their strengths over Baltimore's, as the R package BradleyTerry2 gives them."""


def test_published_figures() -> None:
    rows = [line.rsplit(maxsplit=7) for line in BASEBALL.strip().splitlines()]
    names = [name.strip() for name, *_ in rows]
    wins = {
        (i, j): (float(rows[i][1 + j]), float(rows[j][1 + i]))
        for i in range(len(rows))
        for j in range(i + 1, len(rows))
    }
    fitted = strengths(len(names), wins, prior=1e-9)
    over = {name: each - fitted[names.index("Baltimore")] for name, each in zip(names, fitted, strict=True)}
    assert over == pytest.approx(PUBLISHED, abs=2e-4)


def by_minorization(size: int, wins: Mapping[Pair, tuple[float, float]]) -> list[float]:
    """The same maximum by another way (D. R. Hunter, Annals of Statistics 32, 2004), with a model in the middle."""
    worth = [1.0] * size
    for _ in range(20_000):
        won = [PRIOR] * size
        share = [2 * PRIOR / (each + 1) for each in worth]
        for (i, j), (first, second) in wins.items():
            won[i] += first
            won[j] += second
            for place in (i, j):
                share[place] += (first + second) / (worth[i] + worth[j])
        new = [each / of for each, of in zip(won, share, strict=True)]
        is_settled = max(abs(math.log(a / b)) for a, b in zip(new, worth, strict=True)) < 1e-12
        worth = new
        if is_settled:
            break
    return [math.log(each) for each in worth]


@pytest.mark.parametrize("seed", range(6))
def test_a_reference_fit_by_another_method(seed: int) -> None:
    rng = random.Random(seed)
    true = strengths_from(rng, 5, 1.5)
    voters = Voters(true, at_once=3, is_ranking=True) if seed % 2 else Voters(true)
    found = outcomes(voters.votes(60, rng))
    assert strengths(len(found.models), found.wins()) == pytest.approx(
        by_minorization(len(found.models), found.wins()), abs=1e-6
    )


@pytest.mark.parametrize("case", [Case(2, 0.7, 15), Case(4, 1.0, 40, at_once=3, is_ranking=True)], ids=str)
def test_intervals_hold_the_truth(case: Case) -> None:
    """A share of `python -m tests.benchmarks ratings`, which simulates a thousand: three standard errors wide."""
    found = coverage(80, case, draws=100)
    assert 0.88 <= found.ratings <= 0.995 and 0.88 <= found.differences <= 0.995


def apart(better: str, worse: str, wins: int, losses: int, kind: VoteKind = VoteKind.OPEN) -> list[Vote]:
    votes = [vote_of((better, WON, None), (worse, LOST, None))] * wins
    votes += [vote_of((better, LOST, None), (worse, WON, None))] * losses
    return [replace(vote, is_blind=kind is not VoteKind.OPEN) for vote in votes]


def interval(votes: list[Vote], model: str) -> Interval:
    found = rated(votes).by_name[model].interval
    assert found is not None
    return found


def width(of: Interval) -> float:
    assert of.low is not None and of.high is not None
    return of.high - of.low


def test_two_models_have_jeffreys_interval() -> None:
    """Of 7 wins in 10, the share of wins lies between 0.3915 and 0.9059 (Beta distribution of 7.5 and 3.5)."""
    low, high = interval(apart("a", "b", 7, 3), "a").low, interval(apart("a", "b", 7, 3), "a").high
    assert low is not None and high is not None
    share = [1 / (1 + math.exp(-2 * (each - MIDDLE) / POINTS)) for each in (low, high)]
    assert share == pytest.approx([0.3915, 0.9059], abs=0.02)


def test_more_votes_narrow_it_and_their_order_changes_nothing() -> None:
    few, many = apart("a", "b", 12, 8), apart("a", "b", 120, 80)
    assert width(interval(many, "a")) == pytest.approx(width(interval(few, "a")) / math.sqrt(10), rel=0.15)
    assert interval(few[::-1], "a") == interval(few, "a")
    found = rated(few).by_name["a"]
    assert width(interval(few, "a")) > 0 and found.interval is not None
    assert (found.interval.low or math.inf) < found.rating < (found.interval.high or 0)


def test_of_few_votes_a_rating_is_a_guess_without_interval() -> None:
    found = rated([*apart("a", "b", 6, 3), *apart("a", "c", 9, 8)]).by_name
    assert (found["a"].is_few, found["b"].is_few, found["c"].is_few) == (False, True, False)


def test_who_always_wins_may_be_any_higher_and_who_always_loses_any_lower() -> None:
    best, worst = (interval(apart("a", "b", 30, 0), each) for each in "ab")
    assert best.high is None and best.low is not None and MIDDLE < best.low < 1400
    assert worst.low is None and worst.high is not None and 600 < worst.high < MIDDLE
    # By way of others too: a and b are even, and both always beat c and d, which are even.
    votes = [*apart("a", "b", 6, 6), *apart("c", "d", 6, 6), *apart("a", "c", 8, 0), *apart("b", "d", 8, 0)]
    found = rated(votes)
    assert [each.interval and each.interval.high for each in found.models[:2]] == [None, None]
    assert [each.interval and each.interval.low for each in found.models[2:]] == [None, None]
    _, even = found.lead("a", "b")
    assert even.low is not None and even.high is not None and even.holds_zero
    _, lead = found.lead("a", "d")
    assert lead.low is not None and lead.low > 0 and lead.high is None and not lead.holds_zero


def test_models_that_never_met_have_no_common_scale() -> None:
    found = rated([*apart("a", "b", 9, 3), *apart("b", "c", 9, 3), *apart("x", "y", 10, 2)])
    assert [(each.model, each.group) for each in found.models] == [("a", 0), ("b", 0), ("c", 0), ("x", 1), ("y", 1)]
    assert found.groups == 2
    alone = rated([vote_of(("a", LOST, None), ("b", LOST, None))] * 12)
    assert alone.groups == 2 and all(each.is_few and each.rating == MIDDLE for each in alone.models)


def test_a_ranking_is_as_many_pairs_of_one_vote() -> None:
    ranking = vote_of(("a", WON, 1), ("b", LOST, 2), ("c", LOST, 3))
    pairs = [*apart("a", "b", 1, 0), *apart("a", "c", 1, 0), *apart("b", "c", 1, 0)]
    assert ratings([ranking] * 10) == ratings(pairs * 10)
    shared = vote_of(("a", WON, 1), ("b", LOST, 2), ("c", LOST, 2))
    tied = vote_of(("b", TIED, None), ("c", TIED, None))
    assert ratings([shared]) == ratings([*apart("a", "b", 1, 0), *apart("a", "c", 1, 0), tied])
    # Without ranks, those that lost were not compared; and pairs of one vote are no votes of their own.
    assert ratings([replace(ranking, candidates=tuple(replace(c, rank=None) for c in ranking.candidates))]) == ratings(
        pairs[:2]
    )
    split = rated([ranking, vote_of(("b", WON, 1), ("c", LOST, 2), ("a", LOST, 3))] * 20)
    alone = rated([*pairs, *apart("b", "a", 1, 0), *apart("b", "c", 1, 0), *apart("c", "a", 1, 0)] * 20)
    assert split.deviation("a", "b") > alone.deviation("a", "b")


def test_judges_do_not_count_and_kinds_stand_apart() -> None:
    blind = apart("a", "b", 3, 2, VoteKind.BLIND)
    named = [replace(vote, candidates=tuple(replace(c, names_itself=True) for c in vote.candidates)) for vote in blind]
    open_ = apart("a", "b", 6, 1)
    judged = [replace(vote, judge="j/judge") for vote in apart("b", "a", 50, 0)]
    found = rated([*blind, *named, *open_, *judged])
    assert found == rated([*blind, *named, *open_]) and found.votes == 17
    a: RatedModel = found.by_name["a"]
    assert (a.votes, a.score, dict(a.by_kind)) == (17, 12.0, {"blind": 5, "named": 5, "open": 7})


def test_thousands_of_different_rankings_take_no_more_time() -> None:
    rng = random.Random(1)
    pairs, rankings = (
        outcomes(Voters(strengths_from(rng, 10, 1.0), at_once=at_once, is_ranking=True).votes(1000, rng))
        for at_once in (2, 8)
    )
    assert (usual_draws(pairs), usual_draws(rankings)) == (1000, 200)
    assert len(redrawn(pairs, 7).draws) == 7

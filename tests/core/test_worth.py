"""“Is it worth it?”: the cheapest model that is not clearly preferred less, and how many votes would settle it."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.voters import vote_of
from tests.examples import examples
from textchat.core.votes.over_time import by_period
from textchat.core.votes.rating_report import RatingReport, rating_report
from textchat.core.votes.rating_words import bar, bar_range, rating_text, worth_sentences
from textchat.core.votes.ratings import POINTS, rated
from textchat.core.votes.scope import EVERYTHING, moment
from textchat.core.votes.usual_reply import UsualReply
from textchat.core.votes.vote import LOST, TIED, WON, Vote
from textchat.core.votes.worth import votes_to_settle, worth

DEAR, CHEAP, FREE = UsualReply(0.012), UsualReply(0.001), UsualReply(0.0)


def apart(better: str, worse: str, wins: int, losses: int) -> list[Vote]:
    won = [vote_of((better, WON, None), (worse, LOST, None))] * wins
    return won + [vote_of((better, LOST, None), (worse, WON, None))] * losses


def report(votes: list[Vote], **replies: UsualReply) -> RatingReport:
    return rating_report(EVERYTHING, votes, replies)


def test_the_cheapest_that_is_not_clearly_below() -> None:
    votes = [*apart("dear", "cheap", 12, 9), *apart("dear", "poor", 28, 2), *apart("cheap", "poor", 9, 1)]
    found = report(votes, dear=DEAR, cheap=CHEAP, poor=FREE)
    assert found.worth is not None and found.worth.favourite.model == "dear"
    assert [(each.rated.model, each.is_clearly_below) for each in found.worth.cheaper] == [
        ("poor", True),
        ("cheap", False),
    ]
    assert found.worth.alternative is not None and found.worth.alternative.rated.model == "cheap"
    first, second = worth_sentences(found)
    assert first == "Not by your votes: you do not clearly prefer dear ($0.012 a reply) to cheap ($0.0010)."
    assert second.startswith(("You would pick your favourite 5", "You would pick your favourite 6"))
    assert "more votes between the two would settle it (" in second


def test_a_clear_favourite_is_worth_it() -> None:
    found = report(apart("dear", "cheap", 40, 8), dear=DEAR, cheap=CHEAP)
    assert found.worth is not None and found.worth.alternative is None
    first, second = worth_sentences(found)
    assert first.startswith("Yes: you clearly prefer dear ($0.012 a reply) to every cheaper model")
    assert second.startswith("The nearest is cheap ($0.0010). You would pick your favourite 8")


def test_level_models_are_not_to_be_settled() -> None:
    found = report(apart("dear", "cheap", 50, 50), dear=DEAR, cheap=CHEAP)
    assert found.worth is not None
    cheaper = report(apart("cheap", "dear", 50, 50), dear=CHEAP, cheap=DEAR).worth
    assert cheaper is not None
    (either,) = (*found.worth.cheaper, *cheaper.cheaper)
    assert either.to_settle is None and abs(either.lead) < 1
    said = " ".join(sentence for each in (found,) for sentence in worth_sentences(each))
    assert "level" in said or said.startswith("Yes: cheap")


def test_what_is_not_known_is_said() -> None:
    assert worth(rated([]), {}) is None and worth_sentences(report([])) == []
    assert worth_sentences(report(apart("a", "b", 3, 1))) == ["Too few votes to say: a model needs 10."]
    (unpriced,) = worth_sentences(report(apart("a", "b", 12, 3), b=CHEAP))
    assert unpriced.startswith("Your favourite is a. The cost of its replies is unknown. Set price in")
    votes = [*apart("dear", "cheap", 30, 3), *apart("dear", "odd", 14, 1), *apart("dear", "new", 1, 0)]
    votes += apart("star", "dear", 2, 0)
    said = worth_sentences(report(votes, dear=DEAR, cheap=CHEAP, new=FREE, star=UsualReply(1.0)))
    assert said[-3:] == [
        "Rated higher, but from too few votes: star.",
        "Cheaper, but with too few votes to say: new.",
        'Cost unknown: odd. Set price in [models."P/M"] of config.toml.',
    ]
    (best,) = worth_sentences(report(apart("cheap", "dear", 20, 4), dear=DEAR, cheap=CHEAP))
    assert best == "Yes: cheap ($0.0010 a reply) is your favourite, and no other rated model is known to cost less."


def test_the_favourite_is_of_the_group_with_most_votes() -> None:
    found = report([*apart("a", "b", 20, 9), *apart("x", "y", 12, 0)], a=DEAR, x=DEAR, y=FREE)
    assert found.worth is not None and found.worth.favourite.model == "a" and not found.worth.cheaper


def test_votes_to_settle_by_hand() -> None:
    # A lead of 100 points is a chance of 0.640; a vote tells 0.2304. Wanted for 80 of 100: (2.8 / 0.5757)²,
    # which is 23.65; known is (173.7 / 60)², 8.38.
    more = votes_to_settle(100.0, 60.0)
    assert more is not None and (more.low, more.about, more.high) == (14, 67, 134)
    assert votes_to_settle(5.0, 60.0) is None and votes_to_settle(11.0, 60.0) is None


def test_so_many_votes_do_settle_it() -> None:
    """Voters who prefer one model by 120 points: after the votes asked for, four of five times it is clear."""
    strength = 120 / POINTS
    more = votes_to_settle(120.0, 1e6)
    assert more is not None
    rng, chance = random.Random(4), 1 / (1 + math.exp(-strength))
    clear = 0
    for _ in range(40):
        wins = sum(rng.random() < chance for _ in range(more.about))
        low = rated(apart("a", "b", wins, more.about - wins)).lead("a", "b")[1].low
        clear += low is not None and low > 0
    assert 0.6 <= clear / 40 <= 0.95


@st.composite
def votes(draw: st.DrawFn) -> list[Vote]:
    models = st.lists(st.sampled_from("abcdé界"), min_size=2, max_size=3)
    scores = st.sampled_from([WON, TIED, LOST])
    judged = st.tuples(models, st.lists(scores, min_size=3, max_size=3), st.integers(1, 12))
    cast = draw(st.lists(judged, max_size=5))
    return [
        vote
        for names, each, count in cast
        for vote in [vote_of(*((name, score, None) for name, score in zip(names, each, strict=False)))] * count
    ]


@given(votes(), st.dictionaries(st.sampled_from("abcdé界"), st.sampled_from([DEAR, CHEAP, FREE])), st.integers(0, 40))
@settings(max_examples=examples(40), deadline=None)
def test_whatever_the_votes_are_it_is_said_and_drawn(
    cast: list[Vote], replies: dict[str, UsualReply], width: int
) -> None:
    found = rating_report(EVERYTHING, cast, replies)
    assert all(sentence.endswith((".", ").")) for sentence in worth_sentences(found))
    least, most = bar_range(found.ratings)
    for each in found.ratings.models:
        drawn = bar(each, least, most, width)
        assert len(drawn) == width and (not width or ("○" if each.is_few else "●") in drawn)
        assert "None" not in rating_text(each)


def test_the_ends_of_a_bar() -> None:
    models = rated([*apart("a", "b", 30, 0), *apart("b", "c", 15, 10), *apart("c", "b", 9, 9)]).models
    drawn = [bar(each, 500.0, 1900.0, 30) for each in models]
    assert drawn[0].rstrip()[-1] == "▸" and drawn[0].lstrip()[0] == "├"
    assert drawn[1].lstrip()[0] == "◂"


# -- which votes, and when ---------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 29, 12, 0)


@pytest.mark.parametrize(
    ("text", "is_end", "expected"),
    [
        ("2026-11-01", False, datetime(2026, 11, 1)),
        ("2026-11-01", True, datetime(2026, 11, 2)),
        ("7d", False, NOW - timedelta(days=7)),
        ("12h", True, NOW - timedelta(hours=12)),
        ("2w", False, NOW - timedelta(days=14)),
        ("3m", False, NOW - timedelta(days=90)),
        ("1y", False, NOW - timedelta(days=365)),
    ],
)
def test_moments(text: str, is_end: bool, expected: datetime) -> None:
    assert moment(text, NOW, is_end=is_end) == expected.timestamp()


@pytest.mark.parametrize("text", ["", "7", "d", "-7d", "2026-13-01", "2026-02-30", "99999y", "7d ", "٧d", "yesterday"])
def test_no_moments(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        moment(text, NOW)


def at(day: datetime, votes: list[Vote]) -> list[Vote]:
    return [replace(vote, created_at=day.timestamp()) for vote in votes]


def test_ratings_by_week_and_by_month() -> None:
    early, late = at(datetime(2026, 11, 4), apart("a", "b", 12, 0)), at(datetime(2026, 11, 22), apart("b", "a", 3, 0))
    weeks = by_period([*late, *early])
    assert [(each.name, each.votes["a"], each.is_few("a")) for each in weeks] == [
        ("2026-11-02", 12, False),
        ("2026-11-16", 3, True),
    ]
    assert weeks[0].ratings["a"] > weeks[0].ratings["b"] and weeks[1].ratings["a"] < weeks[1].ratings["b"]
    months = by_period([*at(datetime(2026, 1, 31), early), *late])
    assert [each.name for each in months] == ["2026-01", "2026-11"]

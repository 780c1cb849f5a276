"""Where a message stands among its versions, what was voted on it, and who began a continued text."""

from __future__ import annotations

from dataclasses import replace

from tests.core.racing import A, B, a_race
from textchat.core.conversation import EarlierFigures, Status
from textchat.core.figures.standing import Standing, standing_of
from textchat.core.parameters import Parameters
from textchat.core.turns import edit_answer
from textchat.core.votes.vote import Candidate, Vote


def test_versions_are_counted_from_one_and_votes_are_known() -> None:
    race = a_race(A, B).with_vote(Vote("c", "q", (Candidate("a", "local/a", 0.0), Candidate("b", "local/b", 1.0))))
    assert standing_of(race, "a") == Standing(1, 2, 0.0)
    assert standing_of(race, "b") == Standing(2, 2, 1.0)
    assert standing_of(race, "q") == standing_of(race, "nothing") == Standing()


def test_a_text_that_another_model_continued_names_both() -> None:
    begun, shorter = replace(A, text="Once upon a"), replace(B, id="s", text="Once")
    continued = replace(B, text="Once upon a time", earlier=EarlierFigures())
    race = a_race(begun, shorter, continued)
    assert standing_of(race, "b").begun_by == "local/a", "the longest beginning"
    assert standing_of(a_race(replace(begun, model="local/b"), continued), "b").begun_by == "", "its own"
    assert standing_of(a_race(begun, replace(continued, earlier=None)), "b").begun_by == "", "by chance alike"


def test_only_what_the_user_wrote_is_edited() -> None:
    race = a_race(A, replace(B, parameters=Parameters()))
    assert not any(message.is_edited for message in race.messages.values())
    for pane_id, message_id in (("pane-a", "a"), ("pane-b", "b")):  # imported without parameters, and asked here
        (mine,) = edit_answer(race, pane_id, message_id, "mine").prompts
        assert mine.is_edited
    assert not replace(mine, status=Status.GROWING).is_edited

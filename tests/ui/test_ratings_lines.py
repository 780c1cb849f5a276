"""The panel of ratings as text: at any width it fits, and says the most important."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from tests.core.voters import vote_of
from textchat.core.votes.rating_report import RatingReport, rating_report
from textchat.core.votes.scope import EVERYTHING
from textchat.core.votes.usual_reply import UsualReply
from textchat.core.votes.vote import LOST, WON, Vote
from textchat.render.cells import width_of
from textchat.ui.ratings.ratings_lines import report_lines

LONG = "provider/" + "a-very-long-name-" * 6


@pytest.fixture(scope="module")
def report() -> RatingReport:
    names = ["openai/gpt-5", "local/模型", LONG]
    votes: list[Vote] = []
    for month in range(1, 12):
        day = datetime(2026, month, 3).timestamp()
        for better, worse in zip(names, [*names[1:], names[0]], strict=True):
            vote = vote_of((better, WON, None), (worse, LOST, None))
            votes += [replace(vote, created_at=day, is_blind=month % 2 > 0)] * (3 if better == names[0] else 2)
    votes += [vote_of(("x/alone", WON, None), ("x/other", LOST, None))] * 2
    return rating_report(EVERYTHING, votes, {names[0]: UsualReply(0.02, False, 0.5, 12.0), LONG: UsualReply(0.001)})


@pytest.mark.parametrize("width", [*range(24, 130, 7), 76, 116, 196])
def test_every_line_fits(report: RatingReport, width: int) -> None:
    lines = report_lines(report, width)
    assert max(width_of(line.text) for line in lines) <= width
    assert "RATING" in lines[0].text


def test_what_there_is_no_room_for_is_left_out(report: RatingReport) -> None:
    narrow, usual, wide = (report_lines(report, width) for width in (40, 76, 156))
    assert narrow[0].text.split()[:2] == ["MODEL", "RATING"] and "COST" not in narrow[0].text
    assert {"BLIND", "OPEN", "COST"} <= set(usual[0].text.split())
    assert {"95%", "BLIND", "OPEN", "COST", "FIRST", "WHOLE"} <= set(wide[0].text.split())
    first = wide[1].text
    assert first.startswith("openai/gpt-5") and "├" in first and "●" in first and "$0.020" in first
    assert "NAMED" not in wide[0].text, "no vote is of that kind"
    text = "\n".join(line.text for line in wide)
    assert "2 groups were never compared with each other" in text and "Is it worth it?" in text
    assert "2026-11" in text and "2026-01" in text, "all months have room"
    assert "2026-01" not in "\n".join(line.text for line in usual), "the last ones"

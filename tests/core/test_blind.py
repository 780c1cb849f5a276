"""Letters of a blind comparison, and what a vote says of its judge."""

from __future__ import annotations

import pytest

from textchat.core.blind.blind import Blind, blind_from, letter
from textchat.core.blind.sources import HIDDEN_ADDRESS, nameless_sources
from textchat.core.parts.citation import Citation
from textchat.core.votes.vote import LOST, WON, Candidate, Vote, VoteKind


def test_letters_go_on_behind_z() -> None:
    assert [letter(place) for place in (0, 1, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "B",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


def test_a_pane_keeps_its_letter() -> None:
    blind = Blind(("p3", "p1", "p2"), is_paced=True)
    assert [blind.letter(id_) for id_ in ("p1", "p2", "p3", "p4")] == ["B", "C", "A", None]
    assert blind_from(blind.as_dict()) == blind


@pytest.mark.parametrize("value", [{}, {"panes": "p1", "paced": True}, {"panes": ["p1"], "paced": 1}, {"panes": [1]}])
def test_another_value_is_no_blind_comparison(value: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        blind_from(value)


@pytest.mark.parametrize(
    ("is_blind", "names_itself", "kind"),
    [(False, False, VoteKind.OPEN), (True, False, VoteKind.BLIND), (True, True, VoteKind.NAMED), (False, True, "open")],
)
def test_a_vote_is_blind_unless_an_answer_named_its_model(is_blind: bool, names_itself: bool, kind: VoteKind) -> None:
    candidates = Candidate("a", "p/m", WON, names_itself=names_itself), Candidate("b", "p/n", LOST)
    assert Vote("c", "q", candidates, is_blind).kind is VoteKind(kind)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://vertexaisearch.cloud.google.com/grounding-api-redirect/AbC", HIDDEN_ADDRESS),
        ("HTTPS://VertexAISearch.cloud.google.com:443/x", HIDDEN_ADDRESS),
        ("https://vertexaisearch.cloud.google.com.example/x", "https://vertexaisearch.cloud.google.com.example/x"),
        ("https://moons.org/a?utm_source=openai", "https://moons.org/a"),
        ("https://moons.org/a?utm_source=openai&b=1#c", "https://moons.org/a?b=1#c"),
        ("https://moons.org/a?b=1&utm_source=chatgpt.com#c", "https://moons.org/a?b=1#c"),
        ("https://moons.org/a?b=1", "https://moons.org/a?b=1"),
        ("https://moons.org/a?", "https://moons.org/a?"),
    ],
)
def test_a_source_does_not_tell_who_found_it(url: str, shown: str) -> None:
    assert nameless_sources([Citation(url, "Moons", (4,))]) == (Citation(shown, "Moons", (4,)),)

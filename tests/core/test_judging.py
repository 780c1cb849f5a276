"""What judges are asked and what they say, what has changed between runs, and figures against hand-computed values."""

from __future__ import annotations

import json
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.evaluation.changes import changes
from textchat.core.evaluation.judgement import Judgement, Winner, judgement_from
from textchat.core.evaluation.judging import (
    OVERALL,
    VERDICT,
    VERDICTS,
    WINNER,
    WINNERS,
    Criterion,
    JudgedPair,
    Said,
    is_same_model,
    said_in,
    settled,
    winner_of,
)
from textchat.core.evaluation.measuring import measured
from textchat.core.evaluation.result_row import ResultRow, row_of
from textchat.core.evaluation.verdicts import Verdict, agreement, summary_of_verdicts
from textchat.core.evaluation.wording import rewording, words_of
from textchat.core.limits import JUDGED
from textchat.core.votes.vote import Candidate, Vote

THIS, THAT, TIE = Winner.THIS, Winner.THAT, Winner.TIE


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('{"why": "x", "winner": "A"}', "A"),
        ('```json\n{"winner": "tie"}\n```', "tie"),
        ('First I thought {"winner": "A"}, but no: {"winner": "b", "why": "y"}', "B"),
        ('{"why": "It says {\\"winner\\": \\"A\\"} itself.", "winner": "B"}', "B"),
        ('{"why": "x", "winner": "Reply A"}', "A"),
        ("[[B]]", "B"),
        ("**A**", "A"),
        ("Tie.", "tie"),
        ("", None),
        ("A is better than B", None),
        ('{"winner": "C"}', None),
        ('{"winner": ["A"]}', None),
        ("{" * 5_000, None),
        ('{"a":' * 3_000 + '{"winner": "A"}', "A"),
    ],
)
def test_a_verdict_is_found_wherever_it_stands(text: str, word: str | None) -> None:
    said = said_in(text, WINNER, WINNERS)
    assert (None if said is None else said.word) == word
    assert said_in('{"verdict": "Different", "why": 3}', VERDICT, VERDICTS) == Said("different", None)


@settings(max_examples=examples(200), deadline=None)
@given(st.text(), st.text(), st.text())
def test_no_text_ends_its_own_marks(prompt: str, this: str, that: str) -> None:
    pair = JudgedPair(prompt, this, that)
    question = pair.question(OVERALL, swapped=False)
    (mark,) = {line.rpartition(" ")[2] for line in question.splitlines()[:1]}
    assert mark not in prompt + this + that
    swapped = JudgedPair(prompt, that, this).question(OVERALL, swapped=True)
    assert pair.question(OVERALL, swapped=True) != question or this == that
    assert [part for part in swapped.split("\n\n") if "Criterion" in part] == [f"Criterion: {OVERALL}"]


def test_long_texts_are_bounded_and_a_judgement_is_of_its_texts_alone() -> None:
    long = JudgedPair("p", "a" * (JUDGED.most + 5), "b")
    assert long.is_cut and "[5 characters are left out here]" in long.question(OVERALL, swapped=False)
    short = JudgedPair("p", "a", "b")
    others = [JudgedPair("p", "b", "a"), JudgedPair("pa", "", "b"), JudgedPair("p", "a", "b ")]
    digests = {each.digest(OVERALL) for each in (short, *others)} | {short.digest(Criterion("overall", "Which?"))}
    assert len(digests) == 5 and not short.is_cut
    judgement = Judgement("j/x", 1, TIE, "overall", True, None, short.digest(OVERALL))
    assert judgement_from(json.loads(json.dumps(judgement.as_dict()))) == judgement
    assert is_same_model("openai/gpt-5", "openrouter/openai/GPT-5") and not is_same_model("a/b", "a/c")


def test_the_order_alone_wins_nothing() -> None:
    assert [winner_of(Said(word, None), swapped=False) for word in WINNERS] == [THIS, THAT, TIE]
    assert [winner_of(Said(word, None), swapped=True) for word in WINNERS] == [THAT, THIS, TIE]
    assert settled({False: THIS, True: THIS}) is THIS
    assert settled({False: THIS, True: THAT}) is settled({False: THIS, True: TIE}) is TIE
    assert settled({True: THIS}) is None


def verdict(line: int, winner: Winner, judge: str = "j", *, is_swayed: bool = False) -> Verdict:
    return Verdict(line, (0, 1), (("a", "{}"), ("b", "{}")), judge, "overall", winner, is_swayed)


def test_verdicts_are_summed_up_by_prompt() -> None:
    said = [THIS] * 7 + [TIE] * 2 + [THAT]
    verdicts = [verdict(line, winner, is_swayed=winner is TIE) for line, winner in enumerate(said)]
    verdicts += [verdict(line, THIS, "k") for line in range(9)]
    found = summary_of_verdicts(verdicts, {("a", "{}"): "A", ("b", "{}"): "B"})
    first, second = found.pairs
    assert (first.names, first.wins, first.ties, first.losses, first.share) == (("A", "B"), 7, 2, 1, 0.8)
    assert first.p == pytest.approx(2 * (1 + 8) / 2**8)  # 7 to 1 of 8 that differ
    assert second.p == pytest.approx(2 / 2**9) and second.adjusted_p == pytest.approx(2 * second.p)
    assert first.interval == pytest.approx((0.4902, 0.9433), abs=1e-4)  # Wilson, 8 of 10
    assert [(each.judge, each.swayed, each.verdicts) for each in found.sways] == [("j", 2, 10), ("k", 0, 9)]
    (agreed,) = found.agreements
    assert (agreed.same, agreed.verdicts) == (7, 9)


def test_agreement_is_by_more_than_chance() -> None:
    # Of ten, each says tie in two; they agree in both of these and in six others.
    said = [(TIE, TIE)] * 2 + [(THIS, THIS)] * 3 + [(THAT, THAT)] * 3 + [(THIS, THAT)] * 2
    found = agreement(("one", "other"), said)
    assert found.share == 0.8 and found.by_chance == pytest.approx(0.2 * 0.2 + 0.8 * 0.8 / 2)
    assert found.kappa == pytest.approx((0.8 - 0.36) / (1 - 0.36))
    assert agreement(("one", "other"), [(TIE, TIE)]).kappa is None


def test_judges_are_measured_by_what_the_user_prefers() -> None:
    def vote(judge: str | None, *scores: float, criterion: str | None = None, told: bool = False) -> Vote:
        candidates = (Candidate(f"m{at}", f"x/{at}", score, names_itself=told) for at, score in enumerate(scores))
        return Vote("c", "p", tuple(candidates), True, judge, criterion=criterion)

    of_two = [vote("j", 1, 0, criterion="a: b"), Vote("c", "p", (Candidate("m0", "x/0", 0), Candidate("m2", "x/2", 1)),
              True, "j", criterion="a: b")]  # fmt: skip
    (found,) = measured([vote(None, 1, 0, 0), *of_two])
    assert (found.votes, found.agreement.same, found.agreement.verdicts) == (1, 1, 2)
    assert found.agreement.interval.high > 0.9, "two pairs of one vote are one vote"
    (named,) = measured([vote(None, 0.5, 0.5, told=True), of_two[0]])
    assert (named.kind.value, named.agreement.same) == ("named", 0)
    assert measured([vote(None, 0, 0), of_two[0]]) == [], "that none is good prefers none"
    (found,) = measured([of_two[0], vote(None, 1, 0)])
    assert found.agreement.same == 1, "whichever came first"


# -- what has changed ------------------------------------------------------------------------------------------------


def row(line: int, text: str, **values: Any) -> ResultRow:
    usual = {"prompt": f"p{line}", "pane": 0, "model": "x/y", "status": "complete", "parameters": {}}
    return row_of({**usual, "line": line, "text": text, **values})


def test_words_are_the_same_whatever_their_layout() -> None:
    old = "# Title\n\n- **one**, “two”\n- `three` 3.5\n\n| a | b |\n|---|---|\n| c | d |"
    new = 'Title\n1. one "two"\n2. three 3.5\na b\nc d'
    assert words_of(old) == words_of(new) == ["Title", "one", "two", "three", "3.5", "a", "b", "c", "d"]
    assert rewording(old, new) is None
    found = rewording("One. Two three.\nFour.", "One. Two  five. Four.")
    assert found is not None and (found.share, found.old, found.new) == (0.25, "Two three.", "Two five.")
    longer = rewording("same " * 9_000 + "end", "same " * 9_000)
    assert longer is not None and 0 < longer.share < 0.001 and longer.new == ""


@settings(max_examples=examples(150), deadline=None)
@given(st.text("abc ", min_size=1), st.text("abc ", min_size=1))
def test_the_share_is_that_of_the_longest_common_subsequence(old: str, new: str) -> None:
    one, other = words_of(" ".join(old)), words_of(" ".join(new))
    longest = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for at, word in enumerate(one, start=1):
        for place, each in enumerate(other, start=1):
            before = longest[at - 1][place], longest[at][place - 1]
            longest[at][place] = longest[at - 1][place - 1] + 1 if word == each else max(before)
    found = rewording(" ".join(old), " ".join(new))
    length = len(one) + len(other)
    expected = 1 - 2 * longest[-1][-1] / length if length else 0.0
    assert (0.0 if found is None else found.share) == pytest.approx(expected)


def test_hostile_texts_take_no_time() -> None:
    began = process_time()
    hostile = ["](" * 100_000, " \n\t" * 200_000, "x y " * 100_000, "| - " * 200_000 + "end", "`" * 500_000]
    for text in hostile:
        assert rewording(f"{text}\n a", f"{text}\n b") is not None
    apart = [" ".join(f"x {name}{number}" for number in range(50_000)) for name in "yz"]
    found = rewording(*apart)
    assert found is not None and 0.4 < found.share < 0.6
    assert process_time() - began < 30, "seconds, where it takes two"


@settings(max_examples=examples(150), deadline=None)
@given(st.text("ab .*\n"), st.text("ab .*\n"))
def test_a_rewording_is_of_what_differs(old: str, new: str) -> None:
    found = rewording(old, new)
    assert (found is None) == (words_of(old) == words_of(new))
    assert found is None or (0 < found.share <= 1 and found.old != found.new)


def test_replies_are_matched_by_what_was_asked() -> None:
    passed = {"checks": [{"type": "json", "value": None, "passed": True, "why": None}], "cost_usd": 0.5}
    failed = {"checks": [{"type": "json", "value": None, "passed": False, "why": "No."}], "cost_usd": 1.5}
    old = [row(1, "a", **passed), row(2, "b"), row(3, "c"), row(4, "hot", parameters={"temperature": 1})]
    new = [row(1, "a", **failed), row(9, "B", prompt="p2"), row(4, "hot", parameters={"temperature": 1.5}), row(5, "e")]
    found = changes(old, new)
    assert [(each.old and each.old.text, each.new and each.new.text) for each in found.all] == [
        ("a", "a"), ("b", "B"), ("hot", "hot"), (None, "e"), ("c", None),
    ]  # fmt: skip
    first, second, third, *_ = found.all
    assert [(each.passed, each.why) for each in first.checks] == [(False, "No.")] and first.rewording is None
    assert second.rewording is not None and third.has_other_parameters and not third.is_any
    (shift,) = found.shifts
    assert shift.cost_usd is not None and (shift.cost_usd.old, shift.cost_usd.new) == (0.5, 1.5)
    assert len(found.told) == 4
    (failed_now,) = changes([row(1, "a")], [row(1, "", status="failed")]).told
    assert failed_now.has_other_status and failed_now.rewording is None

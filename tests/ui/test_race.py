"""The race between panes: who is marked for what, ties and failures included, and when there is no race at all."""

from __future__ import annotations

from dataclasses import replace

from textchat.core.conversation import Conversation, Message, Pane, Parameters, Role, Source, Status, Timing, Usage
from textchat.ui.race import race_of
from textchat.ui.widgets.race_figures import Figure
from textchat.ui.widgets.race_line import BEST_MARK, race_line


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
    assert "fastest local/b and local/c (90 tok/s)" in race.summary
    assert race.summary.startswith("first local/a (0.10 s)")


def test_the_mark_is_a_sign_not_a_colour() -> None:
    marked = race_line(B, 60, best=race_of(a_race(A, B, C)).best["pane-b"]).plain
    assert f"{BEST_MARK}90 tok/s" in marked.replace(" 90", "90") and marked.count(BEST_MARK) == 2
    assert BEST_MARK not in race_line(B, 60).plain


def test_who_failed_or_was_cancelled_wins_nothing_and_spoils_nothing() -> None:
    for status in (Status.FAILED, Status.CANCELLED, Status.INTERRUPTED):
        race = race_of(a_race(replace(A, status=status), B, C))
        assert not race.best["pane-a"]
        assert Figure.FIRST in race.best["pane-c"]
        assert "local/a" not in race.summary


def test_no_race_while_one_grows_alone_or_with_other_prompts() -> None:
    assert not race_of(a_race(A, replace(B, status=Status.GROWING))).best
    assert not race_of(a_race(A)).best
    assert not race_of(Conversation("c", panes=(Pane("p", "local/a"), Pane("o", "local/b")))).summary
    other = a_race(A, B).with_message(Message("q2", None, Role.USER, "another prompt"))
    other = other.with_message(replace(B, parent_id="q2"))
    assert not race_of(other).summary


def test_streaming_beside_blocking() -> None:
    streamed = replace(A, model="local/m", parameters=Parameters())
    blocking = replace(B, model="local/m", parameters=Parameters(stream=False))
    gained = race_of(a_race(streamed, blocking)).beside_blocking_s
    assert {id_: round(value, 3) for id_, value in gained.items()} == {"pane-a": -0.2}
    told = race_line(streamed, 120, beside_blocking_s=gained["pane-a"]).plain
    assert "blocking" in told and "0.2" in told

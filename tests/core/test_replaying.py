"""Timelines: what a growing reply keeps of its times, plain data and back, estimates, and the turns of a replay."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.conversation import Conversation, Message, Pane, Role, Status, Timing, ToolCall, Usage
from textchat.core.events import Finished, ReasoningDelta, TextDelta, TextWasReasoning, ToolCallDelta
from textchat.core.replaying.estimated import estimated, fits
from textchat.core.replaying.events import timed_events
from textchat.core.replaying.play_clock import PlayClock
from textchat.core.replaying.timeline import (
    GrowingTimeline,
    NotATimeline,
    Piece,
    PieceKind,
    Timeline,
    from_plain,
    to_plain,
)
from textchat.core.replaying.turns import timed_answers, turns_of
from textchat.core.reply import Reply

KINDS = st.sampled_from((PieceKind.TEXT, PieceKind.REASONING, PieceKind.CALL))
GROWTH = st.lists(st.tuples(st.integers(0, 3_000_000), st.text(min_size=1, max_size=6), KINDS), min_size=1, max_size=40)


class Hand:
    """A clock that is moved by hand, in microseconds."""

    def __init__(self) -> None:
        self.at = 5_000_000

    def __call__(self) -> float:
        return self.at / 1_000_000


def grown(steps: list[tuple[int, str, PieceKind]], prefix: str = "") -> Reply:
    """A reply that has got these pieces, each so many microseconds after the one before."""
    clock = Hand()
    reply = Reply(conversation_id="c", parent_id=None, model="m/m", prefix=prefix, clock=clock)
    clock.at += 250_000
    reply.start()
    for wait, text, kind in steps:
        clock.at += wait
        match kind:
            case PieceKind.TEXT:
                reply.feed(TextDelta(text))
            case PieceKind.REASONING:
                reply.feed(ReasoningDelta(text))
            case _:
                reply.feed(ToolCallDelta(0, "id", arguments=text))
    clock.at += 1000
    reply.end(Status.COMPLETE)
    return reply


@settings(max_examples=examples(200), deadline=None)
@given(GROWTH, st.text(max_size=4))
def test_what_was_kept_plays_as_it_came(steps: list[tuple[int, str, PieceKind]], prefix: str) -> None:
    reply = grown(steps, prefix)
    timeline = from_plain(json.loads(json.dumps(to_plain(reply.timeline))))
    at, wanted = 0, []
    for wait, text, kind in steps:
        at += wait
        wanted.append((at, kind, text))
    played = []
    for seconds, event in timed_events(reply.freeze(), timeline):
        match event:
            case TextDelta(text):
                played.append((round(seconds * 1e6), PieceKind.TEXT, text))
            case ReasoningDelta(text):
                played.append((round(seconds * 1e6), PieceKind.REASONING, text))
            case ToolCallDelta():
                played.append((round(seconds * 1e6), PieceKind.CALL, event.name + event.arguments))
    assert played == wanted
    assert fits(timeline, reply.freeze())
    assert timeline.started == 0.25
    assert timeline.ended == pytest.approx((at + 1000) / 1e6)


def test_text_that_was_reasoning_is_played_as_such() -> None:
    reply = Reply(conversation_id="c", parent_id=None, model="m/m")
    for event in (TextDelta("I think"), TextWasReasoning(), TextDelta("So")):
        reply.feed(event)
    reply.end(Status.COMPLETE)
    kinds = [(piece.kind, piece.length) for piece in reply.timeline.pieces]
    assert kinds == [(PieceKind.REASONING, 7), (PieceKind.TEXT, 2)]
    assert fits(reply.timeline, reply.freeze())


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(4, 60), st.lists(st.tuples(st.integers(1, 9), KINDS), min_size=1, max_size=600))
def test_a_huge_reply_is_kept_coarsely(most: int, steps: list[tuple[int, PieceKind]]) -> None:
    growing = GrowingTimeline(most)
    for at, (length, kind) in enumerate(steps):
        growing.piece(float(at), length, kind)
    pieces = growing.frozen(0.0, float(len(steps)), 0.0, 0).pieces
    assert len(pieces) < most
    assert (pieces[0].at, pieces[0].kind) == (0.0, steps[0][1])
    assert [piece.at for piece in pieces] == sorted(piece.at for piece in pieces)
    if len({kind for _, kind in steps}) == 1:
        assert sum(piece.length for piece in pieces) == sum(length for length, _ in steps)
        assert pieces[-1].at == len(steps) - 1


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ([[2, 1], [1, 1]], "backwards"),
        ([[-1, 1]], "not a number of seconds"),
        ([[math.nan, 1]], "not a number of seconds"),
        ([[math.inf, 1]], "not a number of seconds"),
        ([[1e9, 1]], "longer than"),
        ([[True, 1]], "not a number of seconds"),
        ([[1, -1]], "not a number of characters"),
        ([[1, 1e3]], "not a number of characters"),
        ([[1, 1, "song"]], "unknown kind"),
        ([[1, 1, ["text"]]], "unknown kind"),
        ([[1]], "not a time"),
        ([[0, 0]] * 20_001, "more than 20,000 pieces"),
        ("text", "no pieces"),
    ],
)
def test_plain_data_from_elsewhere_is_checked(pieces: Any, why: str) -> None:
    with pytest.raises(NotATimeline, match=why):
        from_plain({"started": 0, "ended": 1e4, "pieces": pieces})


def test_without_times_an_answer_plays_by_its_figures() -> None:
    text = "word " * 200
    timing = Timing(2.0, 12.0, 20.0)
    timeline = estimated(Message("a", None, Role.ASSISTANT, text, "hm", timing=timing, usage=Usage(1, 200)))
    assert timeline.is_estimated
    assert timeline.pieces[0] == Piece(2.0, 2, PieceKind.REASONING)
    assert timeline.ended == 12.0
    halfway = next(piece for piece in timeline.pieces if piece.at >= 7.0)
    assert abs(halfway.at - 7.0) < 0.1
    plain = estimated(Message("a", None, Role.ASSISTANT, text))
    assert 3 < plain.ended < 8
    wrong = estimated(Message("a", None, Role.ASSISTANT, text, timing=Timing(math.nan, -3.0, None)))
    assert wrong.pieces[0].at == 0


@settings(max_examples=examples(60), deadline=None)
@given(st.text(), st.text(), st.lists(st.text(max_size=5), max_size=2))
def test_an_estimate_fits_any_answer(text: str, reasoning: str, calls: list[str]) -> None:
    message = Message(
        "a", None, Role.ASSISTANT, text, reasoning, tuple(ToolCall("i", call, call[::-1]) for call in calls)
    )
    assert fits(estimated(message), message)
    assert isinstance(list(timed_events(message, estimated(message)))[-1][1], Finished)


def conversation(*branches: tuple[Message, ...]) -> Conversation:
    messages = {message.id: message for branch in branches for message in branch}
    panes = tuple(Pane(f"p{number}", "m/m", leaf_id=branch[-1].id) for number, branch in enumerate(branches))
    return Conversation("c", messages=messages, panes=panes)


def said(id_: str, parent: str | None, role: Role, at: float) -> Message:
    return Message(id_, parent, role, "hi" if role is Role.USER else id_, model=None, created_at=at)


def test_turns_are_in_the_order_of_asking() -> None:
    root = said("u", None, Role.USER, 1.0)
    a1, b1 = said("a1", "u", Role.ASSISTANT, 1.0), said("b1", "u", Role.ASSISTANT, 1.5)
    only_b = said("ub", "b1", Role.USER, 100.0)
    b2 = said("b2", "ub", Role.ASSISTANT, 100.0)
    both_a, both_b = said("va", "a1", Role.USER, 200.0), said("vb", "b2", Role.USER, 200.1)
    a3, b3 = said("a3", "va", Role.ASSISTANT, 200.0), said("b3", "vb", Role.ASSISTANT, 900.0)
    turns = turns_of(conversation((root, a1, both_a, a3), (root, b1, only_b, b2, both_b, b3)))
    assert [sorted(turn.messages) for turn in turns] == [["p0", "p1"], ["p1"], ["p0", "p1"]]
    short = Timeline((Piece(0.5, 2),), 1.0)
    first = timed_answers(turns[0], {"a1": short, "b1": short})
    assert [(each.message.id, each.starts) for each in first] == [("a1", 0.0), ("b1", 0.5)]
    late = timed_answers(turns[2], {"a3": short, "b3": short})
    assert [(each.message.id, each.starts) for each in late] == [("a3", 0.0), ("b3", 2.0)], "no minutes are waited"


def test_an_answer_never_starts_before_the_one_above_it() -> None:
    root = said("u", None, Role.USER, 1.0)
    call, tool = said("a", "u", Role.ASSISTANT, 50.0), said("t", "a", Role.TOOL, 0.0)
    (turn,) = turns_of(conversation((root, call, tool, said("b", "t", Role.ASSISTANT, 3.0))))
    first, second = timed_answers(turn, {})
    assert (first.message.id, second.message.id) == ("a", "b")
    assert second.starts >= first.ends


async def test_the_clock_pauses_hurries_and_rushes() -> None:
    hand = Hand()
    clock = PlayClock(2.0, hand)

    def passes(seconds: float) -> float:
        hand.at += int(seconds * 1e6)
        return clock.now()

    assert passes(3) == 6.0
    clock.is_paused = True
    assert passes(10) == 6.0
    clock.is_paused = False
    clock.speed = 0.5
    assert passes(2) == 7.0
    waits: Callable[[], asyncio.Task[None]] = lambda: asyncio.create_task(clock.until(1000.0))  # noqa: E731
    waiting = waits()
    await asyncio.sleep(0)
    assert not waiting.done()
    clock.rush()
    await waiting
    assert clock.now() == 1000.0
    clock.calm_down()
    assert passes(2) == 1001.0

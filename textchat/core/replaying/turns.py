"""The turns of a conversation in the order they were asked, as its panes show them: what a replay plays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textchat.core.conversation import Conversation, Message, Role
from textchat.core.replaying.estimated import timeline_of
from textchat.core.replaying.timeline import Timeline

SAME_SENDING_S = 5.0
"""Prompts of one text that were made within so long were sent together: each pane has a branch of its own."""
MOST_PAUSE_S = 1.0
"""A replay waits no longer for an answer that was begun when all others of its turn had ended, as after a retry."""


@dataclass(frozen=True, slots=True)
class ReplayTurn:
    """What one sending added to the panes that it was for."""

    messages: Mapping[str, tuple[Message, ...]]
    """By pane, prompt first: messages that panes share are in each of them."""

    @property
    def new(self) -> tuple[Message, ...]:
        """All of its messages once, parents first."""
        return tuple({message.id: message for branch in self.messages.values() for message in branch}.values())


@dataclass(frozen=True, slots=True)
class TimedAnswer:
    """An answer with its place in the time of its turn."""

    pane_ids: tuple[str, ...]
    """The panes that show it; it grows in the first of them."""
    message: Message
    timeline: Timeline
    starts: float
    """Seconds from the beginning of the turn until its request left."""

    @property
    def ends(self) -> float:
        return self.starts + self.timeline.ended


def turns_of(conversation: Conversation) -> tuple[ReplayTurn, ...]:
    """The turns of the panes, oldest first; messages that no pane shows are in none of them."""
    left = {pane.id: _segments(conversation.branch(pane.leaf_id)) for pane in conversation.panes}
    turns: list[ReplayTurn] = []
    while heads := {pane_id: segments[0] for pane_id, segments in left.items() if segments}:
        first = min(heads.values(), key=lambda segment: segment[0].created_at)[0]
        taken = {pane_id: segment for pane_id, segment in heads.items() if _is_sent_with(segment[0], first)}
        for pane_id in taken:
            left[pane_id] = left[pane_id][1:]
        turns.append(ReplayTurn(taken))
    return tuple(turns)


def _segments(branch: Sequence[Message]) -> list[tuple[Message, ...]]:
    """The branch cut before each prompt."""
    segments: list[list[Message]] = []
    for message in branch:
        if not segments or (message.role is Role.USER and any(each.role is Role.USER for each in segments[-1])):
            segments.append([])
        segments[-1].append(message)
    return [tuple(segment) for segment in segments]


def _is_sent_with(message: Message, first: Message) -> bool:
    is_near = abs(message.created_at - first.created_at) <= SAME_SENDING_S
    return message.id == first.id or (is_near and message.text == first.text)


def timed_answers(turn: ReplayTurn, timelines: Mapping[str, Timeline]) -> tuple[TimedAnswer, ...]:
    """The answers of a turn by the moment their requests left; an answer that panes share comes once."""
    answers = [message for message in turn.new if message.role is Role.ASSISTANT]
    known = {message.id: timeline_of(message, timelines.get(message.id)) for message in answers}
    moments = _moments(turn, known)
    answers.sort(key=lambda message: moments[message.id])
    timed: list[TimedAnswer] = []
    free: dict[str, float] = {}
    shown = {pane_id: {message.id for message in branch} for pane_id, branch in turn.messages.items()}
    latest = MOST_PAUSE_S
    skipped = moments[answers[0].id] if answers else 0.0
    for message in answers:
        panes = [pane_id for pane_id, ids in shown.items() if message.id in ids]
        wanted = moments[message.id] - skipped
        starts = max(min(wanted, latest), *(free.get(pane_id, 0.0) for pane_id in panes))
        skipped += max(0.0, wanted - latest)
        timed.append(TimedAnswer(tuple(panes), message, known[message.id], starts))
        free |= dict.fromkeys(panes, timed[-1].ends)
        latest = max(latest, timed[-1].ends + MOST_PAUSE_S)
    return tuple(timed)


def _moments(turn: ReplayTurn, known: Mapping[str, Timeline]) -> dict[str, float]:
    """When the request for each answer left, in Unix time; none before that of an answer above it."""
    moments: dict[str, float] = {}
    for message in turn.new:
        above = moments.get(message.parent_id or "", 0.0)
        started = known[message.id].started if message.id in known else 0.0
        moments[message.id] = max(above, message.created_at + started)
    return moments

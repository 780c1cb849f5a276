"""Plays a recorded conversation, turn by turn, at its own speed: what its models said grows again in its panes.

All events of a turn are fed in one order, that of the recording, however many panes they are for; each reply takes them
on the way of any other, from `run_reply` to the screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from heapq import merge

from textchat.core.conversation import Message, Role, Status
from textchat.core.events import Finished, StreamEvent
from textchat.core.replaying.events import timed_events
from textchat.core.replaying.play_clock import FASTEST, SLOWEST, PlayClock
from textchat.core.replaying.turns import ReplayTurn, TimedAnswer, timed_answers, turns_of
from textchat.live.conversation_store import ConversationStore
from textchat.live.replaying.played_reply import PlayedReply, PlayedStream
from textchat.live.replies import Replies
from textchat.store.record import ConversationRecord

PAUSE_S = 0.8
"""Seconds of the recording before each turn: whoever asked took minutes to read and to type."""
_Step = tuple[float, int, int, StreamEvent | None]
"""Seconds from the beginning of the turn, the number of the answer, that of the step, and its event."""


class Playback:
    """Plays `record` in the conversation of `store`; to be run once, by `run`."""

    def __init__(
        self, store: ConversationStore, replies: Replies, record: ConversationRecord, clock: PlayClock
    ) -> None:
        self.record = record
        self.turns = turns_of(record.conversation)
        self.number = 1 if self.turns else 0
        """The turn that is played, from 1."""
        self.is_playing = True
        self._store = store
        self._replies = replies
        self._clock = clock
        self._ends_soon = False
        self._has_given_up = False
        self._streams: dict[str, PlayedStream] = {}
        """The latest of each pane."""

    # -- what the user does --------------------------------------------------------------------------------------------

    @property
    def speed(self) -> float:
        """How many seconds of the recording pass in one."""
        return self._clock.speed

    @property
    def is_paused(self) -> bool:
        return self._clock.is_paused

    def pause(self) -> None:
        """Pause, or go on."""
        self._clock.is_paused = not self._clock.is_paused
        self._store.tell_change()

    def change_speed(self, factor: float) -> None:
        """Play faster or slower, from half to eight times the recorded speed."""
        self._clock.speed = min(max(self.speed * factor, SLOWEST), FASTEST)
        self._store.tell_change()

    def next_turn(self) -> None:
        """Show the rest of this turn at once."""
        self._clock.is_paused = False
        self._clock.rush()

    def skip_to_end(self) -> None:
        """Show all that is left at once."""
        self._ends_soon = True
        self.next_turn()

    def give_up(self) -> None:
        """Play no more, because the program ends or the conversation is left."""
        self._has_given_up = True
        self.skip_to_end()

    def refusal(self) -> str:
        """Why no prompt can be sent now; empty once the replay has ended."""
        if not self.is_playing:
            return ""
        return "The replay is still running, so nothing is sent. Skip to its end first."

    # -- playing -------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Play all turns; at the end the conversation is the recorded one, with what was changed here meanwhile."""
        try:
            for number in range(1, len(self.turns) + 1):
                await self.play_turn(number)
        finally:
            await self.finish()

    async def play_turn(self, number: int) -> None:
        """Play one turn, numbered from 1, after a pause; nothing where all is skipped."""
        self.number = number
        self._store.tell_change()
        self._clock.calm_down()
        await self._clock.until(self._clock.now() + PAUSE_S)
        if not self._ends_soon:
            self._clock.calm_down()
            await self._play(self.turns[number - 1])

    async def finish(self) -> None:
        """End the replay: what was not played is added, unless the program ends."""
        try:
            if self._has_given_up:
                self._replies.end_all(Status.INTERRUPTED)
            else:
                await self._complete()
        finally:
            self.is_playing = False
            self._store.tell_change()
            self._store.work_changed()

    async def _play(self, turn: ReplayTurn) -> None:
        answers = timed_answers(turn, self.record.timelines)
        for pane_id, branch in turn.messages.items():
            await self._show(pane_id, _before_answer(branch))
        begun = self._clock.now()
        for at, number, _, event in merge(*(_steps(number, answer) for number, answer in enumerate(answers))):
            await self._clock.until(begun + at)
            if self._has_given_up:
                return
            await self._take(begun + at, answers[number], turn, event)
        for stream in self._streams.values():
            await stream.until_ended()
        self._streams.clear()
        for pane_id, branch in turn.messages.items():
            await self._show(pane_id, branch)

    async def _take(self, at: float, answer: TimedAnswer, turn: ReplayTurn, event: StreamEvent | None) -> None:
        """Do one step of an answer; without an event its request leaves."""
        if event is None:
            await self._begin(at, answer, turn)
            return
        stream = self._streams.get(answer.pane_ids[0])
        if stream is None or stream.reply.id != answer.message.id:
            return  # its pane was closed
        stream.feed(at, event)
        if isinstance(event, Finished):  # the last of each
            stream.end(at)
        await asyncio.sleep(0)  # whoever it is for takes it before the next: the order is the recorded one

    async def _begin(self, at: float, answer: TimedAnswer, turn: ReplayTurn) -> None:
        pane_id, message = answer.pane_ids[0], answer.message
        if (before := self._streams.get(pane_id)) is not None:
            await before.until_ended()
        branch = turn.messages[pane_id]
        await self._show(pane_id, branch[: branch.index(message)])
        conversation = self._store.conversation
        is_hung = message.parent_id is None or message.parent_id in conversation.messages
        if pane_id in self._store.known_panes((pane_id,)) and is_hung and pane_id not in self._replies.growing:
            prefix = message.text[: answer.timeline.prefix]
            reply = PlayedReply(message, answer.timeline, conversation.id, prefix, self._clock.now)
            stream = self._streams[pane_id] = PlayedStream(reply, self._ended)
            stream.begin(at)
            await self._replies.play(pane_id, reply, stream)

    def _ended(self) -> None:
        """Wait for nothing more in this turn, where the user has cancelled all that grew."""
        replies = [stream.reply for stream in self._streams.values()]
        if all(reply.is_ended for reply in replies) and not all(reply.is_played for reply in replies):
            self._clock.rush()

    async def _show(self, pane_id: str, branch: tuple[Message, ...]) -> None:
        """Let a pane end with the last of these messages, which are added where they are new."""
        conversation = self._store.conversation
        new: list[Message] = []
        for message in branch:
            is_hung = message.parent_id is None or message.parent_id in conversation.messages
            if is_hung and message.id not in conversation.messages:
                conversation = conversation.with_message(message)
                new.append(message)
        is_there = bool(branch) and branch[-1].id in conversation.messages and self._store.known_panes((pane_id,))
        if is_there and conversation.pane(pane_id).leaf_id != branch[-1].id:
            conversation = conversation.with_pane(replace(conversation.pane(pane_id), leaf_id=branch[-1].id))
        if conversation is not self._store.conversation:
            await self._store.change(conversation, tuple(new))

    async def _complete(self) -> None:
        """Add what was not played: what no pane shows, votes, and all that was skipped."""
        now, recorded = self._store.conversation, self.record.conversation
        messages = {
            **recorded.messages,
            **{id_: each for id_, each in now.messages.items() if id_ not in recorded.messages},
        }
        leaves = {pane.id: pane.leaf_id for pane in recorded.panes}
        panes = tuple(
            replace(pane, leaf_id=leaves.get(pane.id)) if pane.id in leaves and self._ends_soon else pane
            for pane in now.panes
        )
        whole = replace(now, messages=messages, panes=panes)
        votes = [
            replace(vote, conversation_id=now.id)
            for vote in recorded.votes
            if not any(now.vote_on(message_id) for message_id in vote.message_ids)
        ]
        for vote in votes:
            whole = whole.with_vote(vote)
        self.is_playing = False
        await self._store.change(whole, tuple(messages.values()))
        for vote in votes:
            await self._store.stored(self._store.history.votes.record(vote))


def _before_answer(branch: tuple[Message, ...]) -> tuple[Message, ...]:
    answers = [place for place, message in enumerate(branch) if message.role is Role.ASSISTANT]
    return branch[: answers[0]] if answers else branch


def _steps(number: int, answer: TimedAnswer) -> Iterator[_Step]:
    """The steps of an answer in their order, the first of which is its request."""
    yield answer.starts, number, 0, None
    for place, (at, event) in enumerate(timed_events(answer.message, answer.timeline), start=1):
        yield answer.starts + at, number, place, event

"""Casts the user's votes on the replies of a conversation, and takes them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from textchat.core.blind.blind import Blind
from textchat.core.conversation import Conversation
from textchat.core.store_error import StoreError
from textchat.core.text.sanitize import plain_name
from textchat.core.votes.vote import TIED, WON, Vote
from textchat.core.votes.voting import cast_none, cast_ranking, cast_vote
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import StepWithin, Undone, UndoStack
from textchat.live.prompts.outbox import Outbox

LONGEST_NAME = 60


class Voting:
    """Votes on the last replies of the panes; every method raises NothingToVoteOn.

    A vote that is cast a second time is taken back. A blind vote reveals the models, and is recorded as blind; to take
    it back leaves them revealed, and whatever is voted then is an open vote. Each returns the step that was done; None
    where a vote was taken back, or could not be stored, which the watcher is told.
    """

    def __init__(self, store: ConversationStore, undo: UndoStack) -> None:
        self._store = store
        self._undo = undo

    async def best(self, pane_id: str) -> CastVote | None:
        """Vote for the reply of this pane."""
        known = self._known(pane_id)
        if known is not None and known.score_of(self._shown(pane_id)) == WON and known.candidates[0].rank is None:
            return await self._take_back(known)
        return await self._cast(cast_vote(self._store.conversation, pane_id, is_tie=False))

    async def tie(self, pane_id: str) -> CastVote | None:
        """Vote that all replies to the last prompt of this pane are equally good."""
        known = self._known(pane_id)
        if known is not None and all(each.score == TIED and each.rank is None for each in known.candidates):
            return await self._take_back(known)
        return await self._cast(cast_vote(self._store.conversation, pane_id, is_tie=True))

    async def none(self, pane_id: str) -> CastVote | None:
        """Vote that none of the replies to the last prompt of this pane is good."""
        known = self._known(pane_id)
        if known is not None and not any(each.score for each in known.candidates):
            return await self._take_back(known)
        return await self._cast(cast_none(self._store.conversation, pane_id))

    async def rank(self, places: Mapping[str, int]) -> CastVote | None:
        """Vote how the replies rank: places by pane, 1 for the best, the same for equal ones."""
        vote = cast_ranking(self._store.conversation, places)
        known = self._store.conversation.vote_on(vote.candidates[0].message_id)
        if known is not None and _judgement(known) == _judgement(vote):
            return await self._take_back(known)
        return await self._cast(vote)

    def _shown(self, pane_id: str) -> str | None:
        return self._store.conversation.pane(pane_id).leaf_id

    def _known(self, pane_id: str) -> Vote | None:
        """The vote on what this pane shows; none while the models are hidden, for it would tell which reply won."""
        conversation = self._store.conversation
        return None if conversation.blind is not None else conversation.vote_on(self._shown(pane_id))

    async def _cast(self, vote: Vote) -> CastVote | None:
        before = self._store.conversation
        if vote.is_blind and await self._is_revealed_elsewhere():
            vote = replace(vote, is_blind=False)
        replaced = tuple(known for known in before.votes if known.message_ids & vote.message_ids)
        if not await self._store.stored(self._store.history.votes.record(vote)):
            self._store.tell_change()
            return None
        now = self._store.conversation.with_vote(vote)
        self._store.conversation = now if before.blind is None else replace(now, blind=None)
        step = CastVote(vote, replaced, before.blind)
        self._undo.push(step)
        self._store.tell_change()
        return step

    async def _is_revealed_elsewhere(self) -> bool:
        """Whether the models were shown by another textchat: who votes here may have seen them there."""
        if self._store.unsaved:
            return False
        try:
            stored = await self._store.history.summary(self._store.conversation.id)
        except StoreError:
            return False  # that the vote cannot be stored is told below
        return stored is not None and not stored.is_blind

    async def _take_back(self, vote: Vote) -> CastVote | None:
        if await self._store.stored(self._store.history.votes.take_back(vote)):
            self._store.conversation = self._store.conversation.without_vote(vote)
        self._store.tell_change()
        return None


def _judgement(vote: Vote) -> set[tuple[str, float, int | None]]:
    return {(each.message_id, each.score, each.rank) for each in vote.candidates}


@dataclass(frozen=True, eq=False)
class CastVote(StepWithin):
    """A step of the undo: a vote, and those that it took the place of."""

    vote: Vote
    replaced: tuple[Vote, ...]
    blind: Blind | None
    """The letters that the panes had when it was cast; None: an open vote."""

    @property
    def conversation_id(self) -> str:
        return self.vote.conversation_id

    @property
    def done(self) -> str:
        candidates = self.vote.candidates
        if candidates[0].rank is not None:
            return f"Ranked {len(candidates)} replies"
        best = [self._name(each.message_id, each.model) for each in candidates if each.score]
        if not best:
            return "Voted that no reply is good"
        return "Voted for a tie" if len(best) > 1 else f"Voted for {best[0]}"

    def letter(self, message_id: str) -> str | None:
        """The letter that a reply stood under; None in an open vote."""
        return None if self.blind is None else self.blind.letter_of_answer(message_id)

    def _name(self, message_id: str, model: str) -> str:
        letter = self.letter(message_id)
        return f"{'' if letter is None else f'{letter}: '}{plain_name(model, LONGEST_NAME)}"

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        """Take the vote back; who has seen the models knows them all the same."""
        if await store.stored(store.history.votes.take_back(self.vote)):
            store.conversation = store.conversation.without_vote(self.vote)
            for vote in self.replaced:
                if self._still_counts(vote, store.conversation) and await store.stored(
                    store.history.votes.record(vote)
                ):
                    store.conversation = store.conversation.with_vote(vote)
        store.tell_change()
        return Undone("the replies without your vote" if not self.replaced else "the vote before")

    def _still_counts(self, vote: Vote, now: Conversation) -> bool:
        there = vote.message_ids <= now.messages.keys()
        return there and all(now.vote_on(message_id) is None for message_id in vote.message_ids)

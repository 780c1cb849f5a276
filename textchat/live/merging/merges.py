"""Merges answers of one conversation: priced first, then streamed into a pane as any reply, and made again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from textchat.core.conversation import Conversation, Message, Status
from textchat.core.merging.merged import Merged, MergeWay
from textchat.core.merging.naming import answers_of
from textchat.core.merging.points import Point, read_points
from textchat.core.merging.sources import CannotMerge, Offer, Source, offer, sources_of
from textchat.core.turns import MOST_PANES
from textchat.live.budget import Estimate
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.pane_steps import OpenedPanes
from textchat.live.edits.undo import Step, UndoStack
from textchat.live.library import PendingReply
from textchat.live.merging.planning import MergePlan, MergePlanner, WindowOf
from textchat.live.prompts.outbox import Outbox
from textchat.live.replies import Replies, new_reply
from textchat.live.running_reply import ReplyServices

NO_ROOM = f"{MOST_PANES} panes is the most. Close one before you merge."


@dataclass(frozen=True, slots=True)
class ListedPoints:
    """What a model listed as the points of all answers."""

    points: tuple[Point, ...]
    """Empty where its reply has no list."""
    text: str
    """Its reply as it is."""
    problem: str = ""
    """Why there is no list: one sentence; empty where there is one."""


class Merges:
    """Makes merges. What is priced and planned is only sent by `list_points`, `make` and `again`."""

    def __init__(
        self,
        store: ConversationStore,
        replies: Replies,
        outbox: Outbox,
        services: ReplyServices,
        undo: UndoStack,
        window_of: WindowOf,
    ) -> None:
        self._store = store
        self._replies = replies
        self._outbox = outbox
        self._services = services
        self._undo = undo
        self._planner = MergePlanner(store, services, window_of)
        self._listed: dict[tuple[str, tuple[str, ...]], ListedPoints] = {}
        """The lists that were paid for, by model and answers."""

    def offer(self, pane_id: str) -> Offer:
        """What can be merged where this pane stands; raises CannotMerge."""
        return offer(self._store.conversation, pane_id)

    # -- planning ----------------------------------------------------------------------------------------------------

    async def plan(self, merged: Merged, model: str, pane_id: str) -> MergePlan:
        """What is sent for a merge by this model; raises CannotMerge."""
        return await self._planner.plan(merged, model, pane_id, self._prompt_of(merged, pane_id))

    async def plan_list(self, merged: Merged, model: str, pane_id: str) -> MergePlan:
        """What is sent for the list of all points; raises CannotMerge."""
        return await self._planner.plan_list(merged, model, pane_id, self._prompt_of(merged, pane_id))

    def cost(self, plans: Iterable[MergePlan]) -> Estimate | None:
        """The estimated cost of these requests, by the prices known so far; None without a budget."""
        budget = self._services.budget
        return None if budget is None else budget.estimate(plan.planned for plan in plans)

    def earlier_wishes(self) -> list[str]:
        """The own instructions of merges in this conversation, the newest first, each once."""
        merged = [message.merged for message in self._store.conversation.messages.values() if message.merged]
        return list(dict.fromkeys(each.wish for each in reversed(merged) if each.way is MergeWay.OWN and each.wish))

    def _prompt_of(self, merged: Merged, pane_id: str) -> str:
        """The prompt that the merge answers: that of the pane, and of other branches that of the first source."""
        conversation = self._store.conversation
        if self._store.known_panes((pane_id,)):
            above = [message.id for message in conversation.branch(conversation.pane(pane_id).leaf_id)]
        else:
            above = []
        prompts = [answer.parent_id for answer in answers_of(conversation, merged) if answer.parent_id is not None]
        if not prompts:
            raise CannotMerge("The replies were deleted meanwhile.")
        return next((id_ for id_ in reversed(above) if id_ in prompts), prompts[0])

    # -- the list ----------------------------------------------------------------------------------------------------

    def known_points(self, merged: Merged, model: str) -> ListedPoints | None:
        """The list that this model made of these answers earlier, if it did."""
        return self._listed.get((model, merged.sources))

    async def list_points(self, plan: MergePlan) -> ListedPoints:
        """Let the model list the points of all answers; a cancelled task ends the request.

        Raises ConfigurationError where it cannot be asked, and StoreError.
        """
        merged, model = plan.request.merged, plan.pane.model
        if (known := self.known_points(merged, model)) is not None:
            return known
        self._services.catalog.open(model)
        async with self._outbox.allowed({model: plan.planned}) as allowance:
            if allowance is None:
                return ListedPoints((), "", "Not sent.")
            messages = await self._store.with_content(plan.request.messages)
            asked = replace(plan.pane, parameters=plan.request.parameters)
            reply = new_reply(self._store.conversation.id, asked, messages, reply_id=allowance.take(model))
            # It is no message of the tree: only the journal knows it.
            services = replace(self._services, store=None, tap=lambda reply_id, provider: None)
            pending = PendingReply(reply, messages, services)
            try:
                await pending
            finally:
                pending.cancel()
                await pending.until_ended()
        letters = [source.letter for source in self.sources(merged)]
        listed = _listed(reply.freeze(), letters)
        if listed.points:
            self._listed[model, merged.sources] = listed
        return listed

    def sources(self, merged: Merged) -> tuple[Source, ...]:
        """The answers of a merge, with the letters that its model gets for them."""
        return sources_of(self._store.conversation, answers_of(self._store.conversation, merged))

    # -- merging -----------------------------------------------------------------------------------------------------

    async def make(self, plan: MergePlan) -> Step | None:
        """Open the pane of a plan and let its model merge; returns before the reply has ended.

        None where a ceiling forbids it, which the watcher was told. Raises CannotMerge and ConfigurationError.
        """
        self._services.catalog.open(plan.pane.model)
        async with self._outbox.allowed({plan.pane.id: plan.planned}) as allowance:
            if allowance is None:
                return None
            before = self._store.conversation
            self._check(before, plan)
            after = _with_pane(before, plan)
            step = MergedReplies.of(before, after)
            self._undo.push(step)
            self._store.conversation = after
            await self._replies.ask((plan.pane.id,), allowance, merge=plan.request)
        return step

    def _check(self, now: Conversation, plan: MergePlan) -> None:
        if plan.pane.leaf_id not in now.messages or not set(plan.request.merged.sources) <= now.messages.keys():
            raise CannotMerge("A reply to be merged was deleted meanwhile.")
        if len(now.panes) >= MOST_PANES:
            raise CannotMerge(NO_ROOM)

    async def again(self, pane_id: str, message_id: str, *, goes_on: bool = False) -> bool:
        """Get another version of a merge in the branch of a pane; where it `goes_on`, the version continues it.

        False where nothing was asked, which the watcher was told.
        """
        merge = self._store.conversation.messages[message_id]
        try:
            plan = await self._planner.plan_again(pane_id, merge)
        except CannotMerge as reason:
            self._store.tell_problem(str(reason))
            return False
        async with self._outbox.allowed({pane_id: plan.planned}) as allowance:
            is_free = bool(self._store.known_panes((pane_id,))) and pane_id not in self._replies.growing
            if allowance is None or not is_free or plan.pane.leaf_id not in self._store.conversation.messages:
                return False
            self._store.move(pane_id, plan.pane.leaf_id)
            prefixes = {pane_id: merge.text} if goes_on else {}
            await self._replies.ask((pane_id,), allowance, prefixes=prefixes, merge=plan.request)
        return True


@dataclass(frozen=True, eq=False)
class MergedReplies(OpenedPanes):
    """A step of the undo: the pane of a merge, which an undo closes; the merge stays as a version."""

    @property
    def done(self) -> str:
        return "Merged the replies"


def _with_pane(conversation: Conversation, plan: MergePlan) -> Conversation:
    """The conversation with the pane of a merge behind the others; compared blind, it has the next letter."""
    pane = plan.pane
    after = replace(conversation.with_pane(pane), view=replace(conversation.view, is_zoomed=False))
    return after if after.blind is None else replace(after, blind=after.blind.with_panes((pane.id,)))


def _listed(answer: Message, letters: Sequence[str]) -> ListedPoints:
    if answer.error is not None:
        return ListedPoints((), answer.text, answer.error.message)
    points = read_points(answer.text, letters)
    if points:
        return ListedPoints(points, answer.text)
    if answer.status is not Status.COMPLETE:
        return ListedPoints((), answer.text, "The list was cancelled.")
    return ListedPoints((), answer.text, "No list in its reply." if answer.text.strip() else "Its reply is empty.")

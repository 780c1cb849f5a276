"""What is sent of each pane's branch: how much that is, and how old turns are dropped or summed up by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from textchat.core.context.fitting import Share
from textchat.core.context.sent import Sent, sent_of
from textchat.core.conversation import Message, Pane
from textchat.live.budget import Estimate, request_tokens
from textchat.live.context.context_steps import DroppedTurns, MadeSummaries, delete_summary
from textchat.live.context.full_requests import FullRequests, WindowOf
from textchat.live.context.places import Places
from textchat.live.context.summaries import Summaries, SummaryPlan
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import Step, UndoStack
from textchat.live.replies import Replies
from textchat.live.running_reply import ReplyServices


class ContextEdits:
    """Changes what the panes of one conversation send, and says how much of their windows that takes."""

    def __init__(
        self,
        store: ConversationStore,
        replies: Replies,
        services: ReplyServices,
        undo: UndoStack,
        window_of: WindowOf | None,
        *,
        is_private: bool,
    ) -> None:
        """Without `window_of`, only the settings know of windows."""
        self._store = store
        self._services = services
        self._undo = undo
        self.window_of: WindowOf = window_of or (lambda model: services.settings.model(model).context_window)
        """The context window of a model."""
        self._summaries = Summaries(store, replies, services, is_private=is_private)
        self.full = FullRequests(store, services, self._summaries, undo, self.window_of)
        """Asks about requests that do not fit."""

    # -- figures -----------------------------------------------------------------------------------------------------

    def sent(self, pane_id: str) -> Sent:
        """What a pane sends of its branch."""
        pane = self._store.conversation.pane(pane_id)
        return sent_of(self._store.conversation.branch(pane.leaf_id), pane.sent_from)

    async def share(self, pane: Pane) -> Share | None:
        """The share of its model's window that a pane's branch takes; None where the window is not known.

        What has no reported figures is counted in the thread of the counter.
        """
        window = self.window_of(pane.model)
        if window is None or pane.leaf_id not in self._store.conversation.messages:
            return None
        metering = self._services.metering
        await metering.count_behind(pane.model, self.sent(pane.id).messages, pane.parameters.system)
        conversation = self._store.conversation
        if pane not in conversation.panes or pane.leaf_id not in conversation.messages:
            return None
        return Share(request_tokens(metering, conversation, pane), window)

    # -- dropping ----------------------------------------------------------------------------------------------------

    async def drop(self, pane_ids: Iterable[str]) -> Step | None:
        """Leave the older half out of what these panes send; None where there is nothing to drop."""
        conversation, places = self._store.conversation, self._places
        before: dict[str, str | None] = {}
        after: dict[str, str] = {}
        count = 0
        for pane in map(conversation.pane, self._store.known_panes(pane_ids)):
            if (begin := places.half(pane)) is not None:
                count = max(count, places.left_out(pane, begin))
                before[pane.id], after[pane.id] = pane.sent_from, begin
                conversation = conversation.with_pane(replace(pane, sent_from=begin))
        if not after:
            return None
        step = DroppedTurns(conversation.id, before, after, count)
        self._undo.push(step)
        await self._store.change(conversation)
        return step

    async def send_all(self, pane_id: str) -> bool:
        """Let a pane send its whole branch again; False where it does."""
        pane = self._store.conversation.pane(pane_id)
        if not self.sent(pane_id).left_out:
            return False
        await self._store.change(self._store.conversation.with_pane(replace(pane, sent_from=None)))
        return True

    # -- summing up --------------------------------------------------------------------------------------------------

    def summary_plans(self, pane_ids: Iterable[str]) -> list[SummaryPlan]:
        """The summaries of the older half of what these panes send; empty where nothing is older than the last turn."""
        conversation, places = self._store.conversation, self._places
        found: list[tuple[Pane, str]] = []
        for pane in map(conversation.pane, self._store.known_panes(pane_ids)):
            covers = places.older_half(pane)
            found += [] if covers is None else [(pane, covers)]
        return self._summaries.plans(conversation, found)

    def cost_of(self, plans: Sequence[SummaryPlan]) -> Estimate | None:
        """The estimated cost of summaries, by the prices known so far."""
        return self.full.cost_of(plans)

    async def summarise(
        self, plans: Sequence[SummaryPlan], shown: Mapping[str, str | None] | None = None
    ) -> Step | None:
        """Make these summaries; None where they failed or were cancelled, which changes nothing.

        `shown` is what an undo brings back on panes that have been moved for it.
        """
        made = await self._summaries.make(plans)
        if made is None:
            return None
        step = MadeSummaries(self._store.conversation.id, made, max(plan.count for plan in plans), shown or {})
        self._undo.push(step)
        return step

    async def summarise_again(self, pane_id: str, summary: Message) -> bool:
        """Get another version of a summary, beside the one there is; False where none came."""
        covers, parent_id, store = summary.covers, summary.parent_id, self._store
        if covers is None or covers not in store.conversation.messages:
            return False
        leaf_id = store.conversation.pane(pane_id).leaf_id
        store.move(pane_id, parent_id)
        plan = self._summaries.plan(store.conversation, (store.conversation.pane(pane_id),), covers)
        if await self.summarise([plan], {pane_id: leaf_id}) is not None:
            return True
        if store.known_panes((pane_id,)):
            pane = store.conversation.pane(pane_id)
            if pane.leaf_id == parent_id and leaf_id in store.conversation.messages:
                await store.change(store.conversation.with_pane(replace(pane, leaf_id=leaf_id)))
        return False

    def delete(self, summary_id: str) -> Step:
        """Delete a summary alone: what stands below it stays."""
        step = delete_summary(self._store, summary_id)
        self._undo.push(step)
        return step

    @property
    def _places(self) -> Places:
        return Places(self._store.conversation, self._services.metering)

"""Lets a model sum up the old turns of a branch: planned and priced first, then streamed into the pane as any reply."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from textchat.core.blind.masks import Mask, journal_name
from textchat.core.context.sent import as_told, sent_of
from textchat.core.context.splicing import summary_copy
from textchat.core.conversation import Conversation, Message, Pane, Role, Status, new_id
from textchat.core.errors import ConfigurationError
from textchat.core.parameters import Parameters
from textchat.core.store_error import StoreError
from textchat.core.text.sanitize import plain_name
from textchat.live.budget import Allowance, PlannedRequest
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.deleted_messages import DeletedMessages
from textchat.live.replies import Replies
from textchat.live.running_reply import ReplyServices

WISH = (
    "Below is the older part of a conversation, which goes on without it. Summarise it for the one who continues: "
    "facts, names, numbers, decisions, code that is still needed, open questions. Write in the language of the "
    "conversation. Reply with the summary alone."
)
SPEAKERS = {Role.USER: "User", Role.ASSISTANT: "Assistant", Role.TOOL: "Tool"}


@dataclass(frozen=True, slots=True)
class SummaryPlan:
    """One summary, for the panes that share the turns it stands for."""

    pane_ids: tuple[str, ...]
    covers: str
    count: int
    """How many messages it stands for."""
    model: str
    parameters: Parameters
    prompt: Message
    """What the model is asked."""
    input_tokens: int
    shown_model: str
    """The model as it is shown: while it is compared blind, not by its name."""

    @property
    def request(self) -> PlannedRequest:
        return PlannedRequest(self.model, self.parameters, self.input_tokens)


class Summaries:
    """Plans and makes summaries of one conversation. `is_private`: no model but the pane's is asked."""

    def __init__(
        self, store: ConversationStore, replies: Replies, services: ReplyServices, *, is_private: bool
    ) -> None:
        self._store = store
        self._replies = replies
        self._services = services
        self._is_private = is_private

    def plans(self, conversation: Conversation, places: Sequence[tuple[Pane, str]]) -> list[SummaryPlan]:
        """A plan for each group of panes that are to sum up the same messages, given each pane's last of them."""
        groups: dict[tuple[str, str], list[Pane]] = {}
        for pane, covers in places:
            groups.setdefault((covers, pane.model if self._is_private else ""), []).append(pane)
        return [self.plan(conversation, panes, covers) for (covers, _), panes in groups.items()]

    def plan(self, conversation: Conversation, panes: Sequence[Pane], covers: str) -> SummaryPlan:
        """Plan a summary that stands for the message `covers` and all that these panes send before it."""
        settings, pane = self._services.settings, panes[0]
        name = pane.model if self._is_private else settings.context.summary_model or pane.model
        parameters = replace(
            settings.model(name).parameters,
            system=None, examples=(), stop=None, web=False, schema=None, max_tokens=None, extra={},
        )  # fmt: skip
        branch = conversation.branch(pane.leaf_id)
        place = [message.id for message in branch].index(covers)
        sent = sent_of(branch[: place + 1], pane.sent_from).messages
        told = [as_told(message) for message in sent if message.role is not Role.SYSTEM]
        texts = [f"{SPEAKERS[message.role]}:\n{message.text}" for message in told if message.text.strip()]
        prompt = Message(new_id(), None, Role.USER, "\n\n".join((WISH, *texts)))
        count = sum(not message.is_summary for message in branch[: place + 1])
        tokens = self._services.metering.estimate_input(name, (prompt,))
        shown = Mask(self._store.conversation).sentence(name)
        return SummaryPlan(tuple(pane.id for pane in panes), covers, count, name, parameters, prompt, tokens, shown)

    async def make(self, plans: Sequence[SummaryPlan]) -> tuple[str, ...] | None:
        """Make the summaries, and return their ids; None where one failed: then there is none, and it is said why."""
        try:
            allowance = await self._allowed(plans)
        except (ConfigurationError, StoreError) as error:
            self._store.tell_problem(f"No summary: {error}")
            return None
        try:
            made = await asyncio.gather(*(self._make(plan, plans, allowance) for plan in plans))
        finally:
            if self._services.budget is not None:
                await self._services.budget.release(allowance)
        ids = tuple(id_ for ids in made for id_ in ids)
        if all(made):
            return ids
        for id_ in ids:
            self._remove(id_)
        return None

    async def _make(self, plan: SummaryPlan, together: Sequence[SummaryPlan], allowance: Allowance) -> tuple[str, ...]:
        """The ids of the summary in each branch; empty where it failed, which ends all that are made together."""
        pane_ids = self._store.known_panes(plan.pane_ids)
        if not pane_ids or not self._replies.growing.keys().isdisjoint(pane_ids):
            self._stop(together)
            return ()
        leaf_ids = {pane_id: self._store.conversation.pane(pane_id).leaf_id for pane_id in pane_ids}
        summary = await self._replies.summarise(
            pane_ids[0],
            plan.model,
            plan.parameters,
            (plan.prompt,),
            covers=plan.covers,
            reply_id=allowance.take(plan.pane_ids[0]),
        )
        if summary.status is not Status.COMPLETE or not summary.text.strip():
            self._remove(summary.id)
            self._tell(summary)
            self._stop(together)
            return ()
        return await self._shared(summary, leaf_ids)

    def _stop(self, plans: Sequence[SummaryPlan]) -> None:
        """End those of these summaries that still grow: they would be paid for and thrown away."""
        for plan in plans:
            for pane_id, reply in tuple(self._replies.growing.items()):
                if pane_id in plan.pane_ids and reply.covers is not None:
                    self._replies.end(pane_id, Status.CANCELLED)

    async def _allowed(self, plans: Sequence[SummaryPlan]) -> Allowance:
        """What is reserved for the requests, by the first pane of each. Raises ConfigurationError: send none."""
        for plan in plans:
            self._services.catalog.open(plan.model)
        if self._services.budget is None:
            return Allowance()
        allowance = await self._services.budget.allow_requests(
            {plan.pane_ids[0]: plan.request for plan in plans},
            lambda model: journal_name(self._store.conversation, model),
        )
        if allowance.refusal:
            raise ConfigurationError(allowance.refusal)
        return allowance

    async def _shared(self, summary: Message, leaf_ids: dict[str, str | None]) -> tuple[str, ...]:
        """Show the summary in the other panes too: the same one where their branch is the same, else a copy of it."""
        conversation = self._store.conversation
        copies: dict[str | None, Message] = {summary.parent_id: summary}
        for pane_id, leaf_id in leaf_ids.items():
            if self._store.known_panes((pane_id,)) and conversation.pane(pane_id).leaf_id == leaf_id:
                copy = copies.get(leaf_id)
                if copy is None:
                    copy = copies[leaf_id] = summary_copy(summary, leaf_id)
                    conversation = conversation.with_message(copy)
                conversation = conversation.with_pane(replace(conversation.pane(pane_id), leaf_id=copy.id))
        if conversation is not self._store.conversation:
            await self._store.change(conversation, tuple(copy for copy in copies.values() if copy is not summary))
        return tuple(copy.id for copy in copies.values())

    def _remove(self, summary_id: str) -> None:
        """Remove a summary of which nothing is to stay, with nothing to be brought back."""
        conversation = self._store.conversation
        if summary_id not in conversation.messages:
            return
        parent_id = conversation.messages[summary_id].parent_id
        for pane in conversation.panes:
            if pane.leaf_id == summary_id:
                self._store.move(pane.id, parent_id)
        DeletedMessages.of(self._store.conversation, summary_id).remove(self._store)

    def _tell(self, summary: Message) -> None:
        summary = Mask(self._store.conversation).nameless(summary)
        name = plain_name(summary.model or "", 60)
        if summary.error is not None:
            self._store.tell_problem(f"No summary from {name}. {summary.error.message}")
        elif summary.status is Status.COMPLETE:
            self._store.tell_problem(f"No summary from {name}: its reply is empty.")

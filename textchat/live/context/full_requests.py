"""Requests that do not fit into the window of a model: which they are, what is asked, and the way that is chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from textchat.core.blind.masks import Mask
from textchat.core.configuration import FullContext
from textchat.core.context.fitting import Overfull, room_in
from textchat.core.context.upcoming import Upcoming
from textchat.core.conversation import Conversation, Message, Pane, Role, new_id
from textchat.live.budget import USUAL_ANSWER, Estimate, request_tokens
from textchat.live.context.context_steps import DroppedTurns, MadeSummaries
from textchat.live.context.places import Places
from textchat.live.context.summaries import Summaries, SummaryPlan
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.deleted_messages import DeletedMessages
from textchat.live.edits.undo import UndoStack
from textchat.live.prompts.outbox import WayOut
from textchat.live.running_reply import ReplyServices

WindowOf = Callable[[str], int | None]
"""The context window of a model in tokens; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class FullPane:
    """A pane whose next request does not fit, and what can be done about it."""

    number: int
    """From 1; 0 where it is the only one."""
    over: Overfull
    begin: str | None
    """The message that it would begin with, were the oldest dropped; None: there are too few."""
    dropped: int
    """How many messages would be left out."""
    covers: str | None
    """The last message to be summed up; None: there is nothing."""


@dataclass(frozen=True, slots=True)
class FullQuestion:
    """What the user is asked before anything is sent that does not fit."""

    panes: tuple[FullPane, ...]
    plans: tuple[SummaryPlan, ...]
    """The summaries of all these panes; empty where one of them has nothing to sum up."""
    cost: Estimate | None
    """Of the summaries together."""
    has_prompt: bool = True
    """Whether a prompt is to be sent, new or edited, which is kept; else a reply is to be had again, or continued."""

    @property
    def can_drop(self) -> bool:
        return all(pane.dropped for pane in self.panes)

    def allows(self, way: FullContext) -> bool:
        """Whether this way can be gone."""
        return (way is not FullContext.DROP or self.can_drop) and (way is not FullContext.SUMMARISE or bool(self.plans))


AskFull = Callable[[FullQuestion], Awaitable[FullContext | None]]
"""Asks which way to take; None: nothing is to be sent."""


class FullRequests:
    """Keeps the requests of one conversation within the windows of its models, by what the user or the settings say."""

    def __init__(
        self,
        store: ConversationStore,
        services: ReplyServices,
        summaries: Summaries,
        undo: UndoStack,
        window_of: WindowOf,
    ) -> None:
        self.ask: AskFull | None = None
        """Set while somebody can be asked."""
        self._asking: set[asyncio.Future[FullContext | None]] = set()
        """The questions that are open."""
        self._store = store
        self._services = services
        self._summaries = summaries
        self._undo = undo
        self._window_of = window_of

    async def fit(self, upcoming: Upcoming) -> WayOut | None:
        """Find the way in which these requests may be sent; None: they are not to be sent. Nothing changes yet."""
        overfull = self._overfull(upcoming)
        if not overfull:
            return WayOut(upcoming)
        question = self._question(upcoming, overfull)
        wanted = self._services.settings.context.full
        way: FullContext | None = wanted
        if wanted is FullContext.ASK or not question.allows(wanted):
            if self.ask is None:
                self._store.tell_problem(f"Not sent: {_does_not_fit(overfull[0])} Open the conversation to choose.")
                return None
            way = await self._answer(self.ask(question))
        match way:
            case FullContext.DROP:
                begins = {pane.over.pane_id: pane.begin for pane in question.panes if pane.begin is not None}
                count = max(pane.dropped for pane in question.panes)
                return WayOut(_dropped(upcoming, begins), partial(self._drop, begins, count))
            case FullContext.SUMMARISE:
                return WayOut(_summed_up(upcoming, question.plans), partial(self._sum_up, question.plans))
            case FullContext.SEND:
                return WayOut(upcoming)
            case _:
                return None

    def give_up(self) -> None:
        """Ask no more, because the program ends: nobody answers, and the prompt goes back to where it came from."""
        for asking in tuple(self._asking):
            asking.cancel()

    def cost_of(self, plans: Sequence[SummaryPlan]) -> Estimate | None:
        """The estimated cost of summaries, by the prices known so far."""
        budget = self._services.budget
        return None if budget is None or not plans else budget.estimate(plan.request for plan in plans)

    async def _answer(self, asked: Awaitable[FullContext | None]) -> FullContext | None:
        """The answer to a question; None where `give_up` ends it."""
        asking = asyncio.ensure_future(asked)
        self._asking.add(asking)
        try:
            await asyncio.wait((asking,))
        finally:
            self._asking.discard(asking)
            asking.cancel()
        return None if asking.cancelled() else asking.result()

    def _overfull(self, upcoming: Upcoming) -> list[Overfull]:
        """The requests that do not fit into the windows of their models, each beside its reply."""
        found: list[Overfull] = []
        for pane in map(upcoming.conversation.pane, upcoming.pane_ids):
            if (window := self._window_of(pane.model)) is None:
                continue
            tokens = request_tokens(self._services.metering, upcoming.conversation, pane, upcoming.behind(pane.id))
            room = room_in(window, pane.parameters)
            if tokens > room:
                shown = Mask(upcoming.conversation).pane_name(pane)
                found.append(Overfull(pane.id, shown, tokens, window, room))
        return found

    def _question(self, upcoming: Upcoming, overfull: Sequence[Overfull]) -> FullQuestion:
        conversation = upcoming.conversation
        places = Places(conversation, self._services.metering)
        is_new = upcoming.prompt is not None
        panes: list[FullPane] = []
        covered: list[tuple[Pane, str]] = []
        for over in overfull:
            pane = conversation.pane(over.pane_id)
            begin, covers = places.drop(pane, over), places.covered(pane, over, keep_last=not is_new)
            number = 0 if len(conversation.panes) == 1 else 1 + conversation.panes.index(pane)
            panes.append(FullPane(number, over, begin, places.left_out(pane, begin), covers))
            covered += [] if covers is None else [(pane, covers)]
        plans = tuple(self._summaries.plans(conversation, covered)) if len(covered) == len(panes) else ()
        has_prompt = is_new or any(message.is_prompt for message in upcoming.new)
        return FullQuestion(tuple(panes), plans, self.cost_of(plans), has_prompt)

    # -- the ways ----------------------------------------------------------------------------------------------------

    async def _drop(self, begins: Mapping[str, str], count: int, upcoming: Upcoming) -> Upcoming:
        before = {pane.id: pane.sent_from for pane in upcoming.conversation.panes if pane.id in begins}
        after = {pane_id: begins[pane_id] for pane_id in before}
        self._undo.push(DroppedTurns(upcoming.conversation.id, before, after, count))
        return _dropped(upcoming, begins)

    async def _sum_up(self, plans: Sequence[SummaryPlan], upcoming: Upcoming) -> Upcoming | None:
        """Make the summaries where the requests are to be answered; None where they failed, which changes nothing."""
        before, store = self._store.conversation, self._store
        if upcoming.prompt is None:
            await store.change(upcoming.conversation, upcoming.new)
        made = await self._summaries.make(plans)
        if made is None:
            if upcoming.prompt is None:
                await self._take_back(before, upcoming)
            return None
        self._undo.push(MadeSummaries(store.conversation.id, made, max(plan.count for plan in plans)))
        placed = {pane_id: upcoming.conversation.pane(pane_id).leaf_id for pane_id in upcoming.pane_ids}
        pane_ids = tuple(
            pane_id
            for pane_id in store.known_panes(upcoming.pane_ids)
            if upcoming.prompt is not None or store.conversation.pane(pane_id).leaf_id in {placed[pane_id], *made}
        )
        return replace(upcoming, conversation=store.conversation, pane_ids=pane_ids, new=())

    async def _take_back(self, before: Conversation, placed: Upcoming) -> None:
        """Let panes show again what they showed, and remove what was new, unless something stands below it by now."""
        store = self._store
        for pane_id in store.known_panes(placed.pane_ids):
            pane, was = store.conversation.pane(pane_id), before.pane(pane_id)
            is_there = was.leaf_id is None or was.leaf_id in store.conversation.messages
            if pane.leaf_id == placed.conversation.pane(pane_id).leaf_id and is_there:
                back = replace(pane, leaf_id=was.leaf_id, sent_from=was.sent_from)
                store.conversation = store.conversation.with_pane(back)
        for message in reversed(placed.new):
            if message.id in store.conversation.messages and not store.conversation.children(message.id):
                DeletedMessages.of(store.conversation, message.id).remove(store)
        await store.change(store.conversation)


def _dropped(upcoming: Upcoming, begins: Mapping[str, str]) -> Upcoming:
    """The requests with panes that begin to send there."""
    panes = tuple(replace(pane, sent_from=begins.get(pane.id, pane.sent_from)) for pane in upcoming.conversation.panes)
    return replace(upcoming, conversation=replace(upcoming.conversation, panes=panes))


def _summed_up(upcoming: Upcoming, plans: Sequence[SummaryPlan]) -> Upcoming:
    """The requests with summaries of the usual length, to be priced before these are paid for."""
    conversation = upcoming.conversation
    for plan in plans:
        for pane in map(conversation.pane, plan.pane_ids):
            text = "word " * USUAL_ANSWER
            summary = Message(new_id(), pane.leaf_id, Role.ASSISTANT, text, model=plan.model, covers=plan.covers)
            conversation = conversation.with_message(summary).with_pane(replace(pane, leaf_id=summary.id))
    return replace(upcoming, conversation=conversation)


def _does_not_fit(over: Overfull) -> str:
    return f"about {over.tokens:,} tokens do not fit into the {over.window:,} of {over.model} beside a reply."

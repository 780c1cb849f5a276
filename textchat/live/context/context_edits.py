"""What is sent of each pane's branch: whether it fits, and how old turns are dropped or summed up where it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from textchat.core.blind.masks import Mask
from textchat.core.configuration import FullContext
from textchat.core.context.fitting import DROPPED_TO, SUMMED_UP_TO, Overfull, Share, begins_at, room_in
from textchat.core.context.sent import Sent, sent_of
from textchat.core.conversation import Message, Pane
from textchat.core.parts.part import Part
from textchat.live.budget import Estimate, request_tokens
from textchat.live.context.context_steps import DroppedTurns, MadeSummaries, delete_summary
from textchat.live.context.summaries import Summaries, SummaryPlan
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import Step, UndoStack
from textchat.live.replies import Replies
from textchat.live.running_reply import ReplyServices

BY_HAND = 0.45
"""How much of a request goes where the user asks for it while all fits: about half, in whole turns."""
WindowOf = Callable[[str], int | None]
"""The context window of a model in tokens; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class FullPane:
    """A pane whose next request does not fit, and what can be done about it."""

    number: int
    """From 1; 0 where it is the only one."""
    over: Overfull
    dropped: int
    """How many messages would be left out; 0: there are too few."""
    summary: SummaryPlan | None
    """None: there is nothing to sum up."""


@dataclass(frozen=True, slots=True)
class FullQuestion:
    """What the user is asked before a prompt is sent that does not fit."""

    panes: tuple[FullPane, ...]
    plans: tuple[SummaryPlan, ...]
    """The summaries of all these panes; empty where one of them has nothing to sum up."""
    cost: Estimate | None
    """Of the summaries together."""

    @property
    def can_drop(self) -> bool:
        return all(pane.dropped for pane in self.panes)


AskFull = Callable[[FullQuestion], Awaitable[FullContext | None]]
"""Asks which way to take; None: the prompt is not to be sent."""


class ContextEdits:
    """Keeps requests of one conversation within the windows of its models, by what the user or the settings choose."""

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
        self.ask: AskFull | None = None
        """Set while somebody can be asked."""
        self._asking: set[asyncio.Future[FullContext | None]] = set()
        """The questions that are open."""
        self._store = store
        self._services = services
        self._undo = undo
        self._window_of = window_of or (lambda model: services.settings.model(model).context_window)
        self._summaries = Summaries(store, replies, services, is_private=is_private)

    # -- figures -----------------------------------------------------------------------------------------------------

    def sent(self, pane_id: str) -> Sent:
        """What a pane sends of its branch."""
        pane = self._store.conversation.pane(pane_id)
        return sent_of(self._store.conversation.branch(pane.leaf_id), pane.sent_from)

    async def share(self, pane: Pane) -> Share | None:
        """The share of its model's window that a pane's branch takes; None where the window is not known.

        What has no reported figures is counted in the thread of the counter.
        """
        window = self._window_of(pane.model)
        if window is None or pane.leaf_id not in self._store.conversation.messages:
            return None
        metering = self._services.metering
        await metering.count_behind(pane.model, self.sent(pane.id).messages, pane.parameters.system)
        conversation = self._store.conversation
        if pane not in conversation.panes or pane.leaf_id not in conversation.messages:
            return None
        return Share(request_tokens(metering, conversation, pane, ""), window)

    def overfull(self, pane_ids: Iterable[str], text: str, parts: Sequence[Part] = ()) -> list[Overfull]:
        """Those of the panes in whose window a prompt does not fit, with what is sent before it and the reply."""
        found: list[Overfull] = []
        for pane in map(self._store.conversation.pane, self._store.known_panes(pane_ids)):
            if (window := self._window_of(pane.model)) is None:
                continue
            tokens = request_tokens(self._services.metering, self._store.conversation, pane, text, parts)
            room = room_in(window, pane.parameters)
            if tokens > room:
                shown = Mask(self._store.conversation).pane_name(pane)
                found.append(Overfull(pane.id, shown, tokens, window, room))
        return found

    # -- a prompt that does not fit ----------------------------------------------------------------------------------

    async def fit(self, pane_ids: Sequence[str], text: str, parts: Sequence[Part] = ()) -> bool:
        """Make room for a prompt where it does not fit, as the user or the settings say; False: do not send it."""
        overfull = self.overfull(pane_ids, text, parts)
        if not overfull:
            return True
        question = self._question(overfull)
        way: FullContext | None = self._services.settings.context.full
        cannot = (way is FullContext.DROP and not question.can_drop) or (
            way is FullContext.SUMMARISE and not question.plans
        )
        if way is FullContext.ASK or cannot:
            if self.ask is None:
                self._store.tell_problem(f"Not sent: {_does_not_fit(overfull[0])} Open the conversation to choose.")
                return False
            way = await self._answer(self.ask(question))
        match way:
            case FullContext.DROP:
                return await self.drop([pane.over.pane_id for pane in question.panes], overfull) is not None
            case FullContext.SUMMARISE:
                return await self.summarise(question.plans) is not None
            case FullContext.SEND:
                return True
            case _:
                return False

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

    def give_up(self) -> None:
        """Ask no more, because the program ends: nobody answers, and the prompt goes back to where it came from."""
        for asking in tuple(self._asking):
            asking.cancel()

    def _question(self, overfull: Sequence[Overfull]) -> FullQuestion:
        panes: list[FullPane] = []
        places: list[tuple[Pane, str]] = []
        open_panes = self._store.conversation.panes
        for over in overfull:
            pane = self._store.conversation.pane(over.pane_id)
            covers = self._covered(pane, over.tokens, over.excess + (1 - SUMMED_UP_TO) * over.room, keep_last=False)
            places += [] if covers is None else [(pane, covers)]
            panes.append(
                FullPane(
                    0 if len(open_panes) == 1 else 1 + open_panes.index(pane),
                    over,
                    self._left_out(pane, self._drop_place(pane, over)),
                    None if covers is None else self._summaries.plan((pane,), covers),
                )
            )
        plans = tuple(self._summaries.plans(places)) if len(places) == len(panes) else ()
        return FullQuestion(tuple(panes), plans, self.cost_of(plans))

    def cost_of(self, plans: Sequence[SummaryPlan]) -> Estimate | None:
        """The estimated cost of summaries, by the prices known so far."""
        budget = self._services.budget
        return None if budget is None or not plans else budget.estimate(plan.request for plan in plans)

    # -- dropping ----------------------------------------------------------------------------------------------------

    async def drop(self, pane_ids: Iterable[str], overfull: Sequence[Overfull] = ()) -> Step | None:
        """Leave old turns out of what these panes send: so many as must go, else the older half.

        None where there is nothing to drop.
        """
        needed = {over.pane_id: over for over in overfull}
        before: dict[str, str | None] = {}
        after: dict[str, str] = {}
        conversation, count = self._store.conversation, 0
        for pane in map(self._store.conversation.pane, self._store.known_panes(pane_ids)):
            over = needed.get(pane.id)
            begin = self._drop_place(pane, over) if over is not None else self._half(pane)
            if begin is None:
                continue
            count = max(count, self._left_out(pane, begin))
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

    def _drop_place(self, pane: Pane, over: Overfull) -> str | None:
        """The message that a pane would begin with so that a request fits, with some room to spare if possible."""
        spare = (1 - DROPPED_TO) * over.room
        for excess in (over.excess + spare, over.excess):
            if (begin := self._begin(pane, over.tokens, excess)) is not None:
                return begin
        return None

    def _half(self, pane: Pane) -> str | None:
        tokens = request_tokens(self._services.metering, self._store.conversation, pane, "")
        return self._begin(pane, tokens, BY_HAND * tokens) or self._begin(pane, tokens, 1)

    def _begin(self, pane: Pane, tokens: int, excess: float) -> str | None:
        messages = self.sent(pane.id).messages
        tokens_of, known = self._tokens_of(pane, messages, tokens), self._store.conversation.messages

        def goes(message: Message) -> float:
            return 0.0 if known[message.id].is_summary else tokens_of(message)  # a summary is sent in any case

        place = begins_at(messages, round(excess), goes, keep_last=True)
        return None if place is None else messages[place].id

    def _left_out(self, pane: Pane, begin: str | None) -> int:
        branch = self._store.conversation.branch(pane.leaf_id)
        return 0 if begin is None else sent_of(branch, begin).left_out

    # -- summing up --------------------------------------------------------------------------------------------------

    def summary_plans(self, pane_ids: Iterable[str]) -> list[SummaryPlan]:
        """The summaries of the older half of what these panes send; empty where nothing is older than the last turn."""
        places: list[tuple[Pane, str]] = []
        for pane in map(self._store.conversation.pane, self._store.known_panes(pane_ids)):
            tokens = request_tokens(self._services.metering, self._store.conversation, pane, "")
            covers = self._covered(pane, tokens, BY_HAND * tokens) or self._covered(pane, tokens, 1)
            places += [] if covers is None else [(pane, covers)]
        return self._summaries.plans(places)

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

    async def summarise_again(self, pane_id: str, summary: Message) -> None:
        """Get another version of a summary, beside the one there is."""
        covers, parent_id, store = summary.covers, summary.parent_id, self._store
        if covers is None or covers not in store.conversation.messages:
            return
        leaf_id = store.conversation.pane(pane_id).leaf_id
        store.move(pane_id, parent_id)
        plan = self._summaries.plan((store.conversation.pane(pane_id),), covers)
        if await self.summarise([plan], {pane_id: leaf_id}) is None and store.known_panes((pane_id,)):
            pane = store.conversation.pane(pane_id)
            if pane.leaf_id == parent_id and leaf_id in store.conversation.messages:
                await store.change(store.conversation.with_pane(replace(pane, leaf_id=leaf_id)))

    def delete(self, summary_id: str) -> Step:
        """Delete a summary alone: what stands below it stays."""
        step = delete_summary(self._store, summary_id)
        self._undo.push(step)
        return step

    def _covered(self, pane: Pane, tokens: int, excess: float, *, keep_last: bool = True) -> str | None:
        """The last message to be summed up so that `excess` tokens go, or as much as there is."""
        messages = self.sent(pane.id).messages
        tokens_of = self._tokens_of(pane, messages, tokens)
        place = begins_at(messages, round(excess), tokens_of, keep_last=keep_last)
        if place is None and not keep_last:
            place = len(messages)
        last = messages[place - 1] if place else None
        return None if last is None or self._store.conversation.messages[last.id].is_summary else last.id

    def _tokens_of(self, pane: Pane, messages: Sequence[Message], tokens: int) -> Callable[[Message], float]:
        """Tokens of a message in a request; where the figure for the whole is less than the estimates, so are these."""
        metering = self._services.metering
        known = {message.id: metering.estimate_input(pane.model, (message,)) for message in messages}
        factor = min(1.0, tokens / max(1, sum(known.values())))
        return lambda message: known[message.id] * factor


def _does_not_fit(over: Overfull) -> str:
    return f"about {over.tokens:,} tokens do not fit into the {over.window:,} of {over.model} beside a reply."

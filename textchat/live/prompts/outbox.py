"""Sends what a conversation asks: once it fits and the budget allows it; prompts wait until their panes are free."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from textchat.core import turns
from textchat.core.blind.masks import journal_name
from textchat.core.context.upcoming import Upcoming
from textchat.core.conversation import Conversation, QueuedPrompt, Status, first_words
from textchat.core.parts.draft import Draft
from textchat.core.parts.part import Part
from textchat.core.store_error import StoreError
from textchat.live.budget import Allowance, Budget, PlannedRequest
from textchat.live.conversation_store import ConversationStore
from textchat.live.replies import Replies

Make = Callable[[Conversation], Upcoming]
"""Makes requests of the conversation as it is at the moment; without panes where there is nothing to ask any more."""


async def _as_it_is(upcoming: Upcoming) -> Upcoming:
    return upcoming


@dataclass(frozen=True, slots=True)
class WayOut:
    """How requests are to be sent so that they fit."""

    expected: Upcoming
    """The requests as they will be, for the budget."""
    take: Callable[[Upcoming], Awaitable[Upcoming | None]] = _as_it_is
    """Does what it takes, and returns what is to be sent then; None where it failed, and has changed nothing."""


Fit = Callable[[Upcoming], Awaitable[WayOut | None]]
"""Finds the way in which requests fit into the windows of their models; None: they are not to be sent."""
Allow = Callable[[Budget], Awaitable[Allowance]]
"""Asks the budget for some requests."""


class Outbox:
    """Sends prompts in order, one at a time; those that cannot be sent yet wait in `queue`."""

    def __init__(
        self, store: ConversationStore, replies: Replies, budget: Budget | None, fit: Fit | None = None
    ) -> None:
        """`fit` finds the way in which requests fit, before they are sent."""
        self.queue = store.queue
        self._fit = fit
        self._store = store
        self._replies = replies
        self._budget = budget
        self.refusal: Callable[[], str] = lambda: ""
        """Why nothing may be sent now, as a sentence; empty: it may."""
        self._leaving = 0
        """Number of requests on their way: waiting for an answer or a summary, or just taken from the queue."""
        self._bound: set[str] = set()
        """The panes that these are for, as long as they cannot be taken back or overtaken."""
        self._is_closed = False

    @property
    def is_sending(self) -> bool:
        """Whether something is on its way: no reply grows yet, and it waits no more."""
        return self._leaving > 0

    async def send(self, text: str, pane_ids: Iterable[str], parts: tuple[Part, ...]) -> bool:
        """Send a prompt to panes, or queue it if one of them is still answering; False if it may not be sent."""
        targets = tuple(pane_ids)
        if why := self.refusal():
            self._store.tell_problem(why)
            return False
        has_others_before = self.queue.has_for(targets)
        if self._leaving or has_others_before or not self._replies.growing.keys().isdisjoint(targets):
            if has_others_before:
                self.queue.is_held = False
            self.queue.add(text, targets, parts)
            self._store.tell_change()
            self.send_next()
            self._keep_queue()
            return True
        is_sent = await self._send_now(text, targets, parts)
        self.send_next()
        return is_sent

    def resume(self) -> None:
        """Send the prompts that were held back."""
        self.queue.is_held = False
        self._store.tell_change()
        self.send_next()

    def take_back(self, prompt_id: str) -> QueuedPrompt | None:
        """Remove a prompt from the queue, to edit or discard it; None if it has been sent meanwhile."""
        prompt = self.queue.take_back(prompt_id)
        if prompt is not None:
            self._store.tell_change()
            self._keep_queue()
        return prompt

    def put_back(self, prompt: QueuedPrompt, place: int, *, was_held: bool) -> None:
        """Let a prompt wait again that was taken back; where it would be sent at once, the queue is held instead."""
        is_blocked = self.queue.has_for(prompt.pane_ids) or not self._replies.growing.keys().isdisjoint(prompt.pane_ids)
        is_held = self.queue.is_held or not is_blocked or (was_held and not len(self.queue))
        self.queue.insert(place, prompt)
        self.queue.is_held = is_held
        self._store.tell_change()
        self._keep_queue()

    def reply_ended(self, pane_id: str, status: Status) -> None:
        """Hold the prompts that wait behind a reply that did not complete: the user decides about them."""
        if status is not Status.COMPLETE and self.queue.has_for((pane_id,)):
            self.queue.is_held = True

    def send_next(self) -> None:
        """Send the next prompt of the queue, if one can be sent now."""
        if not self._leaving and (prompt := self.queue.next(set(self._replies.growing))):
            self._leaving += 1
            self._store.run(self._send_waiting(prompt))

    async def ask(self, make: Make) -> bool:
        """Ask for replies to prompts that are there; False where nothing was asked, and nothing has changed."""
        try:
            return await self._ask(make)
        finally:
            self.send_next()

    async def _ask(self, make: Make) -> bool:
        """Send requests as they fit and as the budget allows; they are made anew of what is there by then."""
        upcoming = make(self._store.conversation)
        if not upcoming.pane_ids or not self._is_free(upcoming.pane_ids):
            return False
        self._bound.update(upcoming.pane_ids)
        try:
            return await self._ask_in_turn(upcoming, make)
        finally:
            self._bound.difference_update(upcoming.pane_ids)

    def _is_free(self, pane_ids: Collection[str]) -> bool:
        """Whether nothing else is on its way to these panes; if something is, that is told."""
        if self._bound.isdisjoint(pane_ids):
            return True
        self._store.tell_problem("Not sent: another request for this pane is on its way. Try again when it has left.")
        return False

    async def _ask_in_turn(self, upcoming: Upcoming, make: Make) -> bool:
        way = await self._way_out(upcoming)
        if way is None:
            return False
        async with self._allowed(way.expected) as allowance:
            if allowance is None:
                return False
            taken = await self._taken(way, make)
            if taken is None or not taken.pane_ids or self._is_closed:
                return False
            await self._leave(taken, allowance)
        return True

    async def _way_out(self, upcoming: Upcoming) -> WayOut | None:
        """The way in which requests may be sent as far as windows go; no prompt leaves while somebody is asked."""
        if self._fit is None:
            return WayOut(upcoming)
        self._leaving += 1
        try:
            return await self._fit(upcoming)
        finally:
            self._leaving -= 1

    async def _taken(self, way: WayOut, make: Make) -> Upcoming | None:
        upcoming = make(self._store.conversation)
        self._leaving += 1
        try:
            return await way.take(upcoming) if upcoming.pane_ids else None
        finally:
            self._leaving -= 1

    async def _leave(self, upcoming: Upcoming, allowance: Allowance) -> None:
        conversation, new = upcoming.conversation, upcoming.new
        if (draft := upcoming.prompt) is not None:
            turn = turns.prompt(conversation, upcoming.pane_ids, draft.text, draft.parts)
            name = draft.parts[0].name if draft.parts else ""
            title = turn.conversation.title or first_words(draft.text) or first_words(name or "")
            conversation, new = replace(turn.conversation, title=title), turn.prompts
        self._store.conversation = conversation
        prefixes = {pane_id: answer.text for pane_id, answer in upcoming.continued.items()}
        await self._replies.ask(upcoming.pane_ids, allowance, new, prefixes)

    @asynccontextmanager
    async def allowed(self, requests: Mapping[str, PlannedRequest]) -> AsyncGenerator[Allowance | None, None]:
        """Hold what the budget reserves for requests that others have planned, by their keys, until the block ends.

        None if they may not be sent; then the watcher has been given the reason.
        """
        named = partial(journal_name, self._store.conversation)
        allow = partial(Budget.allow_requests, requests=requests, named=named)
        async with self._held([request.model for request in requests.values()], allow) as allowance:
            yield allowance

    @asynccontextmanager
    async def _allowed(self, upcoming: Upcoming) -> AsyncGenerator[Allowance | None, None]:
        """As `allowed`, for upcoming requests by pane."""
        models = [upcoming.conversation.pane(pane_id).model for pane_id in upcoming.pane_ids]
        async with self._held(models, partial(Budget.allow, upcoming=upcoming)) as allowance:
            yield allowance

    @asynccontextmanager
    async def _held(self, models: Sequence[str], allow: Allow) -> AsyncGenerator[Allowance | None, None]:
        allowance = await self._allowance(models, allow)
        try:
            yield None if allowance.refusal or self._is_closed else allowance
        finally:
            if self._budget is not None:
                await self._budget.release(allowance)

    async def _allowance(self, models: Sequence[str], allow: Allow) -> Allowance:
        if why := self.refusal():
            self._store.tell_problem(why)
            return Allowance(why)
        if self._budget is None or not self._budget.has_ceiling:
            return Allowance()
        self._leaving += 1
        try:
            allowance = await allow(self._budget)
        except StoreError as error:
            allowance = Allowance(str(error))
        else:
            if warning := self._budget.warning(models):
                self._store.tell_problem(warning)
        finally:
            self._leaving -= 1
        if allowance.refusal:
            self._store.tell_problem(allowance.refusal)
            self.send_next()
            self._store.work_changed()
        return allowance

    def close(self) -> None:
        """Stop sending, because the program ends: a request would be paid for and never read."""
        self.queue.is_held = True
        self._is_closed = True

    async def _send_now(self, text: str, targets: tuple[str, ...], parts: tuple[Part, ...]) -> bool:
        draft = Draft(text, parts)
        return await self._ask(lambda now: Upcoming(now, self._store.known_panes(targets), prompt=draft))

    async def _send_waiting(self, prompt: QueuedPrompt) -> None:
        # Where all its panes have been closed it is for those that are left: the user has seen it held, and let it go.
        panes = self._store.conversation.panes
        targets = self._store.known_panes(prompt.pane_ids) or tuple(pane.id for pane in panes)
        before, is_sent = set(self._store.conversation.messages), False
        try:
            is_sent = await self._send_now(prompt.text, targets, prompt.parts)
        finally:
            self._leaving -= 1
            if not is_sent and not turns.is_asked(self._store.conversation, prompt.text, before):
                self.queue.return_first(prompt)
                self._store.tell_change()
                self._keep_queue()
        self.send_next()

    def _keep_queue(self) -> None:
        """Store the queue as it is now."""
        if self._store.conversation.messages:
            self._store.run(self._store.save())

"""Sends the prompts of a conversation at once, or queues them until their panes are free and the budget allows it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from textchat.core import turns
from textchat.core.conversation import QueuedPrompt, Status, first_words
from textchat.core.parts.part import Part
from textchat.core.store_error import StoreError
from textchat.live.budget import Allowance, Budget
from textchat.live.conversation_store import ConversationStore
from textchat.live.replies import Replies

Fit = Callable[[Sequence[str], str, Sequence[Part]], Awaitable[bool]]
"""Makes room for a prompt to panes, by their ids; False: it is not to be sent."""


class Outbox:
    """Sends prompts in order, one at a time; those that cannot be sent yet wait in `queue`."""

    def __init__(
        self, store: ConversationStore, replies: Replies, budget: Budget | None, fit: Fit | None = None
    ) -> None:
        """`fit` makes room for a prompt in the windows of its panes before it is sent."""
        self.queue = store.queue
        self._fit = fit
        self._store = store
        self._replies = replies
        self._budget = budget
        self.refusal: Callable[[], str] = lambda: ""
        """Why nothing may be sent now, as a sentence; empty: it may."""
        self._leaving = 0
        """Number of prompts being sent: waiting for the budget's answer, or just taken from the queue."""
        self._is_closed = False

    @property
    def is_sending(self) -> bool:
        """Whether a prompt is on its way: no reply grows yet, and it waits no more."""
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

    @asynccontextmanager
    async def allowed(
        self, pane_ids: Iterable[str], text: str = "", parts: tuple[Part, ...] = ()
    ) -> AsyncGenerator[Allowance | None, None]:
        """Hold what the budget reserves for requests to these panes, until they have begun or the block ends.

        None if they may not be sent; then the watcher has been given the reason.
        """
        allowance = await self._allowance(pane_ids, text, parts)
        try:
            yield None if allowance.refusal or self._is_closed else allowance
        finally:
            if self._budget is not None:
                await self._budget.release(allowance)

    async def _allowance(self, pane_ids: Iterable[str], text: str, parts: tuple[Part, ...]) -> Allowance:
        if why := self.refusal():
            self._store.tell_problem(why)
            return Allowance(why)
        if self._budget is None or not self._budget.has_ceiling:
            return Allowance()
        self._leaving += 1
        try:
            panes = self._store.known_panes(pane_ids)
            models = [self._store.conversation.pane(pane_id).model for pane_id in panes]
            allowance = await self._budget.allow(self._store.conversation, panes, text, parts)
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
        if not await self._fits(targets, text, parts):
            return False
        async with self.allowed(targets, text, parts) as allowance:
            targets = self._store.known_panes(targets)
            if allowance is None or not targets:
                return False  # refused, or closed while the budget was asked: the text goes back to where it came from
            turn = turns.prompt(self._store.conversation, targets, text, parts)
            title = turn.conversation.title or first_words(text) or first_words(parts[0].name if parts else "")
            self._store.conversation = replace(turn.conversation, title=title)
            await self._replies.ask(targets, allowance, turn.prompts)
        return True

    async def _fits(self, targets: tuple[str, ...], text: str, parts: tuple[Part, ...]) -> bool:
        """Whether a prompt may be sent as far as windows go; no other one leaves while somebody is asked."""
        if self._fit is None:
            return True
        self._leaving += 1
        try:
            return await self._fit(targets, text, parts)
        finally:
            self._leaving -= 1

    async def _send_waiting(self, prompt: QueuedPrompt) -> None:
        # Where all its panes have been closed it is for those that are left: the user has seen it held, and let it go.
        panes = self._store.conversation.panes
        targets = self._store.known_panes(prompt.pane_ids) or tuple(pane.id for pane in panes)
        before, is_sent = set(self._store.conversation.messages), False
        try:
            is_sent = await self._send_now(prompt.text, targets, prompt.parts)
        finally:
            self._leaving -= 1
            if not is_sent and before >= self._store.conversation.messages.keys():
                self.queue.return_first(prompt)
                self._store.tell_change()
                self._keep_queue()
        self.send_next()

    def _keep_queue(self) -> None:
        """Store the queue as it is now."""
        if self._store.conversation.messages:
            self._store.run(self._store.save())

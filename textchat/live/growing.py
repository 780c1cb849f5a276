"""The replies that grow in a conversation: begun when all that leads to them is stored, kept while they grow, ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from textchat.core.configuration import Settings
from textchat.core.conversation import Conversation, Message, Role, Status
from textchat.core.errors import BadRequestError, ConfigurationError
from textchat.core.figures.tokens import estimate_input_tokens
from textchat.core.generation import Limits, Listener, run_reply
from textchat.core.provider import Request
from textchat.core.reply import Reply
from textchat.live.budget import Asked, Budget
from textchat.live.checkpoints import Checkpoints
from textchat.live.figures import Figures, Followed
from textchat.live.ports import Cancellable, Start, Watcher, start_task
from textchat.live.prompt_queue import PromptQueue
from textchat.live.stored import StoredConversation
from textchat.live.titles import Titles
from textchat.live.traces import Traces
from textchat.providers.catalog import Catalog
from textchat.store.history import History

CONTINUE_PROMPT = "Continue exactly where you stopped. Do not repeat anything and do not comment on the interruption."


class GrowingConversation(StoredConversation):
    """`replies` holds, by pane id, the reply that grows there now; `queue` what is to be sent when they have ended."""

    def __init__(
        self,
        conversation: Conversation,
        *,
        catalog: Catalog,
        settings: Settings,
        history: History,
        figures: Figures,
        traces: Traces | None = None,
        titles: Titles | None = None,
        is_private: bool = False,
        budget: Budget | None = None,
        start: Start = start_task,
        watcher: Watcher | None = None,
    ) -> None:
        super().__init__(conversation, history, watcher, is_private=is_private)
        self.replies: dict[str, Reply] = {}
        self.queue = PromptQueue()
        self._catalog = catalog
        self._settings = settings
        self._titles = titles
        self._figures = figures
        self.traces = traces or Traces()
        self._budget = budget
        self._start = start
        self._running: dict[str, Cancellable] = {}
        self._followed: dict[str, Followed] = {}
        self._checkpoints = Checkpoints(history.checkpoint)

    @property
    def is_busy(self) -> bool:
        """Whether a reply grows here or is being stored."""
        return bool(self.replies or self._saves or self._saving or len(self.queue))

    def cancel(self, pane_id: str) -> bool:
        """End the reply of this pane now and close its connection; what has come stays. False if there is none."""
        return self._end(pane_id, Status.CANCELLED)

    def cancel_all(self) -> bool:
        growing = tuple(self.replies)
        for pane_id in growing:
            self.cancel(pane_id)
        return bool(growing)

    async def aclose(self) -> None:
        """Stop everything as interrupted, and wait until it is stored."""
        self.queue.is_held = True
        for pane_id in tuple(self.replies):
            self._end(pane_id, Status.INTERRUPTED)
        while self._saves:
            await asyncio.gather(*self._saves)
        if self.unsaved:
            await self._save(())

    # -- from the beginning to the end ---------------------------------------------------------------------------------

    async def _ask(self, pane_ids: Iterable[str], new: tuple[Message, ...] = (), prefix: str = "") -> None:
        """Start a reply under the leaf of each pane, once everything that leads to it is stored."""
        replies = [self._begin(pane_id, prefix) for pane_id in pane_ids]
        if not replies:
            return
        self.tell_change()
        await self._save((*new, *(reply.freeze() for reply in replies)))
        for reply in replies:
            if not reply.is_ended:
                self._running[reply.id] = self._start(self._run(reply), f"reply-{reply.id}")

    def _begin(self, pane_id: str, prefix: str) -> Reply:
        pane = self.conversation.pane(pane_id)
        branch = self.conversation.branch(pane.leaf_id)
        reply = Reply(
            conversation_id=self.conversation.id,
            parent_id=pane.leaf_id,
            model=pane.model,
            parameters=pane.parameters,
            prefix=prefix,
            input_tokens=estimate_input_tokens(branch, pane.parameters.system),
        )
        self.replies[pane_id] = reply
        if self._budget is not None:
            self._budget.began(reply.id, Asked(pane.model, pane.parameters, reply.input_estimate))
        grown = self.conversation.with_message(reply.freeze())
        self.conversation = grown.with_pane(replace(pane, leaf_id=reply.id))
        return reply

    async def _run(self, reply: Reply) -> None:
        try:
            model = self._catalog.open(reply.model)
        except ConfigurationError as error:
            reply.end(Status.FAILED, BadRequestError(str(error)).report())
            self._reply_ended(reply)
            return
        request = Request(model.name, self._request_messages(reply), reply.parameters)
        price = self._settings.model(reply.model).price
        followed = self._followed[reply.id] = self._figures.follow(reply, model, request.messages, price)
        await run_reply(
            model.provider,
            request,
            reply,
            limits=Limits.of(model.settings),
            slots=model.slots,
            listener=Listener(followed.event, self._reply_changed, self._reply_ended),
            tap=self.traces.begin(reply.id, model.settings),
        )

    def _request_messages(self, reply: Reply) -> tuple[Message, ...]:
        branch = self.conversation.branch(reply.parent_id)
        if not reply.text_chunks:
            return branch
        stopped = replace(reply.freeze(), reasoning="")
        return (*branch, stopped, Message(id="", parent_id=stopped.id, role=Role.USER, text=CONTINUE_PROMPT))

    def _reply_changed(self, reply: Reply) -> None:
        if reply.is_ended:
            return
        if reply.has_begun:
            self._checkpoints.grew(reply)
        if self.watcher is not None:
            self.watcher.reply_changed(reply)

    def _reply_ended(self, reply: Reply) -> None:
        pane_id = next((id_ for id_, growing in self.replies.items() if growing is reply), None)
        if pane_id is None:
            return
        del self.replies[pane_id]
        self._running.pop(reply.id, None)
        self._checkpoints.forget(reply)
        followed = self._followed.pop(reply.id, None)
        if followed is not None:
            followed.ended(reply)
        message = reply.freeze()
        self.conversation = self.conversation.with_message(message)
        self._keep(self._store_end(reply, message, followed))
        if reply.status is not Status.COMPLETE and self.queue.has_for((pane_id,)):
            self.queue.is_held = True
        if self.watcher is not None:
            self.watcher.reply_ended(reply, message)
        if self._titles is not None:
            self._titles.consider(self, message)
        self._send_next()

    def _send_next(self) -> None:
        """A reply has ended: what waits for it may go."""
        raise NotImplementedError

    def _end(self, pane_id: str, status: Status) -> bool:
        reply = self.replies.get(pane_id)
        if reply is None:
            return False
        running = self._running.get(reply.id)
        reply.end(status)
        self._reply_ended(reply)
        if running is not None:
            running.cancel()
        return True

    async def _store_end(self, reply: Reply, message: Message, followed: Followed | None) -> None:
        await self._history.finish(self.conversation.id, message)
        if followed is not None:
            await followed.settled()
            if (settled := reply.freeze()) != message:
                message = settled
                await self._take_figures(message)
        await self._history.record_request(message)
        if self._budget is not None:
            self._budget.recorded(reply.id)

    async def _take_figures(self, message: Message) -> None:
        """Tokens and cost that were known only after the end; a message that was deleted meanwhile stays deleted."""
        if message.id in self.conversation.messages:
            self.conversation = self.conversation.with_message(message)
            self.tell_change()
            await self._history.finish(self.conversation.id, message)

"""A conversation with replies growing in it: what the screen, `compare` and any other reader of it share.

It knows the store and the catalog, no interface. A reply belongs to it, not to a screen: the watcher may change or
leave while replies grow on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from typing import Any, Protocol

from textchat.core import turns
from textchat.core.configuration import Settings
from textchat.core.conversation import (
    Attachment,
    Conversation,
    Message,
    Pane,
    Parameters,
    Role,
    Source,
    Status,
    first_words,
)
from textchat.core.errors import BadRequestError, ConfigurationError
from textchat.core.generation import Limits, Listener, run_reply
from textchat.core.provider import Request
from textchat.core.reply import Reply
from textchat.core.tokens import TOKENS_PER_MESSAGE, estimate_input_tokens, estimate_tokens
from textchat.live.budget import Asked, Budget, Estimate
from textchat.live.checkpoints import Checkpoints
from textchat.live.elsewhere import caught_up
from textchat.live.figures import Figures, Followed
from textchat.live.prompt_queue import PromptQueue, QueuedPrompt
from textchat.live.titles import Titles
from textchat.live.traces import Traces
from textchat.providers.catalog import Catalog
from textchat.store.errors import StoreError
from textchat.store.history import History

MEANWHILE = "What is new is kept in memory until it can be stored."
CONTINUE_PROMPT = "Continue exactly where you stopped. Do not repeat anything and do not comment on the interruption."


class Cancellable(Protocol):
    """What runs a reply: an asyncio task, or a worker of the interface."""

    def cancel(self) -> object: ...


class Watcher(Protocol):
    """Who shows the conversation; called on the event loop's thread, and must not block."""

    def reply_changed(self, reply: Reply) -> None: ...

    def reply_ended(self, reply: Reply, message: Message) -> None: ...

    def conversation_changed(self) -> None:
        """The tree, the panes or the queue are different; `LiveConversation` has them."""

    def problem(self, sentence: str) -> None:
        """Something failed that belongs to no reply."""


Start = Callable[[Coroutine[Any, Any, None], str], Cancellable]
"""Runs a coroutine under a name of its own."""


def start_task(coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """The `Start` of a program without a screen."""
    return asyncio.create_task(coroutine, name=name)


class LiveConversation:
    """`replies` holds, by pane id, the reply that grows there now."""

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
        self.conversation = conversation
        self.watcher = watcher
        self.replies: dict[str, Reply] = {}
        self.queue = PromptQueue()
        self._catalog = catalog
        self._settings = settings
        self._history = history
        self.is_private = is_private
        """The history is one in memory because the user wants it so: nothing of it may touch the disk."""
        self.unsaved = ""
        """Why something could not be stored and is only here; what is stored next brings it along. Empty: all is."""
        self._titles = titles
        self._saving = 0
        self._figures = figures
        self.traces = traces or Traces()
        self._budget = budget
        self._checks = 0
        """How many prompts wait for the budget's word."""
        self._start = start
        self._running: dict[str, Cancellable] = {}
        self._followed: dict[str, Followed] = {}
        self._checkpoints = Checkpoints(history.checkpoint)
        self._saves: set[asyncio.Task[None]] = set()

    @property
    def history(self) -> History:
        """Where it is stored; all that belongs to it goes there."""
        return self._history

    @property
    def is_busy(self) -> bool:
        """Whether a reply grows here or is being stored."""
        return bool(self.replies or self._saves or self._saving or len(self.queue))

    # -- asking ------------------------------------------------------------------------------------------------------

    async def send(self, text: str, pane_ids: Iterable[str], attachments: tuple[Attachment, ...] = ()) -> bool:
        """Send a prompt to panes, or queue it where one of them still answers.

        False where a ceiling of the settings forbids it: then nothing has changed, and the watcher was told why.
        """
        targets = tuple(pane_ids)
        self.queue.is_held = False
        if len(self.queue) or self._checks or any(pane_id in self.replies for pane_id in targets):
            self.queue.add(text, targets, attachments)
            self.tell_change()
            self._send_next()
            return True
        return await self._send_now(text, targets, attachments)

    async def _send_now(self, text: str, targets: tuple[str, ...], attachments: tuple[Attachment, ...]) -> bool:
        if not await self._may_ask(targets, text):
            return False
        targets = self._known(targets)
        turn = turns.prompt(self.conversation, targets, text, attachments)
        self.conversation = turn.conversation
        if not self.conversation.title:
            self.conversation = replace(self.conversation, title=first_words(text))
        await self._ask(targets, turn.prompts)
        self._send_next()
        return True

    async def regenerate(self, pane_ids: Iterable[str]) -> None:
        """Ask again for the last answer of each pane, or for the one that is missing; the old one stays a sibling."""
        panes = [self.conversation.pane(pane_id) for pane_id in self._known(pane_ids)]
        wanted = [pane.id for pane in panes if pane.leaf_id is not None and pane.id not in self.replies]
        if await self._may_ask(wanted):
            free = [pane_id for pane_id in self._known(wanted) if pane_id not in self.replies]
            await self._ask([pane_id for pane_id in free if self._step_back(pane_id)])

    async def ask_again(self, pane_id: str, message_id: str) -> None:
        """Ask for an earlier message of this pane anew: an answer for a prompt, another answer beside an answer."""
        if pane_id not in self.replies and await self._may_ask((pane_id,)):
            self._move(pane_id, message_id)
            await self.regenerate((pane_id,))

    async def continue_answer(self, pane_id: str, message_id: str | None = None) -> None:
        """Let the model go on where an answer (by default the last) stopped; the longer one becomes a sibling."""
        if pane_id in self.replies or not await self._may_ask((pane_id,)):
            return
        if message_id is not None:
            self._move(pane_id, message_id)
        answer = self._last_message(pane_id)
        if answer is not None and answer.role is Role.ASSISTANT:
            self._move(pane_id, answer.parent_id)
            await self._ask([pane_id], prefix=answer.text)

    async def edit(self, pane_id: str, message_id: str, text: str) -> None:
        """Another version of a message: a prompt is asked anew, an answer is taken as it is."""
        if pane_id in self.replies:
            return
        if self.conversation.messages[message_id].role is Role.USER:
            if not await self._may_ask((pane_id,), text):
                return
            turn = turns.edit_prompt(self.conversation, pane_id, message_id, text)
            self.conversation = turn.conversation
            await self._ask([pane_id], turn.prompts)
        else:
            turn = turns.edit_answer(self.conversation, pane_id, message_id, text)
            await self._change(turn.conversation, turn.prompts)

    def estimate(self, text: str, pane_ids: Iterable[str]) -> Estimate | None:
        """What a prompt to these panes would cost, as far as prices are known by now."""
        return None if self._budget is None else self._budget.estimate(self._asked(pane_ids, text))

    def request_tokens(self, pane_id: str, text: str) -> int:
        """About how many tokens a prompt in this pane would send, by the figures of its last answer where it has any.

        What a model thought is not sent again.
        """
        pane = self.conversation.pane(pane_id)
        last = self._last_message(pane_id)
        usage = last.usage if last is not None and last.status is Status.COMPLETE else None
        if usage is None or Source.ESTIMATED in (usage.source, usage.input_source):
            prompt = (Message("", None, Role.USER, text),) if text else ()
            return estimate_input_tokens((*self.conversation.branch(pane.leaf_id), *prompt), pane.parameters.system)
        before = usage.input_tokens + usage.output_tokens - (usage.reasoning_tokens or 0)
        return before + (estimate_tokens(len(text)) + TOKENS_PER_MESSAGE if text else 0)

    def _asked(self, pane_ids: Iterable[str], text: str) -> list[Asked]:
        prompt = (Message("", None, Role.USER, text),) if text else ()
        panes = [self.conversation.pane(pane_id) for pane_id in self._known(pane_ids)]
        return [
            Asked(
                pane.model,
                pane.parameters,
                estimate_input_tokens((*self.conversation.branch(pane.leaf_id), *prompt), pane.parameters.system),
            )
            for pane in panes
        ]

    async def _may_ask(self, pane_ids: Iterable[str], text: str = "") -> bool:
        """Whether the budget lets these panes be asked; where it does not, the watcher is told why."""
        if self._budget is None or not self._budget.has_ceiling:
            return True
        self._checks += 1
        try:
            refusal = await self._budget.refusal(self._asked(pane_ids, text))
        except StoreError as error:
            refusal = str(error)
        finally:
            self._checks -= 1
        if refusal:
            self._tell_problem(refusal)
        return not refusal

    def _known(self, pane_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of the panes that are still there."""
        known = {pane.id for pane in self.conversation.panes}
        return tuple(pane_id for pane_id in pane_ids if pane_id in known)

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

    # -- what the replies say ----------------------------------------------------------------------------------------

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
        if reply.status is not Status.COMPLETE and len(self.queue):
            self.queue.is_held = True
        if self.watcher is not None:
            self.watcher.reply_ended(reply, message)
        if self._titles is not None:
            self._titles.consider(self, message)
        self._send_next()

    def _send_next(self) -> None:
        known = {pane.id for pane in self.conversation.panes}
        if not self._checks and (prompt := self.queue.next(set(self.replies))):
            targets = tuple(id_ for id_ in prompt.pane_ids if id_ in known) or tuple(known)
            self._keep(self._send_waiting(prompt, targets))

    async def _send_waiting(self, prompt: QueuedPrompt, targets: tuple[str, ...]) -> None:
        if not await self._send_now(prompt.text, targets, prompt.attachments):
            self.queue.return_first(prompt)
            self.tell_change()

    def resume_queue(self) -> None:
        """Send what a cancel has held back."""
        self.queue.is_held = False
        self.tell_change()
        self._send_next()

    # -- cancelling --------------------------------------------------------------------------------------------------

    def cancel(self, pane_id: str) -> bool:
        """End the reply of this pane now and close its connection; what has come stays. False if there is none."""
        return self._end(pane_id, Status.CANCELLED)

    def cancel_all(self) -> bool:
        growing = tuple(self.replies)
        for pane_id in growing:
            self.cancel(pane_id)
        return bool(growing)

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

    async def aclose(self) -> None:
        """Stop everything as interrupted, and wait until it is stored."""
        self.queue.is_held = True
        for pane_id in tuple(self.replies):
            self._end(pane_id, Status.INTERRUPTED)
        while self._saves:
            await asyncio.gather(*self._saves)
        if self.unsaved:
            await self._save(())

    # -- the tree and its panes --------------------------------------------------------------------------------------

    async def add_pane(self, model: str, beside: str | None = None) -> Pane:
        parameters = self._settings.model(model).parameters
        before = {pane.id for pane in self.conversation.panes}
        await self._change(turns.add_pane(self.conversation, model, parameters, beside))
        return next(pane for pane in self.conversation.panes if pane.id not in before)

    async def duplicate_pane(self, pane_id: str) -> None:
        """A second pane beside this one, with its branch, model and parameters: for another setting of them."""
        pane = self.conversation.pane(pane_id)
        await self._change(turns.add_pane(self.conversation, pane.model, pane.parameters, pane_id))

    async def close_pane(self, pane_id: str) -> None:
        """Close a pane that is not the last; its reply is cancelled, its branch stays."""
        if len(self.conversation.panes) > 1:
            self.cancel(pane_id)
            await self._change(self.conversation.without_pane(pane_id))

    async def choose(self, pane_id: str) -> None:
        """Continue with this pane alone; replies of the others are cancelled and kept as siblings."""
        for other in tuple(self.replies):
            if other != pane_id:
                self.cancel(other)
        await self._change(turns.choose(self.conversation, pane_id))

    async def open_siblings(self, pane_id: str, message_id: str) -> None:
        await self._change(turns.open_siblings(self.conversation, pane_id, message_id))

    async def delete_message(self, message_id: str) -> None:
        """Delete a message and all below it; replies that grow there are cancelled."""
        gone = {message_id, *await self._stored_below(message_id), *self.conversation.descendants(message_id)}
        for pane_id, reply in tuple(self.replies.items()):
            if reply.id in gone:
                self.cancel(pane_id)
        await self._change(self.conversation.without(message_id))
        self._keep(self._history.remove_messages(self.conversation.id, sorted(gone)))

    async def _stored_below(self, message_id: str) -> tuple[str, ...]:
        """What another textchat may have added below a message."""
        try:
            stored = await self._history.load(self.conversation.id)
        except StoreError:
            return ()  # removing it will say why
        return () if stored is None else tuple(stored.descendants(message_id))

    async def catch_up(self) -> bool:
        """Take in what another textchat wrote into this conversation. False while something grows or waits here: then
        it is too early. Raises StoreError."""
        before = self.conversation
        if self.is_busy or self.unsaved:
            return False
        stored = await self._history.load(before.id) if before.messages else None
        if self.conversation is not before or self.is_busy:
            return False
        if stored is not None and (now := caught_up(before, stored)) != before:
            self.conversation = now
            self.tell_change()
        return True

    async def walk_siblings(self, pane_id: str, message_id: str, step: int) -> None:
        if pane_id not in self.replies:
            await self._change(turns.walk_siblings(self.conversation, pane_id, message_id, step))

    async def branch_off(self, pane_id: str, message_id: str) -> None:
        """Go on from an earlier message: what followed it stays a branch beside."""
        if pane_id not in self.replies:
            pane = replace(self.conversation.pane(pane_id), leaf_id=message_id)
            await self._change(self.conversation.with_pane(pane))

    async def move_pane(self, pane_id: str, step: int) -> None:
        await self._change(turns.move_pane(self.conversation, pane_id, step))

    async def set_model(self, pane_id: str, model: str) -> None:
        """Ask another model from the next prompt on; the parameters become that model's own."""
        pane = self.conversation.pane(pane_id)
        await self.change_pane(replace(pane, model=model, parameters=self._settings.model(model).parameters))

    async def set_parameters(self, pane_id: str, parameters: Parameters) -> None:
        await self.change_pane(replace(self.conversation.pane(pane_id), parameters=parameters))

    async def change_pane(self, pane: Pane) -> None:
        await self._change(self.conversation.with_pane(pane))

    async def rename(self, title: str) -> None:
        await self._change(replace(self.conversation, title=title))

    async def _change(self, conversation: Conversation, new: tuple[Message, ...] = ()) -> None:
        self.conversation = conversation
        self.tell_change()
        if conversation.messages:
            await self._save(new)

    # -- helpers -----------------------------------------------------------------------------------------------------

    def _last_message(self, pane_id: str) -> Message | None:
        leaf_id = self.conversation.pane(pane_id).leaf_id
        return None if leaf_id is None else self.conversation.messages[leaf_id]

    def _step_back(self, pane_id: str) -> bool:
        """Move the pane to the prompt of its last answer; False where there is no prompt to answer."""
        last = self._last_message(pane_id)
        if last is not None and last.role is Role.ASSISTANT:
            self._move(pane_id, last.parent_id)
        return self.conversation.pane(pane_id).leaf_id is not None

    def _move(self, pane_id: str, leaf_id: str | None) -> None:
        self.conversation = self.conversation.with_pane(replace(self.conversation.pane(pane_id), leaf_id=leaf_id))

    async def _save(self, messages: tuple[Message, ...]) -> None:
        self._saving += 1
        try:
            await self._history.save(self.conversation, messages)
        except StoreError as error:
            self._not_stored(error)
        else:
            self.unsaved = ""
        finally:
            self._saving -= 1

    def _not_stored(self, error: StoreError) -> None:
        self.unsaved = str(error)
        self._tell_problem(f"{error} {MEANWHILE}")

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

    def _keep(self, saving: Coroutine[Any, Any, None]) -> None:
        async def keep() -> None:
            try:
                await saving
            except StoreError as error:
                self._not_stored(error)

        task = asyncio.create_task(keep())
        self._saves.add(task)
        task.add_done_callback(self._saves.discard)

    def tell_change(self) -> None:
        """Let the watcher look again."""
        if self.watcher is not None:
            self.watcher.conversation_changed()

    def _tell_problem(self, sentence: str) -> None:
        if self.watcher is not None:
            self.watcher.problem(sentence)

"""Sends one prompt to one or several models at once for `ask` and `compare`; stores the replies if asked to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from functools import cache
from typing import Protocol

from textchat.commands.asking.continuing import Continued
from textchat.commands.asking.prompt_input import PromptInput
from textchat.commands.asking.takings import TakenPart, takings
from textchat.commands.asking.windows import too_long
from textchat.commands.open_store import history_of_costs, opened_history
from textchat.commands.output.streams import is_blocked
from textchat.commands.output.terminal import say
from textchat.config import paths
from textchat.core import turns
from textchat.core.configuration import BudgetSettings, Settings
from textchat.core.context.sent import sent_of
from textchat.core.context.upcoming import Upcoming
from textchat.core.conversation import Conversation, Message, Pane, first_words, new_id
from textchat.core.errors import ConfigurationError
from textchat.core.events import StreamEvent
from textchat.core.parameters import Parameters
from textchat.core.personas.panes import with_persona
from textchat.core.provider import StreamTap
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError
from textchat.core.sweeps.sweep import Variant
from textchat.live.budget import Allowance, Budget
from textchat.live.library import PendingReply, open_services
from textchat.live.metering import Metering
from textchat.live.replies import new_reply, with_reply
from textchat.live.running_reply import ReplyServices
from textchat.providers.catalog import Catalog
from textchat.signals import ending_for_certain
from textchat.startup import short_thread_turns
from textchat.store.history import History, RunningRequest
from textchat.store.log import start_log


class ReplyOutput(Protocol):
    """Interface of the outputs for the replies to one prompt; `pane` is the index of the reply, from 0."""

    async def begin(self, replies: Sequence[Reply], taken: Sequence[Sequence[TakenPart]]) -> None:
        """The replies that are running, and for each how its model gets the parts of the prompt."""

    async def take(self, pane: int, events: Sequence[StreamEvent]) -> None:
        """The next events of a reply: all that have come since the last were taken."""

    async def ended(self, pane: int, message: Message) -> None: ...

    async def end(self, messages: Sequence[Message]) -> None:
        """Called once, after all replies have ended."""


class PendingReplies:
    """The running replies to one prompt, one for each model."""

    def __init__(
        self, pending: Sequence[PendingReply], metering: Metering, taken: Sequence[Sequence[TakenPart]]
    ) -> None:
        self._pending = pending
        self.taken = taken
        """For each model, how it gets the parts of the prompt."""
        self._metering = metering

    async def put_out(self, output: ReplyOutput, hurry: Callable[[], object] = lambda: None) -> list[Message]:
        """Write all replies to the output until each has ended; if cancelled, cancel them and write what came.

        Then `hurry` is called: what the output does itself is to end soon.
        """
        with ending_for_certain(is_blocked):
            return await self._put_out(output, hurry)

    async def _put_out(self, output: ReplyOutput, hurry: Callable[[], object]) -> list[Message]:
        await output.begin([pending.reply for pending in self._pending], self.taken)
        ways = [asyncio.create_task(_put_out(pane, pending, output)) for pane, pending in enumerate(self._pending)]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        except asyncio.CancelledError:
            self._cancel()
            hurry()
            await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        if any(way.done() and way.exception() for way in ways):  # the reader has gone: no use in going on
            for way in ways:
                way.cancel()
            results = await asyncio.gather(*ways, return_exceptions=True)
            raise next(result for result in results if isinstance(result, Exception))
        messages = [pending.reply.freeze() for pending in self._pending]
        await output.end(messages)
        return messages

    async def aclose(self) -> None:
        """Cancel running replies and wait until all are recorded; raises StoreError for what was not stored."""
        self._cancel()
        for pending in self._pending:
            await pending.until_ended()
        for pending in self._pending:
            await pending.until_stored()

    def _cancel(self) -> None:
        self._metering.hurry()
        for pending in self._pending:
            pending.cancel()


async def _put_out(pane: int, pending: PendingReply, output: ReplyOutput) -> None:
    async for events in pending.batches():
        await output.take(pane, events)
    await output.ended(pane, pending.reply.freeze())


@asynccontextmanager
async def ask_all(
    prompt: PromptInput,
    variants: Sequence[Variant],
    settings: Settings,
    *,
    save: bool = False,
    tap: StreamTap | None = None,
    continued: Continued | None = None,
) -> AsyncGenerator[PendingReplies, None]:
    """Ask each of `variants`; when the block ends, the replies are recorded and the connections closed.

    With `save` the prompt is in the store before a request leaves, and the replies while they grow. Raises
    ConfigurationError for a model that cannot be opened, a part that no model takes or a ceiling of the budget, and
    StoreError for a store that cannot be opened; then nothing is asked.
    `tap` watches the wire, where there is one; `continued` is the conversation that it goes on with.
    """
    start_log()  # where it cannot be kept, an error of textchat itself says that nothing has its details
    async with AsyncExitStack() as stack:
        stack.enter_context(short_thread_turns())  # what is imported meanwhile does not date what is written and read
        services = await stack.enter_async_context(open_services(settings))
        taken = takings(prompt.parts, opened_models(variants, services.catalog), services.catalog)
        needs_store = save or settings.budget != BudgetSettings()
        opened = opened_history() if save else history_of_costs()
        history = await stack.enter_async_context(opened) if needs_store else None
        journal = Journal(history)
        stack.push_async_callback(journal.aclose)
        services = replace(
            services, store=history if save else None, journal=journal, tap=lambda reply_id, provider: tap
        )
        turn = turn_of(prompt, variants, settings) if continued is None else continued.turn(prompt)
        panes = [pane.id for pane in (turn.conversation.panes if continued is None else (continued.pane,))]
        allowance = Allowance() if history is None else await _allowance(turn.conversation, panes, services, history)
        begun = await _begun(turn, panes, settings, allowance, history if save else None)
        sent = [_sent(turn.conversation, pane_id) for pane_id in panes]
        pending = [PendingReply(*each, services) for each in zip(begun, sent, strict=True)]
        replies = PendingReplies(pending, services.metering, taken)
        stack.push_async_callback(replies.aclose)
        yield replies


def opened_models(variants: Sequence[Variant], catalog: Catalog) -> list[str]:
    """The model of each; raises ConfigurationError for one that cannot be opened."""
    models = [variant.model for variant in variants]
    for model in dict.fromkeys(models):
        catalog.open(model)
    return models


def turn_of(prompt: PromptInput, variants: Sequence[Variant], settings: Settings) -> turns.Turn:
    """A new conversation with the prompt, and a pane for each of the variants."""
    panes = [_pane(prompt, variant, settings.model(variant.model).parameters) for variant in variants]
    conversation = Conversation(new_id(), first_words(prompt.text), time.time(), panes=tuple(panes))
    return turns.prompt(conversation, [pane.id for pane in panes], prompt.text, prompt.parts)


def _pane(prompt: PromptInput, variant: Variant, defaults: Parameters) -> Pane:
    persona = variant.persona or prompt.persona
    pane = with_persona(Pane(new_id(), variant.model), persona, variant.model, defaults)
    return replace(pane, parameters=pane.parameters.merged({**prompt.parameters, **variant.values}))


async def _allowance(
    conversation: Conversation, pane_ids: Sequence[str], services: ReplyServices, history: History
) -> Allowance:
    """Reserve the cost of the requests; raises ConfigurationError if a ceiling of the settings forbids them."""
    budget = Budget(services.current, services.catalog, services.metering, history)
    allowance = await budget.allow(Upcoming(conversation, tuple(pane_ids)))
    if warning := budget.warning(conversation.pane(pane_id).model for pane_id in pane_ids):
        _say_once(warning)
    if allowance.refusal:
        raise ConfigurationError(allowance.refusal)
    return allowance


@cache
def _say_once(sentence: str) -> None:
    """Of a file of prompts, each would say it again."""
    say(sentence)


def _sent(conversation: Conversation, pane_id: str) -> tuple[Message, ...]:
    """What a pane sends of its branch, the prompt included."""
    pane = conversation.pane(pane_id)
    return sent_of(conversation.branch(pane.leaf_id), pane.sent_from).messages


async def _begun(
    turn: turns.Turn, pane_ids: Sequence[str], settings: Settings, allowance: Allowance, history: History | None
) -> list[Reply]:
    """Create a reply for each pane, after storing the prompt where there is a store; raises StoreError."""
    conversation = turn.conversation
    replies = []
    for pane in map(turn.conversation.pane, pane_ids):
        branch = turn.conversation.branch(pane.leaf_id)
        sent = _sent(turn.conversation, pane.id)
        replies.append(new_reply(conversation.id, pane, branch, reply_id=allowance.take(pane.id), sent=sent))
        conversation = with_reply(conversation, pane, replies[-1])
    if history is not None:
        await history.save(conversation, (*turn.prompts, *(reply.freeze() for reply in replies)))
    for sentence in too_long(replies, settings):
        _say_once(sentence)
    return replies


class Journal:
    """Records requests as they run and end, for `stats` and the ceilings; errors while writing are ignored.

    Without a `history` the store is opened with the first record, in a thread: it must not delay the first token.
    """

    def __init__(self, history: History | None) -> None:
        self._history = history
        self._opened: History | None = None
        self._lock = asyncio.Lock()

    async def begin_request(self, request: RunningRequest) -> None:
        with suppress(StoreError):
            await (await self._open()).requests.begin_request(request)

    async def record_request(self, message: Message) -> None:
        with suppress(StoreError):
            await (await self._open()).requests.record_request(message)

    async def _open(self) -> History:
        async with self._lock:  # several replies may begin or end at once
            if self._history is None:
                self._history = self._opened = await asyncio.to_thread(History.open, paths.database())
            return self._history

    async def aclose(self) -> None:
        async with self._lock:
            if self._opened is not None:
                await self._opened.aclose()

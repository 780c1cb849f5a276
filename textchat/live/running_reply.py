"""Runs one reply from its request to the journal, for conversations, `ask`, `compare` and the Python interface.

Open the model → `Request` → count and price → `run_reply` → checkpoints → ended → stored → figures settled → journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from textchat.core.configuration import ProviderSettings, Settings
from textchat.core.conversation import Message, Role, Status
from textchat.core.errors import BadRequestError, ConfigurationError
from textchat.core.events import StreamEvent
from textchat.core.generation import Limits, Listener, run_reply
from textchat.core.parts.loading import missing_content, needs_loading
from textchat.core.parts.taking import Way
from textchat.core.personas.examples import with_examples
from textchat.core.personas.persona import Persona
from textchat.core.provider import Request, StreamTap
from textchat.core.replaying.timeline import Timeline
from textchat.core.reply import Phase, Reply
from textchat.core.store_error import StoreError
from textchat.live.budget import Budget, PlannedRequest, expected_cost, running_request
from textchat.live.checkpoints import Checkpoints
from textchat.live.metering import Metering, ReplyMeter
from textchat.live.settings.current_settings import CurrentSettings
from textchat.providers.catalog import Catalog, OpenedModel
from textchat.store.journal import RunningRequest

NOTED_AFTER_S = 0.1
"""When a request is noted as running. To open the store for it must not coincide with the first token of a quick reply,
and one that has ended by then is recorded anyway."""


class Cancellable(Protocol):
    """A running task: of asyncio, or a worker of the interface."""

    def cancel(self) -> object: ...


TaskStarter = Callable[[Coroutine[Any, Any, None], str], Cancellable]
"""Runs a coroutine as a task of the given name."""


def start_task(coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """The `TaskStarter` for programs without a screen."""
    return asyncio.create_task(coroutine, name=name)


class ReplyStore(Protocol):
    """Storage of growing and ended replies; implemented by `ConversationStore`, and by `History`."""

    def checkpoint(self, reply: Reply) -> None: ...

    async def finish(self, conversation_id: str, message: Message, timeline: Timeline | None = None) -> None:
        """Store the final message, and when its pieces came; raises StoreError."""

    async def with_content(self, messages: Sequence[Message]) -> tuple[Message, ...]:
        """Load the content of their parts, as far as it is there; raises StoreError."""


class RequestJournal(Protocol):
    """The journal of requests, for the statistics and the ceilings; implemented by `StoredRequests`."""

    async def begin_request(self, request: RunningRequest) -> None:
        """Note that a request is being sent; raises StoreError."""

    async def record_request(self, message: Message) -> None:
        """Record the reply that it ended with; raises StoreError."""


class ReplyObserver(Protocol):
    """Observer of a reply; called on the event loop's thread, must not block."""

    def took(self, reply: Reply, event: StreamEvent) -> None:
        """The reply has taken in an event of its stream."""

    def changed(self, reply: Reply) -> None:
        """The reply grew or entered another phase; not called at its end."""

    def ended(self, reply: Reply, message: Message) -> None:
        """Called once, at the end; `message` has the figures that are known at once."""

    def settled(self, reply: Reply, message: Message) -> bool:
        """Called once after `ended`, with the final figures; returns False if the message was deleted meanwhile."""


class ModelOpener(Protocol):
    """What finds the provider of a model, as `Catalog` does."""

    def open(self, model: str) -> OpenedModel:
        """The model by its full name; raises ConfigurationError for an unknown provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyServices:
    """The services shared by the replies of one owner; without a store or a journal, these are left out."""

    catalog: Catalog
    current: CurrentSettings
    metering: Metering
    store: ReplyStore | None = None
    journal: RequestJournal | None = None
    budget: Budget | None = None
    default_persona: Callable[[], Persona | None] = lambda: None
    """That of new panes."""
    opener: ModelOpener | None = None
    """What opens models in place of the catalog."""
    tap: Callable[[str, ProviderSettings], StreamTap | None] = lambda reply_id, provider: None
    """What watches the wire for a reply, by its id."""

    @property
    def settings(self) -> Settings:
        """As they are now."""
        return self.current.now


class RunningReply:
    """Runs `reply` as the answer to `messages`; `record` runs the coroutine that stores its end.

    That coroutine raises StoreError for what could not be stored. `settles_after` is set when the figures of the answer
    that it continues are complete, which are part of its own.
    """

    def __init__(
        self,
        reply: Reply,
        messages: tuple[Message, ...],
        services: ReplyServices,
        observer: ReplyObserver,
        record: Callable[[Coroutine[Any, Any, None]], None],
        settles_after: asyncio.Event | None = None,
    ) -> None:
        self.reply = reply
        self._messages = messages
        self._services = services
        self._observer = observer
        self._record = record
        self._settles_after = settles_after
        self._has_told_end = False
        self._task: Cancellable | None = None
        self._meter: ReplyMeter | None = None
        self._checkpoints = None if services.store is None else Checkpoints(services.store.checkpoint)
        self._noting: asyncio.Task[None] | None = None
        """Notes in the journal that the request is being sent."""

    def start(self, start: TaskStarter) -> None:
        """Send the request in a task, unless the reply has ended already."""
        if not self.reply.is_ended:
            self._task = start(self._run(), f"reply-{self.reply.id}")

    def end(self, status: Status) -> None:
        """End it now and close its connection; its text stays. Does nothing after the end.

        One that waits for its next try when the program ends was not interrupted: its last try has failed.
        """
        if self._has_told_end:
            return
        retry = self.reply.retry
        if status is Status.INTERRUPTED and retry is not None:
            self.reply.end(Status.FAILED, retry.error)
        self.reply.end(status)
        self._ended(self.reply)
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        reply, services = self.reply, self._services
        try:
            model = (services.opener or services.catalog).open(reply.model)
        except ConfigurationError as error:
            reply.end(Status.FAILED, BadRequestError(str(error)).report())
            self._ended(reply)
            return
        messages = await self._loaded()
        if messages is None:
            return
        if refused := _refused_part(model, messages):
            reply.end(Status.FAILED, BadRequestError(refused).report())
            self._ended(reply)
            return
        messages = with_examples(messages, reply.parameters)
        price = services.settings.model(reply.model).price
        self._meter = services.metering.measure(reply, model, messages, price)
        await run_reply(
            model.provider,
            Request(model.name, messages, reply.parameters),
            reply,
            limits=Limits.of(model.settings, services.settings.limits),
            slots=model.slots,
            listener=Listener(self._took, self._changed, self._ended),
            tap=services.tap(reply.id, model.settings),
        )

    async def _loaded(self) -> tuple[Message, ...] | None:
        """The messages to send, with the content of their parts; None where some is missing, which ends the reply.

        They are let go of here: the request has them, for as long as it is needed.
        """
        messages, self._messages = self._messages, ()
        store, missing = self._services.store, ""
        if needs_loading(messages):
            try:
                messages = messages if store is None else await store.with_content(messages)
                missing = missing_content(messages)
            except StoreError as error:
                missing = str(error)
        if missing:
            self.reply.end(Status.FAILED, BadRequestError(missing).report())
            self._ended(self.reply)
        return None if missing else messages

    def _took(self, reply: Reply, event: StreamEvent) -> None:
        if self._has_told_end:
            return  # ended from within a callback: the reply has dropped this event too
        if self._meter is not None:
            self._meter.took(reply, event)
        self._observer.took(reply, event)

    def _changed(self, reply: Reply) -> None:
        if reply.is_ended:
            return
        if self._noting is None and reply.phase is not Phase.QUEUED:
            self._noting = asyncio.create_task(self._note_request())
        if self._checkpoints is not None and reply.has_begun:
            self._checkpoints.grew(reply)
        self._observer.changed(reply)

    def _ended(self, reply: Reply) -> None:
        if self._has_told_end:
            return
        self._has_told_end = True
        if self._checkpoints is not None:
            self._checkpoints.stop()
        try:
            if self._meter is not None:
                self._meter.ended(reply)
        finally:  # no mistake in a figure keeps a text from the disk
            message = reply.freeze()
            self._record(self._record_end(message))
            self._observer.ended(reply, message)

    async def _record_end(self, message: Message) -> None:
        try:
            await self._store(message, self.reply.timeline)
        finally:
            if self._meter is not None:
                await self._meter.settled()
            if self._settles_after is not None:
                await self._settles_after.wait()
            await self._check_structure()
            settled = self.reply.freeze()
            is_kept = self._observer.settled(self.reply, settled)
        if is_kept and settled != message:
            await self._store(settled)
        if self._services.journal is not None:
            await self._services.journal.record_request(settled)

    async def _check_structure(self) -> None:
        """Check a complete answer against the schema that was asked for, if one was."""
        reply = self.reply
        if reply.parameters.schema is not None and reply.status is Status.COMPLETE:
            from textchat.live.structure.check import checked  # nothing of it is loaded for a prompt without a schema

            reply.structure = await checked(reply.text, reply.parameters.schema)

    async def _note_request(self) -> None:
        """Note that the request has been sent, once its price is known: it counts for others from now on."""
        journal, meter, reply = self._services.journal, self._meter, self.reply
        if journal is None or meter is None:
            return
        await asyncio.sleep(NOTED_AFTER_S)
        await meter.priced()
        if reply.is_ended:
            return  # the end is on its way to the journal
        request = PlannedRequest(reply.model, reply.parameters, reply.tally.input_estimate)
        with suppress(StoreError):  # its end will say so
            await journal.begin_request(
                running_request(reply.id, reply.created_at, request, expected_cost(meter.cost_usd, request))
            )

    async def _store(self, message: Message, timeline: Timeline | None = None) -> None:
        if self._services.store is not None:
            await self._services.store.finish(self.reply.conversation_id, message, timeline)


def _refused_part(model: OpenedModel, messages: tuple[Message, ...]) -> str:
    """Why the model does not take a file of the prompts, where that is known before it is asked; else empty."""
    parts = (part for message in messages if message.role is Role.USER for part in message.parts)
    takings = (model.provider.taking(part, model.name) for part in parts)
    return next((taking.sentence for taking in takings if taking.way is Way.REFUSED), "")

"""Python interface without a screen: opens a model by its name, sends prompts, and yields the events as they come.

async with open_model("demo/fast") as model:
    pending = model.ask("What is a monad?")
    async for event in pending:
        ...
    print(pending.reply.text, pending.reply.usage, pending.reply.timing)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

from textchat.core.configuration import Settings
from textchat.core.conversation import Message, Pane, Role, Status, new_id
from textchat.core.events import StreamEvent
from textchat.core.parts.part import Part
from textchat.core.provider import StreamTap
from textchat.core.reply import Reply
from textchat.live.metering import Metering
from textchat.live.replies import new_reply
from textchat.live.running_reply import ReplyServices, RunningReply, start_task
from textchat.live.settings.current_settings import CurrentSettings
from textchat.live.settings.effective_settings import usable_settings
from textchat.providers.catalog import Catalog

MOST_TOGETHER = 512
"""Events that are given out together at the most: the stream and Ctrl+C have their turn between two lists."""


class PendingReply:
    """A reply in progress: iterate over it for the events, or await it for the end.

    `reply` has everything that came so far; after the end, its status, usage, timing and error.
    """

    def __init__(
        self,
        reply: Reply,
        messages: tuple[Message, ...],
        services: ReplyServices,
        *,
        on_event: Callable[[StreamEvent], None] | None = None,
        on_end: Callable[[Reply], None] | None = None,
    ) -> None:
        self.reply = reply
        self._on_event = on_event
        self._on_end = on_end
        self._events: asyncio.Queue[StreamEvent | None] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        """The tasks of the stream and, after its end, of the store."""
        self._recorded = asyncio.Event()
        self._running = RunningReply(reply, messages, services, self, self._record)
        self._running.start(self._start)

    def cancel(self) -> None:
        """Close the connection; the text so far stays in `reply`, whose status becomes `cancelled`."""
        self._running.end(Status.CANCELLED)

    @property
    def is_running(self) -> bool:
        """Whether the end is still to come; the figures may be complete later than the last event."""
        return not self._recorded.is_set()

    async def wait(self) -> Reply:
        """Wait for the ended reply. A failure is not raised but in `reply.error`; what a callback raised is raised."""
        await self.until_ended()
        for task in self._tasks:
            _raise_error(task)
        return self.reply

    async def until_ended(self) -> None:
        """Like `wait`, but never raises."""
        await self._recorded.wait()
        await asyncio.wait(self._tasks)

    def __await__(self) -> Generator[Any, None, Reply]:
        return self.wait().__await__()

    async def __aiter__(self) -> AsyncIterator[StreamEvent]:
        async for event in self.events():
            yield event
        await asyncio.wait(self._tasks[:1])
        _raise_error(self._tasks[0])

    async def events(self) -> AsyncIterator[StreamEvent]:
        """The events until the end, whatever ended it: an error of textchat itself is only in `reply.error`."""
        while (event := await self._events.get()) is not None:
            yield event
        self._events.put_nowait(None)  # whoever iterates again, as after a cancel, finds the end

    async def batches(self) -> AsyncIterator[list[StreamEvent]]:
        """The events until the end, like `events`, but in one list those that have come meanwhile."""
        while (event := await self._events.get()) is not None:
            batch = [event]
            while event is not None and not self._events.empty() and len(batch) < MOST_TOGETHER:
                if (event := self._events.get_nowait()) is not None:
                    batch.append(event)
            yield batch
            if event is None:
                break
        self._events.put_nowait(None)

    async def until_stored(self) -> None:
        """Wait for the end; raises only what went wrong while the reply was recorded."""
        await self.until_ended()
        asking, *recording = self._tasks
        if not asking.cancelled():
            asking.exception()  # it has been told, in the reply and the log; so is asyncio
        for task in recording:
            _raise_error(task)

    def _start(self, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        self._tasks.append(task := start_task(coroutine, name))
        return task

    def _record(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._start(coroutine, f"record-{self.reply.id}").add_done_callback(lambda _: self._recorded.set())

    # -- as the observer of its reply ----------------------------------------------------------------------------------

    def took(self, reply: Reply, event: StreamEvent) -> None:
        self._events.put_nowait(event)
        if self._on_event is not None:
            self._on_event(event)

    def changed(self, reply: Reply) -> None:
        """No-op: `took` gets every event."""

    def ended(self, reply: Reply, message: Message) -> None:
        """No-op: `settled` follows, with the figures."""

    def settled(self, reply: Reply, message: Message) -> bool:
        self._events.put_nowait(None)
        if self._on_end is not None:
            self._on_end(reply)
        return True


class Model:
    """A model that can be asked; created by `open_model`."""

    def __init__(self, name: str, services: ReplyServices) -> None:
        """Raises ConfigurationError if the name has an unknown provider."""
        services.catalog.open(name)
        self.name = name
        """`PROVIDER/MODEL`."""
        self.parameters = services.settings.model(name).parameters
        """What the settings say for this model; `ask` lays its own on top."""
        self._services = services
        self._pending: list[PendingReply] = []

    def ask(
        self,
        prompt: str | Sequence[Message],
        *,
        parts: tuple[Part, ...] = (),
        parameters: Mapping[str, Any] | None = None,
        on_event: Callable[[StreamEvent], None] | None = None,
        on_end: Callable[[Reply], None] | None = None,
        tap: StreamTap | None = None,
    ) -> PendingReply:
        """Start a request at once; must be called inside a running event loop.

        `prompt` is a text, or a branch of messages that ends with the one to answer; `parts` are files that go with a
        text. `parameters` are laid over those of the settings: `effort`, `schema`, …, any other name is a field of the
        request. `on_event` is called for each piece as it comes, `on_end` once with the ended reply, which has
        `parts`, `citations` and `structure` beside its text.
        """
        branch = (_user_message(prompt, parts),) if isinstance(prompt, str) else tuple(prompt)
        reply = new_reply("", Pane("", self.name, self.parameters.merged(parameters or {})), branch)
        services = self._services if tap is None else replace(self._services, tap=lambda reply_id, provider: tap)
        pending = PendingReply(reply, branch, services, on_event=on_event, on_end=on_end)
        self._pending = [*(earlier for earlier in self._pending if earlier.is_running), pending]
        return pending

    async def aclose(self) -> None:
        """Cancel the running replies; returns once each has ended."""
        self._services.metering.hurry()
        for pending in self._pending:
            pending.cancel()
        for pending in self._pending:
            await pending.until_ended()


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncGenerator[ReplyServices, None]:
    """Open the services that replies need, without a store; closed with the block."""
    catalog, metering = Catalog(settings), Metering()
    try:
        yield ReplyServices(catalog=catalog, current=CurrentSettings(settings), metering=metering)
    finally:
        metering.close()
        await catalog.aclose()


@asynccontextmanager
async def open_model(name: str, *, settings: Settings | None = None) -> AsyncGenerator[Model, None]:
    """Open `PROVIDER/MODEL` with the user's settings, or with the given ones.

    The end of the block cancels what still runs. Raises ConfigurationError where the provider is not known or the
    settings cannot be used.
    """
    async with (
        open_services(usable_settings() if settings is None else settings) as services,
        aclosing(Model(name, services)) as model,
    ):
        yield model


def _user_message(text: str, parts: tuple[Part, ...]) -> Message:
    return Message(id=new_id(), parent_id=None, role=Role.USER, text=text, parts=parts)


def _raise_error(task: asyncio.Task[None]) -> None:
    """Raise the exception of an ended task, unless it was cancelled."""
    if not task.cancelled():
        task.result()

"""textchat without a screen: open a model by its name, ask it, and read the events as they come.

async with open_model("demo/fast") as model:
    answer = model.ask("What is a monad?")
    async for event in answer:
        ...
    print(answer.reply.text, answer.reply.usage, answer.reply.timing)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

from textchat.core.configuration import ModelSettings, Settings
from textchat.core.conversation import Attachment, Message, Role, Status, new_id
from textchat.core.errors import ConfigurationError
from textchat.core.events import StreamEvent
from textchat.core.figures.tokens import estimate_input_tokens
from textchat.core.generation import Limits, Listener, run_reply
from textchat.core.provider import Request, StreamTap
from textchat.core.reply import Reply
from textchat.live.effective_settings import brief, load
from textchat.live.figures import Figures, Followed
from textchat.providers.catalog import Catalog, OpenedModel


class Answer:
    """One running request: iterate over it for the events, or await it for the end.

    `reply` has everything that came so far; after the end, its status, usage, timing and error.
    """

    def __init__(
        self,
        opened: OpenedModel,
        request: Request,
        reply: Reply,
        followed: Followed,
        *,
        on_event: Callable[[StreamEvent], None] | None,
        on_end: Callable[[Reply], None] | None,
        tap: StreamTap | None,
    ) -> None:
        self.reply = reply
        self._followed = followed
        self._on_event = on_event
        self._on_end = on_end
        self._events: asyncio.Queue[StreamEvent | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._run(opened, request, tap))
        self._task.add_done_callback(self._never_began)

    async def _run(self, opened: OpenedModel, request: Request, tap: StreamTap | None) -> None:
        try:
            await run_reply(
                opened.provider,
                request,
                self.reply,
                limits=Limits.of(opened.settings),
                slots=opened.slots,
                listener=Listener(event=self._take, ended=self._followed.ended),
                tap=tap,
            )
            await self._followed.settled()
        finally:
            self._end()

    def _never_began(self, task: asyncio.Task[None]) -> None:
        """A task that is cancelled before its first step runs nothing of its own, not even its ends."""
        if not self.reply.is_ended:
            self.reply.end(Status.CANCELLED)
            self._end()

    def cancel(self) -> None:
        """Close the connection; what has come stays in `reply`, whose status becomes `cancelled`."""
        self._task.cancel()

    @property
    def is_running(self) -> bool:
        """Whether its end is still to come; the figures may be later than the last event."""
        return not self._task.done()

    async def wait(self) -> Reply:
        """The ended reply. A failure does not raise: it is in `reply.error`."""
        await self.until_ended()
        if not self._task.cancelled():
            self._task.result()
        return self.reply

    async def until_ended(self) -> None:
        """Like `wait`, but says nothing: not even what a callback raised."""
        await asyncio.wait([self._task])

    def __await__(self) -> Any:
        return self.wait().__await__()

    async def __aiter__(self) -> AsyncIterator[StreamEvent]:
        while (event := await self._events.get()) is not None:
            yield event
        self._events.put_nowait(None)  # whoever iterates again, as after a cancel, finds the end
        await self.wait()

    def _take(self, reply: Reply, event: StreamEvent) -> None:
        self._followed.event(reply, event)
        self._events.put_nowait(event)
        if self._on_event is not None:
            self._on_event(event)

    def _end(self) -> None:
        self._events.put_nowait(None)
        if self._on_end is not None:
            self._on_end(self.reply)


class Model:
    """A model that can be asked; made by `open_model`."""

    def __init__(self, name: str, opened: OpenedModel, settings: ModelSettings, figures: Figures) -> None:
        self.name = name
        """`PROVIDER/MODEL`."""
        self.parameters = settings.parameters
        """What the settings say for this model; `ask` lays its own on top."""
        self._opened = opened
        self._price = settings.price
        self._figures = figures
        self._answers: list[Answer] = []

    def ask(
        self,
        prompt: str | Sequence[Message],
        *,
        attachments: tuple[Attachment, ...] = (),
        parameters: Mapping[str, Any] | None = None,
        on_event: Callable[[StreamEvent], None] | None = None,
        on_end: Callable[[Reply], None] | None = None,
        tap: StreamTap | None = None,
    ) -> Answer:
        """Ask at once; must be called inside a running event loop.

        `prompt` is a text, or a branch of messages that ends with the one to answer. `parameters` are laid over
        those of the settings. `on_event` is called for each piece as it comes, `on_end` once with the ended reply.
        """
        branch = (_user_message(prompt, attachments),) if isinstance(prompt, str) else tuple(prompt)
        merged = self.parameters.merged(parameters or {})
        reply = Reply(
            conversation_id="",
            parent_id=branch[-1].id if branch else None,
            model=self.name,
            parameters=merged,
            input_tokens=estimate_input_tokens(branch, merged.system),
        )
        request = Request(self._opened.name, branch, merged)
        followed = self._figures.follow(reply, self._opened, branch, self._price)
        answer = Answer(self._opened, request, reply, followed, on_event=on_event, on_end=on_end, tap=tap)
        self._answers = [*(each for each in self._answers if each.is_running), answer]
        return answer

    async def aclose(self) -> None:
        """Cancel the answers that still run; returns once each has ended."""
        for answer in self._answers:
            answer.cancel()
        for answer in self._answers:
            await answer.until_ended()


@asynccontextmanager
async def open_model(name: str, *, settings: Settings | None = None) -> AsyncGenerator[Model, None]:
    """Open `PROVIDER/MODEL` with the user's settings, or with those given.

    The end of the block cancels what still runs. Raises ConfigurationError where the provider is not known or the
    settings cannot be used.
    """
    if settings is None:
        loaded = load()
        for problem in brief(loaded.problems, 1):
            raise ConfigurationError(problem)
        settings = loaded.settings
    catalog, figures = Catalog(settings), Figures()
    try:
        async with aclosing(Model(name, catalog.open(name), settings.model(name), figures)) as model:
            yield model
    finally:
        figures.close()
        await catalog.aclose()


def _user_message(text: str, attachments: tuple[Attachment, ...]) -> Message:
    return Message(id=new_id(), parent_id=None, role=Role.USER, text=text, attachments=attachments)

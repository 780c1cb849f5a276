"""One prompt to one model or to several at once: what `ask` and `compare` share; kept in the store where asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import Protocol

from textchat.commands.asking.prompt_input import Question
from textchat.config import paths
from textchat.core import turns
from textchat.core.configuration import BudgetSettings, Settings
from textchat.core.conversation import Conversation, Message, Pane, first_words, new_id
from textchat.core.errors import ConfigurationError
from textchat.core.events import StreamEvent
from textchat.core.figures.tokens import estimate_input_tokens
from textchat.core.provider import StreamTap
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError
from textchat.live.budget import Asked, Budget
from textchat.live.checkpoints import Checkpoints
from textchat.live.figures import Figures
from textchat.live.library import Answer, Model
from textchat.providers.catalog import Catalog
from textchat.store.history import History


@asynccontextmanager
async def asked(
    question: Question, models: Sequence[str], settings: Settings, *, save: bool = False, tap: StreamTap | None = None
) -> AsyncGenerator[list[Answer], None]:
    """The running answers, one for each of `models`; at the end of the block they are kept and connections closed.

    With `save` the prompt is in the store before a request leaves, and the answers while they grow. Raises
    ConfigurationError for a model that cannot be opened or a ceiling of the budget, and StoreError for a store that
    cannot be opened; then nothing is asked.
    `tap` watches the wire, where there is one model.
    """
    async with AsyncExitStack() as ending:
        catalog = Catalog(settings)
        ending.push_async_callback(catalog.aclose)
        figures = Figures()
        ending.callback(figures.close)
        opened = {name: Model(name, catalog.open(name), settings.model(name), figures) for name in models}
        panes = [Pane(new_id(), name, settings.model(name).parameters.merged(question.parameters)) for name in models]
        conversation = Conversation(new_id(), first_words(question.text), time.time(), panes=tuple(panes))
        turn = turns.prompt(conversation, [pane.id for pane in panes], question.text, question.attachments)
        await _stay_within_budget(turn, settings, catalog, figures)
        kept = await ending.enter_async_context(_kept(turn)) if save else None
        answers = [_ask(opened[name], turn.prompts, question, kept, tap) for name in models]
        ending.push_async_callback(_end, answers)
        if kept is not None:
            await kept.begin(answers)
        yield answers


async def _stay_within_budget(turn: turns.Turn, settings: Settings, catalog: Catalog, figures: Figures) -> None:
    """Raises ConfigurationError where a ceiling of the settings forbids to ask."""
    if settings.budget == BudgetSettings():
        return
    history = await asyncio.to_thread(History.open, paths.database())
    try:
        budget = Budget(settings, catalog, figures, history)
        panes = turn.conversation.panes
        tokens = [estimate_input_tokens(turn.prompts, pane.parameters.system) for pane in panes]
        asked_now = [Asked(pane.model, pane.parameters, count) for pane, count in zip(panes, tokens, strict=True)]
        if refusal := await budget.refusal(asked_now):
            raise ConfigurationError(refusal)
    finally:
        await history.aclose()


def _ask(
    model: Model, branch: Sequence[Message], question: Question, kept: _Kept | None, tap: StreamTap | None
) -> Answer:
    if kept is None:
        return model.ask(branch, parameters=question.parameters, tap=tap)
    answer = model.ask(
        branch, parameters=question.parameters, on_event=lambda _: kept.grew(answer.reply), on_end=kept.ended, tap=tap
    )
    return answer


async def _end(answers: Sequence[Answer]) -> None:
    """After the last word of the block nothing grows on unseen."""
    for answer in answers:
        answer.cancel()
    await _journal([(await answer.wait()).freeze() for answer in answers])


class Shown(Protocol):
    """How the answers of one prompt are put out; `pane` is the number of the answer, from 0."""

    async def begin(self, replies: Sequence[Reply]) -> None: ...

    async def take(self, pane: int, event: StreamEvent) -> None: ...

    async def ended(self, pane: int, message: Message) -> None: ...

    async def end(self, messages: Sequence[Message]) -> None:
        """All have ended."""


async def show(answers: Sequence[Answer], shown: Shown) -> list[Message]:
    """Put out all of `answers` at once, until each has ended; cancelled, it cancels them and puts out what had come."""
    await shown.begin([answer.reply for answer in answers])
    ways = [asyncio.create_task(_show(pane, answer, shown)) for pane, answer in enumerate(answers)]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
    except asyncio.CancelledError:
        for answer in answers:
            answer.cancel()
        await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
    if any(way.done() and way.exception() for way in ways):  # the reader of the output has gone: no use in going on
        for way in ways:
            way.cancel()
        broken = await asyncio.gather(*ways, return_exceptions=True)
        raise next(error for error in broken if isinstance(error, Exception))
    messages = [answer.reply.freeze() for answer in answers]
    await shown.end(messages)
    return messages


async def _show(pane: int, answer: Answer, shown: Shown) -> None:
    async for event in answer:
        await shown.take(pane, event)
    await shown.ended(pane, answer.reply.freeze())


# -- what is kept ----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _kept(turn: turns.Turn) -> AsyncGenerator[_Kept, None]:
    history = await asyncio.to_thread(History.open, paths.database())
    try:
        await history.save(turn.conversation, turn.prompts)
        kept = _Kept(history, turn.conversation)
        try:
            yield kept
        finally:
            await kept.finish()
    finally:
        await history.aclose()


class _Kept:
    """The conversation of `--save`, in the store from its prompt on."""

    def __init__(self, history: History, conversation: Conversation) -> None:
        self._history = history
        self._conversation = conversation
        self._checkpoints = Checkpoints(history.checkpoint)
        self._endings: list[asyncio.Task[None]] = []

    async def begin(self, answers: Sequence[Answer]) -> None:
        """Each pane shows its answer from now on."""
        messages = []
        for pane, answer in zip(self._conversation.panes, answers, strict=True):
            reply = answer.reply
            reply.conversation_id = self._conversation.id
            messages.append(reply.freeze())
            grown = self._conversation.with_message(messages[-1])
            self._conversation = grown.with_pane(replace(pane, leaf_id=reply.id))
        await self._history.save(self._conversation, messages)

    def grew(self, reply: Reply) -> None:
        self._checkpoints.grew(reply)

    def ended(self, reply: Reply) -> None:
        self._checkpoints.forget(reply)
        self._endings.append(asyncio.create_task(self._history.finish(self._conversation.id, reply.freeze())))

    async def finish(self) -> None:
        """Raises StoreError for what could not be kept."""
        await asyncio.gather(*self._endings)


async def _journal(messages: Sequence[Message]) -> None:
    """Figures without text, for `stats`; not worth a word where it cannot be written."""
    with suppress(StoreError):
        history = await asyncio.to_thread(History.open, paths.database())
        try:
            for message in messages:
                await history.record_request(message)
        finally:
            await history.aclose()

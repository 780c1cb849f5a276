"""A live conversation between a scripted server and a store whose calls can be held open or made to fail."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.servers.openai import OpenAIServer
from tests.servers.waiting import wait_until
from textchat.core.configuration import (
    BudgetSettings,
    ModelSettings,
    Price,
    Protocol,
    ProviderSettings,
    Settings,
    Timeouts,
)
from textchat.core.conversation import Conversation, Message, Pane, new_id
from textchat.core.parameters import Parameters
from textchat.core.replaying.timeline import Timeline
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError
from textchat.live.budget import Budget
from textchat.live.conversation import LiveConversation
from textchat.live.edits.undo import UndoStack
from textchat.live.metering import Metering
from textchat.live.running_reply import ReplyServices
from textchat.live.settings.current_settings import CurrentSettings
from textchat.providers.catalog import Catalog
from textchat.store.history import History, RunningRequest
from textchat.store.stored_requests import StoredRequests


class Hold:
    """A call of the store that is under way until the test lets it go on."""

    def __init__(self) -> None:
        self.is_reached = False
        self._opened = asyncio.Event()

    async def pass_through(self) -> None:
        self.is_reached = True
        await self._opened.wait()

    async def until_reached(self) -> None:
        await wait_until(lambda: self.is_reached, "the store is called")

    def open(self) -> None:
        self._opened.set()


class HeldHistory(History):
    """A store as it is on a slow or full disk: writes can be held before their work, loads after theirs."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        super().__init__(connection, path)
        self.holds: defaultdict[str, list[Hold]] = defaultdict(list)
        self.failing: set[str] = set()
        self.checkpoints: list[str] = []
        self.order = asyncio.Lock()
        """Writes are done in the order they came, as the one thread that writes does them."""
        self.requests = HeldRequests(self, self._writes, self._reads, self._writer.locks, self._recover)

    def hold(self, call: str) -> Hold:
        """Hold the next such call."""
        hold = Hold()
        self.holds[call].append(hold)
        return hold

    async def before(self, call: str) -> None:
        if self.holds[call]:
            await self.holds[call].pop(0).pass_through()
        if call in self.failing:
            raise StoreError(f"{call} failed.")

    async def save(self, conversation: Conversation, messages: Sequence[Message] = ()) -> None:
        async with self.order:
            await self.before("save")
            await super().save(conversation, messages)

    async def finish(self, conversation_id: str, message: Message, timeline: Timeline | None = None) -> None:
        async with self.order:
            await self.before("finish")
            await super().finish(conversation_id, message, timeline)

    async def load(self, conversation_id: str) -> Conversation | None:
        conversation = await super().load(conversation_id)
        await self.before("load")
        return conversation

    def checkpoint(self, reply: Reply) -> None:
        self.checkpoints.append(reply.text)
        super().checkpoint(reply)


class HeldRequests(StoredRequests):
    """The journal of a `HeldHistory`."""

    def __init__(self, history: HeldHistory, *access: Any) -> None:
        super().__init__(*access)
        self._history = history

    async def record_request(self, message: Message) -> None:
        async with self._history.order:
            await self._history.before("record_request")
            await super().record_request(message)

    async def reserve(self, requests: Iterable[RunningRequest], since: float, ceiling: float) -> float | None:
        await self._history.before("reserve")
        return await super().reserve(requests, since, ceiling)


def held_history(path: Path) -> HeldHistory:
    history = HeldHistory.open(path)
    assert isinstance(history, HeldHistory)
    return history


class Watcher:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.ended: list[Message] = []
        self.problems: list[str] = []
        self.changes = 0
        self.grown = 0

    def reply_changed(self, reply: Reply) -> None:
        self.grown += 1

    def reply_ended(self, reply: Reply, message: Message) -> None:
        self.ended.append(message)

    def conversation_changed(self) -> None:
        self.changes += 1

    def problem(self, sentence: str) -> None:
        self.problems.append(sentence)


class Bench:
    """Models are `local/a`, `local/b` …; with a budget, an answer of 100 tokens, the most allowed, is a dollar."""

    def __init__(self, server: OpenAIServer, database: Path, budget: BudgetSettings | None = None) -> None:
        self.server = server
        self.history = held_history(database)
        provider = ProviderSettings(
            "local", Protocol.OPENAI, base_url=server.base_url, retries=0, timeout=Timeouts(5, 20, 20)
        )
        priced = ModelSettings(Parameters(max_tokens=100), price=Price(0.0, 10_000.0))
        models = {f"local/{name}": priced for name in "abc"} if budget is not None else {}
        self.settings = Settings(providers={"local": provider}, models=models, budget=budget or BudgetSettings())
        self.current = CurrentSettings(self.settings)
        self.catalog = Catalog(self.settings)
        self.watcher = Watcher()
        self.metering = Metering({})
        self.budget = Budget(self.current, self.catalog, self.metering, self.history)

    def open(self, *models: str, undo: UndoStack | None = None) -> LiveConversation:
        names = [f"local/{model}" for model in models]
        panes = tuple(Pane(new_id(), name, self.settings.model(name).parameters) for name in names)
        return self.show(Conversation(new_id(), created_at=1.0, panes=panes), undo)

    def show(self, conversation: Conversation, undo: UndoStack | None = None) -> LiveConversation:
        services = ReplyServices(catalog=self.catalog, current=self.current, metering=self.metering, budget=self.budget)
        return LiveConversation(conversation, self.history, services, undo=undo, watcher=self.watcher)

    async def ended(self, count: int) -> None:
        await wait_until(lambda: len(self.watcher.ended) >= count, f"{count} replies end")

    async def idle(self, live: LiveConversation) -> None:
        await wait_until(lambda: not live.is_busy, "everything is stored")

    async def idle_but_queued(self, live: LiveConversation) -> None:
        """Everything is stored, and a prompt waits that was tried."""
        await wait_until(lambda: bool(self.watcher.problems) and not live.replies, "the prompt is refused")
        await wait_until(lambda: live.queue.is_held, "the queue is held")

    async def stored(self, live: LiveConversation) -> Conversation:
        await self.idle(live)
        conversation = await self.history.load(live.conversation.id)
        assert conversation is not None
        return conversation

    async def aclose(self) -> None:
        self.metering.hurry()
        self.metering.close()
        await self.catalog.aclose()
        await self.history.aclose()


def said(live: LiveConversation, pane: int) -> list[str]:
    branch = live.conversation.branch(live.conversation.panes[pane].leaf_id)
    return [message.text for message in branch]


def ids(live: LiveConversation) -> list[str]:
    return [pane.id for pane in live.conversation.panes]

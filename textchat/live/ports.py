"""The interfaces a live conversation is given: who watches it, and what runs its tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from textchat.core.conversation import Message
from textchat.core.reply import Reply


class Watcher(Protocol):
    """Whoever shows a conversation; called on the event loop's thread, must not block."""

    def reply_changed(self, reply: Reply) -> None: ...

    def reply_ended(self, reply: Reply, message: Message) -> None: ...

    def conversation_changed(self) -> None:
        """The tree, the panes or the queue are different; `LiveConversation` has them."""

    def problem(self, sentence: str) -> None:
        """Something failed that belongs to no reply."""


class Cancellable(Protocol):
    """A running task: asyncio's, or a worker of the interface."""

    def cancel(self) -> object: ...


TaskStarter = Callable[[Coroutine[Any, Any, None], str], Cancellable]
"""Runs a coroutine as a task of the given name."""


def start_task(coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """The `TaskStarter` of a program without a screen."""
    return asyncio.create_task(coroutine, name=name)

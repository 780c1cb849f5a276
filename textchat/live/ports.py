"""Who shows a conversation, and what runs its replies: the two sides a live conversation is open to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from textchat.core.conversation import Message
from textchat.core.reply import Reply


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

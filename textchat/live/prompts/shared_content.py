"""Loads the content of parts for requests: panes that ask at once read each file once, and share its bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from textchat.core.conversation import Message
from textchat.core.parts.loading import needs_loading
from textchat.core.parts.part import Part
from textchat.store.history import History


class SharedContent:
    """What was loaded for one request is kept for those that wait meanwhile, and no longer."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._known: dict[str, bytes] = {}
        """By digest."""
        self._waiting = 0
        self._turn = asyncio.Lock()

    async def of(self, messages: Sequence[Message]) -> tuple[Message, ...]:
        """The messages with the content of their parts, as far as it is there; raises StoreError."""
        self._waiting += 1
        try:
            async with self._turn:
                filled = tuple(self._filled(message) for message in messages)
                if needs_loading(filled):
                    filled = await self._history.with_content(filled)
                    self._keep(part for message in filled for part in message.parts)
                return filled
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._known.clear()

    def _filled(self, message: Message) -> Message:
        if not any(part.digest in self._known for part in message.parts):
            return message
        return replace(message, parts=tuple(self._with_data(part) for part in message.parts))

    def _with_data(self, part: Part) -> Part:
        data = self._known.get(part.digest)
        return part if part.data is not None or data is None else part.with_data(data)

    def _keep(self, parts: Iterable[Part]) -> None:
        self._known.update({part.digest: part.data for part in parts if part.data is not None})

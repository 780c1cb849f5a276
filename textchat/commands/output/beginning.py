"""Holds back the first text of an answer where it cannot be taken back, until it is known to be no reasoning."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from textchat.core.conversation import Message
from textchat.core.events import (
    Cited,
    PartReceived,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    TextWasReasoning,
    ToolCallDelta,
)
from textchat.providers.streams.thinking import CLOSING

HOLD_S = 0.3
"""Seconds that the text of any model is held where a program reads it."""
_THINKER = re.compile(r"(?<![a-z0-9])(?:r1|qwq|thinking)(?![a-z0-9])", re.IGNORECASE)
"""DeepSeek-R1, QwQ, Qwen3-…-Thinking: their chat templates end with the opening tag, so that answers begin without."""
_BEHIND_REASONING = f"{CLOSING}\n\n"


def opens_in_template(model: str) -> bool:
    """Whether the name of a model says that its chat template opens the reasoning."""
    return _THINKER.search(model) is not None


def _cites_text(event: StreamEvent) -> bool:
    """Whether it is a source of a place in the text, which is the answer then; a mere list may come before all text."""
    return isinstance(event, Cited) and event.at is not None


class Beginning:
    """Passes events on to `put`; the first text of an answer later, or as reasoning if it turns out to be that.

    It is held until the model's reasoning ends or comes in a field of its own, until the answer ends, or for `hold_s`
    seconds; None for no limit. What was passed on as text before a closing tag made it reasoning stays text, with the
    tag behind it.
    """

    def __init__(self, put: Callable[[StreamEvent], Awaitable[None]], hold_s: float | None) -> None:
        self._put = put
        self._hold_s = hold_s
        self._held: list[TextDelta] = []
        self._turn = asyncio.Lock()
        """Pieces are passed on one after the other, by the stream or by the timer."""
        self._is_over = hold_s == 0
        self._timer: asyncio.Task[None] | None = None
        self._reasoning_length = 0
        """Characters that were passed on as reasoning."""
        self._keeps_text = False
        """Text that was reasoning has been passed on as text."""
        self._tag = ""
        """What was put between such text and the answer."""

    async def take(self, event: StreamEvent) -> None:
        """Take in the next event; raises what `put` raises."""
        async with self._turn:
            await self._take(event)

    async def _take(self, event: StreamEvent) -> None:
        match event:
            case TextDelta() if not self._is_over:
                self._held.append(event)
                if self._timer is None and self._hold_s is not None:
                    self._timer = asyncio.create_task(self._release_after(self._hold_s))
            case TextDelta(text) if self._keeps_text and not self._tag:
                self._tag = _BEHIND_REASONING
                await self._put(TextDelta(self._tag + text))
            case TextWasReasoning() if not self._is_over:
                self._is_over = True
                for piece in self._held:
                    await self._put_reasoning(piece.text)
            case TextWasReasoning():
                self._keeps_text = True
            case ReasoningDelta(text) if self._keeps_text:
                await self._put(TextDelta(text))
            case ReasoningDelta(text):
                await self._release()
                await self._put_reasoning(text)
            case _:
                if isinstance(event, ToolCallDelta | PartReceived) or _cites_text(event):
                    await self._release()
                await self._put(event)

    async def end(self) -> None:
        """Pass on what is held; raises what `put` raised meanwhile."""
        async with self._turn:
            await self._release()
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.wait([self._timer])
            if not self._timer.cancelled() and (error := self._timer.exception()):
                raise error

    def passed_on(self, message: Message) -> tuple[str, str]:
        """The text and the reasoning of the ended answer as they were passed on."""
        if not self._keeps_text:
            return message.text, message.reasoning
        kept = message.reasoning[self._reasoning_length :]
        return kept + self._tag + message.text, message.reasoning[: self._reasoning_length]

    async def _put_reasoning(self, text: str) -> None:
        self._reasoning_length += len(text)
        await self._put(ReasoningDelta(text))

    async def _release_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        async with self._turn:
            await self._release()

    async def _release(self) -> None:
        if not self._is_over:
            self._is_over = True
            for piece in self._held:
                await self._put(piece)

"""A provider that does what a script says, and time that passes only when a test lets it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from tests.servers.waiting import Gate
from textchat.core.conversation import Message, Role
from textchat.core.errors import ChatError
from textchat.core.events import WireEvent
from textchat.core.parameters import Effort
from textchat.core.parts.part import Part
from textchat.core.parts.taking import Taking, Way
from textchat.core.provider import ModelInfo, Request, StreamTap
from textchat.core.reply import Reply


@dataclass(frozen=True)
class Pause:
    """So many real seconds in which nothing comes."""

    seconds: float


Step = WireEvent | ChatError | Exception | Gate | Pause
REQUEST = Request("scripted", (Message("1", None, Role.USER, "Hello?"),))


class ScriptedProvider:
    """Answers the first request with the first script, and so on; the last one again and again.

    An event is yielded, an error raised, a gate waited at. `closed` counts the streams that were closed properly.
    """

    name = "scripted"

    def __init__(self, *scripts: Iterable[Step]) -> None:
        self.scripts = [tuple(script) for script in scripts]
        self.requests = 0
        self.closed = 0

    async def prepare(self) -> None:
        """A script needs nothing."""

    async def stream(self, request: Request, tap: StreamTap | None = None) -> AsyncGenerator[WireEvent, None]:
        script = self.scripts[min(self.requests, len(self.scripts) - 1)]
        self.requests += 1
        async with aclosing(self._steps(script)) as steps:
            try:
                async for event in steps:
                    yield event
            finally:
                self.closed += 1

    async def _steps(self, script: Sequence[Step]) -> AsyncGenerator[WireEvent, None]:
        for step in script:
            if isinstance(step, Gate):
                await step.pass_through()
            elif isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
            elif isinstance(step, Exception):
                raise step
            else:
                await asyncio.sleep(0)
                yield step

    def taking(self, part: Part, model: str) -> Taking:
        return Taking(Way.NATIVE)

    def efforts(self, model: str) -> tuple[Effort, ...] | None:
        return None

    async def list_models(self) -> list[ModelInfo]:
        return []

    async def aclose(self) -> None:
        """Nothing is open."""


class Clock:
    """Seconds that a test advances; `sleep` notes how long it was asked for, and lets that time pass at once."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def reply_of(clock: Clock | None = None, prefix: str = "") -> Reply:
    return Reply(conversation_id="c", parent_id="1", model="scripted/scripted", prefix=prefix, clock=clock or Clock())

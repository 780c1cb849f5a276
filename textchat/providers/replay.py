"""Provider that answers from recordings instead of a server."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

from textchat.core.configuration import ProviderSettings
from textchat.core.disk import real_path
from textchat.core.errors import ChatError, ConfigurationError, NetworkError, NotFoundError, ProtocolError
from textchat.core.events import StreamEvent
from textchat.core.parameters import Effort
from textchat.core.parts.part import Part
from textchat.core.parts.taking import Taking, Way
from textchat.core.provider import ModelInfo, Request, StreamTap
from textchat.providers import failures
from textchat.providers.recording import REPLAYED, SUFFIX, Recording, read_recording

SPEED = "speed"
"""The request parameter that sets the pace: 1 as recorded, 10 ten times as fast, 0 without pauses."""


class ReplayProvider:
    """Plays recordings: `base_url` is their folder (or its `file://` address), a model's name is a file name.

    The request parameter `speed` sets the pace. `clock` counts seconds, monotonic; `sleep` takes seconds.
    """

    def __init__(
        self,
        settings: ProviderSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.settings = settings
        self.folder = Path(settings.base_url.removeprefix("file://")).expanduser()
        self._clock = clock
        self._sleep = sleep

    @property
    def name(self) -> str:
        return self.settings.name

    async def prepare(self) -> None:
        """No-op: a recording needs nothing."""

    async def stream(self, request: Request, tap: StreamTap | None = None) -> AsyncGenerator[StreamEvent, None]:
        """See `core.provider.Provider.stream`; the reader gets the same bytes as when they were recorded."""
        from textchat.providers.protocols.by_name import chat_protocol

        recording = await self._recording(request.model)
        speed = _speed(request)
        if tap is not None:
            tap.requested(REPLAYED, recording.url, {"protocol": str(recording.protocol)}, b"")
            tap.responded(recording.status, recording.headers)
        if not 200 <= recording.status < 300:
            body = b"".join(data for _, data in recording.pieces)
            raise failures.refusal(self.name, recording.status, recording.headers, body, "Check its key.")
        played = ProviderSettings(self.name, recording.protocol, max_event_bytes=self.settings.max_event_bytes)
        reader = chat_protocol(played).reader()
        try:
            started = self._clock()
            for at, data in recording.pieces:
                if reader.is_done:
                    break
                # Measured from the start: a sleep is always late, and thousands of them would add up.
                left = started + at / speed - self._clock() if speed else 0.0
                await (self._sleep(left) if left > 0 else asyncio.sleep(0))
                if tap is not None:
                    tap.received(data)
                for event in reader.feed(data):
                    yield event
            if not recording.is_complete and not reader.has_finished:
                raise NetworkError(
                    "The recording ends here, where the connection broke; the text so far is kept.", may_pass=False
                )
            for event in reader.close():
                yield event
        except ChatError:
            for event in reader.flush():
                yield event
            raise

    def taking(self, part: Part, model: str) -> Taking:
        """Everything is taken: a recording answers as it was recorded."""
        return Taking(Way.NATIVE)

    def efforts(self, model: str) -> tuple[Effort, ...] | None:
        """Empty: a recording has thought already."""
        return ()

    async def list_models(self) -> list[ModelInfo]:
        """List the recordings in the folder."""
        names = await asyncio.to_thread(lambda: sorted(path.stem for path in self.folder.glob(f"*{SUFFIX}")))
        return [ModelInfo(name) for name in names]

    async def aclose(self) -> None:
        """No-op: nothing is kept open."""

    async def _recording(self, model: str) -> Recording:
        path = self.folder / f"{model}{SUFFIX}"
        if not self._holds(path):
            raise NotFoundError(f"No recording {model!r} in {self.folder}.")
        try:
            return await asyncio.to_thread(read_recording, path)
        except ConfigurationError as failure:
            raise ProtocolError(str(failure)) from failure

    def _holds(self, path: Path) -> bool:
        """Whether a file of this name is in the folder and does not lead out of it."""
        try:
            return real_path(path).is_relative_to(real_path(self.folder)) and path.is_file()
        except (OSError, ValueError):  # a model may be called what no file can be
            return False


def _speed(request: Request) -> float:
    speed = request.parameters.extra.get(SPEED, 1)
    return float(speed) if isinstance(speed, int | float) and 0 <= speed < math.inf else 1.0

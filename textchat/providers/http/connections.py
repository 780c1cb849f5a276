"""Keeps the connections to one server open between requests, and closes those that nobody has used for some seconds."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

import httpx

from textchat.core.crashes import Caught, log_crash

IDLE_S = 5.0
"""Seconds that a connection waits for another request. Many servers close it themselves after as long."""
MOST_IDLE = 8
"""Connections that wait: as many as there are panes."""


class Connections(httpx.AsyncBaseTransport):
    """One transport of httpx for each connection.

    Its pool looks for connections that have been idle for too long only with the next request, which may never come:
    until then they would be held, also those that the server has closed. Here a timer does, while there is one.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        """`make` makes a transport for one connection; what it raises is raised at once."""
        self._make = make
        self._idle: deque[tuple[float, httpx.AsyncBaseTransport]] = deque([(0.0, make())])
        """Since when by the clock of the loop, the longest first."""
        self._used: set[httpx.AsyncBaseTransport] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        connection = self._idle.pop()[1] if self._idle else self._make()
        self._used.add(connection)
        try:
            response = await connection.handle_async_request(request)
        except BaseException:
            self._used.discard(connection)
            await connection.aclose()
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Body(response.stream, lambda: self._release(connection))
        return response

    async def aclose(self) -> None:
        """Close all connections, also where the caller is cancelled meanwhile."""
        if self._timer is not None:
            self._timer.cancel()
        everything = [*self._used, *(connection for _, connection in self._idle)]
        self._used.clear()
        self._idle.clear()
        if everything:
            await asyncio.wait([self._close(connection) for connection in everything])

    def _release(self, connection: httpx.AsyncBaseTransport) -> None:
        """Let another request use a connection whose body was read, or given up."""
        if connection not in self._used:
            return
        self._used.discard(connection)
        self._idle.append((asyncio.get_running_loop().time(), connection))
        if len(self._idle) > MOST_IDLE:
            self._close_longest()
        if self._timer is None:
            self._wait()

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(self._idle[0][0] + IDLE_S, self._close_idle) if self._idle else None

    def _close_idle(self) -> None:
        now = asyncio.get_running_loop().time()
        while self._idle and self._idle[0][0] + IDLE_S <= now:
            self._close_longest()
        self._wait()

    def _close_longest(self) -> None:
        self._close(self._idle.popleft()[1])

    def _close(self, connection: httpx.AsyncBaseTransport) -> asyncio.Task[None]:
        task = asyncio.create_task(_closed(connection))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        return task


async def _closed(connection: httpx.AsyncBaseTransport) -> None:
    with Caught(log_crash):  # no request is the worse for it
        await connection.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of a response; `release` is called when it is closed."""

    def __init__(self, stream: httpx.AsyncByteStream, release: Callable[[], None]) -> None:
        self._stream = stream
        self._release = release

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._stream.__aiter__()

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            self._release()

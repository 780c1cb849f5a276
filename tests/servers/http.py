"""A small HTTP/1.1 server on a free loopback port, in a thread of its own, that says exactly the bytes a test wants.

Subclasses override `answer`. What came in is in `requests`; each knows when its client went away.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from tests.servers.waiting import PATIENCE_S, wait_until, wait_until_blocking

REASONS = {200: "OK", 204: "No Content", 308: "Permanent Redirect", 400: "Bad Request", 404: "Not Found"}


class Received:
    """One request as it came, and what became of its client."""

    def __init__(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        """Names in lower case."""
        self.body = body
        self.is_disconnected = False
        """The client closed the connection before the answer had ended."""
        self.is_answered = False

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    async def until_disconnected(self) -> None:
        await wait_until(lambda: self.is_disconnected, f"the client of {self.path} goes away")

    def until_disconnected_blocking(self) -> None:
        wait_until_blocking(lambda: self.is_disconnected, f"the client of {self.path} goes away")


class Exchange:
    """The server's side of one request."""

    def __init__(self, request: Received, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self._writer = writer
        self._is_chunked = False
        self.must_close = False
        self.has_answered = False

    async def head(self, status: int, headers: Mapping[str, str], *, length: int | None = None) -> None:
        """Status line and headers; the body comes in chunks unless its `length` is given."""
        self.has_answered = True
        self._is_chunked = length is None
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines.append("Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}")
        await self.raw("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")

    async def send(self, data: bytes) -> None:
        """A piece of the body, in one HTTP chunk of its own."""
        if data:
            await self.raw(b"%x\r\n%s\r\n" % (len(data), data) if self._is_chunked else data)

    async def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self.has_answered = True
        self._writer.write(data)
        await self._writer.drain()

    async def end(self) -> None:
        if self._is_chunked:
            await self.raw(b"0\r\n\r\n")

    async def reply(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """A whole answer."""
        await self.head(status, {"Content-Type": "application/json"} | dict(headers or {}), length=len(body))
        await self.send(body)

    async def reply_json(self, status: int, document: Any, headers: Mapping[str, str] | None = None) -> None:
        await self.reply(status, json.dumps(document).encode(), headers)

    def reset(self) -> None:
        """Break the connection with a TCP reset."""
        self.must_close = True
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def close(self) -> None:
        """Close the connection as it stands, politely on the TCP level."""
        self.must_close = True


class _Connection:
    """Reads requests from one client, and notices when it goes away while it is being answered."""

    def __init__(self, server: LoopbackServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._buffer = bytearray()
        self._more = asyncio.Event()
        self._is_over = False
        self._current: tuple[Received, asyncio.Task[None]] | None = None

    async def serve(self) -> None:
        pump = asyncio.create_task(self._pump())
        try:
            while (request := await self._next_request()) is not None:
                if not await self._answer(request):
                    break
        finally:
            pump.cancel()
            self._writer.close()

    async def _pump(self) -> None:
        while True:
            try:
                data = await self._reader.read(65536)
            except OSError:
                data = b""
            self._buffer += data
            self._is_over = not data
            self._more.set()
            if self._is_over:
                if self._current is not None:
                    request, task = self._current
                    request.is_disconnected = True
                    task.cancel()
                return

    async def _answer(self, request: Received) -> bool:
        """Whether the connection can be used again."""
        self._server.requests.append(request)
        exchange = Exchange(request, self._writer)
        task = asyncio.create_task(self._server.answer(exchange))
        self._current = (request, task)
        if self._is_over:
            request.is_disconnected = True
            task.cancel()
        try:
            await task
            request.is_answered = True
        except (asyncio.CancelledError, OSError):
            if not request.is_disconnected and not task.cancelled() and not isinstance(task.exception(), OSError):
                raise
            request.is_disconnected = True
            return False
        finally:
            self._current = None
        return not exchange.must_close

    async def _next_request(self) -> Received | None:
        if await self._begins_with_tls():
            return None
        head = await self._take_until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await self._take(int(headers.get("content-length", "0")))
        return None if body is None else Received(method, path, headers, body)

    async def _begins_with_tls(self) -> bool:
        """A client that wants encryption here is hung up on, as real servers do."""
        return (self._buffer or await self._grow()) and self._buffer[:1] == b"\x16"

    async def _take_until(self, end: bytes) -> bytes | None:
        while (at := self._buffer.find(end)) < 0:
            if not await self._grow():
                return None
        taken = bytes(self._buffer[:at])
        del self._buffer[: at + len(end)]
        return taken

    async def _take(self, size: int) -> bytes | None:
        while len(self._buffer) < size:
            if not await self._grow():
                return None
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    async def _grow(self) -> bool:
        if self._is_over:
            return False
        self._more.clear()
        await self._more.wait()
        return True


class LoopbackServer:
    """`with LoopbackServer() as server: …` serves until the block ends. Its methods are for any thread.

    With a `tls` context it speaks HTTPS.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.requests: list[Received] = []
        self.connections = 0
        """How many connections clients have made."""
        self.closed_connections = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)

    async def answer(self, exchange: Exchange) -> None:
        """Say what this server says to `exchange.request`."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    async def until_requests(self, number: int) -> None:
        await wait_until(lambda: len(self.requests) >= number, f"{number} requests come")

    def until_requests_blocking(self, number: int) -> None:
        wait_until_blocking(lambda: len(self.requests) >= number, f"{number} requests come")

    def start(self) -> Self:
        self._thread.start()
        assert self._ready.wait(PATIENCE_S), "the server did not start"
        return self

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ask_to_stop)
            self._thread.join(PATIENCE_S)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _ask_to_stop(self) -> None:
        assert self._stop is not None
        self._stop.set()

    def _run(self) -> None:
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        tasks: set[asyncio.Task[Any]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                await _Connection(self, reader, writer).serve()
            except asyncio.CancelledError:
                pass
            finally:
                self.closed_connections += 1
                tasks.discard(task)

        server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=self._tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        # What is still being answered, and what waits at a gate, ends with the test.
        remaining = asyncio.all_tasks() - {asyncio.current_task()}
        for left in remaining:
            left.cancel()
        await asyncio.gather(*remaining, return_exceptions=True)

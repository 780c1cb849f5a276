"""Sends requests to one server with httpx, and reads response bodies as they come."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from textchat.core.errors import BadRequestError, ChatError, NetworkError
from textchat.core.provider import TimedTap
from textchat.providers.http.connection_errors import HTTP_FAILURES, ErrorTranslator, connecting_failures
from textchat.providers.http.connections import IDLE_S, Connections
from textchat.providers.http.proxies import ProxyAddress, proxy_for
from textchat.providers.http.unpacking import Unpacker

LAST_PORT = 65_535


class Network:
    """The connections to one server, kept open between requests. The environment sets proxies and certificates.

    A server on this machine is never asked through a proxy: it would be handed the key and the prompt in the clear,
    and could not pass them on, for its own loopback is another machine's.
    """

    def __init__(
        self,
        name: str,
        address: str,
        address_key: str,
        connect_s: float,
        make_transport: Callable[[], httpx.AsyncBaseTransport | None],
    ) -> None:
        """`name` and `address_key` are for error messages; `connect_s` limits the time to connect, and only that."""
        self._name = name
        self._address_key = address_key
        transport, proxy = make_transport(), None
        if transport is None:
            proxy = _proxy_of(address)
            transport = _transport(address, proxy)
        self._errors = ErrorTranslator(name, address_key, connect_s, proxy.variable if proxy else None)
        self._closing: set[asyncio.Task[None]] = set()
        # With a transport of its own, httpx reads no proxy variable.
        self._client = httpx.AsyncClient(
            transport=transport, timeout=httpx.Timeout(None, connect=connect_s), follow_redirects=False
        )

    async def load_early(self) -> None:
        """Import what httpx imports with its first request."""
        from anyio import lowlevel

        await lowlevel.checkpoint()  # imports the backend for this loop

    def build(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> httpx.Request:
        """Build a request; raises BadRequestError for an address or a header that cannot be sent."""
        try:
            request = self._client.build_request(method, url, headers=dict(headers), content=content)
            if (request.url.port or 1) > LAST_PORT:  # httpx lets it pass, and the system's call does not
                raise httpx.InvalidURL("no such port")
            return request
        except (httpx.InvalidURL, UnicodeError) as failure:
            raise BadRequestError(
                f"Cannot send the address or a header of {self._name}. Check {self._address_key} and its headers."
            ) from failure

    @asynccontextmanager
    async def send(self, request: httpx.Request, tap: TimedTap | None = None) -> AsyncIterator[SentRequest]:
        """Yield the request once it has left; its connection is closed or released at the end of the block.

        Also where the caller is cancelled in the middle of that: a reply may be cancelled at the moment of its end, and
        the connection would stay open for ever, with all that the request holds.
        """
        sent = SentRequest(
            self._client, request, lambda failure: self._errors.translated_error(failure, request.url), tap
        )
        try:
            yield sent
        finally:
            closing = asyncio.create_task(sent.aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            await asyncio.shield(closing)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()


class SentRequest:
    """A request on its way: first written, then answered. The exchange runs in a task of its own.

    `translated` makes a ChatError of a failure of httpx.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        request: httpx.Request,
        translated: Callable[[Exception], ChatError],
        tap: TimedTap | None,
    ) -> None:
        self._translated = translated
        self._tap = tap
        self._begun = time.monotonic()
        self._head_at: float | None = None
        self._written: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._is_tunnel = False
        request.extensions = {**request.extensions, "trace": self._trace}
        if tap is not None:
            tap.requested(request.method, str(request.url), request.headers, request.content)
        self._sending = asyncio.create_task(client.send(request, stream=True))

    async def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take the times of the exchange: https://www.encode.io/httpcore/extensions/#trace, of HTTP/1.1 and HTTP/2."""
        if event.endswith(".send_request_headers.started"):
            self._is_tunnel = info["request"].method == b"CONNECT"  # to the proxy, before what it is to pass on
        elif event.endswith(".send_request_body.complete") and not self._is_tunnel and not self._written.done():
            self._written.set_result(time.monotonic())
        elif event.endswith(".receive_response_headers.complete"):
            self._head_at = time.monotonic()

    async def written_at(self) -> float | None:
        """When the request was handed to the network, by `time.monotonic`; None where it never left."""
        either: set[asyncio.Future[Any]] = {self._written, self._sending}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if self._written.done():
            at = self._written.result()
        elif self._sending.exception() is None:
            at = self._begun  # answered without a network, as by the demo
        else:
            return None
        if self._tap is not None:
            self._tap.written(at)
        return at

    async def response(self) -> HttpResponse:
        """The response, once its head has come; raises a ChatError."""
        try:
            response = await asyncio.shield(self._sending)
        except connecting_failures() as failure:
            raise self._translated(failure) from failure
        head_at = self._head_at or time.monotonic()
        if self._tap is not None:
            self._tap.arrived(head_at)
            self._tap.responded(response.status_code, response.headers)
        return HttpResponse(response, self._translated, self._tap, head_at)

    async def aclose(self) -> None:
        """Close the response or, where none has come, give the request up."""
        self._sending.cancel()
        await asyncio.wait({self._sending})
        if not self._sending.cancelled() and self._sending.exception() is None:
            await self._sending.result().aclose()


def _proxy_of(address: str) -> ProxyAddress | None:
    """The proxy on the way to `address`; raises NetworkError for one that cannot be used."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return None  # no request can be built for it either
    return proxy_for(url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80))


def _transport(address: str, proxy: ProxyAddress | None) -> Connections:
    """The network, through `proxy` if there is one; raises NetworkError where it cannot be set up."""
    limits = httpx.Limits(max_connections=None, keepalive_expiry=IDLE_S)
    try:
        # Reading all certificates takes 20 to 50 ms, which `http://` can do without. The context in their place
        # trusts nobody, so that whatever should come to use it would fail.
        has_tls = address.startswith("https://") or (proxy is not None and proxy.scheme == "https")
        context = httpx.create_ssl_context() if has_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    except (OSError, ValueError) as failure:
        raise NetworkError(
            "Cannot read the certificates in SSL_CERT_FILE or SSL_CERT_DIR. Correct these variables.",
            may_pass=False,
        ) from failure
    if proxy is None:
        return Connections(lambda: httpx.AsyncHTTPTransport(verify=context, limits=limits))
    through = httpx.Proxy(
        proxy.url,
        auth=(proxy.user, proxy.password) if proxy.user or proxy.password else None,
        ssl_context=context if proxy.scheme == "https" else None,
    )
    try:
        return Connections(lambda: httpx.AsyncHTTPTransport(verify=context, limits=limits, proxy=through))
    except ImportError as failure:
        raise NetworkError(
            f"{proxy.variable} names a SOCKS proxy. Install httpx[socks] in the same environment to use it.",
            may_pass=False,
        ) from failure


class HttpResponse:
    """A response whose status and headers have come, and whose body is read piece by piece."""

    def __init__(
        self,
        response: httpx.Response,
        translated: Callable[[Exception], ChatError],
        tap: TimedTap | None,
        head_at: float,
    ) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.arrived_at = head_at
        """When the bytes that were read last came, by `time.monotonic`."""
        self._body = self._unpacked(response)
        self._translated = translated
        self._tap = tap

    async def read(self, limit_s: float | None = None) -> bytes | None:
        """The next unpacked piece; None at the end. Raises a ChatError, or TimeoutError after `limit_s`."""
        try:
            if limit_s is None:
                piece = await anext(self._body)
            else:
                async with asyncio.timeout(limit_s):
                    piece = await anext(self._body)
        except StopAsyncIteration:
            return None
        except TimeoutError:
            raise
        except HTTP_FAILURES as failure:
            raise self._translated(failure) from failure
        if self._tap is not None:
            self._tap.arrived(self.arrived_at)
            self._tap.received(piece)
        return piece

    async def drain(self, limit_s: float) -> None:
        """Wait up to `limit_s` for the end of the body, so that the connection can be reused."""
        with contextlib.suppress(ChatError, TimeoutError):
            async with asyncio.timeout(limit_s):
                while await self.read() is not None:
                    pass

    async def _unpacked(self, response: httpx.Response) -> AsyncIterator[bytes]:
        """The body of a response, unpacked in pieces of limited length: httpx unpacks what came without any bound."""
        unpacker = Unpacker(response.headers.get_list("content-encoding", split_commas=True))
        assert isinstance(response.stream, httpx.AsyncByteStream)
        # Not `aiter_raw`, which refuses an answer made in this process: that of the demo.
        async for data in response.stream:
            self.arrived_at = time.monotonic()  # before anything is done with them
            for number, piece in enumerate(unpacker.feed(data)):
                if number:
                    await asyncio.sleep(0)  # a few bytes may hold gigabytes: others must have their turn
                yield piece
        for piece in unpacker.close():
            yield piece

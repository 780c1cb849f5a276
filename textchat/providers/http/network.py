"""Sends requests to one server with httpx, and reads response bodies as they come."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import httpx

from textchat.core.errors import BadRequestError, ChatError, NetworkError
from textchat.core.provider import StreamTap
from textchat.providers.http.addresses import host_of, is_loopback
from textchat.providers.http.connection_errors import HTTP_FAILURES, ErrorTranslator

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
        self._errors = ErrorTranslator(name, address_key, connect_s)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=8)
        try:
            transport = make_transport()
            if transport is None and is_loopback(host_of(address)):
                # With a transport of its own, httpx reads no proxy variable.
                transport = httpx.AsyncHTTPTransport(verify=_tls_context(address), limits=limits)
            self._client = httpx.AsyncClient(
                transport=transport,
                timeout=httpx.Timeout(None, connect=connect_s),
                limits=limits,
                follow_redirects=False,
            )
        except ImportError as failure:
            raise NetworkError(
                "The proxy named in the environment is a SOCKS proxy; install httpx[socks] beside textchat to use it.",
                may_pass=False,
            ) from failure
        except (OSError, ValueError) as failure:
            raise NetworkError(
                "No connection can be set up with the proxy and certificate variables of this environment; "
                "check HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR.",
                may_pass=False,
            ) from failure

    def build(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> httpx.Request:
        """Build a request; raises BadRequestError for an address or a header that cannot be sent."""
        try:
            request = self._client.build_request(method, url, headers=dict(headers), content=content)
            if (request.url.port or 1) > LAST_PORT:  # httpx lets it pass, and the system's call does not
                raise httpx.InvalidURL("no such port")
            return request
        except (httpx.InvalidURL, UnicodeError) as failure:
            raise BadRequestError(
                f"The address or a header of {self._name} cannot be sent; check {self._address_key} and its headers."
            ) from failure

    @asynccontextmanager
    async def send(self, request: httpx.Request, tap: StreamTap | None = None) -> AsyncIterator[HttpResponse]:
        """Yield the response once its head has come; its connection is closed or released at the end of the block."""
        if tap is not None:
            tap.requested(request.method, str(request.url), request.headers, request.content)
        try:
            response = await self._client.send(request, stream=True)
        except HTTP_FAILURES as failure:
            raise self._errors.translated_error(failure, request.url) from failure
        try:
            if tap is not None:
                tap.responded(response.status_code, response.headers)
            yield HttpResponse(response, lambda failure: self._errors.translated_error(failure, request.url), tap)
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()


def _tls_context(address: str) -> ssl.SSLContext | bool:
    """The value for httpx's `verify`; reading all certificates takes 20 to 50 ms, which `http://` can do without.

    The context in their place trusts nobody, so that whatever should come to use it would fail.
    """
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if address.startswith("http://") else True


class HttpResponse:
    """A response whose status and headers have come, and whose body is read piece by piece."""

    def __init__(
        self, response: httpx.Response, translated: Callable[[Exception], ChatError], tap: StreamTap | None
    ) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._body = response.aiter_bytes()
        self._translated = translated
        self._tap = tap

    async def read(self, limit_s: float | None = None) -> bytes | None:
        """The next decompressed piece; None at the end. Raises a ChatError, or TimeoutError after `limit_s`."""
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
            self._tap.received(piece)
        return piece

    async def drain(self, limit_s: float) -> None:
        """Wait up to `limit_s` for the end of the body, so that the connection can be reused."""
        with contextlib.suppress(ChatError, TimeoutError):
            async with asyncio.timeout(limit_s):
                while await self.read() is not None:
                    pass

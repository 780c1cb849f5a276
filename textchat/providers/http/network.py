"""The one place that uses httpx: sends a request, hands out the body as it comes, names what goes wrong on the way."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from urllib.request import getproxies, proxy_bypass

import httpx

from textchat.core.errors import BadRequestError, ChatError, NetworkError, ProtocolError, TimeLimitError
from textchat.core.provider import StreamTap
from textchat.providers.http.keys import host_of
from textchat.providers.masking import Secrets

LAST_PORT = 65_535
# OSError: an error inside an established TLS connection reaches us as it is.
_FAILURES = (httpx.RequestError, httpx.InvalidURL, httpx.StreamError, OSError)


class Network:
    """The connections to one server, kept open between requests. Proxies and certificates come from the environment.

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
        """`name` is the provider's and `address_key` says where its `address` stands, both for its sentences;
        `connect_s` limits the time to connect, and nothing else is limited."""
        self._name = name
        self._address_key = address_key
        self._connect_s = connect_s
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=8)
        try:
            transport = make_transport()
            if transport is None and is_loopback(host_of(address)):
                transport = httpx.AsyncHTTPTransport(limits=limits)  # with a transport, httpx reads no proxy variable
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
        """Raises BadRequestError for an address or a header that cannot be sent."""
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
    async def send(self, request: httpx.Request, tap: StreamTap | None = None) -> AsyncIterator[Answer]:
        """The answer once its head has come; its connection is closed or given back at the end of the block."""
        if tap is not None:
            tap.requested(request.method, str(request.url), request.headers, request.content)
        try:
            response = await self._client.send(request, stream=True)
        except _FAILURES as failure:
            raise self._named(failure, request.url) from failure
        try:
            if tap is not None:
                tap.responded(response.status_code, response.headers)
            yield Answer(response, lambda failure: self._named(failure, request.url), tap)
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        await self._client.aclose()

    def _named(self, failure: Exception, url: httpx.URL) -> ChatError:
        """What happened, in the words of someone who has to mend it."""
        place = _place(url)
        causes = list(_causes(failure))
        is_encrypting = any(isinstance(cause, ssl.SSLError) for cause in causes)
        match failure:
            case httpx.ConnectError() | httpx.ConnectTimeout() if _has_proxy(url) and not is_encrypting:
                return NetworkError(
                    f"The proxy on the way to {place} does not answer. Check {url.scheme.upper()}_PROXY, ALL_PROXY "
                    "and NO_PROXY."
                )
            case httpx.ConnectTimeout():
                return TimeLimitError(
                    f"{place} did not take the connection within {self._connect_s:g} seconds. Check that the server "
                    f"can be reached, or raise timeout.connect of {self._name}.",
                    may_pass=True,
                )
            case httpx.TimeoutException():
                return TimeLimitError(f"{place} took too long. Try again.")
            case httpx.ProxyError():
                return NetworkError(f"The proxy on the way to {place} refused. Check HTTPS_PROXY and NO_PROXY.")
            case httpx.DecodingError():
                return ProtocolError(f"{place} sent a compressed answer that cannot be unpacked. Try again.")
            case httpx.UnsupportedProtocol() | httpx.InvalidURL():
                return BadRequestError(f"Where {self._address_key} points, no request can be sent; correct it.")
            case httpx.LocalProtocolError():
                return BadRequestError(
                    f"A header of {self._name} cannot be sent; check its key and headers in [providers.{self._name}]."
                )
            case httpx.RemoteProtocolError():
                if any(words in str(failure) for words in ("incomplete", "without sending", "disconnected")):
                    return NetworkError(f"{place} closed the connection in the middle of the answer. Try again.")
                return ProtocolError(f"{place} answered with something that is not HTTP; check {self._address_key}.")
            case _ if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
                return NetworkError(
                    f"The certificate of {place} is not trusted. For a company's own authority, set SSL_CERT_FILE "
                    "to its certificate.",
                    may_pass=False,
                )
            case _ if is_encrypting:
                return NetworkError(
                    f"No encrypted connection to {place} came about; check whether {self._address_key} should begin "
                    "with http:// or https://.",
                    may_pass=False,
                )
            case _ if any(isinstance(cause, socket.gaierror) for cause in causes):
                return NetworkError(
                    f"The name in {place} cannot be resolved. Check the network and {self._address_key}."
                )
            case _ if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
                return NetworkError(f"Nothing answers at {place}. Start the server, or correct {self._address_key}.")
            case httpx.ConnectError():
                return NetworkError(f"No connection to {place}. Check the network and {self._address_key}.")
        return NetworkError(f"The connection to {place} broke. Try again.")


class Answer:
    """A response whose body is still coming."""

    def __init__(
        self, response: httpx.Response, named: Callable[[Exception], ChatError], tap: StreamTap | None
    ) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._body = response.aiter_bytes()
        self._named = named
        self._tap = tap

    async def read(self, limit_s: float | None = None) -> bytes | None:
        """The next piece, decompressed; None at the end. Raises a ChatError, or TimeoutError after `limit_s`."""
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
        except _FAILURES as failure:
            raise self._named(failure) from failure
        if self._tap is not None:
            self._tap.received(piece)
        return piece


def _place(url: httpx.URL) -> str:
    return Secrets().mask_url(f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}")


def _has_proxy(url: httpx.URL) -> bool:
    """Whether the environment (or the system, on macOS and Windows) sends requests to `url` through a proxy."""
    if is_loopback(url.host) or proxy_bypass(url.host):
        return False
    return not {url.scheme, "all"}.isdisjoint(getproxies())


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine itself: 127/8 in any notation, ::1, localhost and all names below it (RFC 6761).

    So are the addresses of "any" interface, 0.0.0.0 and ::, which systems connect to themselves.
    """
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        try:
            address = ipaddress.IPv4Address(socket.inet_aton(name))  # 127.1, 0x7f000001, 2130706433
        except (OSError, ValueError):
            return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    address = mapped or address
    return address.is_loopback or address.is_unspecified


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """A failure, what it was raised from, and the members of groups on the way."""
    waiting: list[BaseException] = [failure]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting.extend(found for found in (cause.__cause__, cause.__context__) if found is not None)
        if isinstance(cause, BaseExceptionGroup):
            waiting.extend(cause.exceptions)

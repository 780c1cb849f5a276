"""Translates connection failures into errors that say what to do."""

from __future__ import annotations

import re
import socket
import ssl
import sys
import zlib
from collections.abc import Iterator

import httpx

from textchat.core.errors import BadRequestError, ChatError, NetworkError, ProtocolError, TimeLimitError
from textchat.providers.masking import Secrets

HTTP_FAILURES = (httpx.RequestError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError, zlib.error)
"""What a request may raise. OSError: an error inside an established TLS connection reaches us as it is. UnicodeError:
a host name that is too long is found out where it is looked up."""
_BROKEN_OFF = ("incomplete", "without sending", "disconnected")
"""Words about a connection that ends within a response."""
_HEADERS = ("header", "content-length", "transfer")
"""Words of h11 about a head that begins as a response, and has a line in it that is no header."""


def connecting_failures() -> tuple[type[Exception], ...]:
    """`HTTP_FAILURES`, and what httpx lets pass as it is of a SOCKS proxy that speaks another protocol."""
    return (*HTTP_FAILURES, *_socks_failures())


def _socks_failures() -> tuple[type[Exception], ...]:
    socksio = sys.modules.get("socksio")  # an extra of httpx, loaded with the first such proxy
    return () if socksio is None else (socksio.ProtocolError,)


class ErrorTranslator:
    """Translates the failures of one provider; `address_key` names its setting, `connect_s` is its time limit.

    `proxy_variable` is where the proxy on the way to it is named, if there is one.
    """

    def __init__(self, name: str, address_key: str, connect_s: float, proxy_variable: str | None) -> None:
        self._name = name
        self._address_key = address_key
        self._connect_s = connect_s
        self._proxy_variable = proxy_variable

    def translated_error(self, failure: Exception, url: httpx.URL) -> ChatError:
        """The error for one of `connecting_failures` of a request to `url`."""
        place = Secrets().mask_url(f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}")
        causes = list(_causes(failure))
        is_unconnected = isinstance(failure, httpx.ConnectError | httpx.ConnectTimeout)
        if self._proxy_variable is not None and is_unconnected and not _has(causes, ssl.SSLError):
            return NetworkError(
                f"No response from the proxy for {place}. Check {self._proxy_variable}, or add the server to NO_PROXY."
            )
        error = self._by_type(failure, place) or self._by_cause(causes, place)
        if error is not None:
            return error
        if is_unconnected:
            return NetworkError(f"No connection to {place}. Check the network and {self._address_key}.")
        return NetworkError(f"Lost the connection to {place}. Try again.")

    def _by_type(self, failure: Exception, place: str) -> ChatError | None:
        """The error for failures that httpx distinguishes by type."""
        match failure:
            case httpx.ConnectTimeout():
                return TimeLimitError(
                    f"{place} did not accept the connection within {self._connect_s:g} seconds. Check that the "
                    f"server is reachable, or raise timeout.connect of {self._name}.",
                    may_pass=True,
                )
            case httpx.TimeoutException():
                return TimeLimitError(f"{place} took too long. Try again.")
            case httpx.ProxyError():
                status = re.match(r"[1-9]\d\d\b", str(failure))
                return NetworkError(
                    f"The proxy for {place} refused the connection{f' (HTTP {status[0]})' if status else ''}. "
                    f"Check {self._proxy_variable}, or add the server to NO_PROXY."
                )
            case _ if isinstance(failure, _socks_failures()):
                return NetworkError(
                    f"{self._proxy_variable} does not name a SOCKS proxy. Correct it.",
                    may_pass=False,
                )
            case zlib.error():
                return ProtocolError(f"{place} sent a response that cannot be decompressed. Try again.")
            case httpx.UnsupportedProtocol() | httpx.InvalidURL():
                return BadRequestError(f"{self._address_key} is not a usable address. Correct it.")
            case httpx.LocalProtocolError():
                return BadRequestError(
                    f"Cannot send a header of {self._name}. Check its key and headers in [providers.{self._name}]."
                )
            case httpx.RemoteProtocolError():
                return self._by_words(str(failure).lower(), place)
        return None

    def _by_words(self, words: str, place: str) -> ChatError:
        """The error for what httpcore and h11 refuse to read as a response; only their words tell it apart."""
        if "without sending a response" in words:
            return NetworkError(f"{place} closed the connection before it responded. Try again.")
        if any(name in words for name in _BROKEN_OFF):
            return NetworkError(f"{place} closed the connection in the middle of the reply. Try again.")
        if "chunk" in words and "transfer" not in words:
            return ProtocolError(f"{place} sent invalid HTTP in the middle of the reply. Try again.")
        remedy = "Fix the server or the proxy in front of it, or use another."
        if "receive buffer too long" in words:
            return ProtocolError(f"{place} sent a header that is too long to read. {remedy}")
        if any(name in words for name in _HEADERS):
            return ProtocolError(f"{place} sent an invalid header. {remedy}")
        where = f"Check {self._address_key}" + (f" and {self._proxy_variable}" if self._proxy_variable else "")
        return ProtocolError(f"{place} answered with something that is not HTTP. {where}.")

    def _by_cause(self, causes: list[BaseException], place: str) -> ChatError | None:
        """The error for failures that httpx reports as one type (a failed connection) but the system distinguishes."""
        if _has(causes, ssl.SSLCertVerificationError):
            return NetworkError(
                f"The certificate of {place} is not trusted. For a private certificate authority, set SSL_CERT_FILE "
                "to its certificate.",
                may_pass=False,
            )
        if _has(causes, ssl.SSLError):
            proxy = f" and {self._proxy_variable}" if self._proxy_variable else ""
            return NetworkError(
                f"Could not set up an encrypted connection to {place}. Check whether {self._address_key}{proxy} "
                "should begin "
                "with http:// or https://.",
                may_pass=False,
            )
        if _has(causes, socket.gaierror):
            return NetworkError(f"Cannot resolve the host name in {place}. Check the network and {self._address_key}.")
        if _has(causes, ConnectionRefusedError):
            return NetworkError(f"No response from {place}. Start the server, or correct {self._address_key}.")
        return None


def _has(causes: list[BaseException], kind: type[BaseException]) -> bool:
    return any(isinstance(cause, kind) for cause in causes)


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """A failure, the chain of its causes, and the members of exception groups in it."""
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

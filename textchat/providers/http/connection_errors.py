"""Translates connection failures into errors that say what to do."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from textchat.core.errors import BadRequestError, ChatError, NetworkError, ProtocolError, TimeLimitError
from textchat.providers.http.addresses import has_proxy
from textchat.providers.masking import Secrets

HTTP_FAILURES = (httpx.RequestError, httpx.InvalidURL, httpx.StreamError, OSError)
"""What a request may raise. OSError: an error inside an established TLS connection reaches us as it is."""
_BROKEN_OFF = ("incomplete", "without sending", "disconnected")
"""What httpcore says of a connection that ends within a response; all else it refuses is not HTTP."""


class ErrorTranslator:
    """Translates the failures of one provider; `address_key` names its setting, `connect_s` is its time limit."""

    def __init__(self, name: str, address_key: str, connect_s: float) -> None:
        self._name = name
        self._address_key = address_key
        self._connect_s = connect_s

    def translated_error(self, failure: Exception, url: httpx.URL) -> ChatError:
        """The error for one of `HTTP_FAILURES` of a request to `url`."""
        place = Secrets().mask_url(f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}")
        causes = list(_causes(failure))
        is_unconnected = isinstance(failure, httpx.ConnectError | httpx.ConnectTimeout)
        if is_unconnected and has_proxy(url.scheme, url.host) and not _has(causes, ssl.SSLError):
            return NetworkError(
                f"The proxy on the way to {place} does not answer. Check {url.scheme.upper()}_PROXY, ALL_PROXY "
                "and NO_PROXY."
            )
        error = self._by_type(failure, place) or self._by_cause(causes, place)
        if error is not None:
            return error
        if is_unconnected:
            return NetworkError(f"No connection to {place}. Check the network and {self._address_key}.")
        return NetworkError(f"The connection to {place} broke. Try again.")

    def _by_type(self, failure: Exception, place: str) -> ChatError | None:
        """The error for failures that httpx distinguishes by type."""
        match failure:
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
            case httpx.RemoteProtocolError() if any(words in str(failure) for words in _BROKEN_OFF):
                return NetworkError(f"{place} closed the connection in the middle of the answer. Try again.")
            case httpx.RemoteProtocolError():
                return ProtocolError(f"{place} answered with something that is not HTTP; check {self._address_key}.")
        return None

    def _by_cause(self, causes: list[BaseException], place: str) -> ChatError | None:
        """The error for failures that httpx reports as one type (a failed connection) but the system distinguishes."""
        if _has(causes, ssl.SSLCertVerificationError):
            return NetworkError(
                f"The certificate of {place} is not trusted. For a company's own authority, set SSL_CERT_FILE "
                "to its certificate.",
                may_pass=False,
            )
        if _has(causes, ssl.SSLError):
            return NetworkError(
                f"No encrypted connection to {place} came about; check whether {self._address_key} should begin "
                "with http:// or https://.",
                may_pass=False,
            )
        if _has(causes, socket.gaierror):
            return NetworkError(f"The name in {place} cannot be resolved. Check the network and {self._address_key}.")
        if _has(causes, ConnectionRefusedError):
            return NetworkError(f"Nothing answers at {place}. Start the server, or correct {self._address_key}.")
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

"""HTTP provider for every protocol: sends requests with the key, and streams the events of the response."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textchat.core.configuration import ProviderSettings, is_http_address
from textchat.core.errors import (
    AuthenticationError,
    ChatError,
    ConfigurationError,
    ProtocolError,
)
from textchat.core.events import (
    Arrived,
    Note,
    RequestWritten,
    SignOfLife,
    UsageReport,
    WireEvent,
)
from textchat.core.limits import ERROR_BODY
from textchat.core.parameters import Effort
from textchat.core.parts.part import Part
from textchat.core.parts.taking import Taking
from textchat.core.provider import ModelInfo, Request, StreamTap
from textchat.core.text.addresses import joined
from textchat.core.waiting.rounds import Rounds
from textchat.providers import failures
from textchat.providers.http.keys import KeySource, TypedKey, host_variables
from textchat.providers.http.patience import USAGE_GRACE_S, Patience
from textchat.providers.http.request_body import encoded
from textchat.providers.http.server_models import ServerModels, read_list
from textchat.providers.http.unpacking import ACCEPTED_ENCODINGS, UnknownEncodingError
from textchat.providers.masking import MaskedTap, Secrets
from textchat.providers.mends.mended_request import MendedRequest, RefusedParts
from textchat.providers.protocol import ChatProtocol, HttpRequest
from textchat.providers.spoken_secrets import SpokenSecrets
from textchat.providers.streams.response_reader import ResponseReader

if TYPE_CHECKING:
    import httpx

    from textchat.providers.http.network import HttpResponse, Network, SentRequest

USER_AGENT = "textchat"

DRAIN_S = 0.05
"""Seconds that the end of the body may take after the last event, so that the connection can be used again."""
ERROR_BODY_S = 2.0
SIGN_OF_LIFE = SignOfLife()
"""Events that hold a server's own words."""


class HttpProvider:
    """A configured server for one protocol; implements `core.provider.Provider`.

    `transport` replaces the network; `environ` the environment; `rounds` are those of whoever shows the answers. The
    client is made at the first request, in a thread: importing httpx and reading the certificates takes a fifth of a
    second that the screen must not wait for. Raises ConfigurationError where there is no address.
    """

    def __init__(
        self,
        protocol: ChatProtocol,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        environ: Mapping[str, str] | None = None,
        usage_grace_s: float = USAGE_GRACE_S,
        rounds: Rounds | None = None,
        key: TypedKey | None = None,
    ) -> None:
        """`key` is used in place of the one that the settings name."""
        self.protocol = protocol
        self.settings = protocol.settings
        self._environ = os.environ if environ is None else environ
        self._transport = transport
        self._usage_grace_s = usage_grace_s
        self._rounds = rounds or Rounds()
        self._refused = RefusedParts()
        self._network: Network | None = None
        self._opening = asyncio.Lock()
        address = self.settings.base_url
        self._address_key = f"base_url of {self.name}"
        if not address and protocol.url_variable and (address := self._environ.get(protocol.url_variable, "").strip()):
            self._address_key = protocol.url_variable
        self.address = _checked(protocol, address or protocol.default_url, self._address_key)
        # A key belongs to one host: the usual variables count for the usual address, and for hosts of their own.
        usual = host_variables(self.settings.base_url) if self.settings.base_url else protocol.key_variables
        self._demands_key = bool(usual) and protocol.needs_key and (not address or address == self.settings.base_url)
        self._keys = KeySource(self.settings, usual, self._environ, key)
        self._models = ServerModels(protocol, self._address_key)

    @property
    def name(self) -> str:
        """The provider's name in the settings."""
        return self.settings.name

    @property
    def effective(self) -> ProviderSettings:
        """The settings completed from the environment: the address, and the variable of the key."""
        return replace(self.settings, base_url=self.address, api_key_env=self._keys.variable)

    async def prepare(self) -> None:
        """See `core.provider.Provider.prepare`."""
        await self._open_network()
        await self._keys.read()

    async def load_early(self) -> None:
        """Load all that `prepare` and the first request load, but the key."""
        network = await self._open_network()
        await network.load_early()

    async def stream(self, request: Request, tap: StreamTap | None = None) -> AsyncGenerator[WireEvent, None]:
        """See `core.provider.Provider.stream`."""
        mended = MendedRequest(self.protocol, request, self._refused)
        now = asyncio.get_running_loop().time
        patience = Patience(self.settings.timeout, self._usage_grace_s, self._rounds, now)
        is_answered = False
        while True:
            try:
                async with aclosing(self._events(mended.http_request, self.protocol.reader(), tap, patience)) as events:
                    async for event in events:
                        if not is_answered and not isinstance(event, RequestWritten | Arrived | SignOfLife):
                            is_answered = True
                            for sentence in mended.answered():
                                yield Note(sentence, is_of_model=True)
                        yield event
                return
            except ChatError as error:
                if is_answered or not mended.mend(error):
                    raise

    def taking(self, part: Part, model: str) -> Taking:
        """See `core.provider.Provider.taking`."""
        return self.protocol.taking(part, model)

    def efforts(self, model: str) -> tuple[Effort, ...] | None:
        """See `core.provider.Provider.efforts`."""
        return self.protocol.efforts(model)

    async def list_models(self) -> list[ModelInfo]:
        """List the server's models, or those of the settings if it lists none; raises a ChatError."""
        return await self._models.all(self._document)

    async def aclose(self) -> None:
        """Close all connections; the next request opens new ones."""
        network, self._network = self._network, None
        if network is not None:
            await network.aclose()

    # -- one exchange ------------------------------------------------------------------------------------------------

    async def _events(
        self, http_request: HttpRequest, reader: ResponseReader, tap: StreamTap | None, patience: Patience
    ) -> AsyncGenerator[WireEvent, None]:
        async with self._exchange(http_request, tap) as (sent, secrets, masked_tap):
            if (at := await sent.written_at()) is not None:
                yield RequestWritten(at)
            response = await self._answered(sent, is_model_list=False)
            spoken = SpokenSecrets(secrets)
            if masked_tap is not None:
                masked_tap.listen(spoken)
            try:
                silent_bytes = 0
                while (piece := await patience.next_piece(response, reader)) is not None:
                    if at != response.arrived_at:  # what one read unpacks to may come in several pieces
                        at = response.arrived_at
                        yield Arrived(at)
                    has_tokens = False
                    for event in reader.feed(piece):
                        if not has_tokens and not isinstance(event, UsageReport | Note):
                            has_tokens = True
                            patience.extend()
                        for masked in spoken.events(event):
                            yield masked
                    if masked_tap is not None:
                        masked_tap.settle()
                    silent_bytes = 0 if has_tokens else silent_bytes + len(piece)
                    if silent_bytes > self.settings.max_event_bytes:
                        raise self._too_much_silence()
                    if not has_tokens:
                        # A ping, a comment, a signature, a blank line: whatever it is, the server is at work.
                        patience.sign_of_life()
                        yield SIGN_OF_LIFE
                for masked in spoken.ending(reader.close()):
                    yield masked
            except ChatError:
                for masked in spoken.ending(reader.flush()):
                    yield masked
                raise
            await response.drain(DRAIN_S)

    def _too_much_silence(self) -> ProtocolError:
        # A megabyte in gzip holds a gigabyte of line feeds, and reading them would keep a core busy.
        return ProtocolError(
            f"{self.name} sent more than {self.settings.max_event_bytes:,} bytes without any text, so textchat stopped "
            "reading. Try again, or raise max_event_bytes of its provider."
        )

    async def _document(self, http_request: HttpRequest, most_bytes: int) -> Any:
        """The JSON document of a list of models."""
        async with self._exchange(http_request, None) as (sent, secrets, _):
            response = await self._answered(sent, is_model_list=True)
            data = bytearray()
            while (piece := await response.read()) is not None:
                data += piece
                if len(data) > min(most_bytes, self.settings.max_event_bytes):
                    raise ProtocolError(f"{self.name} sent a list of models that is too long to read.")
            # Read in here, where a key that the server repeats is masked in what is raised.
            return read_list(secrets.mask_document(bytes(data)), self.name, self._keys.advice)

    @asynccontextmanager
    async def _exchange(
        self, http_request: HttpRequest, tap: StreamTap | None
    ) -> AsyncIterator[tuple[SentRequest, Secrets, MaskedTap | None]]:
        """Send a request with the key; what is raised within holds no secret."""
        key = await self._keys.read()
        if key is None and self._demands_key:
            raise AuthenticationError(f"No API key for {self.name}. {self._keys.advice}")
        secrets = Secrets.of(key, self.settings.headers, self.address)
        try:
            network = await self._open_network()
            content = None if http_request.body is None else await encoded(http_request.body)
            message = self._build(network, http_request, content, key)
            with MaskedTap.of(tap, secrets) as masked:
                async with network.send(message, masked) as sent:
                    yield sent, secrets, masked
        except ChatError as error:
            if isinstance(error, AuthenticationError):
                self._keys.forget()
            error.message = secrets.mask(error.message)
            error.args = (error.message,)
            error.words = secrets.mask(error.words)
            raise

    async def _answered(self, sent: SentRequest, *, is_model_list: bool) -> HttpResponse:
        """The response, if its status is 2xx; raises a ChatError."""
        response = await sent.response()
        if not 200 <= response.status < 300:
            raise await self._refusal(response, is_model_list=is_model_list)
        return response

    def _build(
        self, network: Network, http_request: HttpRequest, content: bytes | None, key: str | None
    ) -> httpx.Request:
        # Named here, because httpx asks for whatever the packages beside it can undo.
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": ACCEPTED_ENCODINGS}
        if http_request.stream:
            # A compressing proxy would gather the stream before it passes it on.
            headers |= {"Accept": "text/event-stream, application/json", "Accept-Encoding": "identity"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers |= self.protocol.key_headers(key)
        headers |= http_request.headers
        headers |= self.settings.headers
        method = "GET" if content is None else "POST"
        return network.build(method, joined(self.address, http_request.path), headers, content)

    async def _refusal(self, response: HttpResponse, *, is_model_list: bool) -> ChatError:
        """The error for a response with a bad status; if its body cannot be read, by the status alone."""
        data = bytearray()
        unread = ""
        try:
            async with asyncio.timeout(ERROR_BODY_S):
                while len(data) < ERROR_BODY.most and (piece := await response.read()) is not None:
                    data += piece
        except UnknownEncodingError as failure:
            unread = f" Its message is compressed with {failure.encoding}, which textchat cannot read."
        except (ChatError, TimeoutError):
            pass  # what came of it may be enough
        body = bytes(data[: ERROR_BODY.most])
        error = failures.refusal(
            self.name, response.status, response.headers, body, self._keys.advice, is_model_list=is_model_list
        )
        error.message += unread
        error.args = (error.message,)
        return error

    async def _open_network(self) -> Network:
        async with self._opening:
            if self._network is None:
                self._network = await asyncio.to_thread(self._make_network)
            return self._network

    def _make_network(self) -> Network:
        from textchat.providers.http.network import Network

        connect_s = self.settings.timeout.connect
        return Network(self.name, self.address, self._address_key, connect_s, self.make_transport)

    def make_transport(self) -> httpx.AsyncBaseTransport | None:
        """The transport of the requests; None for the real network."""
        return self._transport


def _checked(protocol: ChatProtocol, address: str, address_key: str) -> str:
    """Check the base address. Raises ConfigurationError without repeating an invalid one, which may be a key."""
    try:
        base = protocol.address(address).rstrip("/")
    except ValueError:
        base = ""
    if not is_http_address(base):
        raise ConfigurationError(f"{address_key} is not an http(s) URL. Correct it.")
    return base

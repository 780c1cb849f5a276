"""Looks once which servers of this machine answer on their usual ports; no other machine is asked, no key is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from textchat.core.configuration import ProviderSettings
from textchat.core.errors import ChatError, ProtocolError
from textchat.core.limits import MODEL_LIST
from textchat.core.text.addresses import is_loopback
from textchat.providers.discovery.usual_servers import (
    LIST_PATH,
    USUAL_PORTS,
    Listed,
    UsualPort,
    is_sign,
    local_provider,
    read_listed,
)

if TYPE_CHECKING:
    from textchat.providers.http.network import Network

CONNECT_S = 0.5
"""Seconds until a port counts as closed; on this machine it answers in one thousandth of that."""
ANSWER_S = 2.0
"""Seconds that a server may take for each question."""
HOSTS = ("127.0.0.1", "::1")
_NEEDS_KEY = frozenset({401, 403})
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server of this machine, as the provider that it can be used as."""

    settings: ProviderSettings
    models: int
    """How many it lists."""
    needs_key: bool = False

    @property
    def name(self) -> str:
        """Of the provider."""
        return self.settings.name


async def look(taken: Collection[int], names: Collection[str]) -> tuple[FoundServer, ...]:
    """The servers that answer now, but for those on `taken` ports; each gets a name that is none of `names`."""
    asked = [usual for usual in USUAL_PORTS if usual.port not in taken]
    answers = await asyncio.gather(*(_ask_port(usual) for usual in asked))
    return tuple(_named(filter(None, answers), set(names)))


def local_ports(providers: Iterable[ProviderSettings]) -> set[int]:
    """The ports of this machine that these providers are at."""
    ports: set[int] = set()
    for provider in providers:
        with suppress(ValueError):
            parts = urlsplit(provider.base_url)
            if is_loopback(parts.hostname or ""):
                ports.add(parts.port or _DEFAULT_PORTS.get(parts.scheme, 0))
    return ports


@dataclass(frozen=True, slots=True)
class _Answer:
    """What answered on a port."""

    usual: UsualPort
    address: str
    kind: str
    """Its usual name; empty where it does not say what it is."""
    models: int
    needs_key: bool = False


def _named(answers: Iterable[_Answer], names: set[str]) -> Iterator[FoundServer]:
    for answer in answers:
        kind, port = answer.kind, answer.usual.port
        name = kind or "local"
        if not kind or name in names:
            name = f"{name}-{port}"
        if name not in names:  # else the user has named another server so
            names.add(name)
            yield FoundServer(local_provider(name, kind, answer.address), answer.models, answer.needs_key)


async def _ask_port(usual: UsualPort) -> _Answer | None:
    for host in HOSTS:
        if await _is_open(host, usual.port):
            return await _ask_server(usual, f"http://{f'[{host}]' if ':' in host else host}:{usual.port}")
    return None


async def _is_open(host: str, port: int) -> bool:
    """Whether anything listens there: where nothing does, nothing is imported to ask it."""
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def _ask_server(usual: UsualPort, address: str) -> _Answer | None:
    """What the server at `address` says that it is; None for any other web server."""
    from textchat.providers.http.network import Network

    network = Network(usual.name, address, "its address", CONNECT_S, lambda: None)
    try:
        status, document = await _document(network, address + LIST_PATH)
        if status == 200 and (listed := read_listed(document)) is not None:
            return _Answer(usual, address, _kind(usual, listed), listed.models)
        if usual.sign_path and status in (*_NEEDS_KEY, 404):
            sign_status, sign = await _document(network, address + usual.sign_path)
            if sign_status == 200 and is_sign(sign, usual.sign):
                return _Answer(usual, address, usual.name, 0, needs_key=status in _NEEDS_KEY)
    finally:
        await network.aclose()
    return None


def _kind(usual: UsualPort, listed: Listed) -> str:
    return listed.name or ("" if usual.is_shared else usual.name)


async def _document(network: Network, url: str) -> tuple[int, Any]:
    """Status and JSON of an answer; 0 where none came in time, None where its body is no JSON."""
    from textchat.providers.failures import parse_json

    headers = {"User-Agent": "textchat", "Accept": "application/json", "Accept-Encoding": "identity"}
    data = bytearray()
    try:
        async with asyncio.timeout(ANSWER_S), network.send(network.build("GET", url, headers, None)) as sent:
            response = await sent.response()
            while len(data) <= MODEL_LIST.most and (piece := await response.read()) is not None:
                data += piece
    except (ChatError, TimeoutError):
        return 0, None
    try:
        return response.status, parse_json(bytes(data), "") if len(data) <= MODEL_LIST.most else None
    except ProtocolError:
        return response.status, None

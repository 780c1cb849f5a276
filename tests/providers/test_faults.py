"""Every way a server can fail ends in the right kind, in time, with the text kept and no exception out of the loop."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from collections.abc import Iterator

import pytest

from tests.servers.faults import FAULTS, PATIENCE, Fault, FaultServer
from tests.servers.openai import OpenAIServer, Repeat
from textchat.core.configuration import Protocol, ProviderSettings, Settings, Timeouts
from textchat.core.conversation import Message, Role, Status
from textchat.core.errors import ConfigurationError, ErrorKind
from textchat.core.generation import Limits, run_reply
from textchat.core.parameters import Parameters
from textchat.core.provider import Request
from textchat.core.reply import Reply
from textchat.providers.catalog import Catalog

KEY = "sk-a-key-that-must-not-be-seen"
LONGEST_S = 15.0


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


async def ended(settings: ProviderSettings, model: str, *, stream: bool = True) -> Reply:
    """The reply of one try, through the catalog and the stream loop."""
    catalog = Catalog(Settings(providers={settings.name: settings}), environ={"TESTED_KEY": KEY})
    opened = catalog.open(f"{settings.name}/{model}")
    reply = Reply(conversation_id="c", parent_id="1", model=f"{settings.name}/{model}")
    request = Request(opened.name, (Message("1", None, Role.USER, "Hello?"),), Parameters(stream=stream))
    async with asyncio.timeout(LONGEST_S):
        await run_reply(opened.provider, request, reply, limits=Limits.of(opened.settings), slots=opened.slots)
    await catalog.aclose()
    return reply


def settings_of(base_url: str, **more: object) -> ProviderSettings:
    fields: dict[str, object] = {"api_key_env": "TESTED_KEY", "retries": 0, **more}
    return ProviderSettings("tested", Protocol.OPENAI, base_url, **fields)  # type: ignore[arg-type]


def check_sentence(reply: Reply) -> None:
    assert reply.error is not None
    assert KEY not in reply.error.message
    assert 20 < len(reply.error.message) < 700
    assert reply.error.message.isprintable()
    assert reply.error.message[-1] == "."


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_faults(server: FaultServer, fault: Fault) -> None:
    settings = settings_of(server.url, timeout=fault.timeouts, **fault.settings)
    reply = await ended(settings, fault.name, stream=fault.stream)
    assert (reply.status, reply.error and reply.error.kind) == (fault.ending, fault.kind), reply.error
    assert reply.text == fault.text
    if reply.error is not None:
        assert reply.error.status == fault.status
        check_sentence(reply)
    reply.text.encode()  # what cannot be stored is no text


def test_there_are_enough_of_them() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 40


def refusing_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


async def test_nobody_listens() -> None:
    reply = await ended(settings_of(f"http://127.0.0.1:{refusing_port()}/v1"), "x")
    assert reply.error is not None
    assert reply.error.kind is ErrorKind.NETWORK
    assert "No response from http://127.0.0.1:" in reply.error.message
    check_sentence(reply)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse where Linux lets a full queue wait")
async def test_nobody_takes_the_connection() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port = listening.getsockname()[1]
        waiting = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
            waiting.append(client)
        limits = Timeouts(connect=0.3, first_token=20, between_tokens=20)
        reply = await ended(settings_of(f"http://127.0.0.1:{port}/v1", timeout=limits), "x")
        for client in waiting:
            client.close()
    assert reply.error is not None
    assert reply.error.kind is ErrorKind.TIMEOUT
    assert "0.3 seconds" in reply.error.message
    check_sentence(reply)


async def test_a_plain_server_is_asked_for_encryption() -> None:
    with OpenAIServer() as plain:
        reply = await ended(settings_of(plain.base_url.replace("http:", "https:")), "x")
    assert reply.error is not None
    assert reply.error.kind is ErrorKind.NETWORK
    assert "encrypted" in reply.error.message
    check_sentence(reply)


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8080/v1", "ftp://127.0.0.1/v1", "http://[::1", "http://", "http://127.0.0.1:99999/"]
)
async def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url of tested"):
        await ended(settings_of(address), "x")


@pytest.mark.parametrize("value", ["two\nlines", "naïve", "nul\0"])
async def test_a_header_that_cannot_be_sent(value: str) -> None:
    with OpenAIServer() as server:
        reply = await ended(settings_of(server.base_url, headers={"X-Team": value}), "x")
    assert reply.error is not None
    assert reply.error.kind is ErrorKind.BAD_REQUEST
    check_sentence(reply)


async def test_an_endless_answer_goes_on_until_it_is_cancelled() -> None:
    with OpenAIServer() as endless:
        endless.script("endless", *(Repeat(f"{number} ", 1) for number in range(50)), Repeat("a "))
        catalog = Catalog(
            Settings(providers={"tested": settings_of(endless.base_url, timeout=PATIENCE, repeat_limit=0)})
        )
        opened = catalog.open("tested/endless")
        reply = Reply(conversation_id="c", parent_id="1", model="tested/endless")
        request = Request("endless", (Message("1", None, Role.USER, "Hello?"),))
        task = asyncio.create_task(run_reply(opened.provider, request, reply, limits=Limits.of(opened.settings)))
        while len(reply.text_chunks) < 200:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await endless.requests[0].until_disconnected()
        await catalog.aclose()
    assert reply.status is Status.CANCELLED
    assert reply.text.startswith("0 1 2 3 ")


async def test_nothing_is_left_running(server: FaultServer) -> None:
    """No task of a failed exchange outlives it."""
    before = asyncio.all_tasks()
    for name in ("hangs in the middle", "resets in the middle", "sends a line without end", "goes on after [DONE]"):
        fault = next(fault for fault in FAULTS if fault.name == name)
        await ended(settings_of(server.url, timeout=fault.timeouts, **fault.settings), name)
    gc.collect()
    for _ in range(20):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == before

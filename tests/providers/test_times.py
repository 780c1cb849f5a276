"""When a request was written and its answer read: as at the socket, whatever the reader's loop is doing."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.providers.transcripts import provider_for, request_of
from tests.servers.http import Exchange, LoopbackServer
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.core.configuration import Protocol, ProviderSettings, Settings
from textchat.core.errors import NetworkError, ServerError
from textchat.core.events import Arrived, RequestWritten, TextDelta, WireEvent
from textchat.core.trace import Trace
from textchat.core.waiting.rounds import Rounds
from textchat.providers.catalog import Catalog
from textchat.providers.http.crossing import MOST_FOR_A_ROUND, MOST_WAITING, Crossing
from textchat.providers.http.network_thread import NetworkThread
from textchat.providers.http.threaded_provider import ThreadedProvider

ENOUGH_TURNS = 200
"""Of the network's loop, to take in what has come for it."""


@pytest.fixture
async def thread() -> AsyncIterator[NetworkThread]:
    running = NetworkThread()
    yield running
    await running.aclose()


@pytest.fixture
def server(openai_server: OpenAIServer) -> OpenAIServer:
    return openai_server


def block_until(thread: NetworkThread, gate: Gate) -> None:
    """Keep the running loop from everything until a server has come to this gate, and all it sent has been read."""
    gate.until_reached_blocking()
    for _ in range(ENOUGH_TURNS):
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), thread.loop).result()


async def test_a_reader_that_is_busy_moves_no_time(thread: NetworkThread, server: OpenAIServer) -> None:
    """The screen draws for 0.2 seconds while the first token comes; it came before."""
    before, after = Gate(), Gate()
    server.script("a-model", before, "first", after, "last")
    asking = ThreadedProvider(provider_for(Protocol.OPENAI, server.base_url), thread)
    trace = Trace()
    async with aclosing(asking.stream(request_of(), trace)) as events:
        written = await anext(events)
        assert isinstance(written, RequestWritten)
        begun = time.monotonic()
        assert written.at < begun
        before.open()
        block_until(thread, after)
        unblocked = time.monotonic()
        after.open()
        seen = [event async for event in events]
    first = seen.index(TextDelta("first"))
    arrivals = [event.at for event in seen[:first] if isinstance(event, Arrived)]
    assert arrivals, "the time comes before what it is of"
    assert arrivals[-1] < unblocked < _arrival_of(seen, "last")
    (exchange,) = trace.exchanges
    assert exchange.started == written.at
    chunk = next(chunk for chunk in exchange.chunks if b"first" in chunk.data)
    assert exchange.started + chunk.at == pytest.approx(arrivals[-1])
    await asking.aclose()


def _arrival_of(events: Sequence[WireEvent], text: str) -> float:
    before = events[: events.index(TextDelta(text))]
    return [event.at for event in before if isinstance(event, Arrived)][-1]


async def test_one_read_has_one_time(thread: NetworkThread) -> None:
    class Burst(LoopbackServer):
        async def answer(self, exchange: Exchange) -> None:
            await exchange.head(200, {"Content-Type": "text/event-stream"})
            deltas = (f'data: {{"choices":[{{"delta":{{"content":"{n}"}}}}]}}\n\n' for n in range(20))
            await exchange.send("".join(deltas).encode())
            await exchange.send(b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
            await exchange.end()

    with Burst() as server:
        asking = ThreadedProvider(provider_for(Protocol.OPENAI, server.url), thread)
        events = [event async for event in asking.stream(request_of())]
        await asking.aclose()
    texts = [n for n, event in enumerate(events) if isinstance(event, TextDelta)]
    assert texts == list(range(texts[0], texts[0] + 20))


async def test_the_request_is_told_before_the_server_has_said_anything(thread: NetworkThread) -> None:
    """From here on it is paid for, also where it is cancelled now."""
    gate = Gate()

    class Silent(LoopbackServer):
        async def answer(self, exchange: Exchange) -> None:
            await gate.pass_through()

    with Silent() as silent:
        asking = ThreadedProvider(provider_for(Protocol.OPENAI, silent.url), thread)
        async with aclosing(asking.stream(request_of())) as events:
            assert isinstance(await anext(events), RequestWritten)
            await gate.until_reached()
        await silent.requests[0].until_disconnected()
        await asking.aclose()


async def test_a_request_that_nobody_takes_is_not_told(thread: NetworkThread) -> None:
    with LoopbackServer() as server:
        url = server.url
    asking = ThreadedProvider(provider_for(Protocol.OPENAI, url), thread)
    events: list[WireEvent] = []
    with pytest.raises(NetworkError):
        async for event in asking.stream(request_of()):
            events.append(event)  # noqa: PERF401 - what came before the failure counts
    assert events == []
    await asking.aclose()


async def test_cancelling_closes_the_response(server: OpenAIServer) -> None:
    gate = Gate()
    server.script("a-model", "first", gate, "never")
    provider = ProviderSettings("local", Protocol.OPENAI, server.base_url)
    catalog = Catalog(Settings(providers={"local": provider}))
    got: list[WireEvent] = []

    async def read() -> None:
        async for event in catalog.provider("local").stream(request_of()):
            got.append(event)  # noqa: PERF401 - what came before the cancel counts

    reading = asyncio.create_task(read())
    await wait_until(lambda: TextDelta("first") in got, "the first piece comes")
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await server.requests[0].until_disconnected()
    await catalog.aclose()


async def test_a_catalog_that_is_closed_leaves_no_thread_and_opens_another(server: OpenAIServer) -> None:
    server.say("a-model", "answer")
    provider = ProviderSettings("local", Protocol.OPENAI, server.base_url)
    catalog = Catalog(Settings(providers={"local": provider}))
    before = threading.active_count()
    for _ in range(2):
        events = [event async for event in catalog.provider("local").stream(request_of())]
        assert TextDelta("answer") in events
        await catalog.aclose()
        assert [each for each in threading.enumerate() if each.name == "textchat-network"] == []
    await wait_until(lambda: threading.active_count() <= before + 1, "all but that of the pool which waits for the end")


# -- from loop to loop -------------------------------------------------------------------------------------------------


async def crossed(thread: NetworkThread, source: AsyncGenerator[int, None]) -> AsyncIterator[int]:
    async with aclosing(Crossing[int](thread.loop).items(lambda: source)) as items:
        async for item in items:
            yield item


@given(st.lists(st.lists(st.integers(), max_size=30), max_size=12), st.booleans(), st.sets(st.integers(0, 100)))
@settings(max_examples=examples(200), deadline=None)
def test_all_that_is_put_in_comes_out_in_order(reads: list[list[int]], fails: bool, slow: set[int]) -> None:
    failure = ServerError("The server broke.")

    async def source() -> AsyncGenerator[int, None]:
        for read in reads:
            await asyncio.sleep(0)
            for item in read:
                yield item
        if fails:
            raise failure

    async def read() -> None:
        thread, got = NetworkThread(), []
        try:
            async for item in crossed(thread, source()):
                got.append(item)
                if len(got) in slow:
                    await asyncio.sleep(0)
        except ServerError as error:
            assert fails
            assert error is failure
        else:
            assert not fails
        assert got == [item for read in reads for item in read]
        await thread.aclose()

    asyncio.run(read())


async def test_what_nobody_reads_is_not_fetched(thread: NetworkThread) -> None:
    """A reader that stands still stops the network, and not the memory of the machine."""
    made = 0
    many = 10 * MOST_WAITING

    async def source() -> AsyncGenerator[int, None]:
        nonlocal made
        for made in range(many):
            yield made
            await asyncio.sleep(0)

    async with aclosing(Crossing[int](thread.loop).items(source)) as items:
        got = [await anext(items)]
        for _ in range(2 * many):
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), thread.loop).result()
        assert made <= MOST_WAITING + 1
        got += [item async for item in items]
    assert got == list(range(many))


async def test_what_arrives_before_a_round_of_the_screen_waits_for_it(thread: NetworkThread) -> None:
    rounds, first, more = Rounds(), asyncio.Event(), asyncio.Event()
    got: list[int] = []
    take = got.append

    async def source() -> AsyncGenerator[int, None]:
        await first.wait()
        yield 1
        await more.wait()
        for item in range(2, 2 + MOST_FOR_A_ROUND):
            yield item
        yield -1

    async def read() -> None:
        async with aclosing(Crossing[int](thread.loop, rounds).items(source)) as items:
            async for item in items:
                take(item)

    async def settled() -> None:
        for _ in range(ENOUGH_TURNS):
            await thread.run(asyncio.sleep(0))

    rounds.announce()
    reader = asyncio.create_task(read())
    await settled()
    thread.loop.call_soon_threadsafe(first.set)
    await settled()
    assert got == [], "a round is coming"
    assert rounds.make()
    await asyncio.sleep(0)
    assert got == [1]
    rounds.announce()
    thread.loop.call_soon_threadsafe(more.set)
    await reader  # so many wake it, and so does the end
    assert got[-1] == -1 and len(got) == MOST_FOR_A_ROUND + 2


async def test_a_thread_that_ends_under_an_answer_ends_it(thread: NetworkThread) -> None:
    async def source() -> AsyncGenerator[int, None]:
        yield 1
        await asyncio.Event().wait()

    with pytest.raises(NetworkError, match="closed its connections"):
        async for _ in crossed(thread, source()):
            await thread.aclose()


class PlainTap:
    """A tap of somebody else's, that knows of no times."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, threading.Thread]] = []

    def requested(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        self.calls.append(("requested", threading.current_thread()))

    def responded(self, status: int, headers: Mapping[str, str]) -> None:
        self.calls.append(("responded", threading.current_thread()))

    def received(self, data: bytes) -> None:
        self.calls.append(("received", threading.current_thread()))


async def test_a_tap_is_called_by_the_reader(thread: NetworkThread, server: OpenAIServer) -> None:
    server.say("a-model", "answer")
    asking = ThreadedProvider(provider_for(Protocol.OPENAI, server.base_url), thread)
    tap = PlainTap()
    async for _ in asking.stream(request_of(), tap):
        pass
    assert [name for name, _ in tap.calls[:3]] == ["requested", "responded", "received"]
    assert {caller for _, caller in tap.calls} == {threading.current_thread()}
    await asking.aclose()

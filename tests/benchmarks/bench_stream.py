"""CPU of all threads for each chunk of a stream, from the socket to the folded reply, beside a bare httpx loop."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from statistics import median
from typing import Any

import httpx

from tests.benchmarks.loopback import LoopbackServer, QuietHandler
from tests.benchmarks.report import Table
from tests.benchmarks.texts import tokens
from textchat.core.configuration import Protocol, ProviderSettings, Settings
from textchat.core.conversation import Message, Role
from textchat.core.generation import Limits, run_reply
from textchat.core.provider import Request
from textchat.core.reply import Reply
from textchat.providers.catalog import Catalog

COUNTS = (1_000, 10_000)
RUNS = 7
"""Of each, by turns; the median counts."""
MOST = 2.5
"""Times the CPU of the bare loop, with that of the network's thread; each piece of Gemini's has figures to read."""
PROTOCOLS = (Protocol.OPENAI, Protocol.ANTHROPIC, Protocol.GEMINI, Protocol.OLLAMA)


def run() -> list[Table]:
    return [asyncio.run(_compared(count)) for count in COUNTS]


async def _compared(count: int) -> Table:
    rows: list[list[str]] = []
    ratios: list[float] = []
    for protocol in PROTOCOLS:
        body = [_sse(event) if protocol is not Protocol.OLLAMA else _line(event) for event in EVENTS[protocol](count)]
        with _Server(body) as server:
            ours, bare = [], []
            for _ in range(RUNS):
                bare.append(await _bare(server.url, protocol, len(body)))
                ours.append(await _textchat(server.url, protocol, count))
        mine, floor = median(ours), median(bare)
        ratios.append(mine / floor)
        rows.append(
            [
                protocol.value,
                f"{count / mine:,.0f}",
                f"{count / floor:,.0f}",
                f"{mine / count * 1e6:.0f}",
                f"{mine / floor:.2f}",
            ]
        )
    return Table(
        f"Chunks a second of CPU, {count:,} chunks, without a screen",
        ["protocol", "textchat", "bare httpx loop", "µs a chunk", "CPU ratio"],
        rows,
        [(f"at most {MOST} times the CPU of the bare loop, worst {max(ratios):.2f}", max(ratios) <= MOST)],
    )


async def _textchat(url: str, protocol: Protocol, count: int) -> float:
    """Seconds of CPU of this thread and the network's for one reply."""
    settings = ProviderSettings("bench", protocol, url, timeout=Limits().timeouts, retries=0, repeat_limit=100)
    catalog = Catalog(Settings(providers={"bench": settings}), environ={})
    opened = catalog.open("bench/model")
    request = Request(opened.name, (Message("1", None, Role.USER, "Hello?"),))
    await _warm_up(opened.provider.list_models)
    reply = Reply(conversation_id="c", parent_id="1", model="bench/model")
    before = time.thread_time() + _network_time()
    await run_reply(opened.provider, request, reply, limits=Limits.of(settings), slots=opened.slots)
    spent = time.thread_time() + _network_time() - before
    assert len(reply.text_chunks) == count and reply.error is None, (reply.error, len(reply.text_chunks))
    await catalog.aclose()
    return spent


def _network_time() -> float:
    """Seconds of CPU of the thread that reads and parses."""
    thread = next(each for each in threading.enumerate() if each.name == "textchat-network")
    assert thread.ident is not None
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))


async def _bare(url: str, protocol: Protocol, events: int) -> float:
    seen = 0
    async with httpx.AsyncClient(timeout=None) as client:
        await client.get(f"{url}/v1/models")
        before = time.thread_time()
        async with client.stream("POST", url, json={"model": "model"}) as response:
            async for document in _documents(response, protocol):
                seen += document is not None
        spent = time.thread_time() - before
    assert seen == events - (protocol is Protocol.OPENAI), "all but [DONE]"
    return spent


async def _documents(response: httpx.Response, protocol: Protocol) -> AsyncIterator[Any]:
    async for line in response.aiter_lines():
        if protocol is Protocol.OLLAMA:
            yield json.loads(line)
        elif line.startswith("data: ") and line != "data: [DONE]":
            yield json.loads(line[6:])


async def _warm_up(list_models: Callable[[], Any]) -> None:
    """Open the connection; what the list says does not matter."""
    from textchat.core.errors import ChatError

    try:
        await list_models()
    except ChatError:
        return


# -- what the servers say ----------------------------------------------------------------------------------------------

Event = Mapping[str, Any] | str


def _openai(count: int) -> Iterable[Event]:
    head = {"id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT", "object": "chat.completion.chunk", "created": 1741569952}
    head |= {"model": "gpt-4.1-2025-04-14", "service_tier": "default", "system_fingerprint": "fp_44709d6fcb"}
    for text in tokens("mixed", count):
        yield {**head, "choices": [{"index": 0, "delta": {"content": text}, "logprobs": None, "finish_reason": None}]}
    yield {**head, "choices": [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]}
    yield {**head, "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": count, "total_tokens": count + 9}}
    yield "[DONE]"


def _anthropic(count: int) -> Iterable[Event]:
    usage = {"input_tokens": 9, "output_tokens": 1}
    message = {"id": "msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY", "type": "message", "role": "assistant", "usage": usage}
    yield {"type": "message_start", "message": message}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    for text in tokens("mixed", count):
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": count}}
    yield {"type": "message_stop"}


def _gemini(count: int) -> Iterable[Event]:
    tail = {"modelVersion": "gemini-2.5-flash", "responseId": "mAitaLmkHPPlz7IPvtfUqQ4"}
    for number, text in enumerate(tokens("mixed", count), start=1):
        candidate: dict[str, Any] = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
        if number == count:
            candidate["finishReason"] = "STOP"
        usage = {"promptTokenCount": 9, "candidatesTokenCount": number, "totalTokenCount": number + 9}
        yield {"candidates": [candidate], "usageMetadata": usage, **tail}


def _ollama(count: int) -> Iterable[Event]:
    head = {"model": "llama3.2", "created_at": "2025-08-04T08:52:19.385406455-07:00"}
    for text in tokens("mixed", count):
        yield {**head, "message": {"role": "assistant", "content": text}, "done": False}
    end = {"done_reason": "stop", "total_duration": 4883583458, "prompt_eval_count": 9, "eval_count": count}
    yield {**head, "message": {"role": "assistant", "content": ""}, "done": True, **end}


EVENTS: Mapping[Protocol, Callable[[int], Iterable[Event]]] = {
    Protocol.OPENAI: _openai,
    Protocol.ANTHROPIC: _anthropic,
    Protocol.GEMINI: _gemini,
    Protocol.OLLAMA: _ollama,
}


def _sse(event: Event) -> bytes:
    if isinstance(event, str):
        return f"data: {event}\n\n".encode()
    named = f"event: {event['type']}\n" if "type" in event else ""
    return f"{named}data: {json.dumps(event, separators=(',', ':'))}\n\n".encode()


def _line(event: Event) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


class _Server(LoopbackServer):
    """Answers every POST with the same events, each an HTTP chunk of its own as servers send them."""

    def __init__(self, body: Iterable[bytes]) -> None:
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in body) + b"0\r\n\r\n"

        class Handler(QuietHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._head(200, {"Content-Length": "2"})
                self.wfile.write(b"{}")

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self._head(200, {"Transfer-Encoding": "chunked"})
                self.wfile.write(chunks)

            def _head(self, status: int, headers: Mapping[str, str]) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "text/event-stream")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

        super().__init__(Handler)

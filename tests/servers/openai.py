"""A scripted server that speaks OpenAI chat completions over real loopback HTTP.

    with OpenAIServer() as server:                     # or the fixture `openai_server`
        server.say("fast", "Hello ", "**world**")      # each string is one chunk
        gate = Gate()
        server.script("slow", Think("hm"), "Before ", gate, "after")   # waits at the gate until gate.open()
        server.script("broken", "Half", Reset())       # … Close() ends the TCP connection politely instead
        server.refuse("limited", 429, "Slow down", headers={"Retry-After": "3"}, once=True)
        …                                              # base_url = server.base_url
        server.requests[0].json                        # what was asked; .headers in lower case
        await server.requests[0].until_disconnected()  # the client closed before the end (`…_blocking` without a loop)

An unknown model is a 404 as OpenAI words it. `stream: false` gives the same script as one document, gates included.
`server.cutting` cuts every body: `WHOLE` events, `BYTEWISE`, or `random_cuts(seed)`; each piece is an HTTP chunk of its
own, so that clients really see it alone. With `server.key` set, any other key is a 401. Everything is usable from any
thread; the server runs in one of its own, so programs in other processes can talk to it as well.
"""

from __future__ import annotations

import json
import random
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers.http import Exchange, LoopbackServer
from tests.servers.waiting import Gate

Cutting = Callable[[bytes], Iterable[bytes]]


def WHOLE(data: bytes) -> Iterable[bytes]:
    return (data,)


def BYTEWISE(data: bytes) -> Iterable[bytes]:
    return (data[at : at + 1] for at in range(len(data)))


def random_cuts(seed: int, longest: int = 30) -> Cutting:
    """Pieces of 1 to `longest` bytes, the same for one seed."""
    chance = random.Random(seed)

    def cut(data: bytes) -> Iterator[bytes]:
        at = 0
        while at < len(data):
            size = chance.randint(1, longest)
            yield data[at : at + size]
            at += size

    return cut


@dataclass(frozen=True)
class Think:
    """A piece of reasoning, in the field that `name` says."""

    text: str
    name: str = "reasoning_content"


@dataclass(frozen=True)
class Call:
    """A whole tool call, streamed in three pieces."""

    name: str
    arguments: str
    id: str = "call_1"
    index: int = 0


@dataclass(frozen=True)
class Raw:
    """Bytes of the stream as they are."""

    data: bytes


@dataclass(frozen=True)
class Chunk:
    """A chunk as the test writes it."""

    document: Any


@dataclass(frozen=True)
class Repeat:
    """One piece of text again and again; without `times`, for ever."""

    text: str
    times: int | None = None


@dataclass(frozen=True)
class Finish:
    """The end: finish reason, usage (input, output) where it is asked for, `[DONE]`."""

    reason: str = "stop"
    usage: tuple[int, int] | None = (7, 5)
    details: Mapping[str, Any] = field(default_factory=dict)
    """More fields of the usage."""


@dataclass(frozen=True)
class Reset:
    """A TCP reset."""


@dataclass(frozen=True)
class Close:
    """The connection closes in the middle of the body."""


@dataclass(frozen=True)
class End:
    """The body ends properly, without finish and without `[DONE]`."""


Step = str | Think | Call | Raw | Chunk | Repeat | Gate | Finish | Reset | Close | End


@dataclass(frozen=True)
class _Refusal:
    status: int
    document: Any
    headers: Mapping[str, str]


_Script = tuple[Step, ...] | _Refusal


class OpenAIServer(LoopbackServer):
    """See the module's docstring."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.key: str | None = None
        self.cutting: Cutting = WHOLE
        self._scripts: dict[str, _Script] = {}
        self._once: dict[str, list[_Script]] = {}

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    # -- what a test says --------------------------------------------------------------------------------------------

    def say(self, model: str, *pieces: str, reason: str = "stop", usage: tuple[int, int] | None = (7, 5)) -> None:
        """`model` answers `pieces`, one chunk each."""
        self.script(model, *pieces, Finish(reason, usage))

    def script(self, model: str, *steps: Step, once: bool = False) -> None:
        """`model` does `steps`, each time or only the next time; a script that lacks an end gets a `Finish()`."""
        if not any(isinstance(step, Finish | Reset | Close | End) for step in steps):
            steps = (*steps, Finish())
        self._put(model, steps, once)

    def refuse(
        self,
        model: str,
        status: int,
        message: str = "refused",
        *,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> None:
        """`model` answers with an error status."""
        document = {"error": {"message": message, "type": "error", "param": None, "code": code}}
        self._put(model, _Refusal(status, document, headers or {}), once)

    def _put(self, model: str, script: _Script, once: bool) -> None:
        if once:
            self._once.setdefault(model, []).append(script)
        else:
            self._scripts[model] = script

    # -- what it answers ---------------------------------------------------------------------------------------------

    async def answer(self, exchange: Exchange) -> None:
        request = exchange.request
        if self.key is not None and request.headers.get("authorization") != f"Bearer {self.key}":
            await exchange.reply_json(401, _error("Incorrect API key provided.", "invalid_api_key"))
        elif request.path == "/v1/models":
            names = sorted({*self._scripts, *self._once})
            data = [{"id": name, "object": "model", "created": 0, "owned_by": "tests"} for name in names]
            await exchange.reply_json(200, {"object": "list", "data": data})
        elif request.path == "/v1/chat/completions" and request.method == "POST":
            await self._complete(exchange)
        else:
            await exchange.reply_json(404, _error(f"Invalid URL ({request.method} {request.path})", None))

    async def _complete(self, exchange: Exchange) -> None:
        asked = exchange.request.json
        model = asked["model"]
        waiting = self._once.get(model)
        script = waiting.pop(0) if waiting else self._scripts.get(model)
        match script:
            case None:
                await exchange.reply_json(404, _error(f"The model `{model}` does not exist", "model_not_found"))
            case _Refusal(status, document, headers):
                await exchange.reply_json(status, document, headers)
            case _ if asked.get("stream"):
                await self._stream(
                    exchange, model, script, bool((asked.get("stream_options") or {}).get("include_usage"))
                )
            case _:
                await self._whole(exchange, model, script)

    async def _stream(self, exchange: Exchange, model: str, steps: tuple[Step, ...], with_usage: bool) -> None:
        await exchange.head(200, {"Content-Type": "text/event-stream; charset=utf-8"})
        for step in steps:
            match step:
                case Gate():
                    await step.pass_through()
                case Reset():
                    exchange.reset()
                    return
                case Close():
                    exchange.close()
                    return
                case End():
                    await exchange.end()
                    return
                case Repeat(text, times):
                    number = 0
                    while times is None or number < times:
                        await self._send(exchange, _event(_delta(model, {"content": text})))
                        number += 1
                case _:
                    for data in _events(model, step, with_usage):
                        await self._send(exchange, data)
        await exchange.end()

    async def _send(self, exchange: Exchange, data: bytes) -> None:
        for piece in self.cutting(data):
            await exchange.send(piece)

    async def _whole(self, exchange: Exchange, model: str, steps: tuple[Step, ...]) -> None:
        message: dict[str, Any] = {"role": "assistant", "content": ""}
        document: dict[str, Any] = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": model}
        for step in steps:
            match step:
                case str():
                    message["content"] += step
                case Think(text, name):
                    message[name] = message.get(name, "") + text
                case Call(name, arguments, id_):
                    call = {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}
                    message.setdefault("tool_calls", []).append(call)
                case Repeat(text, times):
                    message["content"] += text * (times or 1000)
                case Gate():
                    await step.pass_through()
                case Finish(reason, usage, details):
                    document["choices"] = [{"index": 0, "message": message, "finish_reason": reason}]
                    document["usage"] = None if usage is None else _usage(usage, details)
                case Reset():
                    exchange.reset()
                    return
                case Close() | End():
                    exchange.close()
                    return
                case _:
                    raise AssertionError(f"{step} has no form outside a stream")
        body = json.dumps(document).encode()
        await exchange.head(200, {"Content-Type": "application/json"}, length=len(body))
        await self._send(exchange, body)


def _events(model: str, step: Step, with_usage: bool) -> Iterator[bytes]:
    match step:
        case str():
            yield _event(_delta(model, {"content": step}))
        case Think(text, name):
            yield _event(_delta(model, {name: text}))
        case Call(name, arguments, id_, index):
            half = len(arguments) // 2
            first = {"index": index, "id": id_, "type": "function", "function": {"name": name, "arguments": ""}}
            yield _event(_delta(model, {"tool_calls": [first]}))
            for part in (arguments[:half], arguments[half:]):
                yield _event(_delta(model, {"tool_calls": [{"index": index, "function": {"arguments": part}}]}))
        case Raw(data):
            yield data
        case Chunk(document):
            yield _event(document)
        case Finish(reason, usage, details):
            yield _event(_delta(model, {}, reason))
            if with_usage and usage is not None:
                yield _event(_delta(model, None) | {"usage": _usage(usage, details)})
            yield b"data: [DONE]\n\n"


def _event(document: Any) -> bytes:
    return b"data: " + json.dumps(document, ensure_ascii=False).encode() + b"\n\n"


def _delta(model: str, delta: Any, reason: str | None = None) -> dict[str, Any]:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": reason}]
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": model, "choices": choices}


def _usage(usage: tuple[int, int], details: Mapping[str, Any]) -> dict[str, Any]:
    given, made = usage
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made, **details}


def _error(message: str, code: str | None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}

"""A server that fails in every way a server can, and what has to come of each.

The model's name in the request picks the fault. Everything before a fault that is text has to be kept; the kinds and
statuses are those of the contract. Times are small: a fault that hangs is ended by its own limits.
"""

from __future__ import annotations

import asyncio
import email.utils
import gzip
import json
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers.http import Exchange, LoopbackServer
from textchat.core.configuration import Timeouts
from textchat.core.conversation import Status
from textchat.core.errors import ErrorKind

PATIENCE = Timeouts(connect=5.0, first_token=0.4, between_tokens=0.4, alive=0.8)
LENIENT = Timeouts(connect=5.0, first_token=20.0, between_tokens=20.0)
BRIEF_SILENCE = Timeouts(connect=5.0, first_token=20.0, between_tokens=1.0)
EVENTS = {"Content-Type": "text/event-stream"}
HTML = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
DONE = b"data: [DONE]\n\n"

Act = Callable[[Exchange], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """One way to fail, and how the reply has to end."""

    name: str
    act: Act
    kind: ErrorKind | None
    """None: it ends well all the same."""
    text: str = ""
    status: int | None = None
    """The HTTP status of the error."""
    timeouts: Timeouts = LENIENT
    settings: Mapping[str, Any] = field(default_factory=dict)
    """More of `ProviderSettings`."""
    stream: bool = True

    @property
    def ending(self) -> Status:
        return Status.COMPLETE if self.kind is None else Status.FAILED

    def __str__(self) -> str:
        return self.name


class FaultServer(LoopbackServer):
    """Does what the fault of the asked model says."""

    async def answer(self, exchange: Exchange) -> None:
        await BY_NAME[exchange.request.json["model"]].act(exchange)


def delta(text: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}).encode() + b"\n\n"


def finish(reason: str = "stop") -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}).encode() + b"\n\n"


async def forever() -> None:
    await asyncio.Event().wait()


def gzip_until(data: bytes) -> bytes:
    """A gzip stream that holds `data` and has no end."""
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)


def raw(data: bytes, *, hang: bool = False) -> Act:
    """Bytes in place of an HTTP answer, then the end of the connection, or silence."""

    async def act(exchange: Exchange) -> None:
        await exchange.raw(data)
        if hang:
            await forever()
        exchange.close()

    return act


def body(
    *pieces: bytes,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
    then: str = "end",
) -> Act:
    """A head and the pieces of a body; `then` the body ends, or the connection closes, resets or hangs."""

    async def act(exchange: Exchange) -> None:
        await exchange.head(status, EVENTS if headers is None else headers, length=length)
        for piece in pieces:
            await exchange.send(piece)
        match then:
            case "end":
                await exchange.end()
            case "close":
                exchange.close()
            case "reset":
                # A reset may overtake what was sent: the client must have read it first.
                await asyncio.sleep(0.1)
                exchange.reset()
            case "hang":
                await forever()

    return act


def repeat(piece: bytes, *, first: bytes = b"", pause_s: float = 0.0) -> Act:
    """A piece again and again until the client goes away."""

    async def act(exchange: Exchange) -> None:
        await exchange.head(200, EVENTS)
        await exchange.send(first)
        while True:
            await exchange.send(piece)
            await asyncio.sleep(pause_s)

    return act


def dribble(*pieces: bytes) -> Act:
    """Every byte alone, head included."""

    async def act(exchange: Exchange) -> None:
        data = b"".join(pieces)
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(data), data):
            await exchange.raw(bytes([byte]))
            await asyncio.sleep(0)

    return act


def refusal(status: int, document: Any = None, headers: Mapping[str, str] | None = None) -> Act:
    async def act(exchange: Exchange) -> None:
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        await exchange.reply(status, b"" if document is None else data, headers)

    return act


async def echo_key(exchange: Exchange) -> None:
    """A server that repeats the key it was sent, as some do."""
    await exchange.reply_json(401, {"error": {"message": f"bad {exchange.request.headers.get('authorization')}"}})


def said(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


AUTH, DENIED, MISSING = ErrorKind.AUTHENTICATION, ErrorKind.PERMISSION, ErrorKind.NOT_FOUND
RATE, CONTEXT, FILTER = ErrorKind.RATE_LIMIT, ErrorKind.CONTEXT_LENGTH, ErrorKind.CONTENT_FILTER
BAD, BUSY, SERVER = ErrorKind.BAD_REQUEST, ErrorKind.OVERLOADED, ErrorKind.SERVER
NETWORK, TIMEOUT, PROTOCOL = ErrorKind.NETWORK, ErrorKind.TIMEOUT, ErrorKind.PROTOCOL

HALF = delta("Half ")
WHOLE = (delta("Whole."), finish(), DONE)
LATER = email.utils.formatdate(time.time() + 3600, usegmt=True)
SMALL = {"max_event_bytes": 65_536}
GZIP = {"Content-Encoding": "gzip"}
CUT_GZIP = gzip_until(HALF)
LONG_LINE = delta("x" * 10_000_000)

CONNECTION = [
    Fault("closes at once", raw(b""), NETWORK),
    Fault("hangs before the head", raw(b"", hang=True), TIMEOUT, timeouts=PATIENCE),
    Fault("hangs within the head", raw(b"HTTP/1.1 200 OK\r\nContent-", hang=True), TIMEOUT, timeouts=PATIENCE),
    Fault("closes within the head", raw(b"HTTP/1.1 200 OK\r\nContent-"), NETWORK),
    Fault("is no HTTP server", raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"), PROTOCOL),
    Fault("sends a head without end", raw(b"HTTP/1.1 200 OK\r\n" + b"X-Long: y\r\n" * 200_000), PROTOCOL),
    Fault(
        "sends two lengths", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), PROTOCOL
    ),
    Fault(
        "breaks the chunks",
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\nzzz\r\n" % (len(HALF), HALF)),
        PROTOCOL,
        "Half ",
    ),
    Fault("is HTTP/1.0 without a length", raw(b"HTTP/1.0 200 OK\r\n\r\n" + b"".join(WHOLE)), None, "Whole."),
]

REFUSALS = [
    Fault("400", refusal(400, said("temperature: must be at most 2")), BAD, status=400),
    Fault(
        "400 Anthropic, too long",
        refusal(
            400,
            {
                "type": "error",
                **said("prompt is too long: 250000 tokens > 200000 maximum", type="invalid_request_error"),
            },
        ),
        CONTEXT,
        status=400,
    ),
    Fault(
        "400 llama.cpp, too long",
        refusal(
            400, said("the request exceeds the available context size", type="exceed_context_size_error", code=400)
        ),
        CONTEXT,
        status=400,
    ),
    Fault(
        "400 Google, bad key",
        refusal(400, [said("API key not valid. Please pass a valid API key.", code=400, status="INVALID_ARGUMENT")]),
        AUTH,
        status=400,
    ),
    Fault(
        "400 Azure, filtered",
        refusal(
            400,
            said(
                "The response was filtered", code="content_filter", innererror={"code": "ResponsibleAIPolicyViolation"}
            ),
        ),
        FILTER,
        status=400,
    ),
    Fault(
        "400 OpenRouter, unknown model",
        refusal(400, said("x/y is not a valid model ID", code=400)),
        MISSING,
        status=400,
    ),
    Fault("401", refusal(401, said("Incorrect API key provided", code="invalid_api_key")), AUTH, status=401),
    Fault("401 that repeats the key", echo_key, AUTH, status=401),
    Fault("402 DeepSeek, no money", refusal(402, said("Insufficient Balance")), DENIED, status=402),
    Fault("403", refusal(403, said("You are not allowed to sample from this model")), DENIED, status=403),
    Fault(
        "403 OpenRouter, moderation",
        refusal(403, said("Input was flagged", metadata={"reasons": ["violence"]})),
        FILTER,
        status=403,
    ),
    Fault("404 Ollama", refusal(404, {"error": "model 'x' not found, try pulling it first"}), MISSING, status=404),
    Fault("404 a web page", refusal(404, b"<html><title>Not Found</title></html>"), MISSING, status=404),
    Fault("405", refusal(405, {"detail": "Method Not Allowed"}), MISSING, status=405),
    Fault("408", refusal(408), TIMEOUT, status=408),
    Fault("413", refusal(413, said("Request too large")), CONTEXT, status=413),
    Fault("422 FastAPI", refusal(422, {"detail": [{"loc": ["body", "x"], "msg": "field required"}]}), BAD, status=422),
    Fault("429", refusal(429, said("Rate limit reached"), {"Retry-After": "7"}), RATE, status=429),
    Fault("429 with a date", refusal(429, said("Slow down"), {"Retry-After": LATER}), RATE, status=429),
    Fault(
        "429 out of credit",
        refusal(429, said("You exceeded your current quota", code="insufficient_quota")),
        RATE,
        status=429,
    ),
    Fault("429 Google", refusal(429, said("Quota exceeded", status="RESOURCE_EXHAUSTED", code=429)), RATE, status=429),
    Fault("451", refusal(451, said("Not here")), DENIED, status=451),
    Fault("500", refusal(500, said("The server had an error")), SERVER, status=500),
    Fault("500 without a body", refusal(500), SERVER, status=500),
    Fault("500 with half a document", refusal(500, b'{"error": {"mess'), SERVER, status=500),
    Fault("501", refusal(501, b"nope"), SERVER, status=501),
    Fault("502 nginx", refusal(502, HTML, {"Content-Type": "text/html"}), SERVER, status=502),
    Fault(
        "503 llama.cpp, loading",
        refusal(503, said("Loading model", type="unavailable_error", code=503)),
        BUSY,
        status=503,
    ),
    Fault("504", refusal(504, HTML), SERVER, status=504),
    Fault(
        "529 Anthropic",
        refusal(529, {"type": "error", **said("Overloaded", type="overloaded_error")}),
        BUSY,
        status=529,
    ),
    Fault("500 with an endless body", body(*[b"x" * 65_536] * 40, status=500, then="hang"), SERVER, status=500),
    Fault("500 whose body hangs", body(b'{"error"', status=500, then="hang"), SERVER, status=500),
    Fault("308 to another host", refusal(308, None, {"Location": "http://evil.example/v1/chat"}), PROTOCOL, status=308),
    Fault("204", raw(b"HTTP/1.1 204 No Content\r\n\r\n"), PROTOCOL),
]

STREAMS = [
    Fault("hangs in the middle", body(HALF, then="hang"), TIMEOUT, "Half ", timeouts=PATIENCE),
    Fault("hangs before the first event", body(then="hang"), TIMEOUT, timeouts=PATIENCE),
    Fault("resets in the middle", body(HALF, then="reset"), NETWORK, "Half "),
    Fault("closes in the middle", body(HALF, then="close"), NETWORK, "Half "),
    Fault("closes short of its length", body(HALF, length=10_000, then="close"), NETWORK, "Half "),
    Fault("ends without a finish", body(HALF), PROTOCOL, "Half "),
    Fault("ends before it begins", body(), PROTOCOL),
    Fault("sends invalid JSON", body(HALF, b"data: {oops\n\n"), PROTOCOL, "Half "),
    Fault("sends JSON that is no object", body(HALF, b"data: [1]\n\n"), PROTOCOL, "Half "),
    Fault("sends brackets without end", body(HALF, b"data: " + b"[" * 200_000 + b"\n\n"), PROTOCOL, "Half "),
    Fault("sends a number without end", body(HALF, b"data: " + b"9" * 5_000 + b"\n\n"), PROTOCOL, "Half "),
    Fault("sends a web page", body(HTML, headers={"Content-Type": "text/html"}), PROTOCOL),
    Fault("sends a web page, blocking", body(HTML), PROTOCOL, stream=False),
    Fault("reports an error as a document", body(b'{"error": {"message": "boom"}}'), SERVER),
    Fault(
        "reports an error in the middle",
        body(HALF, b'data: {"error": {"message": "overloaded"}}\n\n'),
        BUSY,
        "Half ",
    ),
    Fault("pings for ever", repeat(b": ping\n\n", pause_s=0.01), TIMEOUT, timeouts=PATIENCE),
    Fault(
        "pings for ever after text",
        repeat(b": ping\n\n", first=HALF, pause_s=0.01),
        TIMEOUT,
        "Half ",
        timeouts=PATIENCE,
    ),
    Fault("repeats itself", repeat(delta("la ")), ErrorKind.REPETITION, "la " * 100),
    Fault("sends a line without end", repeat(b"x" * 4096), PROTOCOL, settings=SMALL),
    Fault("sends a line without end after text", repeat(b"y" * 4096, first=HALF), PROTOCOL, "Half ", settings=SMALL),
    Fault("sends an event without end", repeat(b"data: x\n", first=HALF), PROTOCOL, "Half ", settings=SMALL),
    Fault("sends a document without end", repeat(b"{" * 4096), PROTOCOL, settings=SMALL),
    Fault("sends 10 MB in a line", body(LONG_LINE, finish()), None, "x" * 10_000_000),
    Fault("sends 10 MB in a line, too much", body(HALF, LONG_LINE), PROTOCOL, "Half ", settings=SMALL),
    Fault("compresses", body(gzip.compress(b"".join(WHOLE)), headers=GZIP), None, "Whole."),
    Fault("compresses wrongly", body(b"no gzip", headers=GZIP), PROTOCOL),
    Fault("cuts what it compresses", body(CUT_GZIP, headers=GZIP), PROTOCOL, "Half "),
    Fault("compresses a bomb", body(gzip.compress(HALF + LONG_LINE), headers=GZIP), PROTOCOL, "Half ", settings=SMALL),
    Fault("dribbles", dribble(*WHOLE), None, "Whole."),
    Fault("calls its stream text/plain", body(*WHOLE, headers={"Content-Type": "text/plain"}), None, "Whole."),
    Fault("names no type", body(*WHOLE, headers={}), None, "Whole."),
    Fault("hangs after the finish", body(*WHOLE[:2], then="hang"), None, "Whole.", timeouts=BRIEF_SILENCE),
    Fault("hangs after [DONE]", body(*WHOLE, then="hang"), None, "Whole."),
    Fault("resets after the finish", body(*WHOLE[:2], then="reset"), None, "Whole."),
    Fault("goes on after [DONE]", repeat(b"data: never\n\n", first=b"".join(WHOLE)), None, "Whole."),
    Fault(
        "sends what is no UTF-8",
        body(b'data: {"choices":[{"delta":{"content":"\xff!"}}]}\n\n', finish()),
        None,
        "\ufffd!",
    ),
    Fault(
        "sends half characters",
        body(b'data: {"choices":[{"delta":{"content":"\\udc00!"}}]}\n\n', finish()),
        None,
        "\ufffd!",
    ),
    Fault("sends control characters", body(delta("\x1b]52;c;x\x07\0"), finish()), None, "\x1b]52;c;x\x07\0"),
    Fault(
        "sends wrong types everywhere",
        body(
            b'data: {"choices":[{"delta":{"content":7,"tool_calls":"x","reasoning":[1]}}],"usage":[1e400]}\n\n',
            *WHOLE,
        ),
        None,
        "Whole.",
    ),
    Fault("hangs, blocking", body(then="hang"), TIMEOUT, timeouts=PATIENCE, stream=False),
    Fault("closes short of its length, blocking", body(b'{"choices"', length=500, then="close"), NETWORK, stream=False),
    Fault("sends invalid JSON, blocking", body(b'{"choices": ['), PROTOCOL, stream=False),
    Fault("sends nothing, blocking", body(), PROTOCOL, stream=False),
    Fault("streams, blocking", body(*WHOLE), None, "Whole.", stream=False),
    Fault("sends a document without end, blocking", repeat(b"{" * 4096), PROTOCOL, settings=SMALL, stream=False),
]

FAULTS = [*CONNECTION, *REFUSALS, *STREAMS]
BY_NAME = {fault.name: fault for fault in FAULTS}

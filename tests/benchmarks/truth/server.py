"""The server that knows the truth, in a process of its own: it logs when it read each request and sent each piece.

`python -m tests.benchmarks.truth.server` prints its port and serves OpenAI's chat completions until it is ended;
`GET /log` gives `Sent` as JSON. Times are those of the machine's monotonic clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
import urllib.request
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.benchmarks.truth.models import Model, Piece

ROOT = Path(__file__).parents[3]


@dataclass
class Sent:
    """What the server did for one request."""

    model: str
    received: float
    """When the whole request had been read."""
    input_tokens: int
    times: list[float] = field(default_factory=list)
    """When each piece was sent."""
    tokens: list[int] = field(default_factory=list)
    """Those of each piece."""
    thoughts: int = 0
    """How many of the pieces are thoughts."""
    ended: float | None = None
    """When the last byte was sent; None where the client had gone."""


class TruthServer:
    """The process, between entering and leaving."""

    def __enter__(self) -> Self:
        argv = [sys.executable, "-m", "tests.benchmarks.truth.server"]
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self._process.stdout is not None
        self.base_url = f"http://127.0.0.1:{int(self._process.stdout.readline())}/v1"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def log(self) -> list[Sent]:
        """All requests so far, as they came."""
        with urllib.request.urlopen(self.base_url.removesuffix("/v1") + "/log") as answer:
            return [Sent(**entry) for entry in json.load(answer)]


class _Connection:
    """Serves one connection, request after request."""

    def __init__(self, log: list[Sent], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._log = log
        self._reader = reader
        self._writer = writer

    async def serve(self) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = next((line[15:] for line in head.split("\r\n") if line.startswith("content-length:")), "0")
                body = await self._reader.readexactly(int(length))
                received = time.monotonic()
                if head.startswith("post"):
                    await self._answer(json.loads(body), received)
                elif head.startswith("get /log"):
                    self._write_whole([asdict(sent) for sent in self._log])
                else:
                    self._write_whole({"object": "list", "data": []})
        self._writer.close()

    async def _answer(self, request: dict[str, Any], received: float) -> None:
        texts = [str(message["content"]) for message in request["messages"]]
        sent = Sent(request["model"], received, sum(4 + len(text.split()) for text in texts))
        self._log.append(sent)
        model = Model.named(sent.model)
        if request.get("stream"):
            await self._stream(model, sent)
            return
        await asyncio.sleep(max(0.0, received + model.seconds - time.monotonic()))
        text = "".join(piece.text for piece in model.pieces() if not piece.is_thought)
        self._note(sent, Piece(0.0, False, text, model.tokens))
        message = {"role": "assistant", "content": text}
        self._write_whole(_document({"message": message, "finish_reason": "stop"}) | _usage(model, sent))
        sent.ended = time.monotonic()

    async def _stream(self, model: Model, sent: Sent) -> None:
        self._writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in model.pieces():
            if (left := sent.received + piece.due_s - time.monotonic()) > 0:
                await asyncio.sleep(left)
            if self._reader.at_eof() or self._writer.is_closing():
                raise ConnectionResetError
            event = _event(_choice({_key(piece): piece.text}))
            self._note(sent, piece)
            self._writer.write(event)
        self._writer.write(_event(_choice({}, "stop") | _usage(model, sent)))
        end = _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
        sent.ended = time.monotonic()
        self._writer.write(end)

    def _note(self, sent: Sent, piece: Piece) -> None:
        sent.times.append(time.monotonic())
        sent.tokens.append(piece.tokens)
        sent.thoughts += piece.is_thought

    def _write_whole(self, document: object) -> None:
        body = json.dumps(document).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)


def _key(piece: Piece) -> str:
    return "reasoning_content" if piece.is_thought else "content"


def _document(choice: dict[str, object]) -> dict[str, object]:
    return {"choices": [{"index": 0, **choice}]}


def _choice(delta: dict[str, str], finish_reason: str | None = None) -> dict[str, object]:
    return _document({"delta": delta, "finish_reason": finish_reason})


def _usage(model: Model, sent: Sent) -> dict[str, object]:
    if not model.is_reported:
        return {}
    usage: dict[str, object] = {"prompt_tokens": sent.input_tokens, "completion_tokens": model.thoughts + model.tokens}
    if model.thoughts:
        usage["completion_tokens_details"] = {"reasoning_tokens": model.thoughts}
    return {"usage": usage}


def _event(document: dict[str, object]) -> bytes:
    return _chunk(f"data: {json.dumps(document)}\n\n".encode())


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


async def _main() -> None:
    log: list[Sent] = []
    server = await asyncio.start_server(lambda *streams: _Connection(log, *streams).serve(), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())

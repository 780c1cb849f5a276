"""A loopback server with OpenAI's chat completions, whose models answer with known texts at a known pace."""

from __future__ import annotations

import json
import time
from functools import cache
from typing import Any

from tests.benchmarks.loopback import LoopbackServer, QuietHandler
from tests.benchmarks.texts import tokens

LAST = "zyzzyva"
"""The word that ends every answer."""
PACE = 100
"""Tokens a second of a paced answer."""


class ModelServer(LoopbackServer):
    """`burst-SHAPE-COUNT` answers as fast as the socket takes it; `paced-SHAPE-COUNT` so many at once, then `PACE`."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        _endless("mixed")


class _Handler(QuietHandler):
    def do_GET(self) -> None:
        self._begin("application/json")
        self.wfile.write(b'{"object":"list","data":[]}')

    def do_POST(self) -> None:
        request: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        pace, shape, count = request["model"].split("-")
        self._begin("text/event-stream")
        text = tokens(shape, int(count))
        try:
            self.wfile.write(b"".join(map(_event, text)))
            if pace == "paced":
                self._go_on(shape)
            ending = "\n```" if shape == "fence" else ""
            self.wfile.write(_event(f"{ending}\n\n{LAST}") + b"data: [DONE]\n\n")
        except OSError:
            return  # the client has gone

    def _go_on(self, shape: str) -> None:
        """Until the client goes, at the pace of the clock."""
        started = time.monotonic()
        for number, token in enumerate(_endless(shape)):
            time.sleep(max(0.0, started + number / PACE - time.monotonic()))
            self.wfile.write(_event(token))

    def _begin(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()


@cache
def _endless(shape: str) -> list[str]:
    """More than anyone waits for; made once, so that the pace is that of the clock."""
    return tokens(shape, 60_000, seed=11)


def _event(text: str) -> bytes:
    document = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
    return f"data: {json.dumps(document)}\n\n".encode()

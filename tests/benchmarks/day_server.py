"""A loopback server whose answers go as the prompt asks: well, refused, cut off, or slowly until the client goes."""

from __future__ import annotations

import json
import time

from tests.benchmarks.loopback import LoopbackServer, QuietHandler
from tests.benchmarks.texts import tokens

MODEL = "day"
PACE = 100
"""Tokens a second of a slow answer."""
MOST = 200_000
"""Tokens of an answer at the most."""


class DayServer(LoopbackServer):
    """The last prompt ends in `well COUNT`, `slowly COUNT`, `cut COUNT` or `refused COUNT`, for so many tokens.

    Connections are kept open, as those of real servers.
    """

    def __init__(self) -> None:
        self.begun = self.ended = 0
        """Answers that have begun, and those that are over, one way or another."""
        server = self
        text = tokens("mixed", MOST)

        class Handler(QuietHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode()
                self._begin(200, "application/json", len(body))
                self.wfile.write(body)

            def do_POST(self) -> None:
                server.begun += 1
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                prompt = [message["content"] for message in request["messages"] if message["role"] == "user"][-1]
                way, count = prompt.split()[-2:]
                try:
                    if way == "refused":
                        body = b'{"error": {"message": "no such thing"}}'
                        self._begin(400, "application/json", len(body))
                        self.wfile.write(body)
                    else:
                        self._answer(text[: int(count)], way)
                except OSError:
                    self.close_connection = True  # the client has gone
                server.ended += 1

            def _answer(self, pieces: list[str], way: str) -> None:
                self._begin(200, "text/event-stream", None)
                if way == "slowly":
                    started = time.monotonic()
                    for number, piece in enumerate(pieces):
                        time.sleep(max(0.0, started + number / PACE - time.monotonic()))
                        self._write(_event(piece))
                else:
                    for piece in pieces:
                        self._write(_event(piece))
                if way == "cut":
                    self.close_connection = True
                    return
                self._write(_event("", "stop") + b"data: [DONE]\n\n")
                self.wfile.write(b"0\r\n\r\n")

            def _begin(self, status: int, kind: str, length: int | None) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                if length is None:
                    self.send_header("Transfer-Encoding", "chunked")
                else:
                    self.send_header("Content-Length", str(length))
                self.end_headers()

            def _write(self, data: bytes) -> None:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

        super().__init__(Handler)


def _event(text: str, finish: str | None = None) -> bytes:
    document = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}
    return f"data: {json.dumps(document)}\n\n".encode()

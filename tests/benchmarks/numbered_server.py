"""A loopback server whose answers are numbered words, each dated as it leaves."""

from __future__ import annotations

import json
import select
import threading
import time
from typing import NamedTuple

from tests.benchmarks.loopback import LoopbackServer, QuietHandler

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
WORD = r"q\d[0-9a-z]{3}"
"""A pane and a number: as long as a token of a model, and on no screen otherwise."""
PARAGRAPH = 60
"""Words until a blank line."""
MOST = 36**3


class Word(NamedTuple):
    """One word of an answer."""

    pane: int
    number: int

    @property
    def text(self) -> str:
        high, low = divmod(self.number, 36)
        return f"q{self.pane}{DIGITS[high // 36]}{DIGITS[high % 36]}{DIGITS[low]}"

    @property
    def piece(self) -> str:
        """As the server says it."""
        return self.text + ("\n\n" if self.number % PARAGRAPH == PARAGRAPH - 1 else " ")


class NumberedServer(LoopbackServer):
    """Model `mPANE-RATE` answers until the client goes, `mPANE-RATE-COUNT` with so many words.

    The first word leaves at once. `sent` says when each left, by `time.perf_counter`, and `gone` when clients went.
    """

    def __init__(self) -> None:
        self.sent: dict[Word, float] = {}
        self.gone: list[float] = []
        server = self

        class Handler(QuietHandler):
            def do_GET(self) -> None:
                self._begin("application/json")
                self.wfile.write(b'{"object":"list","data":[]}')

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                pane, rate, *count = request["model"].removeprefix("m").split("-")
                self._begin("text/event-stream")
                threading.Thread(target=self._watch, daemon=True).start()
                try:
                    self._answer(int(pane), int(rate), int(count[0]) if count else MOST)
                except OSError:
                    return  # the client has gone

            def _answer(self, pane: int, rate: int, count: int) -> None:
                started = time.monotonic()
                for number in range(count):
                    time.sleep(max(0.0, started + number / rate - time.monotonic()))
                    word = Word(pane, number)
                    server.sent[word] = time.perf_counter()
                    self.wfile.write(_event({"content": word.piece}, None))
                self.wfile.write(_event({}, "stop") + b"data: [DONE]\n\n")

            def _begin(self, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Connection", "close")
                self.end_headers()

            def _watch(self) -> None:
                """Note when the client closes its side, which a write would only find out later."""
                poll = select.poll()
                poll.register(self.connection, select.POLLRDHUP)
                poll.poll()
                server.gone.append(time.perf_counter())

        super().__init__(Handler)


def _event(delta: dict[str, str], finish: str | None) -> bytes:
    document = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return f"data: {json.dumps(document)}\n\n".encode()

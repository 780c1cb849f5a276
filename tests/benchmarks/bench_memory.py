"""Peak memory of `ask` and `models` against bodies that unpack to gigabytes, and of the app after long replies."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.lived import NEW, lived
from tests.benchmarks.loopback import LoopbackServer, QuietHandler
from tests.benchmarks.report import Table
from tests.flow.terminal import TEXTCHAT, isolated_environment
from tests.servers.strange.bombs import MIB, long_line, zeros, zeros_twice

GIB = 1024 * MIB
MOST_MB = 200
PANES = 8
ROUNDS, ROUND_TOKENS, MOST_ROUNDS_MB = 20, 4_000, 200
LONG_TOKENS, MOST_LONG_MB = 200_000, 140


@dataclass(frozen=True)
class Bomb:
    """A body and its encoding."""

    encoding: str
    pieces: Callable[[], Iterable[bytes]]


BOMBS = {
    "a good answer": Bomb(
        "", lambda: [b'{"choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}],"data":[]}']
    ),
    "4 GiB of zeros, gzip of gzip": Bomb("gzip, gzip", lambda: [zeros_twice(4 * GIB)]),
    "1 GiB of zeros, gzip": Bomb("gzip", lambda: [zeros(GIB)]),
    "1 GiB of zeros, gzip of gzip called gzip": Bomb("gzip", lambda: [zeros_twice(GIB)]),
    "a line of 64 MiB": Bomb("", lambda: long_line(64 * MIB)),
}
COMMANDS: Mapping[str, Sequence[str]] = {
    "ask": ("ask", "-m", "bomb/any", "Hello?"),
    "ask --no-stream": ("ask", "--no-stream", "-m", "bomb/any", "Hello?"),
    "models": ("models", "bomb"),
}


def handler(bomb: Bomb) -> type[QuietHandler]:
    """Answers every request with the bomb."""

    class Bombing(QuietHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json" if self.command == "GET" else "text/event-stream")
            if bomb.encoding:
                self.send_header("Content-Encoding", bomb.encoding)
            self.end_headers()
            try:
                for piece in bomb.pieces():
                    self.wfile.write(piece)
            except OSError:
                self.close_connection = True  # the client has had enough

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

    return Bombing


def run() -> list[Table]:
    return [_against_bombs(), _of_the_app()]


def _of_the_app() -> Table:
    with tempfile.TemporaryDirectory() as folder, lived(Path(folder), panes=PANES, size=(200, 60)) as program:
        for _ in range(ROUNDS):
            assert program.ask(f"well {ROUND_TOKENS}", answers=PANES)
        rounds = program.taken().memory_mb
        program.press(NEW)
        left = program.taken().memory_mb
    with tempfile.TemporaryDirectory() as folder, lived(Path(folder)) as program:
        assert program.ask(f"well {LONG_TOKENS}")
        long = program.taken().memory_mb
    return Table(
        "Memory of the app",
        ["", "MB"],
        [
            [f"eight panes of {ROUND_TOKENS:,} tokens, {ROUNDS} times over", f"{rounds:.0f}"],
            ["and a new conversation", f"{left:.0f}"],
            [f"{LONG_TOKENS:,} tokens in one reply", f"{long:.0f}"],
        ],
        [
            (f"eight panes take at most {MOST_ROUNDS_MB} MB", rounds <= MOST_ROUNDS_MB),
            (f"a long reply takes at most {MOST_LONG_MB} MB", long <= MOST_LONG_MB),
        ],
    )


def _against_bombs() -> Table:
    rows, most = [], 0.0
    for title, bomb in BOMBS.items():
        bomb.pieces()  # packed before anything is timed
        for name, words in COMMANDS.items():
            with LoopbackServer(handler(bomb)) as server:
                peak_mb, seconds, said = measured(server.base_url, words)
            most = max(most, peak_mb)
            rows.append([f"{name}, {title}", f"{peak_mb:.0f}", f"{seconds:.1f}", said])
    promise = f"{most:.0f} MB at most, {MOST_MB} allowed"
    return Table("Peak memory against hostile bodies", ["", "MB", "s", "said"], rows, [(promise, most <= MOST_MB)])


def measured(base_url: str, words: Sequence[str]) -> tuple[float, float, str]:
    """Peak memory in MB and seconds of one command, and the end of what it said."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        config.write_text(f'[providers.bomb]\nprotocol = "openai"\nbase_url = "{base_url}"\nretries = 0\n')
        environment = isolated_environment(Path(folder) / "home", TEXTCHAT_CONFIG=str(config))
        started = time.monotonic()
        with (Path(folder) / "said").open("w+") as said:
            process = subprocess.Popen(
                [*TEXTCHAT, *words], env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
            )
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0  # it has been waited for
            seconds = time.monotonic() - started
            said.seek(0)
            last = (said.read().splitlines() or [""])[-1]
        return usage.ru_maxrss / 1024, seconds, last[:60]

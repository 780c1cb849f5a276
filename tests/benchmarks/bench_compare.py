"""Panes that stream at 100 tokens a second each, in a real pty: lag of the screen behind the stream, CPU, and echo.

`TEXTCHAT_BENCH_SECONDS=60` measures for so long; the default is a quick look.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.bench_typing import KEYS
from tests.benchmarks.loopback import LoopbackServer, QuietHandler
from tests.benchmarks.model_server import PACE
from tests.benchmarks.program import Program
from tests.benchmarks.report import Table
from tests.flow.terminal import TEXTCHAT, isolated_environment

SECONDS = float(os.environ.get("TEXTCHAT_BENCH_SECONDS", "10"))
PANES = (1, 2, 4, 8)
SIZE = (200, 60)
"""Where all eight are in sight."""
SMALL = (80, 24)
"""Where eight are one at a time, behind tabs."""
KEY_EVERY_S = 0.25
PARAGRAPH = 60
"""Tokens until a blank line."""
MOST_LAG_S = 0.25
SLACK = 1.15

_WORD = re.compile(rb"q(\d)(\d{5})")


class NumberedServer(LoopbackServer):
    """Model `mN` says `qN00000 qN00001 …` at `PACE`, until the client goes; `sent` says when each word left."""

    def __init__(self) -> None:
        sent = self.sent = dict[tuple[int, int], float]()

        class Handler(QuietHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                pane = int(request["model"].removeprefix("m"))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                started = time.monotonic()
                try:
                    for number in range(100_000):
                        time.sleep(max(0.0, started + number / PACE - time.monotonic()))
                        end = "\n\n" if number % PARAGRAPH == PARAGRAPH - 1 else " "
                        delta = {"content": f"q{pane}{number:05d}{end}"}
                        document = {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
                        sent[pane, number] = time.perf_counter()
                        self.wfile.write(f"data: {json.dumps(document)}\n\n".encode())
                except OSError:
                    return  # the client has gone

        super().__init__(Handler)


class Watched(Program):
    """Remembers when each piece of its output came."""

    def __enter__(self) -> Watched:
        return self

    def __init__(self, *arguments: object, **options: object) -> None:
        self.output = bytearray()
        self._ends: list[int] = []
        self._times: list[float] = []
        super().__init__(*arguments, **options)  # type: ignore[arg-type]

    def _read(self, seconds: float) -> bool:
        before = len(self._output)
        has_come = super()._read(seconds)
        if len(self._output) > before:
            self.output += self._output[before:]
            self._ends.append(len(self.output))
            self._times.append(time.perf_counter())
        return has_come

    def came_at(self, place: int) -> float:
        """When the byte before `place` of the output came."""
        return self._times[bisect_left(self._ends, place)]


@dataclass(frozen=True)
class Measured:
    lags: Sequence[float]
    echoes: Sequence[float]
    cpu: float
    """Of one core."""


def run() -> list[Table]:
    with tempfile.TemporaryDirectory() as folder:
        found = {f"{panes} of {panes}": _measured(Path(folder) / str(panes), panes, SIZE) for panes in PANES}
        found[f"1 of {PANES[-1]}, behind tabs"] = _measured(Path(folder) / "tabs", PANES[-1], SMALL)
    one = found["1 of 1"]
    rows = [[name, *_cells(each)] for name, each in found.items()]
    worst = max(_p95(each.lags) for each in found.values())
    in_proportion = all(found[f"{panes} of {panes}"].cpu <= panes * one.cpu * SLACK for panes in PANES)
    return [
        Table(
            f"Panes that stream {PACE} tokens a second each for {SECONDS:.0f} s",
            ["in sight", "lag p50 ms", "lag p95 ms", "echo p50 ms", "echo p95 ms", "CPU % of a core"],
            rows,
            [
                (f"the screen is at most {MOST_LAG_S * 1000:.0f} ms behind the stream (p95)", worst <= MOST_LAG_S),
                ("CPU grows at most in proportion to the panes in sight", in_proportion),
            ],
        )
    ]


def _measured(home: Path, panes: int, size: tuple[int, int]) -> Measured:
    environment = isolated_environment(home)
    config = Path(environment["XDG_CONFIG_HOME"]) / "textchat" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    with NumberedServer() as server:
        config.write_text(f'[providers.local]\nprotocol = "openai"\nbase_url = "{server.base_url}"\nrepeat_limit = 0\n')
        models = [argument for pane in range(panes) for argument in ("-m", f"local/m{pane}")]
        with Watched((*TEXTCHAT, *models, "go"), environment, *size) as program:
            program.wait_for(b"q000100")
            began, cpu = time.perf_counter(), program.cpu_s()
            typed = _type_for(program, SECONDS)
            cpu = (program.cpu_s() - cpu) / (time.perf_counter() - began)
            until = time.perf_counter()
            program.run_for(0.5)
            return Measured(_lags(program, server, began, until), _echoes(program, typed), cpu)


def _type_for(program: Watched, seconds: float) -> dict[str, tuple[float, int]]:
    """Type a new letter now and then; gives for each when, and where the output stood."""
    typed: dict[str, tuple[float, int]] = {}
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        letter = KEYS[len(typed) % len(KEYS)]
        if len(typed) < len(KEYS):
            typed[letter] = time.perf_counter(), len(program.output)
            program.type(letter)
        program.run_for(KEY_EVERY_S if seconds < 20 else seconds / len(KEYS))
    return typed


def _lags(program: Watched, server: NumberedServer, began: float, until: float) -> list[float]:
    """Seconds from the moment each word left the server to the moment it was first written to the terminal."""
    shown: dict[tuple[int, int], float] = {}
    for word in _WORD.finditer(bytes(program.output)):
        key = int(word[1]), int(word[2])
        if key not in shown:
            shown[key] = program.came_at(word.end())
    return [shown[key] - left for key, left in dict(server.sent).items() if key in shown and began <= left <= until]


def _echoes(program: Watched, typed: dict[str, tuple[float, int]]) -> list[float]:
    output, found = bytes(program.output), []
    for letter, (at, place) in typed.items():
        shown = output.find(letter.encode(), place)
        assert shown >= 0, f"{letter} was never shown"
        found.append(program.came_at(shown + 1) - at)
    return found


def _cells(measured: Measured) -> list[str]:
    times = (median(measured.lags), _p95(measured.lags), median(measured.echoes), _p95(measured.echoes))
    return [*(f"{each * 1000:.0f}" for each in times), f"{measured.cpu * 100:.0f}"]


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]

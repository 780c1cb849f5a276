"""How long a typed key takes to show while panes stream at 100 tokens a second each, and what an idle app costs."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.bench_arrival import configured
from tests.benchmarks.model_server import ModelServer
from tests.benchmarks.program import Program
from tests.benchmarks.report import Table
from tests.flow.terminal import TEXTCHAT

KEYS = [chr(code) for code in range(0x410, 0x450)]
"""Letters that no answer has: each is typed once, so the first time it is written is its echo."""
MOST_ABOVE_S = 0.025
IDLE_S = 10.0
LONG = 8_000
"""Tokens that have come before the second measurement."""


def run() -> list[Table]:
    with tempfile.TemporaryDirectory() as folder, ModelServer() as server:
        home = Path(folder)
        with _streaming(home, server, 0, 0) as program:
            idle, idle_cost = _echoes(program), _idle_cost(program)
        measured = {"idle": idle}
        for panes in (1, 4):
            for before in (0, LONG):
                with _streaming(home, server, panes, before) as program:
                    streaming = f"{panes} {'pane' if panes == 1 else 'panes'} streaming"
                    name = f"{streaming}, {f'after {before:,} tokens' if before else 'at the start'}"
                    measured[name] = _echoes(program)
    limit = _p95(idle) + MOST_ABOVE_S
    return [
        Table(
            "Echo of a typed key",
            ["ms", "p50", "p95", "worst"],
            [
                [name, *(f"{each * 1000:.0f}" for each in (median(times), _p95(times), max(times)))]
                for name, times in measured.items()
            ],
            [(f"p95 at most {MOST_ABOVE_S * 1000:.0f} ms above idle", max(map(_p95, measured.values())) <= limit)],
        ),
        Table(
            f"The app over {IDLE_S:.0f} s in which nothing happens",
            ["", "wake-ups of its main thread", "ms of CPU"],
            [["one empty pane", str(idle_cost[0]), f"{idle_cost[1] * 1000:.0f}"]],
            [("no timer runs; what remains is the thread of Textual that looks for keys", idle_cost[0] == 0)],
        ),
    ]


@contextmanager
def _streaming(home: Path, server: ModelServer, panes: int, before: int) -> Iterator[Program]:
    """textchat with so many panes in which answers stream; none: an app that waits."""
    models = [part for _ in range(max(1, panes)) for part in ("-m", f"local/paced-mixed-{before}")]
    with Program([*TEXTCHAT, *models], configured(home, server), columns=160) as program:
        program.until_it_takes_keys()
        if panes:
            program.type("\r")
            program.wait_for(b"streaming", 20.0)
            program.run_for(3.0)
        yield program


def _echoes(program: Program) -> list[float]:
    """Seconds from key to echo, for keys at uneven intervals."""
    random_ = random.Random(5)
    found = []
    for key in KEYS:
        program.run_for(random_.uniform(0.05, 0.2))
        program.type(key)
        found.append(program.wait_for(key.encode()))
    return found


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


def _idle_cost(program: Program) -> tuple[int, float]:
    program.run_for(2.0)
    wakeups, cpu = program.wakeups(), program.cpu_s()
    program.run_for(IDLE_S)
    return program.wakeups() - wakeups, program.cpu_s() - cpu

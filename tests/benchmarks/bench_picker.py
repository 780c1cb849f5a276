"""How long a key in the model picker takes until its list is drawn, by how many models a server lists."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.loopback import LoopbackServer, QuietHandler
from tests.benchmarks.program import Program
from tests.benchmarks.report import Table
from tests.flow.terminal import TEXTCHAT, isolated_environment

MODELS = (10, 1_000, 10_000)
KEYS = "instruct-7"
ROUNDS = 4
FRAME_S = 0.016
MOST_GROWTH_MB = 2
GIVEN_BACK_S = 3.0
"""So long after a close, its widgets and pictures are gone."""
QUIET_S = 0.08
"""So long nothing more has come when what a key has changed is drawn."""


def run() -> list[Table]:
    with tempfile.TemporaryDirectory() as folder:
        keys = {f"{count:,} models": _keys(Path(folder) / str(count), count) for count in MODELS}
        memory = _memory(Path(folder) / "memory")
    rows = [
        [name, *(f"{each * 1000:.1f}" for each in (median(times), _p95(times), max(times)))]
        for name, times in keys.items()
    ]
    promise = f"1,000 models: p95 below {FRAME_S * 1000:.0f} ms"
    return [
        Table(
            "A key in the model picker until the list is drawn",
            ["ms", "p50", "p95", "worst"],
            rows,
            [(promise, _p95(keys["1,000 models"]) < FRAME_S)],
        ),
        Table(
            "Memory of the app by how often the picker with 1,000 models was opened and closed",
            ["times", *(str(times) for times in memory)],
            [["MB", *(f"{each:.1f}" for each in memory.values())]],
            [(f"at most {MOST_GROWTH_MB} MB more after 60 than after 40", memory[60] - memory[40] <= MOST_GROWTH_MB)],
        ),
    ]


def _keys(home: Path, count: int) -> list[float]:
    """Seconds from each key to the last byte that it has brought: letters, those that delete them, and arrows."""
    random_ = random.Random(5)
    times: list[float] = []
    with _picker(home, count) as program:
        for key in (*KEYS, *["\x7f"] * len(KEYS), *["\x1b[B"] * 5) * ROUNDS:
            program.run_for(random_.uniform(0.02, 0.06))
            program.type(key)
            times.append(program.until_written(QUIET_S))
    return times


def _memory(home: Path) -> dict[int, float]:
    """MB after so many times, once what was closed has been given back."""
    found: dict[int, float] = {}
    with _picker(home, 1_000) as program:
        for times in range(1, 61):
            program.type("\x1b")
            program.until_written(QUIET_S)
            if times % 10 == 0:
                program.run_for(GIVEN_BACK_S)
                found[times] = program.memory_mb()
            program.type("\x14")
            program.wait_for(b"instruct-1")
            program.until_written(QUIET_S)
    return found


@contextmanager
def _picker(home: Path, count: int) -> Iterator[Program]:
    """textchat with the picker open in which all models are listed."""
    environment = isolated_environment(home)
    config = Path(environment["XDG_CONFIG_HOME"]) / "textchat" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    with ManyModels(count) as server, Program(TEXTCHAT, environment) as program:
        config.write_text(f'[providers.local]\nprotocol = "openai"\nbase_url = "{server.base_url}"\n')
        program.until_it_takes_keys()
        program.type("\x14")
        program.wait_for(b"instruct-1")
        program.run_for(2.0)
        yield program


class ManyModels(LoopbackServer):
    """Lists so many models, as a router of many vendors does."""

    def __init__(self, count: int) -> None:
        names = [
            f"vendor-{number % 60}/model-{number:05}-{number % 97}b-instruct-{number % 11}" for number in range(count)
        ]
        body = json.dumps(
            {"object": "list", "data": [{"id": name, "context_length": 131_072} for name in names]}
        ).encode()

        class Lists(QuietHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Lists)


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]

"""Panes that stream at 100 tokens a second each, in a real pty: lag of the screen behind the stream, CPU, and echo.

`TEXTCHAT_BENCH_SECONDS=60` measures for so long; the default is a quick look.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.benchmarks.model_server import PACE
from tests.benchmarks.numbered_server import NumberedServer, Word
from tests.benchmarks.report import Table
from tests.benchmarks.streamed import Streamed, p95, streamed
from tests.benchmarks.watched import Watched
from tests.flow.terminal import TEXTCHAT, isolated_environment

SECONDS = float(os.environ.get("TEXTCHAT_BENCH_SECONDS", "10"))
PANES = (1, 2, 4, 8)
SIZE = (200, 60)
"""Where all eight are in sight."""
SMALL = (80, 24)
"""Where eight are one at a time, behind tabs."""
MOST_LAG_S = 0.25
SLACK = 1.15


def run() -> list[Table]:
    with tempfile.TemporaryDirectory() as folder:
        found = {f"{panes} of {panes}": _measured(Path(folder) / str(panes), panes, SIZE) for panes in PANES}
        found[f"1 of {PANES[-1]}, behind tabs"] = _measured(Path(folder) / "tabs", PANES[-1], SMALL)
    one = found["1 of 1"]
    rows = [[name, *_cells(each)] for name, each in found.items()]
    worst = max(p95(each.lags) for each in found.values())
    in_proportion = all(_core(found[f"{panes} of {panes}"]) <= panes * _core(one) * SLACK for panes in PANES)
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


def _measured(home: Path, panes: int, size: tuple[int, int]) -> Streamed:
    environment = isolated_environment(home)
    config = Path(environment["XDG_CONFIG_HOME"]) / "textchat" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    with NumberedServer() as server:
        config.write_text(f'[providers.local]\nprotocol = "openai"\nbase_url = "{server.base_url}"\n')
        models = [argument for pane in range(panes) for argument in ("-m", f"local/m{pane}-{PACE}")]
        with Watched((*TEXTCHAT, *models, "go"), environment, *size) as program:
            program.wait_for(Word(0, PACE).text.encode())
            return streamed(program, server, SECONDS)


def _cells(measured: Streamed) -> list[str]:
    return [*measured.cells(), f"{_core(measured) * 100:.0f}"]


def _core(measured: Streamed) -> float:
    """The share of one core."""
    return measured.cpu_s / measured.seconds

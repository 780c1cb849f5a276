"""The side panel in the whole app: seconds from the start to its rows on the screen, by how much is stored."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.benchmarks.bench_store import CONVERSATIONS, filled, some_texts
from tests.benchmarks.report import Table
from tests.flow.screen import open_app, shown
from tests.flow.terminal import isolated_environment
from textchat.config import paths

ROUNDS = 7
MOST = 1.5


def run() -> list[Table]:
    with tempfile.TemporaryDirectory(prefix="textchat-bench-") as folder:
        return [asyncio.run(_run(Path(folder)))]


async def _run(folder: Path) -> Table:
    texts = some_texts()
    found = []
    for count in CONVERSATIONS:
        environ = isolated_environment(folder / str(count))
        await filled(paths.database(environ), count, 2, texts)
        newest = texts[(count - 1) % len(texts)][:12]
        times = [await _first_rows_s(environ, newest) for _ in range(ROUNDS + 1)]
        found.append(median(times[1:]))
    return Table(
        "The side panel from the start of the app to its first rows",
        ["conversations", *(f"{count:,}" for count in CONVERSATIONS)],
        [["ms", *(f"{each * 1000:.0f}" for each in found)]],
        [(f"{found[-1] / found[0]:.2f} times as long, at most {MOST}", found[-1] <= MOST * found[0])],
    )


async def _first_rows_s(environ: dict[str, str], newest: str) -> float:
    gc.collect()
    started = time.perf_counter()
    async with open_app(environ) as (app, _):
        while newest not in shown(app):
            await asyncio.sleep(0.001)
        return time.perf_counter() - started

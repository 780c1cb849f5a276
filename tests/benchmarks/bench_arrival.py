"""10,000 tokens as fast as the socket gives them: seconds until the last is on the screen, in a real pty."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from tests.benchmarks.model_server import LAST, ModelServer
from tests.benchmarks.program import RAW_MODE, Program
from tests.benchmarks.report import Table
from tests.flow.terminal import TEXTCHAT, isolated_environment

SHAPES = ("mixed", "fence", "list", "table")
TOKENS = 10_000
ROUNDS = 3
MOST = 1.3

LOG = """
import json, sys
import httpx
from textual import work
from textual.app import App
from textual.widgets import Log

class Plain(App):
    def compose(self):
        yield Log()

    def on_key(self):
        self.read()

    @work
    async def read(self):
        log, request = self.query_one(Log), {"model": sys.argv[2], "stream": True, "messages": []}
        async with httpx.AsyncClient() as client:
            async with client.stream("POST", sys.argv[1] + "/chat/completions", json=request) as response:
                async for line in response.aiter_lines():
                    if line.startswith("data: {"):
                        log.write(json.loads(line[6:])["choices"][0]["delta"]["content"])

Plain().run()
"""


def run() -> list[Table]:
    with tempfile.TemporaryDirectory() as folder, ModelServer() as server:
        home = Path(folder)
        ours = [_median(partial(_textchat_s, home, server, shape)) for shape in SHAPES]
        plain = [_median(partial(_log_s, home, server, shape)) for shape in SHAPES]
    ratios = [mine / floor for mine, floor in zip(ours, plain, strict=True)]
    return [
        Table(
            f"{TOKENS:,} tokens as fast as the socket gives them, until the last is on the screen",
            ["seconds", *SHAPES],
            [
                ["textchat", *(f"{each:.2f}" for each in ours)],
                ["a plain Textual Log", *(f"{each:.2f}" for each in plain)],
                ["ratio", *(f"{each:.2f}" for each in ratios)],
            ],
            [(f"at most {MOST} times the plain log", max(ratios) <= MOST)],
        )
    ]


def _median(measure: Callable[[], float]) -> float:
    return median(measure() for _ in range(ROUNDS))


def configured(home: Path, server: ModelServer) -> dict[str, str]:
    """An environment with nothing but that server, new each time: titles of earlier runs would be on the screen."""
    environment = isolated_environment(Path(tempfile.mkdtemp(dir=home)))
    config = Path(environment["XDG_CONFIG_HOME"]) / "textchat" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(f'[providers.local]\nprotocol = "openai"\nbase_url = "{server.base_url}"\n')
    return environment


def _textchat_s(home: Path, server: ModelServer, shape: str) -> float:
    environment = configured(home, server)
    with Program([*TEXTCHAT, "-m", f"local/burst-{shape}-{TOKENS}"], environment) as program:
        program.until_it_takes_keys()
        program.type("\r")
        return program.wait_for(LAST.encode())


def _log_s(home: Path, server: ModelServer, shape: str) -> float:
    script = home / "log.py"
    script.write_text(LOG)
    argv = [sys.executable, str(script), server.base_url, f"burst-{shape}-{TOKENS}"]
    with Program(argv, isolated_environment(home)) as program:
        program.wait_for(RAW_MODE)
        program.run_for(0.5)
        program.type("g")
        return program.wait_for(LAST.encode())

"""The floor: an Input, and a `Log` for each model into which its answer is written as it comes.

`python -m tests.benchmarks.plain_log BASE_URL MODEL…`; Enter asks, Escape cancels.
"""

from __future__ import annotations

import json
import sys

import httpx
from textual import work
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Log


class PlainLog(App[None]):
    """Does what a chat client cannot do without."""

    BINDINGS = [("escape", "cancel")]  # noqa: RUF012

    def __init__(self, base_url: str, models: list[str]) -> None:
        super().__init__()
        self._base_url = base_url
        self._models = models

    def compose(self) -> ComposeResult:
        with Horizontal():
            for _ in self._models:
                yield Log()
        yield Input()

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self.query_one(Input).focus()

    def on_input_submitted(self) -> None:
        for model, log in zip(self._models, self.query(Log), strict=True):
            self._read(model, log)

    def action_cancel(self) -> None:
        self.workers.cancel_group(self, "default")
        for log in self.query(Log):
            log.write_line("\ncancelled")

    @work
    async def _read(self, model: str, log: Log) -> None:
        column, request = 0, {"model": model, "stream": True, "messages": []}
        async with (
            httpx.AsyncClient(timeout=None) as client,
            client.stream("POST", f"{self._base_url}/chat/completions", json=request) as response,
        ):
            async for line in response.aiter_lines():
                if not line.startswith("data: {"):
                    continue
                text = json.loads(line[6:])["choices"][0]["delta"].get("content", "")
                if column + len(text) > log.size.width - 2:  # a Log does not wrap
                    log.write("\n")
                    column = 0
                log.write(text)
                column = 0 if text.endswith("\n") else column + len(text)


if __name__ == "__main__":
    PlainLog(sys.argv[1], sys.argv[2:]).run()

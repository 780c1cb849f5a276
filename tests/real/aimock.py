"""aimock (npm `@copilotkit/aimock`), a server of four protocols that others wrote: installed once, run on loopback."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

from tests.real.server_program import CACHE, ServerProgram

PACKAGE = "@copilotkit/aimock@1.43.0"
INSTALL_S = 300.0

SEEN = "I see a cat and a page, wörld 🙂."
THOUGHT = "Let me look."
FIXTURES = [
    {
        "match": {"userMessage": "What is this"},
        "response": {"content": SEEN, "reasoning": THOUGHT, "webSearches": ["cats"]},
    },
    {
        "match": {"userMessage": "What time is it"},
        "response": {"toolCalls": [{"id": "call_7", "name": "clock", "arguments": '{"zone": "CET"}'}]},
    },
    {
        "match": {"userMessage": "too long"},
        "response": {
            "error": {"message": "maximum context length is 9 tokens", "code": "context_length_exceeded"},
            "status": 400,
        },
    },
]


def is_possible() -> bool:
    """Whether this machine has npm and node."""
    return shutil.which("npm") is not None and shutil.which("node") is not None


def program() -> Path:
    """The installed program, installed if need be."""
    folder = CACHE / PACKAGE.rpartition("/")[2]
    CACHE.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE]
            subprocess.run(command, check=True, timeout=INSTALL_S, stdout=subprocess.DEVNULL)
            (folder / "ready").touch()
    return folder / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"


class AIMock(ServerProgram):
    """A running server that says what `FIXTURES` say."""

    health = "/health"

    def command(self) -> list[str | Path]:
        fixtures = self.folder / "fixtures.json"
        fixtures.write_text(json.dumps({"fixtures": FIXTURES}))
        options = ["--fixtures", str(fixtures), "--chunk-size", "5", "--log-level", "warn"]
        return ["node", program(), "--port", str(self.port), *options]

    def environ(self) -> dict[str, str]:
        return {"HOME": str(self.folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def journal(self) -> list[dict[str, Any]]:
        """The requests it got, as it understood them, oldest first."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url("/__aimock/journal"), timeout=5) as answer:
            entries: list[dict[str, Any]] = json.load(answer)
        return entries

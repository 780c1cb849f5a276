"""Programs that show answers in a terminal, started to ask models of a loopback server."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.watched import Watched
from tests.flow.terminal import TEXTCHAT, isolated_environment

PI = os.environ.get("TEXTCHAT_BENCH_PI", "")
"""Path of the program `pi` (npm `@earendil-works/pi-coding-agent`), where it is to be measured beside textchat."""


@dataclass(frozen=True)
class Client:
    """How a program is started, and what it says of an answer that was cancelled."""

    name: str
    start: Callable[[str, Sequence[str]], Watched]
    """With the base address of the server and the models to ask at once."""
    cancelled: str
    most_panes: int = 8


def clients(home: Path) -> list[Client]:
    """Those that are here; each start has an empty folder of its own below `home`."""

    def folder() -> Path:
        return Path(tempfile.mkdtemp(dir=home))

    found = [
        Client("textchat", lambda url, models: _textchat(folder(), url, models), "cancelled"),
        Client("plain Textual Log", lambda url, models: _plain_log(folder(), url, models), "cancelled"),
    ]
    if PI:
        found.append(Client("pi", lambda url, models: _pi(folder(), url, models), "aborted", most_panes=1))
    return found


def _textchat(home: Path, base_url: str, models: Sequence[str]) -> Watched:
    environment = isolated_environment(home)
    config = Path(environment["XDG_CONFIG_HOME"]) / "textchat" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[providers.local]\nprotocol = "openai"\nbase_url = "{base_url}"\n')
    return Watched((*TEXTCHAT, *(part for model in models for part in ("-m", f"local/{model}"))), environment)


def _plain_log(home: Path, base_url: str, models: Sequence[str]) -> Watched:
    return Watched((sys.executable, "-m", "tests.benchmarks.plain_log", base_url, *models), isolated_environment(home))


def _pi(home: Path, base_url: str, models: Sequence[str]) -> Watched:
    environment = isolated_environment(home, PI_CODING_AGENT_DIR=str(home / "agent"), PI_OFFLINE="1", PI_TELEMETRY="0")
    provider = {"baseUrl": base_url, "api": "openai-completions", "apiKey": "none"}
    file = home / "agent" / "models.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"providers": {"local": {**provider, "models": [{"id": model} for model in models]}}}))
    return Watched((PI, "--no-session", "--no-tools", "--model", f"local/{models[0]}"), environment)

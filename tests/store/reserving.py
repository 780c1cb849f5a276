"""A process that asks for room under a ceiling when told to; run as `python -m tests.store.reserving FILE USD`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from textchat.core.conversation import new_id
from textchat.store.history import History, RunningRequest


async def reserve(path: Path, ceiling: float) -> None:
    history = History.open(path)
    request = RunningRequest(new_id(), "local/a", 5.0, 10, 100, 0.25, 0.75)
    print("ready -", flush=True)
    sys.stdin.readline()
    print("asked", await history.requests.reserve([request], 0.0, ceiling), flush=True)
    sys.stdin.readline()
    await history.aclose()


if __name__ == "__main__":
    asyncio.run(reserve(Path(sys.argv[1]), float(sys.argv[2])))

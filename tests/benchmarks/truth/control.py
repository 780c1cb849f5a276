"""A plain httpx client that asks several models at once and takes its own times: the control of the figures.

`python -m tests.benchmarks.truth.control URL ROUNDS MODEL …` prints a `Shown` as JSON for each answer. Its imports and
its client are made and tried before the first that counts: what it shows is the load of the machine alone.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict

import httpx

from tests.benchmarks.truth.models import Model, tokens_in
from tests.benchmarks.truth.shown import Shown

PAUSE_S = 0.2
"""Between two rounds."""


async def _asked(client: httpx.AsyncClient, url: str, model: str) -> Shown:
    arrivals: list[tuple[float, int]] = []
    first_text: float | None = None
    request = {"model": model, "stream": True, "messages": [{"role": "user", "content": "go"}]}
    started = time.monotonic()
    async with client.stream("POST", f"{url}/chat/completions", json=request) as response:
        async for line in response.aiter_lines():
            at = time.monotonic()
            if not line.startswith("data: {"):
                continue
            delta = json.loads(line[6:])["choices"][0]["delta"]
            if text := delta.get("content") or delta.get("reasoning_content"):
                arrivals.append((at, tokens_in(text)))
                first_text = first_text or (at if "content" in delta else None)
    ended = time.monotonic()
    (first, in_first), (last, _) = arrivals[0], arrivals[-1]
    tokens = sum(tokens for _, tokens in arrivals)
    speed = (tokens - in_first) / (last - first) if last > first else None
    text_s = None if first_text is None else first_text - started
    return Shown(model, "complete", first - started, text_s, ended - started, speed, tokens, None)


async def _main(url: str, rounds: int, models: list[str]) -> None:
    async with httpx.AsyncClient(timeout=60) as client:
        await _asked(client, url, Model(tokens=1).name("warm"))
        for _ in range(rounds):
            await asyncio.sleep(PAUSE_S)
            for shown in await asyncio.gather(*(_asked(client, url, model) for model in models)):
                print(json.dumps(asdict(shown)), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))

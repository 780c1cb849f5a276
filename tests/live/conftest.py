"""The scripted server and the bench that the tests of live conversations share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.live.bench import Bench
from tests.servers.openai import OpenAIServer


@pytest.fixture
def server(openai_server: OpenAIServer) -> OpenAIServer:
    return openai_server


@pytest.fixture
async def bench(server: OpenAIServer, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(server, tmp_path / "data" / "textchat.db")
    yield bench
    await bench.aclose()

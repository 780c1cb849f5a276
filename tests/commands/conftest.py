"""What the tests of the commands share: a machine that has nothing but a scripted server, and a way to run textchat."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.program import Program
from tests.flow.terminal import isolated_environment
from tests.servers.openai import OpenAIServer


@pytest.fixture
def server(openai_server: OpenAIServer) -> OpenAIServer:
    return openai_server


@pytest.fixture
def program(tmp_path: Path, server: OpenAIServer) -> Program:
    """textchat with the scripted server as provider `local`, and the test's own folder as home."""
    program = Program(isolated_environment(tmp_path / "home"))
    program.configure(f'''
        default_models = ["local/fast", "local/slow"]
        [providers.local]
        protocol = "openai"
        base_url = "{server.base_url}"
        retries = 0
    ''')
    return program

"""What the tests of the screen's collaborators share: a real workspace on a server of its own, and no app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.flow.local import local_environment
from tests.servers.openai import OpenAIServer
from tests.ui.conversation.stage import Stage
from textchat.live.workspace import Workspace
from textchat.ui.conversation.current import CurrentConversation


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        server.say("fast", "An answer.")
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path) -> dict[str, str]:
    return local_environment(tmp_path, server)


@pytest.fixture
async def workspace(environ: dict[str, str]) -> AsyncIterator[Workspace]:
    workspace = Workspace(environ)
    yield workspace
    await workspace.aclose()


@pytest.fixture
def current(workspace: Workspace) -> CurrentConversation:
    return CurrentConversation(workspace.new(["local/fast"]))


@pytest.fixture
def stage() -> Stage:
    return Stage()

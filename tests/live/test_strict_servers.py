"""Conversations that go on after a cancel, a cut or an import, with servers that refuse a request out of order."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.commands.program import Program
from tests.flow.terminal import isolated_environment
from tests.live.bench import Watcher, ids, said
from tests.servers.strange.server import StrangeServer
from tests.servers.strange.strict import CASES, FIRST, HANGING, PROTOCOLS
from tests.servers.waiting import wait_until
from textchat.core.configuration import Protocol, ProviderSettings, Settings
from textchat.core.conversation import Message, Role, Status
from textchat.live.conversation import LiveConversation
from textchat.live.library import open_model
from textchat.live.workspace import Workspace

GREETING = "Welcome aboard. How can I help?"


@pytest.fixture
def server() -> Iterator[StrangeServer]:
    with StrangeServer({case.name: case for case in CASES}) as server:
        yield server


@pytest.fixture
def program(server: StrangeServer, tmp_path: Path) -> Program:
    """A provider for each protocol, all at the one server."""
    program = Program(isolated_environment(tmp_path / "home"))
    tables = [
        f'[providers.{protocol}]\nprotocol = "{protocol}"\nbase_url = "{server.url}/whole"\nretries = 0\n'
        for protocol in PROTOCOLS
    ]
    program.configure("\n".join(tables))
    return program


@pytest.fixture
async def workspace(program: Program) -> AsyncIterator[Workspace]:
    workspace = Workspace(program.environment)
    yield workspace
    await workspace.aclose()


async def ended(watcher: Watcher, number: int) -> Message:
    await wait_until(lambda: len(watcher.ended) >= number, f"{number} replies end")
    return watcher.ended[-1]


async def after_the_first(
    server: StrangeServer, workspace: Workspace, protocol: Protocol, name: str
) -> tuple[LiveConversation, Watcher]:
    """A conversation whose first reply has ended before it was whole."""
    live = workspace.new([f"{protocol}/{protocol}-{name}"])
    live.watcher = watcher = Watcher()
    await live.send("One", ids(live))
    if name == "thinking":
        await wait_until(lambda: any(reply.reasoning for reply in live.replies.values()), "it thinks")
    if name in HANGING:
        await server.until_requests(1)
        live.cancel_all()
    await ended(watcher, 1)
    await wait_until(lambda: not live.is_busy, "everything is stored")
    return live, watcher


@pytest.mark.parametrize("name", FIRST)
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_the_next_prompt_is_answered(
    server: StrangeServer, workspace: Workspace, protocol: Protocol, name: str
) -> None:
    live, watcher = await after_the_first(server, workspace, protocol, name)
    await live.send("Two", ids(live))
    reply = await ended(watcher, 2)
    assert (reply.status, reply.text) == (Status.COMPLETE, "Hello"), reply.error


@pytest.mark.parametrize("name", ["cut", "length"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_answer_is_gone_on_with(
    server: StrangeServer, workspace: Workspace, protocol: Protocol, name: str
) -> None:
    live, watcher = await after_the_first(server, workspace, protocol, name)
    await live.continue_answers(ids(live))
    reply = await ended(watcher, 2)
    assert (reply.status, reply.error) == (Status.COMPLETE, None)
    assert reply.text.startswith("Half an answer") and reply.text.endswith("Hello")


# langchain#16288: "first message must use the user role", for ever
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_imported_conversation_may_begin_with_the_assistant(program: Program, protocol: Protocol) -> None:
    program.configure(f'default_models = ["{protocol}/{protocol}-greeting"]\n{program.config.read_text()}')
    file = program.home / "talk.json"
    file.write_text(json.dumps([{"role": "assistant", "content": GREETING}, {"role": "user", "content": "Hi"}]))
    program.run("conversations", "import", str(file))
    (listed,) = program.run("conversations", "list", "--json").lines
    async with aclosing(Workspace(program.environment)) as workspace:
        live = await workspace.open(listed["id"])
        assert live is not None
        live.watcher = watcher = Watcher()
        await live.send("Next", ids(live))
        reply = await ended(watcher, 1)
        assert (reply.status, reply.text) == (Status.COMPLETE, "Hello"), reply.error
        assert said(live, 0)[0] == GREETING, "the conversation itself is not changed"


@pytest.mark.parametrize(
    "roles",
    [("assistant", "user"), ("assistant", "assistant", "user"), ("user", "user"), ("system", "assistant", "user")],
)
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_branch_from_python_is_sent_in_order(
    server: StrangeServer, protocol: Protocol, roles: tuple[str, ...]
) -> None:
    provider = ProviderSettings("p", protocol, base_url=f"{server.url}/whole", retries=0)
    branch = [Message(str(at), str(at - 1) if at else None, Role(role), f"words {at}") for at, role in enumerate(roles)]
    async with open_model(f"p/{protocol}-branch", settings=Settings(providers={"p": provider})) as model:
        reply = await model.ask(branch)
    assert (reply.status, reply.text) == (Status.COMPLETE, "Hello"), reply.error

"""A sweep in a conversation, and servers that give one reply at a time."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.live.bench import Bench, ids, said
from tests.servers.openai import Finish, OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.config.personas.folders import personas
from textchat.core.configuration import BudgetSettings, Protocol
from textchat.core.conversation import Status
from textchat.core.errors import ConfigurationError
from textchat.core.figures.ending import waiting
from textchat.core.figures.reply_state import state_of
from textchat.core.parts.draft import Draft
from textchat.core.sweeps.labels import differences
from textchat.live.connecting.connecting import Connecting, NoKey, WantedProvider
from textchat.live.connecting.known_providers import may_take_turns
from textchat.live.conversation import LiveConversation
from textchat.live.edits.undo import UndoStack
from textchat.live.sweeps.planning import SweepPlanner
from textchat.live.sweeps.reading import SweepReader
from textchat.live.workspace import Workspace
from textchat.providers.catalog import Catalog

AGAIN = Draft()


def planner(bench: Bench, live: LiveConversation, home: Path, pane: int = 0) -> SweepPlanner:
    reader = SweepReader(personas({"XDG_CONFIG_HOME": str(home)}), 1000)
    return SweepPlanner(live, ids(live)[pane], bench.current, reader)


async def test_a_sweep_takes_the_place_of_all_panes_and_one_undo_brings_them_back(
    bench: Bench, server: OpenAIServer, tmp_path: Path
) -> None:
    for model in "ab":
        server.say(model, f"from {model}")
    folder = tmp_path / "textchat" / "personas"
    folder.mkdir(parents=True)
    (folder / "curt.toml").write_text('name = "Curt"\nsystem = "Be curt."\n')
    (folder / "wordy.toml").write_text('name = "Wordy"\nsystem = "Be wordy."\n')
    undo = UndoStack()
    live = bench.open("a", "b", undo=undo)
    await live.send("hi", ids(live))
    await bench.idle(live)
    before = live.conversation
    sweeps = planner(bench, live, tmp_path)
    plan = await sweeps.plan(["temperature=0,0.7", "persona=curt,wordy"], 2, AGAIN)
    assert plan.told == "8 replies" and plan.asks_again
    step = await live.panes.open_sweep(sweeps.pane_id, plan.variants, asks_again=True)
    assert step is not None and step.done == "Opened 8 panes for the sweep"
    await live.regenerate(ids(live))
    await bench.idle(live)
    panes = live.conversation.panes
    assert [said(live, pane) for pane in range(8)] == [["hi", "from a"]] * 8
    assert differences(panes)[:3] == [
        "persona Curt · temperature 0 · 1 of 2",
        "persona Curt · temperature 0 · 2 of 2",
        "persona Wordy · temperature 0 · 1 of 2",
    ]
    assert [variant.name for variant in plan.variants[1:3]] == [
        "temperature 0 · persona Curt · 2 of 2",
        "temperature 0 · persona Wordy · 1 of 2",
    ]
    asked = [request.json for request in server.requests[2:]]
    assert {(each["messages"][0]["content"], each["temperature"]) for each in asked} == {
        (system, temperature) for system in ("Be curt.", "Be wordy.") for temperature in (0, 0.7)
    }
    await live.bring_back(step)
    now = live.conversation
    assert (now.panes, now.view) == (before.panes, before.view)
    assert len(now.messages) == len(before.messages) + 8, "the replies stay as versions"


async def test_a_typed_prompt_goes_to_all_variants(bench: Bench, server: OpenAIServer, tmp_path: Path) -> None:
    server.say("a", "yes")
    live = bench.open("a")
    sweeps = planner(bench, live, tmp_path)
    plan = await sweeps.plan(["effort=low,high"], 1, Draft("typed"))
    step = await live.panes.open_sweep(sweeps.pane_id, plan.variants, asks_again=plan.asks_again)
    await live.send("typed", ids(live))
    await bench.idle(live)
    assert [said(live, pane) for pane in range(2)] == [["typed", "yes"]] * 2
    assert sorted(request.json["reasoning_effort"] for request in server.requests) == ["high", "low"]
    gate = Gate()
    server.script("a", gate, "never")
    await live.regenerate(ids(live)[1:])
    await gate.until_reached()
    assert step is not None
    assert (await live.bring_back(step)).rest == "Pane 2 is still replying. Press Esc there before you undo."
    live.cancel_all()
    await bench.idle(live)
    assert (await live.bring_back(step)).what == "the panes as they were"
    assert len(live.conversation.panes) == 1


async def test_what_cannot_be_run_is_one_sentence(server: OpenAIServer, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path / "textchat.db", BudgetSettings(comparison_usd=5.0))
    live = bench.open("a", "b")
    sweeps = planner(bench, live, tmp_path)
    typed = Draft("hi")
    assert (await sweeps.plan(["seed=1,2,3"], 1, typed)).told == "3 replies, about $3.00"
    for axes, repeats, draft, sentence in (
        (["seed=1,2,3"], 2, typed, "6 replies, about $6.00: over the limit of $5.00 per prompt. Take fewer values."),
        (["seed=1,2,3"], 3, typed, "9 replies, and no more than 8 panes fit. Take fewer values."),
        (["seed=1"], 1, typed, "Type two values or more, or set repeats."),
        (["seed=x"], 1, typed, "seed: expected a whole number, found x."),
        (["model=a/b"], 1, typed, "model cannot be swept."),
        (["seed=1,2"], 1, AGAIN, "No prompt yet. Type one in the input bar first."),
    ):
        with pytest.raises(ConfigurationError) as problem:
            await sweeps.plan(axes, repeats, draft)
        assert str(problem.value) == sentence
    await bench.aclose()


# -- one reply at a time -----------------------------------------------------------------------------------------------


@pytest.fixture
async def two_servers(server: OpenAIServer, tmp_path: Path) -> AsyncIterator[tuple[Bench, OpenAIServer]]:
    """`local` gives one reply at a time, `other` any number."""
    with OpenAIServer() as other:
        bench = Bench(server, tmp_path / "textchat.db")
        local = replace(bench.settings.providers["local"], max_concurrent=1)
        unlimited = replace(local, name="other", base_url=other.base_url, max_concurrent=None)
        bench.settings = replace(bench.settings, providers={"local": local, "other": unlimited})
        bench.current.replace(bench.settings)
        await bench.catalog.aclose()
        bench.catalog = Catalog(bench.settings)
        yield bench, other
        await bench.aclose()


async def test_one_after_the_other_in_the_order_of_the_panes_beside_other_servers(
    two_servers: tuple[Bench, OpenAIServer], server: OpenAIServer
) -> None:
    bench, other = two_servers
    gates = {name: Gate(name) for name in ("a", "b", "c", "d", "x", "y")}
    for name, gate in gates.items():
        (other if name in "xy" else server).script(name, gate, f"from {name}", Finish())
    live = bench.open("a", "b", "c", "d")
    for name in ("x", "y"):
        await live.panes.add(f"other/{name}")
    b, c, d = ids(live)[1:4]
    await live.send("hi", ids(live))
    for name in ("a", "x", "y"):
        await gates[name].until_reached()
    await wait_until(lambda: live.replies[d].place == 3, "all others wait")
    assert [live.replies[pane].place for pane in (b, c, d)] == [1, 2, 3]
    assert state_of(live.replies[d]).word == "queued, 3 ahead" and waiting(live.replies[d]) == "Queued, 3 ahead"
    assert [request.json["model"] for request in server.requests] == ["a"]
    assert live.cancel(c), "one that waits can be cancelled"
    await wait_until(lambda: live.replies[d].place == 2, "who waits behind it moves up")
    for name in ("a", "b", "d"):
        await gates[name].until_reached()
        gates[name].open()
    gates["x"].open()
    gates["y"].open()
    await bench.idle(live)
    assert [request.json["model"] for request in server.requests] == ["a", "b", "d"]
    leaves = [live.conversation.messages[pane.leaf_id or ""] for pane in live.conversation.panes]
    assert [leaf.status for leaf in leaves if leaf.model == "local/c"] == [Status.CANCELLED]
    assert sum(leaf.status is Status.COMPLETE for leaf in leaves) == 5


async def test_a_server_that_is_connected_may_be_told_to_take_turns(server: OpenAIServer, tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "HOME": str(tmp_path)}
    workspace = Workspace(environ)
    server.say("fast", "yes")
    connecting = Connecting(workspace.catalog, workspace.changes, environ)

    async def connect(at_once: int | None) -> Any:
        wanted = WantedProvider("llamacpp", Protocol.OPENAI, server.base_url, NoKey(), at_once=at_once)
        await connecting.connect(wanted)
        tables = tomllib.loads((tmp_path / "textchat" / "preferences.toml").read_text())
        limit = tables["providers"]["llamacpp"].get("max_concurrent")
        assert workspace.catalog.open("llamacpp/fast").settings.max_concurrent == limit
        return limit

    assert [await connect(at_once) for at_once in (None, 1, None, 3, 0, None)] == [None, 1, 1, 3, None, None]
    await workspace.aclose()


def test_which_servers_are_offered_turns() -> None:
    for name, address, is_offered in (
        ("ollama", "http://localhost:11434", True),
        ("llamacpp", "127.0.0.1:8080/v1", True),
        ("lmstudio", "http://[::1]:1234/v1", True),
        ("ollama", "https://ollama.com", False),
        ("ollama", "http://192.168.1.7:11434", False),
        ("vllm", "http://localhost:8000/v1", False),
        ("ollama", "http://[", False),
    ):
        assert may_take_turns(name, address) is is_offered, (name, address)

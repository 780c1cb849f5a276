"""A persona in a pane: what is sent, what is stored and counted, and the way back; and the one of new panes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.live.bench import Bench, ids
from tests.servers.waiting import wait_until
from textchat.core.parameters import Parameters
from textchat.core.personas.panes import persona_label
from textchat.core.personas.persona import Persona
from textchat.live.edits.undo import UndoStack
from textchat.live.workspace import Workspace

PIRATE = Persona("Pirate", "local/b", {"system": "Arr.", "examples": [{"prompt": "Hi", "answer": "Ahoy! " * 50}]})


def sent(bench: Bench, request: int) -> list[tuple[str, str]]:
    return [(each["role"], each["content"].strip()) for each in bench.server.requests[request].json["messages"]]


async def test_examples_go_before_each_prompt_and_are_no_messages(bench: Bench) -> None:
    bench.server.say("b", "Aye")
    live = bench.open("a")
    (pane_id,) = ids(live)
    before = live.request_tokens(pane_id, "Who?")
    assert await live.panes.set_persona(pane_id, PIRATE) is not None
    assert await live.panes.set_persona(pane_id, PIRATE) is None, "it is like that already"
    assert live.request_tokens(pane_id, "Who?") > before + 50, "examples are counted"
    for number, text in enumerate(("Who?", "Why?"), start=1):
        await live.send(text, [pane_id])
        await bench.ended(number)
    head = [("system", "Arr."), ("user", "Hi"), ("assistant", ("Ahoy! " * 50).strip())]
    assert sent(bench, 0) == [*head, ("user", "Who?")]
    assert sent(bench, 1) == [*head, ("user", "Who?"), ("assistant", "Aye"), ("user", "Why?")]
    stored = await bench.stored(live)
    assert [message.text for message in stored.messages.values()] == ["Who?", "Aye", "Why?", "Aye"]
    assert stored.panes == live.conversation.panes and persona_label(stored.panes[0]) == "Pirate"
    assert all(
        message.parameters == stored.panes[0].parameters for message in stored.messages.values() if message.model
    )


async def test_a_persona_is_one_step_of_the_undo_and_what_is_newer_stays(bench: Bench) -> None:
    undo = UndoStack()
    live = bench.open("a", undo=undo)
    (pane_id,) = ids(live)
    await live.panes.set_parameters(pane_id, {"temperature": 0.5, "system": "Mine."})
    mine = live.conversation.pane(pane_id)
    step = await live.panes.set_persona(pane_id, PIRATE)
    assert step is not None and step.done == "Using “Pirate”"
    assert live.conversation.pane(pane_id).parameters.temperature is None
    await live.panes.set_parameters(pane_id, {"seed": 7})
    assert persona_label(live.conversation.pane(pane_id)) == "Pirate, changed"
    undone = await live.bring_back(step)
    assert undone.what == "pane 1 as it was"
    back = live.conversation.pane(pane_id)
    assert back == replace(mine, parameters=replace(mine.parameters, seed=7))
    step = await live.panes.set_persona(pane_id, Persona("One"))
    assert step is not None
    await live.panes.set_persona(pane_id, None)
    assert undo.last is not None and undo.last.done == "Using no persona"
    await live.bring_back(undo.last)
    assert persona_label(live.conversation.pane(pane_id)) == "One"
    other = await live.panes.add("local/b")
    assert other.persona is None
    await live.close_pane(pane_id)
    assert "closed" in (await live.bring_back(step)).what


async def test_new_panes_have_the_default_persona_as_its_file_says_now(tmp_path: Path) -> None:
    folder = tmp_path / "textchat"
    (folder / "personas").mkdir(parents=True)
    file = folder / "personas" / "brief.toml"
    file.write_text('system = "Be brief."\nmodel = "demo/careful"')
    (folder / "config.toml").write_text('default_persona = "brief"\n[models."demo/fast"]\nseed = 3\n')
    environ = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    here = Workspace(environ)
    assert here.problems == []
    (pane,) = here.new().conversation.panes
    assert (pane.model, pane.parameters, persona_label(pane)) == (
        "demo/careful",
        Parameters(system="Be brief."),
        "brief",
    )
    live = here.new(["demo/fast", "demo/careful"])
    assert [each.parameters.seed for each in live.conversation.panes] == [3, None]
    added = await live.panes.add("demo/fast")
    assert (added.parameters, persona_label(added)) == (Parameters(system="Be brief.", seed=3), "brief")
    await live.panes.duplicate(added.id)
    assert [persona_label(each) for each in live.conversation.panes] == ["brief"] * 4
    file.write_text('system = "Be very brief."')
    await here.default_persona.renew()
    assert here.new(["demo/fast"]).conversation.panes[0].parameters.system == "Be very brief."
    assert added.parameters.system == "Be brief.", "what has begun keeps what it was given"
    (sentence,) = await here.changes.change({"default_persona": "other"})
    assert "config.toml, line 1, sets default_persona" in sentence
    (folder / "config.toml").write_text('default_persona = "breif"\n')
    await here.changes.reload()
    await wait_until(lambda: bool(here.default_persona.problem), "the changed setting is read")
    assert here.new(["demo/fast"]).conversation.panes[0].persona is None
    await here.aclose()
    again = Workspace(environ)
    (problem,) = again.problems
    assert problem.endswith("config.toml, line 1: No persona is called “breif”. Did you mean “brief”?")
    await again.aclose()

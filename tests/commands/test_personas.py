"""`--persona`: what is sent for it, what goes before it, and names that nobody has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.program import Program
from tests.servers.openai import OpenAIServer

PIRATE = """
name = "Pirate"
system = "Arr."
model = "local/slow"
[parameters]
temperature = 0.5
[[examples]]
prompt = "Hi"
answer = "Ahoy!"
"""


@pytest.fixture(autouse=True)
def personas(program: Program) -> Path:
    folder = program.config.parent / "personas"
    folder.mkdir()
    (folder / "pirate.toml").write_text(PIRATE)
    (folder / "broken.toml").write_text("model = 1")
    return folder


def test_a_persona_sets_model_system_prompt_examples_and_parameters(program: Program, server: OpenAIServer) -> None:
    for model in ("fast", "slow"):
        server.say(model, f"from {model}")
    assert program.run("ask", "--persona", "pirate", "Who?").out.strip() == "from slow"
    assert program.run("ask", "--persona", "Pirate", "-m", "local/fast", "--system", "Hm.", "Who?").out == "from fast"
    first, second = (request.json for request in server.requests)
    assert [(each["role"], each["content"]) for each in first["messages"]] == [
        *(("system", "Arr."), ("user", "Hi"), ("assistant", "Ahoy!"), ("user", "Who?")),
    ]
    assert first["temperature"] == second["temperature"] == 0.5
    assert second["messages"][0]["content"] == "Hm.", "what is said beside it goes before it"


def test_compare_saves_which_persona_it_was_and_tells_results_apart(
    program: Program, server: OpenAIServer, tmp_path: Path
) -> None:
    for model in ("fast", "slow"):
        server.say(model, f"from {model}")
    program.run(
        "compare", "--persona", "pirate", "-m", "local/fast", "-m", "local/slow", "--save", "--seed", "1", "Who?"
    )
    saved = json.loads(program.run("conversations", "list", "--json").out)
    exported = program.run("conversations", "export", saved["id"], "--format", "json").out
    (conversation,) = json.loads(exported)["conversations"]
    assert [pane["persona"]["name"] for pane in conversation["panes"]] == ["Pirate", "Pirate"]
    assert [pane["parameters"]["seed"] for pane in conversation["panes"]] == [1, 1]
    (tmp_path / "set.txt").write_text("Why?\n")
    words = ("compare", "--prompts", str(tmp_path / "set.txt"), "--results", str(tmp_path / "r.jsonl"))
    for more in ((), ("--persona", "pirate"), ("--persona", "pirate")):
        program.run(*words, "-m", "local/fast", *more)
    assert len((tmp_path / "r.jsonl").read_text().splitlines()) == 2
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ask", "--persona", "pirat", "Hi"), "No persona is called “pirat”. Did you mean “Pirate”?"),
        (("compare", "--persona", "zz\x1b", "Hi"), "Known: Pirate."),
        (("ask", "--persona", "broken", "Hi"), 'broken.toml, line 1: model: expected a model as "PROVIDER/MODEL"'),
        (("--persona", "pirate", "--continue"), "--persona cannot be combined with --open or --continue."),
    ],
)
def test_a_name_that_cannot_be_used_is_said_before_anything_is_sent(
    program: Program, server: OpenAIServer, words: tuple[str, ...], said: str
) -> None:
    ran = program.run(*words, code=2)
    assert said in ran.errors and ran.out == "" and "\x1b" not in ran.errors
    assert not server.requests

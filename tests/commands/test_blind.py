"""A blind comparison from the shell: no command, no export, no log tells a model before the vote."""

from __future__ import annotations

import json
import re

import pytest

from tests.commands.program import Program, read_until
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate

MODELS = ("zebra-fast", "zebra-slow", "zebra-wise")
TOLD = re.compile("zebra|local/|fast|slow|wise")
TOLD_IN_BYTES = re.compile("zebra|local/")
"""Among so many letters of sealed names, each shorter word stands by chance now and then."""


@pytest.fixture
def blind(program: Program, server: OpenAIServer) -> Program:
    """A program whose three models reply by their number, the last of them by its name too."""
    for number, model in enumerate(MODELS):
        server.say(model, f"reply {number}", usage=(7, 5 + number))
    text = program.config.read_text().replace(
        '["local/fast", "local/slow"]', json.dumps([f"local/{m}" for m in MODELS])
    )
    program.config.write_text(f'{text}\n[models."local/zebra-fast"]\nprice = {{ input = 1.0, output = 9.0 }}\n')
    return program


def talked(program: Program, *lines: str, words: tuple[str, ...] = ()) -> str:
    return program.run("--plain", *words, stdin="".join(f"{line}\n" for line in lines)).out


def files_of(program: Program) -> str:
    """All that the program has written below its folders, but for its settings."""
    home = program.home
    files = [file for file in home.rglob("*") if file.is_file() and file != program.config]
    return "".join(file.read_bytes().decode("latin-1") for file in files)


def test_no_command_tells_a_model_until_the_vote(blind: Program) -> None:
    said = talked(
        blind, "/blind", "question", "/show b", "/versions", "/set", "/model local/zebra-fast", "/keep", "/read c"
    )
    begun = re.sub(r"(?m)^You: .*", "", said[said.index("The panes are shuffled") :])
    assert not TOLD.search(begun), begun
    assert "Model A says:" in begun and "Model C says:" in begun and "End of Model B." in begun
    assert "token" not in begun and begun.count("The models are hidden. Vote, or /reveal them first.") == 3
    (listed,) = blind.run("conversations", "list", "--json").lines
    assert listed["models"] == [] and listed["blind"]
    id_ = listed["id"]
    printed = [
        blind.run("conversations", "list").out,
        blind.run("conversations", "show", id_).out,
        blind.run("conversations", "show", id_, "--json").out,
        blind.run("conversations", "search", "reply", "--json").out,
        blind.run("conversations", "search", "reply").out,
        blind.run("stats").out,
        blind.run("stats", "--json").out,
        talked(blind, "/search reply", "/open", words=("--open", id_)),
    ]
    for form in ("md", "json", "html"):
        path = blind.home / f"out.{form}"
        blind.run("conversations", "export", id_, "-o", str(path))
        printed.append(path.read_text())
    blind.run("conversations", "export", id_, "-o", str(blind.home / "folder") + "/")
    for text in printed:
        assert not TOLD.search(text), text
    assert "blind" in printed[5]
    assert not TOLD_IN_BYTES.search(files_of(blind))
    refused = blind.run("ask", "-c", "more", code=2).error
    assert "compared blind" in refused and not TOLD.search(refused)


def test_the_vote_is_for_the_model_behind_the_letter(blind: Program) -> None:
    talked(blind, "/blind", "question", "/close a")
    said = talked(blind, "/read b", "/rank b > c", "/stats", words=("--continue",))
    assert said.index("Model B says:") < said.index("Ranked 2 replies. /undo takes the vote back.")
    read = re.search(r"Model B says:\nreply (\d)", said)
    told = re.search(r"B is local/([\w-]+), C is local/([\w-]+)\.", said)
    assert read is not None and told is not None
    assert told[1] == MODELS[int(read[1])]
    votes = {row["model"]: row["score"] for row in blind.run("stats", "--json").lines if row["votes"]}
    assert votes == {f"local/{told[1]}": 1.0, f"local/{told[2]}": 0.0}
    later = talked(blind, "/vote 1", "/reveal", words=("--continue",))
    assert "The same command takes it back." in later and "not hidden" in later


def test_it_can_be_exported_and_imported_and_goes_on_blind(blind: Program, server: OpenAIServer) -> None:
    talked(blind, "first", "/blind", "second")
    (listed,) = blind.run("conversations", "list", "--json").lines
    path = blind.home / "out.json"
    blind.run("conversations", "export", listed["id"], "-o", str(path))
    assert not TOLD.search(path.read_text())
    blind.run("conversations", "delete", listed["id"], "--yes")
    blind.run("conversations", "import", str(path))
    assert blind.run("conversations", "list", "--json").lines[0]["models"] == []
    asked = len(server.requests)
    said = talked(blind, "third", "/bad", words=("--continue",))
    assert "A is local/zebra-" in said and "Voted that no reply is good." in said
    assert sorted(each.json["model"] for each in server.requests[asked:]) == sorted(MODELS)
    spoilt = json.loads(path.read_text())
    spoilt["conversations"][0]["seal"] = "blind:AAAA"
    spoilt["conversations"][0]["id"] = "other"
    path.write_text(json.dumps(spoilt))
    assert "blind comparison" in blind.run("conversations", "import", str(path), code=None).errors


def test_what_only_one_pane_was_asked_is_not_read_again(blind: Program) -> None:
    said = talked(blind, "to all", "/target one", "secret", "/regenerate", "/blind", *PEEKS)
    begun = said[said.index("The panes are shuffled") :]
    assert "secret" not in begun and begun.count("“to all”, 2 messages.") == len(MODELS)
    assert begun.count("Hidden until the vote.") >= len(MODELS)
    assert begun.count("1: Hidden model, shown: Hidden until the vote.") == len(MODELS) and "2: Hidden model:" in begun


PEEKS = [line for letter in "abc" for line in (f"/pane {letter}", "/show", "/versions", "/rewrite")]


def test_killed_while_they_reply_it_stays_blind(blind: Program, server: OpenAIServer) -> None:
    gate = Gate()
    for model in MODELS:
        server.script(model, "begun. ", gate, "never")
    with blind.start("--plain", stdin=-1) as process:
        assert process.stdin is not None
        process.stdin.write(b"/blind live\nquestion\n")
        read_until(process, b"begun")
        process.kill()
        process.wait()
    gate.open()
    assert not TOLD_IN_BYTES.search(files_of(blind))
    assert not TOLD.search(blind.run("stats").out)
    said = talked(blind, "/show a", "/reveal", words=("--continue",))
    shown, _, told = said.partition("A is ")
    assert not TOLD.search(shown) and TOLD.search(told)
    assert {row["model"] for row in blind.run("stats", "--json").lines} <= {f"local/{model}" for model in MODELS}

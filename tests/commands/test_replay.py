"""`conversations export --replay` and `textchat replay`: what was recorded is played as lines, and nothing is kept."""

from __future__ import annotations

import json

from tests.commands.program import Program
from tests.servers.openai import OpenAIServer


def test_a_comparison_is_exported_played_and_left_alone(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "One ", "two.")
    server.say("slow", "Three ", "four.")
    program.run("compare", "-m", "local/fast", "-m", "local/slow", "--save", "Count")
    before = program.run("conversations", "list", "--json").out
    id_ = json.loads(before)["id"]
    program.run("conversations", "export", id_, "--replay", "-o", "count.replay.json")
    file = program.home / "count.replay.json"
    plain = json.loads(file.read_text("utf-8"))["conversations"][0]
    assert not any(each.get("estimated") for each in plain["timelines"]["answers"].values())
    assert "0 imported, 1 already present" in program.run("conversations", "import", "count.replay.json").error
    asked, stats = len(server.requests), program.run("stats", "--json").out

    played = program.run(
        "replay", "count.replay.json", "--plain", "--speed", "8", stdin="/replay\n/export-replay again.json\n/quit\n"
    ).out
    assert played.count("Turn 1 of 1.") == 2
    assert played.count("One two.") == 2, played
    assert played.count("Three four.") == 2
    assert played.index("Count") < played.index("One two.")
    assert "The replay has ended." in played
    again = json.loads((program.home / "again.json").read_text("utf-8"))["conversations"][0]
    assert (again["timelines"], again["messages"]) == (plain["timelines"], plain["messages"])
    assert len(server.requests) == asked
    assert program.run("conversations", "list", "--json").out == before
    assert program.run("stats", "--json").out == stats

    page = program.run("conversations", "export", id_, "--replay", "--format", "html").out
    assert "animation-delay" in page
    assert "animation-delay" not in program.run("conversations", "export", id_, "--format", "html").out
    assert json.loads(program.run("conversations", "export", id_, "--replay").out)["conversations"]


def test_what_cannot_be_replayed_is_one_line(program: Program) -> None:
    (program.home / "no.json").write_text("{}")
    for words, code, said in (
        (("replay", "no.json", "--plain"), 2, "Cannot replay no.json: it is not an export of textchat"),
        (("replay", "gone.json", "--plain"), 2, "Cannot read gone.json: No such file or directory."),
        (("replay", "no.json", "--speed", "9"), 2, "9 is not between 0.5 and 8"),
        (("replay", "no.json", "--speed", "nan"), 2, "nan is not between 0.5 and 8"),
        (("conversations", "export", "--all", "--replay", "-o", "a.md"), 2, "Markdown cannot hold a replay."),
    ):
        assert said in program.run(*words, code=code).error

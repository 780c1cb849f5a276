"""`compare --judge`, `compare --against`, `watch` and `stats --judges`: loopback judges with known verdicts."""

from __future__ import annotations

import json
from typing import Any

from tests.commands.program import Program
from tests.servers.openai import OpenAIServer

JUDGED = ("compare", "-m", "local/fast", "-m", "local/slow", "--prompts", "prompts", "--results", "results")


def write(program: Program, *prompts: str, name: str = "prompts") -> None:
    (program.home / name).write_text("".join(f"{prompt}\n" for prompt in prompts))


def asked(server: OpenAIServer, model: str) -> int:
    return sum(request.json["model"] == model for request in server.requests)


def judgements(program: Program) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (program.home / "results").read_text().splitlines()]
    return [judgement for line in lines for judgement in line.get("judgements", ())]


def test_every_two_replies_are_judged_in_both_orders_kept_and_summed_up(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "the better <<REPLY B")
    server.say("slow", "the other")
    server.say("first", '{"why": "It comes first.", "winner": "A"}')
    server.say("broken", "I like both of them.")
    write(program, *map(str, range(6)))
    (program.home / "criteria").write_text("# what counts\nshort: Which is shorter?\n\nright: Which is right?\n")
    words = (*JUDGED, "--judge", "local/first", "--criteria", "criteria")
    ran = program.run(*words)
    assert asked(server, "first") == 6 * 2 * 2
    assert "Judging takes up to 24 requests; their price is unknown." in ran.errors
    assert "local/first: the order of the replies changed 12 of 12 verdicts (they count as ties)." in ran.out
    first, second, *_ = judgements(program)
    assert [first["winner"], second["winner"], second["swapped"], second["why"]] == [
        "this",
        "that",
        True,
        "It comes first.",
    ]
    question = next(each.json for each in server.requests if each.json["model"] == "first")
    assert question["temperature"] == 0 and "json_schema" in str(question["response_format"])
    assert "fast" not in json.dumps(question["messages"])
    before = len(server.requests)
    assert program.run(*words).out.splitlines()[-2:] == ran.out.splitlines()[-2:]
    assert len(server.requests) == before, "what was judged is not asked again"
    ran = program.run(*JUDGED, "--judge", "local/broken", "--judge", "local/slow", code=1)
    assert asked(server, "broken") == 6 * 2 * 2, "each once more"
    assert "line 1, judge local/broken: no verdict. The reply has no verdict in it." in ran.errors
    assert "local/slow did not judge 6 pairs with a reply of its own model." in ran.out
    assert len(judgements(program)) == 24, "no judgement is lost or invented"
    assert json.loads((program.home / "results").read_text().splitlines()[-1])["text"] == "the better <<REPLY B"


WATCH = ("watch", "prompts", "--against", "results")


def test_watch_tells_only_what_differs(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "**Yes**, it is.\n\n- one\n- two 3.5")
    write(program, "a", "b")
    program.run("compare", "-m", "local/fast", "--prompts", "prompts", "--results", "results")
    server.say("fast", "Yes — it is!\n\n* one\n* two 3.5")
    ran = program.run(*WATCH)
    assert (ran.out, ran.errors) == ("", "2 of 2 prompts answered.\nNo reply differs (2 replies).\n")
    server.say("fast", "Yes, it is. one two 3.6", usage=(7, 9))
    ran = program.run(*WATCH, "--results", "new", code=3)
    assert ran.out.splitlines()[:3] == [
        "line 1, local/fast: 17 % of the words changed",
        "  - two 3.5",
        "  + one two 3.6",
    ]
    assert ran.errors.endswith("2 of 2 replies differ.\n")
    server.say("judge", '{"why": "Only layout.", "verdict": "same"}')
    server.script("judge", "```json\n", '{"why": "Another figure.", "verdict": "different"}\n```', once=True)
    first, *others = program.run(*WATCH, "--judge", "local/judge", "--json", code=3).lines
    assert others == [] and first["judges"] == [
        {"judge": "local/judge", "verdict": "different", "why": "Another figure."}
    ]
    assert (first["line"], first["output_tokens"]) == (1, {"old": 5, "new": 9})
    ran = program.run(*WATCH, "--judge", "local/judge")
    assert ran.errors.endswith("No reply differs (2 replies); 2 say the same in other words.\n")
    ran = program.run(*WATCH, "--results", "results", code=2)
    assert ran.error == "--results and --against are the same file. Choose another file for the new replies."
    write(program, "c")
    assert program.run(*WATCH, code=2).error == "results has no reply to a prompt of prompts by these models."

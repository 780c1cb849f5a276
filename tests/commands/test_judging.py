"""`compare --judge`, `compare --against`, `watch` and `stats --judges`: loopback judges with known verdicts."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from typing import Any

import pytest

from tests.commands.program import Program, end_of
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate

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
    assert [first["winner"], second["winner"], second["swapped"], second["why"]] == ["this", "that", True, "It comes first."]
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

"""`compare --judge`, `compare --against`, `watch` and `stats --judges`: loopback judges with known verdicts."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Sequence
from typing import Any

import pytest

from tests.commands.program import Program, end_of
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate
from textchat.config import paths
from textchat.core.conversation import Conversation, Message, Role
from textchat.core.votes.vote import Candidate, Vote
from textchat.store.history import History

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


def test_what_a_judge_has_said_survives_and_ctrl_c_keeps_what_came(program: Program, server: OpenAIServer) -> None:
    for name in ("fast", "slow"):
        server.say(name, f"I am {name}")
    gate = Gate()
    tie = '{"why": "", "winner": "tie"}'
    server.script("judge", tie, once=True)
    server.script("judge", tie, once=True)
    server.script("judge", tie, once=True)
    server.script("judge", gate, tie)
    write(program, "a", "b")
    words = (*JUDGED, "--judge", "local/judge")
    with program.start(*words) as process:
        gate.until_reached_blocking()
        process.kill()
        process.wait()
    assert len(judgements(program)) == 2 and asked(server, "judge") == 4, "those of the first prompt"
    with program.start(*words) as process:
        gate.until_reached_blocking(3)
        process.send_signal(signal.SIGINT)
        end_of(process, 130)
    server.say("judge", tie)
    ran = program.run(*words)
    assert ran.errors.startswith("Judging takes up to 2 requests; ")
    assert asked(server, "fast") == 2 and asked(server, "judge") == 8
    assert len(judgements(program)) == 4
    assert "local/fast  local/slow  local/judge  overall      0     2     0  50 % (9–91 %)" in ran.out
    server.say("slow", "I am new")  # another text is not judged yet
    other = program.run(*words, "--seed", "1")
    assert other.errors.startswith("Judging takes up to 4 requests; ")


def test_judged_replies_are_one_line_each_on_standard_output(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "one")
    server.say("slow", "other")
    server.refuse("judge", 400, "response_format is not supported", once=True)
    server.say("judge", "**B**")
    write(program, "a")
    words = ("compare", *JUDGED[1:5], "--prompts", "prompts", "--judge", "local/judge", "--json")
    first, second, last = program.run(*words).lines
    assert [each["winner"] for each in first["judgements"]] == ["that", "this"] and "judgements" not in second
    assert last["judges"] == [{"judge": "local/judge", "verdicts": 1, "changed_by_order": 1}]
    repeated = program.run(*words, "-n", "2").lines
    assert [len(each["judgements"]) for each in repeated[:2]] == [4, 4] and asked(server, "judge") == 3 + 2
    program.configure(f'''
        default_models = ["local/fast"]
        [providers.local]
        protocol = "openai"
        base_url = "{server.base_url}"
        [models."local/judge"]
        price = {{ input = 1000, output = 1000 }}
        [budget]
        comparison_usd = 0.05
    ''')
    before = asked(server, "judge")
    ran = program.run(*words[:-1], code=2)
    assert "Judging takes up to 2 requests, about $" in ran.errors
    assert "over the limit of $0.050 per prompt" in ran.errors and asked(server, "judge") == before


def test_against_says_what_changed_and_what_fails_now(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "It is 42. And more.", usage=(7, 10))
    server.say("slow", "It is 41.")
    prompt = json.dumps({"prompt": "a", "checks": [{"type": "contains", "value": "42"}]})
    write(program, prompt, "gone")
    program.run(*JUDGED, code=3)
    (program.home / "results").rename(program.home / "old")
    server.say("fast", "It is 43. And more.", usage=(7, 20))
    server.say("slow", "It is **42**.")
    write(program, "# new", prompt)  # a line was put in before it
    ran = program.run(*JUDGED, "--against", "old", code=3)
    told = ran.out[ran.out.index("line 1, ") :].splitlines()
    assert told[:10] == [
        "line 1, local/fast: new",
        "line 1, local/slow: new",
        "line 2, local/fast: 20 % of the words changed",
        "  ✗ contains fails now: The reply does not contain “42”.",
        "  - It is 42.",
        "  + It is 43.",
        "line 2, local/slow: 33 % of the words changed",
        "  ✓ contains passes now",
        "  - It is 41.",
        "  + It is **42**.",
    ]
    assert told[12:13] == [
        "2 of 2 replies have other words, 1 check now fails, 1 check now passes, 2 replies new, 2 replies missing."
    ]
    assert told[13].startswith("local/fast, medians before → now: time ") and told[13].endswith(" tokens 10 → 20.")
    *_, changed, changes, summary = program.run(*JUDGED, "--against", "old", "--json", code=3).lines
    assert (changes["type"], changes["replies"], changes["missing"]) == ("changes", 6, 2)
    assert (changed["type"], changed["change"], summary["type"]) == ("change", "missing", "summary")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--criteria", "criteria"), "--criteria needs --judge."),
        (("--judge", "local/x", "--criteria", "none"), "Cannot read --criteria none: No such file or directory."),
        (
            ("--judge", "local/x", "--criteria", "criteria"),
            "--criteria criteria, line 2: expected “name: sentence”, found ",
        ),
        (("--judge", "local/x", "--criteria", "many"), "--criteria many: expected at most 20 criteria, found 21."),
        (("--judge", "nobody/x"), "No provider 'nobody'."),
        (("--against", "many"), "--against many contains no results."),
        (("--against", "none"), "Cannot read --against none: No such file or directory."),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_sent(
    program: Program, server: OpenAIServer, words: Sequence[str], error: str
) -> None:
    write(program, "a: b", "no colon", name="criteria")
    write(program, *(f"{number}: b" for number in range(21)), name="many")
    write(program, "a")
    assert program.run(*JUDGED, *words, code=2).error.startswith(error)
    assert server.requests == []


async def _vote(program: Program, count: int) -> None:
    """The user prefers local/slow in all but one of so many comparisons, that one is a tie."""
    history = History.open(paths.database(program.environment))
    for number in range(count):
        prompt = Message(f"p{number}", None, Role.USER, f"Prompt {number}?")
        replies = [
            Message(f"{name}{number}", prompt.id, Role.ASSISTANT, f"{name} text", model=f"local/{name}")
            for name in ("fast", "slow")
        ]
        conversation = Conversation(f"c{number}", "Talk", 1.0)
        for message in (prompt, *replies):
            conversation = conversation.with_message(message)
        await history.save(conversation, (prompt, *replies))
        scores = (0.5, 0.5) if number == 0 else (0.0, 1.0)
        answers = tuple(
            Candidate(reply.id, reply.model or "", score) for reply, score in zip(replies, scores, strict=True)
        )
        await history.votes.record(Vote(conversation.id, prompt.id, answers, is_blind=number < count - 1))
    await history.aclose()


def test_stats_measures_judges_by_blind_votes(program: Program, server: OpenAIServer) -> None:
    assert program.run("stats", "--judges").error == "No blind votes yet. In the app, Alt+K compares blind."
    asyncio.run(_vote(program, 5))
    for _ in range(2):  # both orders of the first two
        server.script("judge", '{"winner": "A"}', once=True)
    server.say("judge", '{"winner": "A"}')
    assert "this needs --yes." in program.run("stats", "--judge", "local/judge", code=2).error
    assert server.requests == [], "nothing is asked without a yes"
    ran = program.run("stats", "--judge", "local/judge", "--yes")
    assert asked(server, "judge") == 8, "the open vote is not among them"
    assert "The order of the replies changed 4 of 4 verdicts (they count as ties)." in ran.errors
    assert (
        ran.out == "local/judge, overall: agrees with you in 1 of 4 (25 %, 5–70 %); by chance, in 25 % (kappa 0.00).\n"
    )
    assert program.run("stats", "--judge", "local/judge", "--yes").out == ran.out
    assert asked(server, "judge") == 8, "what is stored is not asked again"
    assert "local/fast did not" not in ran.errors
    ran = program.run("stats", "--judge", "local/slow", "--yes")
    assert "Left out: 4 pairs with a reply of local/slow, which does not judge its own." in ran.errors
    (value,) = program.run("stats", "--judges", "--json").lines
    assert (value["judge"], value["kind"], value["same"], value["of"], value["kappa"]) == (
        "local/judge",
        "blind",
        1,
        4,
        0.0,
    )
    assert "WON" in program.run("stats").out and "1/5" not in program.run("stats").out

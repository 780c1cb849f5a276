"""`textchat compare --sweep`: what is asked, how replies are named, what they cost, and how they spread."""

from __future__ import annotations

import json

import pytest

from tests.commands.contract import check_reply
from tests.commands.program import Program
from tests.commands.test_compare import by_pane
from tests.servers.openai import OpenAIServer

ONE = ("compare", "-m", "local/fast")


def temperatures(server: OpenAIServer) -> list[float]:
    return sorted(request.json["temperature"] for request in server.requests)


def test_blocks_are_headed_by_what_differs_and_summed_up(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "one two", usage=(3, 20))
    ran = program.run(*ONE, "--sweep", "temperature=0,0.7", "-n", "2", "--stats", "hi")
    headings = [line for line in ran.out.splitlines() if line.startswith("===")]
    assert headings == [f"=== temperature {value} · {n} of 2 ===" for value in ("0", "0.7") for n in (1, 2)]
    assert temperatures(server) == [0, 0, 0.7, 0.7]
    table = [line.split() for line in ran.errors.splitlines()[:3]]
    assert table[0] == ["VARIANT", "WORDS", "TOKENS", "TIME", "AGREEMENT", "ENDED"]
    assert [row[:4] for row in table[1:]] == [["temperature", value, "2", "20"] for value in ("0", "0.7")]
    assert table[1][-3:] == ["100%", "2", "stop"]


def test_markdown_ends_with_the_summary(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "one")
    out = program.run(*ONE, "--sweep", "effort=low,high", "--sweep", "seed=7", "--markdown", "hi").out
    assert "\n## effort low\n" in out and "\n## effort high\n" in out
    assert "\n## Summary\n\n| VARIANT | WORDS | TOKENS | TIME | ENDED |\n| --- | --: | --: | --: | --- |\n" in out
    assert {(request.json["reasoning_effort"], request.json["seed"]) for request in server.requests} == {
        ("low", 7),
        ("high", 7),
    }


def test_json_says_what_differs_on_the_first_line_and_the_last(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "one")
    (program.home / "brief.txt").write_text("Answer briefly, please.\n")
    lines = program.run(*ONE, "--sweep", 'system=@brief.txt,"",null', "--json", "hi").lines
    panes = by_pane(lines)
    for pane, system in enumerate(("Answer briefly, please.", "", None)):
        check_reply(panes[pane], pane)
        assert panes[pane][0]["sweep"] == panes[pane][-1]["sweep"] == {"system": system}
        assert panes[pane][-1]["repeat"] == 0
    sent = sorted(request.json["messages"][0]["content"] for request in server.requests)
    assert sent == ["Answer briefly, please.", "hi", "hi"]


def test_a_secret_of_the_request_is_masked(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "one")
    out = program.run(*ONE, "--sweep", "api_key=sk-abcdefghijklmnopqrstuvwx,none", "--json", "hi").out
    assert "sk-abcdef" not in out and '"sweep":{"api_key":' in out


def test_results_of_a_sweep_are_kept_by_what_was_swept(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "one")
    (program.home / "prompts").write_text("first\nsecond\n")
    words = (*ONE, "--prompts", "prompts", "--results", "results", "-n", "2", "--sweep")
    ran = program.run(*words, "temperature=0,0.7", "--stats")
    assert len(server.requests) == 8
    assert "2 of 2 prompts answered.\nVARIANT" in ran.errors and "4 stop" in ran.errors
    program.run(*words, "temperature=0.0,0.7")
    assert len(server.requests) == 8, "none is asked again"
    program.run(*words, "temperature=0,1")
    assert temperatures(server)[8:] == [1, 1, 1, 1]
    rows = [json.loads(line) for line in (program.home / "results").read_text().splitlines()]
    asked = [(row["pane"], row["parameters"], row["repeat"], row["sweep"]) for row in rows if row["line"] == 1][:4]
    assert sorted(asked, key=lambda each: each[0]) == [
        (0, {"temperature": 0}, 0, {"temperature": 0}),
        (1, {"temperature": 0}, 1, {"temperature": 0}),
        (2, {"temperature": 0.7}, 0, {"temperature": 0.7}),
        (3, {"temperature": 0.7}, 1, {"temperature": 0.7}),
    ]


@pytest.fixture
def priced(program: Program, server: OpenAIServer) -> Program:
    """A reply is a cent, as expected and as it comes."""
    server.say("fast", "yes", usage=(0, 800))
    price = '[models."local/fast"]\nprice = { input = 0, output = 12.5 }\n'
    program.config.write_text(f"{program.config.read_text()}\n{price}")
    return program


def test_the_cost_is_said_before_and_a_ceiling_refuses(priced: Program, server: OpenAIServer) -> None:
    words = (*ONE, "--sweep", "temperature=0,0.7,1.2", "-n", "3")
    assert priced.run(*words, "hi").error == "About $0.090 for 9 replies."
    assert len(server.requests) == 9
    (priced.home / "prompts").write_text("first\nsecond\n")
    results = ("--prompts", "prompts", "--results", "results", "--sweep", "seed=1,2")
    assert priced.run(*ONE, *results).errors == "About $0.040 for 4 replies.\n2 of 2 prompts answered.\n"
    assert priced.run(*ONE, *results).error == "2 of 2 prompts answered."
    mixed = priced.run(*ONE, "-m", "local/slow", "--sweep", "seed=1,2", "hi", code=None).errors
    assert mixed.startswith("At least $0.020 for 4 replies; the price of 2 is unknown.\n")
    asked = len(server.requests)
    priced.config.write_text(f"{priced.config.read_text()}\n[budget]\ncomparison_usd = 0.08\n")
    said, refused = priced.run(*words, "hi", code=2).errors.splitlines()
    assert said == "About $0.090 for 9 replies." and refused.startswith("Not sent: this would cost about $0.090")
    priced.config.write_text(priced.config.read_text().replace("comparison_usd = 0.08", "day_usd = 0.03"))
    (priced.home / "prompts").write_text("third\nfourth\n")
    said, refused = priced.run(*ONE, *results, code=2).errors.splitlines()
    assert refused.startswith("Not sent: this would cost about $0.040, over the limit of $0.030 per day")
    assert len(server.requests) == asked


def test_personas_bring_what_they_set(program: Program, server: OpenAIServer) -> None:
    for model in ("fast", "slow"):
        server.say(model, f"from {model}")
    folder = program.config.parent / "personas"
    folder.mkdir()
    (folder / "curt.toml").write_text('name = "Curt"\nsystem = "Be curt."\nmodel = "local/slow"\n')
    (folder / "wordy.toml").write_text('name = "Wordy"\nsystem = "Be wordy."\n')
    out = program.run("compare", "--sweep", "persona=curt,wordy", "--seed", "5", "-m", "local/fast", "hi").out
    assert "=== persona Curt ===\nfrom fast" in out and "=== persona Wordy ===\nfrom fast" in out
    assert {(each.json["messages"][0]["content"], each.json["seed"]) for each in server.requests} == {
        ("Be curt.", 5),
        ("Be wordy.", 5),
    }
    out = program.run("compare", "--sweep", "persona=curt", "hi").out
    assert out.startswith("=== local/slow ===\nfrom slow")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["temperature=0,hot"], "--sweep temperature: expected a number, 0 or more, found hot."),
        (["temperature"], "--sweep KEY=A,B expected, such as temperature=0,0.7,1.2, not temperature."),
        (["seed=1,,2"], '--sweep seed: a value is empty; write "" for an empty text.'),
        (["seed=1,1"], "--sweep seed: two values are the same. For repeats, use -n."),
        (["seed=1", "--sweep", "seed=2"], "--sweep seed is given twice. Put all its values into one."),
        (["seed=1,2", "--seed", "3"], "seed is both set and swept. Leave one out."),
        (["model=a/b"], "--sweep model cannot be swept. Give models with -m."),
        (["persona=nobody"], "No persona is called “nobody”."),
        (["system=@missing"], "--sweep system: cannot read missing: No such file or directory."),
        ([f"seed={','.join(map(str, range(13)))}", "-n", "5"], "65 replies at once are too many; the limit is 64."),
    ],
)
def test_what_is_refused_in_one_line(program: Program, server: OpenAIServer, words: list[str], said: str) -> None:
    assert program.run(*ONE, "--sweep", *words, "hi", code=2).error.startswith(said)
    assert server.requests == []


def test_in_the_dialogue(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "one two", usage=(3, 20))
    lines = ["/sweep seed=1,2", "hi", "/sweep", "/sweep seed=1", "/sweep seed=1,2 effort=low,high -n 3"]
    lines += ["/sweep seed=1,2 -n 2", "/spread", "/undo", "/panes"]
    out = program.run("--plain", "-m", "local/fast", stdin="".join(f"{line}\n" for line in lines)).out
    for said in (
        "No prompt to send again. Type one.\n",
        "Type /sweep, a parameter and its values, such as /sweep temperature=0,0.7,1.2 -n 2.\n",
        "Type two values or more, or set repeats.\n",
        "12 replies, and no more than 8 panes fit. Take fewer values.\n",
        "Opened 4 panes for the sweep: 4 replies. /undo brings back the panes.\n1: seed 1 · 1 of 2\n",
        "Brought back the panes as they were.",
    ):
        assert said in out, out
    spread = [line for line in out.splitlines() if "agreement" in line]
    assert [line.partition(", time")[0] for line in spread] == [f"seed {n}: words 2, tokens 20" for n in (1, 2)] * 2
    assert all(line.endswith("agreement 100%, ended 2 stop.") for line in spread)
    assert sorted(request.json["seed"] for request in server.requests[1:]) == [1, 1, 2, 2]

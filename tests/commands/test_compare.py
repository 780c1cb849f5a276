"""`textchat compare`: blocks, JSON, Markdown, differences, columns, many prompts; every stream at once."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Sequence
from typing import Any

import pytest

from tests.commands.contract import check_reply
from tests.commands.program import PATIENCE_S, Program, end_of, read_until
from tests.flow.terminal import Terminal
from tests.servers.openai import Close, Finish, OpenAIServer, Think
from tests.servers.waiting import Gate

TWO = ("compare", "-m", "local/fast", "-m", "local/slow")


def by_pane(lines: Sequence[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    panes: dict[int, list[dict[str, Any]]] = {}
    for line in lines:
        panes.setdefault(line["pane"], []).append(line)
    return panes


def test_all_are_asked_at_once(program: Program, server: OpenAIServer) -> None:
    gate = Gate()
    server.script("fast", gate, "fast ", "answer")
    server.script("slow", gate, "slow answer")
    with program.start(*TWO, "--json", "same", "prompt") as process:
        gate.until_reached_blocking(2)
        gate.open()
        out, errors = end_of(process, 0)
    assert errors == ""
    panes = by_pane([json.loads(line) for line in out.splitlines()])
    ends = [check_reply(panes[pane], pane) for pane in (0, 1)]
    assert [(end["model"], end["text"]) for end in ends] == [
        ("local/fast", "fast answer"),
        ("local/slow", "slow answer"),
    ]
    assert [request.json["messages"][-1]["content"] for request in server.requests] == ["same prompt"] * 2
    assert out.splitlines()[0].startswith('{"type":"start","pane":0,"model":"local/fast",')


def test_blocks_stand_in_the_order_of_the_panes(program: Program, server: OpenAIServer) -> None:
    gate = Gate()
    server.script("fast", gate, "first")
    server.say("slow", "second\n")
    with program.start(*TWO, "hi") as process:
        gate.until_reached_blocking()
        gate.open()
        out, _ = end_of(process, 0)
    first, second = out.split("\n\n")
    assert first.startswith("=== local/fast ===\nfirst\n--- complete (stop) · first token after ")
    assert second.startswith("=== local/slow ===\nsecond\n--- complete (stop)")


def test_models_come_from_the_settings_and_can_be_repeated(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes")
    server.say("slow", "yes")
    out = program.run("compare", "-n", "2", "hi").out
    headings = [line for line in out.splitlines() if line.startswith("===")]
    assert headings == [f"=== local/{name} #{number} ===" for name in ("fast", "slow") for number in (1, 2)]


def test_one_failure_touches_no_other_and_is_the_exit_code(program: Program, server: OpenAIServer) -> None:
    server.script("fast", "half", Close())
    server.say("slow", "whole")
    ran = program.run(*TWO, "hi", code=1)
    assert "=== local/fast ===\nhalf\n--- failed" in ran.out
    assert "=== local/slow ===\nwhole\n--- complete" in ran.out
    assert ran.error.startswith("local/fast: ")


@pytest.mark.parametrize("form", [[], ["--json"], ["--save"]])
def test_ctrl_c_keeps_what_arrived_in_every_pane(program: Program, server: OpenAIServer, form: list[str]) -> None:
    gate = Gate()
    server.script("fast", "some ", gate, "never")
    server.script("slow", "other ", gate, "never")
    with program.start(*TWO, *form, "hi") as process:
        gate.until_reached_blocking(2)
        seen = read_until(process, b'"other "}') if form == ["--json"] else ""
        if form == ["--json"] and "some " not in seen:
            seen += read_until(process, b'"some "}')
        process.send_signal(signal.SIGINT)
        out, _ = end_of(process, 130)
    for request in server.requests:
        request.until_disconnected_blocking()
    if form == ["--json"]:
        panes = by_pane([json.loads(line) for line in (seen + out).splitlines()])
        ends = [check_reply(panes[pane], pane) for pane in (0, 1)]
        assert [(end["status"], end["text"]) for end in ends] == [("cancelled", "some "), ("cancelled", "other ")]
    else:
        assert out.count("--- cancelled") == 2


def test_markdown_is_one_document(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "```py\nprint(1)")
    server.say("slow", "# loud")
    out = program.run(*TWO, "--markdown", "one\ntwo").out
    assert out.startswith("> one\n> two\n\n## local/fast\n\n```py\nprint(1)\n```\n\n*complete")
    assert "\n## local/slow\n\n# loud\n\n*complete" in out


def test_diff_marks_words(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "The sky is blue.\nSame line.\nOnly here.")
    server.say("slow", "The sky is grey.\nSame line.")
    out = program.run(*TWO, "--diff", "hi").out
    assert "=== local/slow, compared with local/fast ===" in out
    assert "The sky is [-blue-]{+grey+}.\nSame line.\n[-Only here.-]\n" in out
    server.say("slow", "The sky is blue.\nSame line.\nOnly here.")
    assert "(the same text)" in program.run(*TWO, "--diff", "hi").out


def test_diff_says_where_moved_items_went(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "- red apples\n- green pears\n- blue plums")
    server.say("slow", "- green pears\n- blue plums\n- red apples")
    out = program.run(*TWO, "--diff", "hi").out
    assert "=== local/slow, compared with local/fast === 1 moved (↑ ↓)\n[↓- red apples↓]\n- green pears\n" in out
    assert "\n{↑- red apples↑}\n" in out


def test_diff_has_an_exact_form(program: Program, server: OpenAIServer) -> None:
    base, other = "The [-sky-] is  blue.\r\n\n1. one\n2. two \n", "The [-sea-] is blue.\n\n1. two\n"
    server.say("fast", base)
    server.say("slow", other)
    lines = [json.loads(line) for line in program.run(*TWO, "--diff", "--json", "hi").out.splitlines()]
    (line,) = [line for line in lines if line["type"] == "diff"]
    assert lines[-1] == line and (line["pane"], line["base"]) == (1, 0)
    assert [row["change"] for row in line["rows"]] == ["changed", "removed", "changed"]
    assert line["rows"][0]["right"] == [["The [-", False], ["sea", True], ["-] is blue.\n\n", False]]
    for side, text in (("left", base), ("right", other)):
        assert "".join(piece for row in line["rows"] for piece, _ in row[side] or ()) == text
    assert not any('"diff"' in line for line in program.run(*TWO, "--json", "hi").out.splitlines())


def test_a_reader_that_goes_away_ends_all_requests_quietly(program: Program, server: OpenAIServer) -> None:
    gate = Gate()
    server.say("fast", "x" * 200_000)
    server.script("slow", "some", gate)
    with program.start(*TWO, "hi") as process:
        assert process.stdout is not None and process.stderr is not None
        read_until(process, b"===")
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 141
        assert process.stderr.read() == b""
    (slow,) = (request for request in server.requests if request.json["model"] == "slow")
    slow.until_disconnected_blocking()


def test_saved_as_one_conversation_with_panes(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "one")
    server.refuse("slow", 401)
    program.run(*TWO, "--save", "--temperature", "0.5", "compare this", code=1)
    (shown,) = program.run("conversations", "list", "--json").lines
    assert (shown["title"], shown["models"]) == ("compare this", ["local/fast", "local/slow"])
    (line,) = program.run("conversations", "show", shown["id"], "--json").lines
    prompt, *answers = line["messages"]
    assert [(each["parent_id"], each["status"]) for each in answers] == [
        (prompt["id"], "complete"),
        (prompt["id"], "failed"),
    ]
    assert [pane["leaf_id"] for pane in line["panes"]] == [answer["id"] for answer in answers]
    assert {pane["parameters"]["temperature"] for pane in line["panes"]} == {0.5}


# -- columns ---------------------------------------------------------------------------------------------------------


def test_columns_grow_together_and_stay_in_the_scrollback(program: Program, server: OpenAIServer) -> None:
    gates = [Gate("fast"), Gate("slow")]
    server.script("fast", "left **bold**\n\n", gates[0], "left end \x1b[31m", Finish(usage=(7, 50)))
    server.script("slow", Think("hm"), "right begins\n\n", gates[1], *(f"line {n}\n\n" for n in range(40)), "right end")
    with Terminal(program.argv(*TWO, "hi"), program.environment, columns=80, rows=24) as terminal:
        text = terminal.wait_until(lambda text: "left bold" in text and "right begins" in text)
        both = next(line for line in text.splitlines() if "left bold" in line)
        assert both.index("│") < both.index("right begins"), "side by side"
        gates[0].open()
        terminal.wait_until("left end ␛[31m")
        gates[1].open()
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()
        assert b"\x1b[31m" not in terminal.output.replace(b"\x1b[31m\xe2", b"")
        assert "right end" in terminal.text and "longest" in terminal.text
        final = terminal.output.rpartition(b"A\r")[2].decode()
        assert all(f"line {number}" in final for number in range(40)), "all of it is in the scrollback"


def test_a_frame_as_tall_as_the_screen_leaves_nothing_behind_in_the_scrollback(
    program: Program, server: OpenAIServer
) -> None:
    """tmux takes the erasing of all from the first cell on for the clearing of a screen, and keeps what was there."""
    gate = Gate()
    server.script("fast", *(f"line {n}\n\n" for n in range(40)), "the end", gate, " of it", Finish())
    server.say("slow", "short")
    with Terminal(program.argv(*TWO, "hi"), program.environment, columns=80, rows=12) as terminal:
        terminal.wait_until("the end")
        gate.open()
        assert terminal.wait_for_exit() == 0
        assert terminal.output.count(b"A\r") > 1
        assert b"\r\x1b[J" not in terminal.output


def test_more_panes_than_the_screen_has_lines_for_still_stay_in_place(program: Program, server: OpenAIServer) -> None:
    gate = Gate()
    server.script("fast", "some", gate, Finish())
    words = program.argv("compare", "-m", "local/fast", "-n", "16", "hi")
    with Terminal(words, program.environment, columns=80, rows=10) as terminal:
        terminal.wait_until(lambda text: "waiting" in text)
        gate.until_reached_blocking(16)
        gate.open()
        assert terminal.wait_for_exit() == 0
        moves = [int(rows) for rows in re.findall(rb"\x1b\[(\d+)A\r", terminal.output)]
        assert moves and max(moves) < 10, "what is further up than the screen is high cannot be written over"


def test_one_model_asked_twice_is_told_apart_in_the_summary(program: Program, server: OpenAIServer) -> None:
    server.script("fast", "one two three", Finish(usage=(7, 50)), once=True)
    server.script("fast", "one", Finish(usage=(7, 5)), once=True)
    words = program.argv("compare", "-m", "local/fast", "-n", "2", "hi")
    with Terminal(words, program.environment) as terminal:
        assert terminal.wait_for_exit() == 0
        assert re.search(r"longest: local/fast #[12] \(", terminal.text)


def test_narrow_terminals_have_fewer_columns(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "left")
    server.say("slow", "right")
    with Terminal(program.argv(*TWO, "hi"), program.environment, columns=60, rows=24) as terminal:
        assert terminal.wait_for_exit() == 0
        assert "│" not in terminal.text
        assert terminal.text.index("left") < terminal.text.index("right")


def test_on_a_narrow_terminal_the_summary_breaks_between_names(program: Program, server: OpenAIServer) -> None:
    names = [f"a-model-with-a-rather-long-name-{number}" for number in range(3)]
    for number, name in enumerate(names):
        server.script(name, "one", Finish(usage=(7, 50 if number == 2 else 5)), once=True)
    models = [argument for name in names for argument in ("-m", f"local/{name}")]
    with Terminal(program.argv("compare", *models, "hi"), program.environment, columns=60, rows=24) as terminal:
        assert terminal.wait_for_exit() == 0
        longest = terminal.text[terminal.text.index("longest: ") :]
        assert "-\n" not in longest
        assert [name for name in names if f"local/{name}" in longest] == names[2:]


def test_columns_without_colour(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "left **bold** `code`")
    server.say("slow", "right")
    program.environment["NO_COLOR"] = "1"
    with Terminal(program.argv(*TWO, "hi"), program.environment) as terminal:
        assert terminal.wait_for_exit() == 0
        assert "left bold code" in terminal.text
        assert b"m" not in bytes(terminal.output).replace(b"complete", b"").split(b"\x1b[")[1][:3]
        assert not any(
            piece.split(b"m")[0].replace(b";", b"").isdigit() for piece in terminal.output.split(b"\x1b[")[1:]
        )


def test_ctrl_c_on_a_terminal_leaves_it_as_it_was(program: Program, server: OpenAIServer) -> None:
    server.script("fast", "begun", Gate())
    server.script("slow", Gate())
    with Terminal(program.argv(*TWO, "hi"), program.environment) as terminal:
        terminal.wait_until("begun")
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 130
        assert "begun" in terminal.text and "cancelled" in terminal.text
        terminal.assert_restored()


# -- many prompts ----------------------------------------------------------------------------------------------------


def test_ctrl_c_while_the_prompts_are_read(program: Program, server: OpenAIServer) -> None:
    os.mkfifo(program.home / "prompts")
    # The second `with` goes on once the program reads as well.
    with program.start(*TWO, "--prompts", "prompts") as process, (program.home / "prompts").open("wb"):
        process.send_signal(signal.SIGINT)
        assert end_of(process, 130) == ("", "")
    assert server.requests == []


def test_a_file_of_prompts(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes")
    (program.home / "prompts").write_text('one two\n\n"three"\n{"prompt": "four", "id": 7}\n')
    lines = program.run("compare", "-m", "local/fast", "--prompts", "prompts").lines
    assert [(line["line"], line["prompt"], line["pane"], line["text"]) for line in lines] == [
        (1, "one two", 0, "yes"),
        (3, "three", 0, "yes"),
        (4, "four", 0, "yes"),
    ]
    assert lines[2]["input"] == {"prompt": "four", "id": 7}
    assert [request.json["messages"][-1]["content"] for request in server.requests] == ["one two", "three", "four"]


def test_a_run_goes_on_where_it_was_stopped(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes")
    server.script("slow", "yes", once=True)
    server.script("slow", "be", Gate(), "gun", once=True)
    server.refuse("slow", 500, once=True)
    server.say("slow", "yes")
    (program.home / "prompts").write_text("one\ntwo\nthree\n")
    words = (*TWO, "--prompts", "prompts", "--results", "results")
    with program.start(*words) as process:
        server.until_requests_blocking(4)
        results = program.home / "results"
        while results.read_text().count("\n") < 3:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, errors = end_of(process, 130)
        assert errors == "1 of 3 prompts answered.\n"
    with results.open("a") as file:
        file.write('{"torn": ')
    ran = program.run(*words, code=1)
    assert len(server.requests) == 4 + 3, "only what is not complete is asked again"
    program.run(*words)
    assert len(server.requests) == 4 + 3 + 1
    program.run(*words)
    assert len(server.requests) == 4 + 3 + 1
    assert "2 of 3 prompts answered." in ran.errors, "one answer failed"
    whole = [json.loads(line) for line in results.read_text().splitlines() if line != '{"torn": ']
    done = {(line["line"], line["pane"]) for line in whole if line["status"] == "complete"}
    assert done == {(line, pane) for line in (1, 2, 3) for pane in (0, 1)}


def test_a_prompt_that_moves_in_its_file_keeps_its_answers(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes")
    prompts = program.home / "prompts"
    words = ("compare", "-m", "local/fast", "--prompts", "prompts", "--results", "results")
    asked = []
    for lines in ("one two", "new two one", "new one two", "one one new two two", "two one one"):
        prompts.write_text(lines.replace(" ", "\n"))
        program.run(*words)
        asked.append(" ".join(request.json["messages"][-1]["content"] for request in server.requests))
        server.requests.clear()
        count = len(lines.split())
        assert program.run(*words).error == f"{count} of {count} prompts answered."
        assert server.requests == []
    assert asked == ["one two", "new", "", "one two", ""], "the same prompt twice is asked twice"


@pytest.mark.parametrize(
    "other",
    [
        ["--temperature", "1"],
        ["--system", "Answer in rhymes."],
        ["--max-tokens", "7"],
        ["--seed", "3"],
        ["--no-stream"],
    ],
    ids=lambda words: words[0],
)
def test_an_answer_counts_for_the_parameters_it_was_asked_with(
    program: Program, server: OpenAIServer, other: list[str]
) -> None:
    server.say("fast", "yes")
    (program.home / "prompts").write_text("one\ntwo\n")
    words = ("compare", "-m", "local/fast", "--prompts", "prompts", "--results", "results")
    program.run(*words)
    program.run(*words, *other)
    assert len(server.requests) == 4, "other parameters are another question"
    program.run(*words)
    assert program.run(*words, *other).error == "2 of 2 prompts answered."
    assert len(server.requests) == 4, "both are answered now"


def test_parameters_of_the_settings_count_like_those_of_the_command_line(
    program: Program, server: OpenAIServer
) -> None:
    server.say("fast", "yes")
    (program.home / "prompts").write_text("one\n")
    words = ("compare", "-m", "local/fast", "--prompts", "prompts", "--results", "results")
    plain = program.config.read_text()
    asked = {}
    for name, line in {"temperature": "temperature = 1", "nested": "provider = { order = [1, { a = 2.0 }] }"}.items():
        program.config.write_text(f'{plain}\n[models."local/fast"]\n{line}\n')
        program.run(*words)
        program.run(*words)
        asked[name] = len(server.requests)
    assert asked == {"temperature": 1, "nested": 2}
    program.config.write_text(plain)
    program.run(*words, "--temperature", "1.0")
    assert len(server.requests) == 2, "1 and 1.0 are the same temperature"
    results = [json.loads(line) for line in (program.home / "results").read_text().splitlines()]
    assert [(line["parameters"], line["repeat"]) for line in results] == [
        ({"temperature": 1}, 0),
        ({"provider": {"order": [1, {"a": 2.0}]}}, 0),
    ]


def test_each_repeat_is_an_answer_of_its_own(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes")
    (program.home / "prompts").write_text("one\n")
    words = ("compare", "-m", "local/fast", "--prompts", "prompts", "--results", "results")
    program.run(*words)
    program.run(*words, "-n", "3")
    assert len(server.requests) == 3, "the first one is there already"
    results = [json.loads(line) for line in (program.home / "results").read_text().splitlines()]
    assert sorted((line["pane"], line["repeat"]) for line in results) == [(0, 0), (1, 1), (2, 2)]


def test_results_that_do_not_say_their_parameters_count_and_are_told(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes")
    (program.home / "prompts").write_text("one\ntwo\n")
    words = ("compare", "-m", "local/fast", "--prompts", "prompts", "--results", "results", "--temperature", "1")
    old = {"type": "end", "status": "complete", "line": 1, "prompt": "one", "pane": 0, "model": "local/fast"}
    (program.home / "results").write_text(json.dumps(old) + "\n")
    told, answered = program.run(*words).errors.splitlines()
    assert told == "results: results without parameters are reused (1). To ask again, choose another file."
    assert answered == "2 of 2 prompts answered."
    assert [request.json["messages"][-1]["content"] for request in server.requests] == ["two"]


def test_what_stops_a_run_says_how_far_it_came(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes")
    (program.home / "prompts").write_text("one\ntwo\nthree\n")
    words = ("compare", "-m", "local/fast", "--prompts", "prompts", "--results", "results")
    program.run(*words, code=0)
    (program.home / "prompts").write_text("one\ntwo\nnew\nthree\nthree\n")
    ran = program.run(*words[:3], "-m", "nobody/x", *words[3:], code=2)
    assert ran.error.endswith(" 0 of 5 prompts answered."), "of the two answers that each is to have"


def test_progress_is_a_bar_on_standard_error(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes")
    (program.home / "prompts").write_text("one \x1b]0;title\x07\ntwo\n")
    words = ("compare", "-m", "local/fast", "--prompts", "prompts", "--results", "results")
    with Terminal(program.argv(*words), program.environment, columns=30) as terminal:
        assert terminal.wait_for_exit() == 0
        assert b"\x1b]0;" not in terminal.output
        assert "█" in terminal.output.decode() or "░" in terminal.output.decode()
        assert terminal.text.strip().startswith("2 of 2 prompts answered.\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{not json\n", "line 1"),
        (b'ok\n{"text": "x"}\n', "line 2"),
        (b"caf\xe9\n", "UTF-8"),
        (b"\n \n", "no prompt"),
        (b"\xc2\xa0\n\x1c\n", "no prompt"),
        (b'ok\n" "\n', "line 2: expected a text that is not empty."),
    ],
)
def test_a_broken_file_of_prompts_asks_nothing(
    program: Program, server: OpenAIServer, content: bytes, said: str
) -> None:
    (program.home / "prompts").write_bytes(content)
    assert said in program.run("compare", "--prompts", "prompts", code=2).error
    assert server.requests == []


@pytest.mark.parametrize(
    "words",
    [
        ["--prompts", "missing"],
        ["--prompts", "x", "and", "words"],
        ["--results", "x", "hi"],
        ["-n", "0", "hi"],
        ["-n", "100", "hi"],
        ["--diff", "--markdown", "hi"],
        ["--json", "--markdown", "hi"],
        ["-m", "nobody/x", "-m", "local/fast", "hi"],
    ],
)
def test_bad_usage_is_one_line_and_2(program: Program, server: OpenAIServer, words: list[str]) -> None:
    assert program.run("compare", *words, code=2).error
    assert server.requests == []

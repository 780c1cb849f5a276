"""`textchat ask` as scripts and people use it, against a real server."""

from __future__ import annotations

import json
import os
import signal
import stat
from pathlib import Path

import pytest

from tests.commands.contract import check_reply
from tests.commands.program import PATIENCE_S, Program, end_of, read_until
from tests.flow.terminal import Terminal
from tests.servers.openai import Call, Close, Finish, OpenAIServer, Repeat, Think
from tests.servers.waiting import Gate

# Not one of these may end a line of the output or be changed in it.
ODD = "tab\tU+2028 \u2028 NEL \x85 bell \x07 escape \x1b[31m nul \x00 é 你好 🏳️‍🌈 \r\nend"


def asked(server: OpenAIServer) -> str:
    content = server.requests[-1].json["messages"][-1]["content"]
    assert isinstance(content, str)
    return content


def test_the_answer_is_passed_on_byte_by_byte(program: Program, server: OpenAIServer) -> None:
    server.say("fast", *ODD)
    ran = program.run("ask", "What", "is", "it?")
    assert (ran.out, ran.errors) == (ODD, "")
    assert asked(server) == "What is it?"
    assert server.requests[0].json["stream"] is True


def test_what_arrives_is_out_at_once(program: Program, server: OpenAIServer) -> None:
    gate = Gate()
    server.script("fast", "one ", gate, "two")
    with program.start("ask", "go") as process:
        assert read_until(process, b" ") == "one "
        gate.open()
        assert end_of(process, 0) == ("two", "")


@pytest.mark.parametrize(
    ("words", "stdin", "prompt"),
    [
        (["-m", "local/fast", "a", "b"], "", "a b"),
        (["a", "-m", "local/fast", "b"], "", "a b"),
        (["review", "this"], "diff\n+1\n", "review this\n\ndiff\n+1"),
        ([], "only this\n", "only this"),
        (["-"], "only this", "only this"),
        (["--", "-m", "--", "ask"], "", "-m -- ask"),
        (["--", "-"], "alone", "alone"),
    ],
)
def test_words_and_standard_input_are_one_prompt(
    program: Program, server: OpenAIServer, words: list[str], stdin: str, prompt: str
) -> None:
    server.say("fast", "yes")
    program.run("ask", *words, stdin=stdin)
    assert asked(server) == prompt


def test_a_terminal_is_not_read_and_nothing_on_it_is_obeyed(program: Program, server: OpenAIServer) -> None:
    server.script(
        "fast", Think("hm\x1b]2;evil\x07"), "red \x1b[31m", "\U0001f3f4\U000e0067", "\U000e007f end", Finish()
    )
    with Terminal(program.argv("ask", "hi"), program.environment) as terminal:
        assert terminal.wait_for_exit() == 0
        flag = "\U0001f3f4\U000e0067\U000e007f"
        shown = f"\r\x1b[K\x1b[2mhm␛]2;evil␇\n\x1b[0m\nred ␛[31m{flag} end\n"
        assert terminal.output.decode().replace("\r\n", "\n").endswith(shown)


def test_the_next_try_is_counted_down(program: Program, server: OpenAIServer) -> None:
    server.refuse("fast", 429, "Slow down", headers={"Retry-After": "1"}, once=True)
    server.say("fast", "here")
    program.configure(program.config.read_text().replace("retries = 0", "retries = 1"))
    with Terminal(program.argv("ask", "hi"), program.environment) as terminal:
        terminal.wait_until("Retrying in 1 s (1 of 1)")
        assert terminal.wait_for_exit() == 0
        assert terminal.text.strip() == "here"


def test_no_colour_means_no_escape_sequence_at_all(program: Program, server: OpenAIServer) -> None:
    server.script("fast", Think("hm"), "words", Finish())
    program.environment["NO_COLOR"] = "1"
    with Terminal(program.argv("ask", "hi"), program.environment) as terminal:
        assert terminal.wait_for_exit() == 0
        assert bytes(terminal.output) == b"words\r\n"


def test_json_is_the_contract(program: Program, server: OpenAIServer) -> None:
    server.script("fast", Think("let me "), Think("see"), *ODD, Call("look", '{"at": 1}'), Finish("tool_calls", (9, 4)))
    ran = program.run("ask", "--json", "hi")
    end = check_reply(ran.lines)
    assert ran.lines[0] == {"type": "start", "model": "local/fast", "stream": True}
    assert ran.out.splitlines()[0] == '{"type":"start","model":"local/fast","stream":true}'
    assert {"type": "tool_call", "name": "look", "arguments": '{"at": 1}'} in ran.lines
    assert (end["text"], end["reasoning"], end["finish_reason"]) == (ODD, "let me see", "tool_calls")
    assert (end["usage"]["input_tokens"], end["usage"]["output_tokens"], end["usage"]["source"]) == (9, 4, "reported")
    timing = end["timing"]
    assert timing["first_token_s"] < timing["first_text_s"] <= timing["total_s"], "a thought is no word"
    assert (end["cost_usd"], end["cost_source"]) == (None, None)


def test_json_of_the_demo_needs_no_configuration(program: Program) -> None:
    program.config.unlink()
    first, second = (check_reply(program.run("ask", "--json", "Hello").lines) for _ in range(2))
    assert first["model"] == "demo/fast"
    assert first["text"] == second["text"] != ""


def test_no_stream_is_one_blocking_request(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "all ", "at once")
    ran = program.run("ask", "--json", "--no-stream", "hi")
    end = check_reply(ran.lines)
    assert [line["type"] for line in ran.lines] == ["start", "text", "end"]
    assert ran.lines[0]["stream"] is False
    assert not server.requests[0].json.get("stream")
    assert (end["text"], end["timing"]["tokens_per_s"]) == ("all at once", None)


def test_options_beat_the_settings(program: Program, server: OpenAIServer) -> None:
    with program.config.open("a") as config:
        config.write('[models."local/fast"]\ntemperature = 0.1\nseed = 1\nsystem = "Old."\ntop_k = 5\n')
    server.say("fast", "yes")
    program.run("ask", "--temperature", "0.9", "--max-tokens", "7", "--seed", "42", "--system", "New.", "hi")
    sent = server.requests[0].json
    assert (sent["temperature"], sent["seed"], sent["top_k"]) == (0.9, 42, 5)
    assert 7 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))
    assert sent["messages"][0] == {"role": "system", "content": "New."}


def test_a_price_in_the_settings_makes_a_cost(program: Program, server: OpenAIServer) -> None:
    with program.config.open("a") as config:
        config.write('[models."local/fast"]\nprice = { input = 1.0, output = 2.0 }\n')
    server.say("fast", "yes", usage=(1000, 500))
    end = check_reply(program.run("ask", "--json", "hi").lines)
    assert end["cost_usd"] == pytest.approx(0.002)
    server.say("slow", "yes")
    assert check_reply(program.run("ask", "-m", "local/slow", "--json", "hi").lines)["cost_usd"] is None


def test_a_short_reply_is_counted_without_a_network(program: Program, server: OpenAIServer) -> None:
    """The vocabulary is loaded while the reply comes, and waited for at its end."""
    text = "自行车不会倒，主要是因为骑车的人一直在控制方向。"
    usages = {}
    for model in ("gpt-4o", "claude-sonnet-4-5", "qwen3:8b", "some-model"):
        server.say(model, text, usage=None)
        end = check_reply(program.run("ask", "-m", f"local/{model}", "--json", text).lines)
        usages[model] = end["usage"]
    exact = usages["gpt-4o"]
    assert (exact["output_tokens"], exact["source"], exact["input_source"]) == (16, "counted", "counted")
    assert exact["input_tokens"] == 16 + 7, "and what surrounds a message"
    assert {usage["source"] for model, usage in usages.items() if model != "gpt-4o"} == {"estimated"}
    counts = [usages[model]["output_tokens"] for model in ("qwen3:8b", "some-model", "claude-sonnet-4-5")]
    assert counts == sorted(counts) and counts[0] < 16 and counts[2] > 18


# -- endings ---------------------------------------------------------------------------------------------------------


def test_a_failure_keeps_what_arrived(program: Program, server: OpenAIServer) -> None:
    server.script("fast", "half an ", "answer", Close())
    ran = program.run("ask", "hi", code=1)
    assert ran.out == "half an answer"
    assert ran.error
    ran = program.run("ask", "--json", "hi", code=1)
    end = check_reply(ran.lines)
    assert (end["status"], end["text"], end["error"]["message"]) == ("failed", "half an answer", ran.error)


def test_a_refusal_is_one_sentence(program: Program, server: OpenAIServer) -> None:
    server.refuse("fast", 429, "Slow down", headers={"Retry-After": "120"})
    ran = program.run("ask", "--json", "hi", code=1)
    end = check_reply(ran.lines)
    assert (end["error"]["kind"], end["error"]["status"], end["error"]["retry_after_s"]) == ("rate_limit", 429, 120)
    assert ran.error == end["error"]["message"]


def test_a_dead_server_is_one_sentence(program: Program) -> None:
    program.configure('[providers.dead]\nbase_url = "http://127.0.0.1:9/v1"\nretries = 0\n')
    ran = program.run("ask", "-m", "dead/x", "--json", "hi", code=1)
    assert check_reply(ran.lines)["error"]["kind"] == "network"
    assert "127.0.0.1:9" in ran.error


@pytest.mark.parametrize("form", [[], ["--json"], ["--save"], ["--stats"]])
def test_ctrl_c_keeps_what_arrived_and_closes_the_connection(
    program: Program, server: OpenAIServer, form: list[str]
) -> None:
    server.script("fast", "one ", "two ", Gate(), "never")
    with program.start("ask", *form, "go") as process:
        seen = read_until(process, b"two ")
        process.send_signal(signal.SIGINT)
        out, errors = end_of(process, 130)
    server.requests[0].until_disconnected_blocking()
    if form == ["--json"]:
        lines = [json.loads(line) for line in (seen + out).splitlines()]
        assert check_reply(lines)["status"] == "cancelled"
    else:
        assert seen + out == "one two "
        assert errors == "" or form == ["--stats"]


def test_ctrl_c_while_the_key_is_fetched(program: Program, server: OpenAIServer) -> None:
    """A shell that is ended may leave its child behind, which holds the pipe."""
    os.mkfifo(program.home / "waits")
    with program.config.open("a") as config:
        config.write('api_key_command = "echo half; cat waits; echo key"\n')
    # The second `with` goes on once the command reads as well.
    with program.start("ask", "--json", "Hello?") as process, (program.home / "waits").open("wb"):
        process.send_signal(signal.SIGINT)
        out, errors = end_of(process, 130)
    assert errors == ""
    assert json.loads(out.splitlines()[-1])["status"] == "cancelled"
    assert server.requests == []


def test_ctrl_c_before_the_first_word(program: Program, server: OpenAIServer) -> None:
    server.script("fast", Gate(), "never")
    with program.start("ask", "go") as process:
        server.until_requests_blocking(1)
        process.send_signal(signal.SIGINT)
        assert end_of(process, 130) == ("", "")
    server.requests[0].until_disconnected_blocking()


def test_ctrl_c_ends_it_also_where_nobody_reads(program: Program, server: OpenAIServer) -> None:
    """As with `less`, which waits on its first page and keeps Ctrl+C to itself."""
    server.script("fast", "x" * 300_000, Gate(), "never")
    with program.start("ask", "go") as process:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"x"
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130


def test_a_reader_that_goes_away_ends_the_request_quietly(program: Program, server: OpenAIServer) -> None:
    server.script("fast", Repeat("words and more words. "))
    with program.config.open("a") as config:
        config.write("repeat_limit = 0\n")
    with program.start("ask", "go") as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(100)
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 141
        assert process.stderr.read() == b""
    server.requests[0].until_disconnected_blocking()


def test_a_full_disk_is_one_sentence(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "words")
    with Path("/dev/full").open("wb") as full, program.start("ask", "go", stdout=full) as process:
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, errors) == (1, b"Cannot write to standard output: No space left on device.\n")


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (["cut", Finish("length")], "length limit"),
        (["cut", Finish("content_filter")], "content filter"),
        ([Finish()], "empty"),
        ([Think("hm"), Finish()], "thought"),
    ],
)
def test_an_odd_ending_is_said(program: Program, server: OpenAIServer, steps: list[str | Finish], said: str) -> None:
    server.script("fast", *steps)
    assert said in program.run("ask", "hi").error


def test_stats_are_on_standard_error(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "a", "b", usage=(11, 22))
    ran = program.run("ask", "--stats", "hi")
    assert ran.out == "ab"
    assert ran.error.startswith("local/fast: complete (stop) · first token after ")
    assert "11 in · 22 out" in ran.error


# -- bad usage -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "No prompt. Pass"),
        (["-m", "nobody/x", "hi"], "nobody"),
        (["-m", "fast", "hi"], "PROVIDER/MODEL"),
        (["-m", "local/a", "-m", "local/b", "hi"], "textchat compare"),
        (["--temperature", "hot", "hi"], "--temperature"),
        (["--temperature", "nan", "hi"], "--temperature"),
        (["--max-tokens", "0", "hi"], "--max-tokens"),
        (["--attach", "missing.txt", "hi"], "missing.txt"),
        (["--bogus", "hi"], "--bogus"),
    ],
)
def test_bad_usage_is_one_line_and_2(program: Program, server: OpenAIServer, words: list[str], said: str) -> None:
    ran = program.run("ask", *words, code=2)
    assert said in ran.error
    assert (ran.out, server.requests) == ("", [])


def test_a_broken_configuration_names_file_key_and_mend(program: Program, server: OpenAIServer) -> None:
    program.configure('default_models = ["demo/fast"]\n[providers.local]\nretrys = 1\n[ui]\ntheme = 5\n')
    ran = program.run("ask", "hi", code=2)
    assert str(program.config) in ran.error
    assert "line 3" in ran.error and "providers.local.retrys" in ran.error and "retries" in ran.error
    assert "1 more" in ran.error
    assert ran.out == ""


@pytest.mark.parametrize("data", [b"caf\xe9", b"\x89PNG\r\n\x1a\n"])
def test_input_that_is_no_text_is_refused(program: Program, data: bytes) -> None:
    ran = program.run("ask", "hi", stdin=b"line one\n" + data, code=2)
    assert "Standard input, line 2" in ran.error


# -- recordings ------------------------------------------------------------------------------------------------------


def test_a_recording_plays_back_the_same(program: Program, server: OpenAIServer) -> None:
    server.script("fast", Think("hm"), *ODD, Finish("stop", (3, 4)))
    asked_live = check_reply(program.run("ask", "--json", "--record", "talk.jsonl", "hi").lines)
    with program.config.open("a") as config:
        config.write(f'[providers.tape]\nprotocol = "replay"\nbase_url = "{program.home.as_uri()}"\n')
    played = check_reply(program.run("ask", "-m", "tape/talk", "--json", "hi").lines)
    same = ("text", "reasoning", "finish_reason", "usage", "status")
    assert [played[key] for key in same] == [asked_live[key] for key in same]
    before = (program.home / "talk.jsonl").read_bytes()
    assert "talk.jsonl" in program.run("ask", "--record", "talk.jsonl", "hi", code=2).error
    assert (program.home / "talk.jsonl").read_bytes() == before


def test_a_recording_creates_its_folder_or_nothing_is_sent(program: Program, server: OpenAIServer) -> None:
    """Lost otherwise: a paid reply whose recording was the point."""
    server.script("fast", "hi", Finish("stop"))
    tape = program.home / "tapes" / "of today" / "talk.jsonl"
    program.run("ask", "--record", "tapes/of today/talk.jsonl", "hi")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tape.parents[1], tape.parent, tape)]
    assert modes == [0o700, 0o700, 0o600]
    program.run("ask", "--record", f"{tape}/talk.jsonl", "hi", code=2)
    assert len(server.requests) == 1


# -- files -----------------------------------------------------------------------------------------------------------


def test_pictures_and_texts_go_along(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "nice")
    (program.home / "dot.png").write_bytes(b"\x89PNG\r\n\x1a\nrest")
    (program.home / "notes.md").write_text("# Notes é")
    program.run("ask", "--attach", "dot.png", "--attach", "notes.md", "look")
    sent = json.dumps(server.requests[0].json["messages"], ensure_ascii=False)
    assert "data:image/png;base64,iVBORw0KGgpyZXN0" in sent
    assert "# Notes é" in sent and "look" in sent


@pytest.mark.parametrize(
    ("data", "said"), [(b"\x00\x01", "is not text, a picture, a PDF or sound"), (b"x" * (20 * 1024**2 + 1), "larger")]
)
def test_what_no_model_takes_is_refused(program: Program, data: bytes, said: str) -> None:
    (program.home / "blob").write_bytes(data)
    assert said in program.run("ask", "--attach", "blob", "look", code=2).error


# -- the store -------------------------------------------------------------------------------------------------------


def test_saved_is_in_the_store_before_it_is_answered(program: Program, server: OpenAIServer) -> None:
    gate = Gate()
    server.script("fast", "one ", gate, "two", Finish("stop", (3, 2)))
    with program.start("ask", "--save", "keep", "this") as process:
        assert read_until(process, b" ") == "one "
        shown = program.run("conversations", "list", "--json").lines
        assert [line["title"] for line in shown] == ["keep this"]
        gate.open()
        end_of(process, 0)
    (line,) = program.run("conversations", "show", shown[0]["id"], "--json").lines
    prompt, answer = line["messages"]
    assert (prompt["role"], prompt["text"]) == ("user", "keep this")
    assert (answer["text"], answer["status"], answer["usage"]["output_tokens"]) == ("one two", "complete", 2)
    assert line["panes"][0]["leaf_id"] == answer["id"]


def test_a_store_that_cannot_be_opened_is_said_before_anything_is_asked(program: Program, server: OpenAIServer) -> None:
    data = Path(program.environment["XDG_DATA_HOME"]) / "textchat"
    data.mkdir(parents=True)
    (data / "textchat.db").write_bytes(b"This is no database, but it is long enough to look like one to SQLite." * 20)
    server.say("fast", "yes")
    ran = program.run("ask", "--save", "hi", code=1)
    assert "textchat.db" in ran.error
    assert server.requests == []
    assert program.run("ask", "hi").out == "yes", "without --save the store does not matter"


def test_estimates_are_marked_in_the_statistics(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes", usage=(10, 5))
    server.script("slow", "some words", Finish(usage=None))
    for model in ("local/fast", "local/slow"):
        program.run("ask", "-m", model, "hi")
    _, fast, slow = program.run("stats").out.splitlines()
    assert fast.split()[4:6] == ["10", "5"]
    assert [word[0] for word in slow.split()[4:6]] == ["~", "~"]


def test_every_request_is_in_the_journal(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes", usage=(10, 5))
    server.refuse("slow", 401)
    for model in ("local/fast", "local/fast", "local/slow"):
        program.run("ask", "-m", model, "secret words", code=None)
    fast, slow = program.run("stats", "--json").lines
    assert (fast["model"], fast["requests"], fast["input_tokens"], fast["output_tokens"]) == ("local/fast", 2, 20, 10)
    assert (slow["failed"], slow["complete"]) == (1, 0)
    database = Path(program.environment["XDG_DATA_HOME"]) / "textchat" / "textchat.db"
    assert b"secret words" not in database.read_bytes(), "the journal holds no text"

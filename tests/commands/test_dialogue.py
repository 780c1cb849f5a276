"""`textchat --plain`: the whole of it as the lines that it prints, from a script of lines and in terminals."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from signal import Signals

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commands.program import Program
from tests.examples import examples
from tests.flow.terminal import Terminal
from tests.servers.openai import Close, OpenAIServer
from tests.servers.waiting import Gate
from tests.snapshots.pictures import ACCEPTS
from textchat.commands.dialogue.dispatch import HANDLERS
from textchat.commands.dialogue.paragraphs import passages
from textchat.commands.dialogue.sentences import LONGEST_SENTENCE, Sentences
from textchat.commands.dialogue.table import BY_NAME, SECTIONS, completions
from textchat.commands.dialogue.words import ending_words
from textchat.core.conversation import Message, Role, Status
from textchat.ui.keymap import BY_ID

ACCEPTED = Path(__file__).with_name("compared.txt")
GIVEN_BY_OTHERS = frozenset({"prompt.editor", "pane.blind"})
"""Actions of the app that stand in the contract."""
FIRST = "Both know this.\n\nOnly the first says that.\n\nThe sky is blue by day."
SECOND = (
    "Both know this.\n\nThe sky is black by night.\n\n```python\nprint(1)\n```\n\nOnly the second adds this at length."
)


def talked(program: Program, *lines: str, words: tuple[str, ...] = ()) -> str:
    """What is printed for a script of lines, with every figure as `N`."""
    out = program.run("--plain", *words, stdin="".join(f"{line}\n" for line in lines)).out
    return re.sub(r"(?<![-\w/])\d+(?:\.\d+)?(?= (?:seconds|tokens))|\d+(?= s\b)", "N", out)


def test_replies_are_merged_by_words(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "Use a lock.")
    server.say("slow", "1. Use a lock (A, B)\n2. Test it (B)")
    script = (
        "/merge",
        "How?",
        "/merge table by local/slow",
        "/merge points 1",
        "/pane 2",
        "/merge checklist",
        "/merge points 9",
        "/merge points 2",
        "/merge As a poem.",
        "/show",
        "/quit",
    )
    said = talked(program, *script)
    assert "No replies to merge yet." in said
    assert "3 local/slow, merged" in said or "Merged from local/fast and local/slow by 3 local/slow" in said, said
    assert "The merge is in 3 local/slow, which is active now." in said
    assert "No list of points yet. /merge checklist makes one." in said
    assert "1: Use a lock (A and B)" in said and "2: Test it (B)" in said
    assert "Type numbers from 1 to 2, or all." in said
    asked = [request.json["messages"][-1]["content"] for request in server.requests]
    assert [text.split("\n")[-1] for text in asked[-2:]] == ["- Test it", "As a poem."], said
    assert "2: Merged from local/fast and local/slow by local/slow:" in said


def test_what_is_known_of_a_reply_is_read_again_with_it(program: Program, server: OpenAIServer) -> None:
    check = {"type": "contains", "value": "no", "passed": False, "why": "The reply does not contain “no”."}
    row = {"line": 1, "prompt": "Well?", "pane": 0, "model": "local/fast", "text": "yes", "status": "complete"}
    failed = {"line": 2, "status": "failed", "text": "", "error": {"kind": "server", "message": "It is too busy."}}
    (program.home / "rows.jsonl").write_text(f"{json.dumps(row | {'checks': [check]})}\n{json.dumps(row | failed)}\n")
    said = talked(program, "/show", "/quit", words=("--open", "rows.jsonl:1"))
    assert "local/fast:\nyes\n✗ The check failed. contains: The reply does not contain “no”.\nEnd of" in said
    assert "local/fast:\nIt is too busy.\n" in talked(program, "/show", "/quit", words=("--open", "rows.jsonl:2"))


def test_a_compared_conversation_as_a_whole(program: Program, server: OpenAIServer) -> None:
    server.say("fast", *FIRST)
    server.say("slow", *SECOND)
    script = (
        "What is it?",
        "/compare",
        "/diff",
        "/vote 2",
        "/compare paragraphs",
        "And now?",
        "/only 2",
        "/show",
        "/quit",
    )
    said = talked(program, *script)
    said = re.sub(r"(?m)^(?:Fastest|First token|Longest): .*\n", "", said)  # who wins is a matter of the machine
    if ACCEPTS:
        ACCEPTED.write_text(said, "utf-8")
    assert said == ACCEPTED.read_text("utf-8")
    talked(program, "/compare turns")
    assert 'compare_by = "turns"' in program.config.with_name("preferences.toml").read_text()


SAID = {
    "entries": (
        ["/foo", "/", "/1 two", "/modle", "/help modle", " /foo is a path", "/usr/bin/foo", "one \\", "two", "/show"],
        [
            "No command /foo. /help lists all. To send",
            "No command /. /help lists",
            "No command /1. /help lists",
            "Did you mean /model?",
            "Did you mean /model?",
            "fast says:\nyes",
            "fast says:\nyes",
            "5: You:\none \ntwo\n",
        ],
    ),
    "panes": (
        ["/add local/slow", "/pane 1", "/target one", "hi", "/close 2", "/undo", "/close 9", "/pane", "/only"],
        [
            "Added 2 local/slow.",
            "1 local/fast is active.",
            "Prompts go to 1 local/fast only.",
            "1 local/fast says:\nyes",
            "Closed pane 2 (local/slow). /undo brings",
            "Brought back pane 2 (local/slow).",
            "No pane 9. /panes lists them.",
            "Type /pane and a number.",
            "Continuing with local/fast.",
        ],
    ),
    "ratings": (
        [
            "/ratings",
            "/add local/slow",
            "hi",
            "/vote 2",
            "/tag code",
            "/ratings",
            "/ratings Open code",
            "/ratings talk",
        ],
        [
            "No votes here. Type /vote or /tie after",
            "Voted for 2 local/slow.",
            "local/slow: rating 1131, a guess from few votes, from 1 open vote, usually in ",
            "Too few votes to say: a model needs 10.",
            "local/slow: rating 1131",
            "No tag talk. Tags: code. Kinds of votes: open, blind, named.",
        ],
    ),
    "models": (
        ["/model", "/model 99", "/model local/slow", "/model no such", "hi"],
        [
            "demo/fast, ",
            "/model and a number",
            "No model 99 in",
            "goes to local/slow.",
            "No model matches",
            "slow says:\nno",
        ],
    ),
    "replies": (
        [
            "/retry",
            "hi",
            "/regenerate",
            "/versions",
            "/version 1",
            "/continue",
            "/rewrite hello",
            "/remove",
            "/undo",
            "/read",
            "/branch 1",
            "/read",
            "/thinking",
        ],
        [
            "No prompt to send again.",
            "2: local/fast, shown: yes",
            "local/fast says:\nyes",
            "Deleted 2 messages. /undo",
            "Brought back 2 messages.",
            "local/fast says:\nyes",
            "The next prompt follows message 1.",
            "No reply yet.",
        ],
    ),
    "parameters": (
        ["/system Be brief.", "/system", "/set temperature 0.5", "/set top_k 40", "/set temperature hot", "/set", "hi"],
        ["The system prompt is set.", "\nBe brief.\n", "temperature 0.5", "top_k 40", "temperature: expected a number"],
    ),
    "conversations": (
        [
            "/rename Talk",
            "hi there",
            "/rename My talk",
            "/tag a b",
            "/pin",
            "/new",
            "/search there",
            "/open 1",
            "/private",
            "/open",
            "/open 1",
            "/delete",
            "/undo",
            "/archive",
            "/undo",
            "/export talk.md",
            "/export talk.md",
            "/stats",
        ],
        [
            "This conversation is empty.",
            "Renamed to “My talk”.",
            "Tags: a, b.",
            "Pinned",
            "New conversation.\nlocal/fast.",
            "1: My talk, prompt: hi there",
            "Opened “My talk”, 2 messages.",
            "never saved",
            "1: My talk, ",
            "Deleted “My talk”. /undo brings it back until you quit.",
            "Brought back “My talk”.",
            "Archived “My talk”.",
            "Brought back “My talk”.",
            "Exported to ",
            "already exists and was not changed",
            "local/fast: 1 request",
        ],
    ),
    "personas": (
        [
            "/persona",
            "/persona 1",
            "/system",
            "/persona none",
            "/undo",
            "/persona nobody",
            "/prompt",
            "/prompt 1",
            "/prompt sum 'two words'",
        ],
        [
            "1: Pirate: Say arr.",
            "local/fast, Pirate.",
            "\nSay arr.\n",
            "Using no persona. /undo undoes this.",
            "Brought back ",
            "No persona is called “nobody”.",
            "1: sum: Sum up",
            "Type /prompt sum and a value for each variable",
            "\nSum up two words.\n",
        ],
    ),
    "files": (
        [
            "/attach nothing",
            "/attach ~nobodyhere/x",
            "/attach note.txt",
            "/attach",
            "/detach",
            "/attach note.txt",
            "look",
            "/save 1",
            "/edit",
        ],
        [
            "Cannot read nothing: No such file",
            "Cannot read ~nobodyhere/x: not a file name.",
            "Attached note.txt, text/plain, 5 B.",
            "Removed 1 file.",
            "The last reply has no files.",
            "An editor needs a terminal.",
        ],
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_what_each_command_says(program: Program, server: OpenAIServer, name: str) -> None:
    server.say("fast", "yes")
    server.say("slow", "no")
    (program.home / "note.txt").write_text("noted")
    for file, text in (
        ("personas/p.toml", 'name = "Pirate"\nsystem = "Say arr."'),
        ("prompts/sum.md", "Sum up {{what}}."),
    ):
        path = program.config.with_name(file.partition("/")[0]) / file.partition("/")[2]
        path.parent.mkdir()
        path.write_text(text)
    script, wanted = SAID[name]
    said, at = talked(program, *script, words=("-m", "local/fast")), 0
    for piece in wanted:
        assert piece in said[at:], (piece, said)
        at = said.index(piece, at) + len(piece)
    sent = [request.json for request in server.requests if request.body]
    assert not any(message["content"] in ("/foo", "/modle") for each in sent for message in each.get("messages", ()))
    if name == "parameters":
        assert sent[-1]["temperature"] == 0.5 and sent[-1]["messages"][0]["content"] == "Be brief."
    if name == "files":
        assert "noted" in json.dumps(sent[-1])


FULL = """
    [models."local/fast"]
    context_window = 640
    [context]
    full = "ask"
"""


def test_a_prompt_that_does_not_fit_waits_for_a_choice(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes", usage=None)
    program.configure(program.config.read_text() + textwrap.dedent(FULL))
    long, longest = "word " * 300, "word " * 350
    script = (long, "Hi", f"{longest}B", "/drop", "/show", "/whole", "/send", f"{longest}C", "/summarise", "/show",
              "/whole", "/undo", f"{longest}D", "/anyway", "/anyway")  # fmt: skip
    said = program.run("--plain", "-m", "local/fast", stdin="\n".join(script)).out
    at = 0
    for piece in (
        "This prompt does not fit.\nlocal/fast: about ",
        "/drop sends it without the oldest: 2 older messages are not sent.\n/summarise sums up ",
        "/anyway sends it as it is",
        "The prompt was not sent, and is kept: /send tries again.",
        "End of local/fast.",
        "2: local/fast:\nyes\n2 older messages are not sent. /whole sends all again.\n3: You:",
        "All messages are sent again.",
        "No prompts wait.",
        "This prompt does not fit.",
        "Summary by local/fast says:\nyes",
        "End of local/fast.",
        "7: Summary by local/fast:\nyes\n",
        "older messages are sent as a summary. /whole sends all again.",
        "Deleted a summary. /undo brings it back.\nAll messages are sent again.",
        "Brought back a summary.",
        "This prompt does not fit.",
        "End of local/fast.",
        "No prompt waits to be sent.",
    ):
        assert piece in said[at:], (piece, re.sub("(word ){9,}", "… ", said))
        at = said.index(piece, at) + len(piece)
    sent = [
        [message["content"][-6:].strip() for message in each.json["messages"]] for each in server.requests if each.body
    ]
    assert [each[-1] for each in sent] == ["word", "Hi", "word B", sent[3][-1], "word C", "word D"]
    assert sent[2] == ["Hi", "yes", "word B"]


def test_what_is_asked_again_and_does_not_fit_waits_for_a_choice(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes", usage=None)
    program.configure(program.config.read_text() + textwrap.dedent(FULL))
    long, longest = "word " * 300, "word " * 350
    script = (long, "Hi", f"/rewrite {longest}B", "/queue", "/drop", "/whole", "/regenerate", "/summarise", "/show",
              "/undo", "/continue", "Ho", "/send", "/anyway")  # fmt: skip
    said = program.run("--plain", "-m", "local/fast", stdin="\n".join(script)).out
    at = 0
    for piece in (
        "This prompt does not fit.\nlocal/fast: about ",
        "/drop sends it without the oldest: 2 older messages are not sent.\n/summarise sums up 2 older messages first",
        "/anyway sends it as it is",
        "Not sent, and nothing has changed: /send tries again.",
        "Not sent: the last request. /send sends it.",
        "End of local/fast.",
        "All messages are sent again.",
        "This request does not fit.",
        "Not sent, and nothing has changed",
        "Summary by local/fast says:\nyes",
        "End of local/fast.",
        "2 older messages are sent as a summary. /whole sends all again.\n3: You:",
        "word B\n4: Summary by local/fast:\nyes\n",
        "5: local/fast:\nyes",
        "This request does not fit.",
        "This prompt does not fit.",
        "The prompt was not sent, and is kept",
        "This prompt does not fit.",
        "End of local/fast.",
    ):
        assert piece in said[at:], (piece, re.sub("(word ){9,}", "… ", said))
        at = said.index(piece, at) + len(piece)
    sent = [
        [message["content"][-6:].strip() for message in each.json["messages"]] for each in server.requests if each.body
    ]
    assert sent[2] == ["word B"] and sent[4] == ["word B"] and sent[5][-1] == "Ho" and len(sent) == 6


def test_a_provider_is_connected_by_one_line_that_holds_no_key(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes")
    program.environment |= {"HERE_KEY": "sk-of-the-test"}
    program.configure("[ui]\ndiscover = false")
    secret = "sk-" + "a1B2" * 10
    said = talked(
        program, "/connect", "/connect 99", f"/connect {secret}", f"/connect openai {secret}",
        f"/connect {server.base_url} variable NOT_THERE", f"/connect {server.base_url} name mine variable HERE_KEY",
        "/model 1", "hi",
    )  # fmt: skip
    for piece in ("1: OpenAI, needs a key", "No provider 99", "never the key itself", "NOT_THERE is not set",
                  "Connected mine: ", "1: mine/fast", "next prompt goes to mine/fast", "End of mine"):  # fmt: skip
        assert piece in said, (piece, said)
    assert said.count(secret) == 2, "where it was typed, and nowhere else"
    kept = program.config.with_name("preferences.toml").read_text()
    assert "HERE_KEY" in kept and "sk-of" not in kept


def test_it_is_the_apps_conversation(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "yes\x1b]0;evil\x07")
    assert "␛]0;evil␇" in program.run("--plain", "-m", "local/fast", "Hi", stdin="").out
    (known,) = program.run("conversations", "list", "--json").lines
    assert known["messages"] == 2
    said = program.run("--plain", "--continue", stdin="And?\n").out
    assert "Opened “Hi”, 2 messages." in said and len(server.requests[-1].json["messages"]) == 3


def test_a_failure_is_one_sentence_with_the_next_step(program: Program, server: OpenAIServer) -> None:
    server.refuse("fast", 429, "Slow down", headers={"Retry-After": "0"}, once=True)
    server.script("fast", "half", Close())
    program.configure(program.config.read_text().replace("retries = 0", "retries = 1"))
    said = talked(program, "hi", words=("-m", "local/fast"))
    assert re.search(r"Waiting for local/fast\.\nlocal/fast: .*Slow down.* Retrying in N s \(try 1 of 1\)\.\n", said)
    assert re.search(r"local/fast says:\nhalf\nlocal/fast failed\. .* What arrived is kept: /continue resumes it", said)


def test_a_dumb_terminal_gets_lines_and_no_control_sequence(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "One. ", "Two.")
    program.environment |= {"TERM": "dumb", "NO_COLOR": "1"}
    with Terminal(program.argv("-m", "local/fast"), program.environment) as terminal:
        terminal.wait_until("You:")
        terminal.type("hi\n")
        terminal.wait_until("End of local/fast.")
        terminal.wait_until(lambda text: text.count("You:") == 2)
        terminal.send_signal(Signals.SIGTERM)
        assert terminal.wait_for_exit() == 143, "as everywhere"
        terminal.assert_restored()
        said = terminal.output.decode()
        assert said.startswith("TERM is dumb: textchat prints plain lines, as with --plain.\r\n")
        assert "\x1b" not in said and "\r" not in said.replace("\r\n", "") and "\r\nOne. Two.\r\n" in said


def test_a_paste_is_one_prompt_and_ctrl_c_keeps_what_arrived(program: Program, server: OpenAIServer) -> None:
    server.script("fast", "One. Tw", Gate())
    program.environment["TERM"] = "linux"
    with Terminal(program.argv("--plain", "-m", "local/fast"), program.environment) as terminal:
        terminal.wait_until("You:")
        terminal.paste("a\nb")
        terminal.press("enter")
        terminal.wait_until("One.")
        assert "Tw" not in terminal.text, "not half a sentence"
        terminal.press("ctrl+c")
        terminal.wait_until("Press Ctrl+C again to quit.\nYou:")
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 130
        assert "Tw\n" in terminal.text and "was cancelled" in terminal.text
        terminal.assert_restored()
        printed = terminal.output.partition(b"Waiting for")[2]
        assert set(re.findall(rb"\x1b[^a-zA-Z]*[a-zA-Z]", printed)) <= {b"\x1b[?2004h", b"\x1b[?2004l"}
    assert server.requests[0].json["messages"][-1]["content"] == "a\nb"
    assert program.run("conversations", "list", "--json").lines[0]["messages"] == 2


def test_nothing_of_textual_is_loaded(program: Program) -> None:
    code = "import sys; from textchat.cli import main; main(['--plain', 'hi']); print('textual' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=program.environment,
        cwd=program.home,
        input=b"",
        capture_output=True,
        check=True,
    )
    assert ran.stdout.endswith(b"False\n")


def test_its_commands_are_the_actions_of_the_app() -> None:
    rows = [row for section in SECTIONS.values() for row in section]
    assert {row.action for row in rows if row.action} <= BY_ID.keys() | GIVEN_BY_OTHERS
    assert {row.name for row in rows} == HANDLERS.keys()
    assert len(BY_NAME) == sum(1 + len(row.others) for row in rows), "no name is given twice"
    assert completions("/mod") == ["/model", "/models"] and completions("mod") == []


def test_a_summary_that_did_not_come_is_not_to_be_resumed() -> None:
    summary = Message("s", None, Role.ASSISTANT, "half", status=Status.CANCELLED, covers="a")
    assert ending_words("Summary by a", summary) == "Summary by a was cancelled. Nothing has changed."


# -- what is printed when --------------------------------------------------------------------------------------------

TEXTS = st.lists(
    st.sampled_from(["One. ", "Two! ", "e.g. x", "\n", "```\n", "~~~py\n", "a. b\n", "好。", "”", " ", "`c. d` ", "…"]),
    max_size=30,
).map("".join)


@given(TEXTS, st.lists(st.integers(1, 7), min_size=1, max_size=8))
@settings(max_examples=examples(200), deadline=None)
def test_sentences_joined_are_the_text_however_it_is_cut(text: str, steps: list[int]) -> None:
    sentences, given_out, at, number = Sentences(), list[str](), 0, 0
    while at < len(text):
        end = at + steps[number % len(steps)]
        given_out.append(sentences.feed(text[at:end]))
        at, number = end, number + 1
    assert all(re.search(r"[\n \t]$|[。！？][”’」』）]*$", piece) for piece in given_out if piece)
    assert "".join([*given_out, sentences.close()]) == text


def test_code_comes_by_lines_and_no_sentence_is_waited_for_for_ever() -> None:
    sentences = Sentences()
    assert sentences.feed("```\nx = a. b") == "```\n" and sentences.feed("\ny. z") == "x = a. b\n"
    assert len(Sentences().feed("word " * LONGEST_SENTENCE)) > LONGEST_SENTENCE


PARAGRAPHS = st.lists(st.sampled_from(["one two three", "four five six seven", "# Head", "- item one\n- item two",
                                       "```\ncode\n```", "one two four", "eight nine ten"]), max_size=6)  # fmt: skip


@given(st.lists(PARAGRAPHS.map("\n\n".join), min_size=2, max_size=4))
@settings(max_examples=examples(100), deadline=None)
def test_passages_have_each_word_of_each_reply(texts: list[str]) -> None:
    names = [str(number) for number, _ in enumerate(texts, start=1)]
    if not texts[0].strip():
        texts[0] = "one two three"
    found = passages(texts, names)
    for name, text in zip(names, texts, strict=True):
        said = [each.text for each in found if {"Both", "All", name, f"{name},"} & {*each.who.split()}]
        assert sorted(" ".join(said).split()) == sorted(text.split())

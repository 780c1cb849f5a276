"""What the shell sees beside a command's own output: colours, mistyped names, Markdown on a terminal, `ask -c`."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commands.program import Program
from tests.examples import examples
from tests.flow.terminal import Terminal
from tests.servers.openai import OpenAIServer
from textchat.commands.arguments import COMMANDS, parse
from textchat.commands.mistyped import command_meant
from textchat.commands.output import terminal as terminal_module
from textchat.commands.output.markdown_lines import MarkdownLines

COLOURS = [
    ({}, True, True),
    ({}, False, False),
    ({"TERM": "dumb"}, True, False),
    ({"NO_COLOR": "1"}, True, False),
    ({"NO_COLOR": ""}, True, True),
    ({"CLICOLOR": "0"}, True, False),
    ({"CLICOLOR": "1"}, False, False),
    ({"FORCE_COLOR": "1"}, False, True),
    ({"FORCE_COLOR": "3", "TERM": "dumb"}, True, True),
    ({"FORCE_COLOR": "0"}, True, False),
    ({"CLICOLOR_FORCE": "1"}, False, True),
    ({"CLICOLOR_FORCE": "0"}, False, False),
    ({"CLICOLOR_FORCE": "0"}, True, True),
    ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ({"CLICOLOR_FORCE": "1", "CLICOLOR": "0"}, True, False),
]


@pytest.mark.parametrize(("environment", "is_terminal", "has_colour"), COLOURS)
def test_colours_are_switched_as_everywhere(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], is_terminal: bool, has_colour: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(terminal_module, "is_terminal", lambda descriptor: is_terminal)
    assert terminal_module.has_colour(1) is has_colour
    assert terminal_module.can_redraw(1) <= is_terminal, "no line is written over in a pipe"


def test_forced_colours_reach_a_pipe(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "a needle")
    program.run("ask", "--save", "hay")
    program.environment["FORCE_COLOR"] = "1"
    assert "\x1b[1mneedle\x1b[" in program.run("conversations", "search", "needle").out
    program.environment["CLICOLOR"] = "0"
    assert "\x1b" not in program.run("conversations", "search", "needle").out


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("aks", "ask"),
        ("askk", "ask"),
        ("Ask", "ask"),
        ("modles", "models"),
        ("conversation", "conversations"),
        ("xompare", "compare"),
        ("ask", None),
        ("hello", None),
        ("ask me", None),
        ("a", None),
        ("", None),
    ],
)
def test_a_mistyped_command_is_known(word: str, meant: str | None) -> None:
    assert command_meant(word, COMMANDS) == meant


def test_a_mistyped_command_is_never_sent(program: Program) -> None:
    said = program.run("modles", "ollama", code=2).error
    assert "textchat models" in said and "--" in said
    assert parse(["--", "modles"]).prompt == ["modles"]
    assert parse(["what", "modles"]).prompt == ["what", "modles"]


def test_short_names_of_options() -> None:
    assert parse(["-c"]).continue_newest and parse(["--plain", "-c"]).plain
    assert parse(["ask", "-c", "go", "on"]).continue_newest


def test_ask_goes_on_with_the_newest_conversation(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "first")
    server.say("slow", "second")
    program.run("ask", "-c", "one")
    program.run("ask", "-c", "two")
    program.run("ask", "-c", "-m", "local/slow", "three", "--seed", "7")
    (known,) = program.run("conversations", "list", "--json").lines
    assert known["messages"] == 6, "there was none: the first began one"
    sent = server.requests[-1].json
    assert [each["content"] for each in sent["messages"]] == ["one", "first", "two", "first", "three"]
    assert (sent["model"], sent["seed"]) == ("slow", 7)
    program.run("ask", "not saved")
    assert program.run("conversations", "list", "--json").lines[0]["messages"] == 6


MARKDOWN = (
    "# Head\n\nSome **bold** [words](https://example.com).\n\n| a | b |\n|---|---|\n| 1 | 22 |\n\n```py\nx = 1\n```\n"
)


@pytest.mark.parametrize("flag", ["", "--raw"])
def test_markdown_is_rendered_on_a_terminal_alone(program: Program, server: OpenAIServer, flag: str) -> None:
    server.say("fast", *MARKDOWN)
    assert program.run("ask", "hi").out == MARKDOWN
    program.environment["TERM"] = "xterm"
    with Terminal(program.argv("ask", "hi", *flag.split()), program.environment, columns=60) as terminal:
        assert terminal.wait_for_exit() == 0
        output, text = terminal.output.decode().replace("\r\n", "\n"), terminal.text
    if flag:
        assert output.endswith(MARKDOWN)
    else:
        assert "\x1b[1mbold\x1b[0m" in output and "\x1b]8" not in output
        assert text.strip().startswith("Head\n\nSome bold words (example.com).\n\na │ b\n──┼")
        assert text.strip().endswith("1 │ 22\n\npy\nx = 1")
        printed = output.partition("Head")[2]
        assert not re.search(r"\x1b\[[^m]*[A-Za-ln-z]", printed), "what is printed is never redrawn"


WORDS = st.lists(
    st.sampled_from(
        ["# a\n", "b *c* ", "`d` ", "- e\n", "\n", "```\n", "| f | g |\n", "|---|---|\n", "> h\n", "1. i\n"]
    ),
    max_size=25,
).map("".join)


def test_the_narrowest_terminal_gets_each_sign() -> None:
    lines = MarkdownLines(1, has_colour=False)
    assert "".join((lines.feed("abcdef ghi"), lines.close())).split() == ["ab", "cd", "ef", "gh", "i"]


@given(WORDS, st.integers(1, 9))
@settings(max_examples=examples(100), deadline=None)
def test_lines_are_printed_once_however_the_text_comes(text: str, step: int) -> None:
    whole, cut = MarkdownLines(30, has_colour=False), MarkdownLines(30, has_colour=False)
    wanted = whole.feed(text) + whole.close()
    printed = "".join(cut.feed(text[at : at + step]) for at in range(0, len(text), step)) + cut.close()
    assert printed.split() == wanted.split()

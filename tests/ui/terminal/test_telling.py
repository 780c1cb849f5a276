"""What the terminal is told beside the screen: a title, and of long replies that end while nobody looks."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flow.terminal import PATIENCE_S, Terminal, isolated_environment
from textchat.core.conversation import Conversation, Message, Role, Status, Timing
from textchat.ui.terminal.telling.forms import Form, form_of, notification, takes_title
from textchat.ui.terminal.telling.long_replies import LongReplies
from textchat.ui.terminal.telling.title import TerminalTitle

LONG, SHORT = Timing(0.1, 12.0, 10.0), Timing(0.1, 1.0, 10.0)
REPLY = Message("m", None, Role.ASSISTANT, "secret", model="demo/fast", timing=LONG)


@pytest.mark.parametrize(
    ("environ", "form", "has_title"),
    [
        ({"TERM": "xterm-256color"}, Form.BELL, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, Form.OSC_9, True),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, Form.OSC_9, True),
        ({"TERM": "xterm-kitty"}, Form.OSC_99, True),
        ({"TERM": "foot"}, Form.OSC_777, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, Form.OSC_777, True),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0", "LC_TERMINAL": "iTerm2"}, Form.BELL, True),
        ({"TERM": "screen", "STY": "1.pts"}, Form.BELL, False),
        ({"TERM": "linux"}, Form.BELL, False),
        ({"TERM": "dumb"}, Form.NONE, False),
        ({}, Form.NONE, False),
    ],
)
def test_a_terminal_gets_what_it_is_known_to_take(environ: dict[str, str], form: Form, has_title: bool) -> None:
    assert (form_of(environ), takes_title(environ)) == (form, has_title)
    assert bool(TerminalTitle(environ).show("a")) == has_title


@pytest.mark.parametrize("form", Form)
def test_no_text_ends_its_sequence(form: Form) -> None:
    hostile = "\x1b]0;x\a\x1b\\\x9c\x07\n;y" + "z" * 500
    said = notification(form, hostile)
    ends = said.count("\x1b\\")
    assert said.count("\x1b") == 2 * ends and len(said) < 300 and "\x9c" not in said
    assert said.count("\a") == (form is Form.BELL)


def test_the_old_title_is_put_away_once_and_comes_back_once() -> None:
    title = TerminalTitle({"TERM": "xterm"})
    assert title.show("a\x1bb\a") == "\x1b[22;2t\x1b]2;a␛b␇\x1b\\"
    assert (title.show("a\x1bb\a"), title.show("c")) == ("", "\x1b]2;c\x1b\\")
    assert (title.leave(), title.leave(), title.reset) == ("\x1b[23;2t", "", "")
    assert title.enter() == "\x1b[22;2t\x1b]2;c\x1b\\"
    assert (title.show(""), title.leave()) == ("\x1b[23;2t", "")


@pytest.mark.parametrize(
    ("ended", "says"),
    [
        ([REPLY], ["demo/fast has replied."]),
        ([replace(REPLY, timing=SHORT)], []),
        ([replace(REPLY, status=Status.CANCELLED)], []),
        ([replace(REPLY, status=Status.FAILED)], ["The reply of demo/fast failed."]),
        ([replace(REPLY, timing=SHORT), REPLY], ["2 replies have ended."]),
        ([replace(REPLY, status=Status.FAILED), REPLY, REPLY], ["3 replies have ended, 1 failed."]),
    ],
)
def test_the_end_of_the_last_long_reply_is_told_once(ended: list[Message], says: list[str]) -> None:
    said: list[str] = []
    replies, conversation = LongReplies(said.append), Conversation("c")
    for number, message in enumerate(ended, start=1):
        replies.ended(conversation, message, is_last=number == len(ended))
    assert said == says


SOON = """
import sys
from textchat.cli import main
from textchat.ui.terminal.telling import long_replies

long_replies.LONG_S = 0
sys.exit(main(sys.argv[1:]))
"""
"""textchat where every reply is a long one."""


def test_in_a_terminal_without_the_focus(tmp_path: Path) -> None:
    environment = isolated_environment(tmp_path, LC_TERMINAL="iTerm2")
    with Terminal([sys.executable, "-c", SOON], environment) as terminal:
        terminal.wait_until("Ask demo/fast")
        terminal.wait_until(lambda _: b"\x1b[22;2t\x1b]2;textchat\x1b\\" in terminal.output)
        terminal.send(b"\x1b[I")
        terminal.type("seen\r")
        terminal.wait_until("✓ done")
        terminal.type("hidden\r\x1b[O")  # a key that comes later would mean that somebody is there
        notice = b"\x1b]9;demo/fast has replied.\x1b\\"
        terminal.wait_until(lambda _: notice in terminal.output, PATIENCE_S)
        assert "\x1b]2;textchat — seen\x1b\\".encode() in terminal.output
        assert terminal.output.count(b"\x1b]9;") == 1, "nothing was told of the one that was seen"
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()
        assert terminal.output.count(b"\x1b[23;2t") == 1

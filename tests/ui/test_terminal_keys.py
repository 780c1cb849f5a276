"""Keys as a real terminal sends them, byte by byte, through a pty."""

from __future__ import annotations

import re
import sys

import pexpect
import pytest

PROGRAM = """
from textual import on
from textchat.ui.messages import PromptSubmitted
from textchat.ui.input.input_bar import InputBar
from tests.ui.demo import Demo

class App(Demo):
    def compose(self):
        yield InputBar("type here")

    @on(PromptSubmitted)
    def _sent(self, event):
        self.exit(event.draft.text)

print("SENT", repr(App().run()))
"""


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("one\x1b\rtwo\r", "one\\ntwo"),  # Alt+Enter where the terminal knows no better protocol
        ("one\x1bdtwo\x1bw\r", "onetwo"),  # Alt with a letter, which is not typed
        ("one\x1b[13;3utwo\r", "one\\ntwo"),  # Alt+Enter and Shift+Enter in the kitty keyboard protocol
        ("one\x1b[13;2utwo\r", "one\\ntwo"),
        ("one\ntwo\r", "one\\ntwo"),  # Ctrl+J
        ("one\\<next>\r<next>two<next>\r", "one\\ntwo"),  # a backslash, then Enter
        ("\x1b[200~one\rtwo\x1b[201~\r", "one\\ntwo"),  # a bracketed paste
        # Ctrl+W, Ctrl+Y twice, Ctrl+_, Alt+Backspace; then Backspace takes a thumb with its skin tone
        ("one two\x17\x19\x19\x1f\x1b\x7f👍🏽\x7f!\r", "one !"),
    ],
)
def test_new_lines_reach_the_input_bar(typed: str, sent: str) -> None:
    terminal = pexpect.spawn(
        sys.executable, ["-c", PROGRAM], encoding="utf-8", timeout=20, dimensions=(24, 80), env=None
    )
    try:
        terminal.expect("ype here")  # the cursor stands on the first letter
        for read in typed.split("<next>"):
            terminal.send(read)
        terminal.expect("SENT '([^']*)'")
        assert isinstance(terminal.match, re.Match)
        assert terminal.match.group(1) == sent
        terminal.expect(pexpect.EOF)
    finally:
        terminal.close(force=True)

"""Whatever ends the program: the text is kept, the terminal is as it was, and the exit code says what it was."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from signal import Signals

import pytest

from tests.flow.local import local_environment
from tests.flow.terminal import PATIENCE_S, TEXTCHAT, Terminal
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate
from textchat.config import paths

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a pty and signals")

INT, TERM, HUP = Signals.SIGINT, Signals.SIGTERM, Signals.SIGHUP
TSTP, STOP, CONT = Signals.SIGTSTP, Signals.SIGSTOP, Signals.SIGCONT
SHOWN, HIDDEN = b"\x1b[?25h", b"\x1b[?25l"
DRAWN_ANEW = b"\x1b[?1049h"
PROCESSES = Path("/proc")
LONGEST_S = 4.0
"""Two seconds are promised; a machine that is busy with other tests takes its time to begin."""


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment whose model says two words and then nothing until it is asked for more."""
    with OpenAIServer() as server:
        server.script("slow", "Two words\n\n", Gate())
        yield local_environment(tmp_path, server)


def is_stopped(process_id: int) -> bool:
    state = (PROCESSES / str(process_id) / "stat").read_text().rpartition(")")[2].split()[0]
    assert state not in "ZX", "it has ended"
    return state == "T"


def stop(terminal: Terminal, number: Signals) -> None:
    terminal.send_signal(number)
    while not is_stopped(terminal.process_id):
        terminal.read_for(0.01)


def go_on(terminal: Terminal) -> None:
    """Continue, and wait until the screen has been drawn anew."""
    drawn = terminal.output.count(DRAWN_ANEW)
    terminal.send_signal(CONT)
    while terminal.output.count(DRAWN_ANEW) == drawn:
        terminal.read_for(0.01)


@pytest.mark.skipif(not PROCESSES.exists(), reason="needs /proc")
def test_stopped_and_continued_in_any_order_it_gives_back_what_it_found(environment: dict[str, str]) -> None:
    with Terminal(TEXTCHAT, environment) as terminal:
        terminal.wait_until("demo/fast")
        go_on(terminal)
        for number in (STOP, TSTP, STOP):
            stop(terminal, number)
            if number is TSTP:
                terminal.wait_until_restored()
            go_on(terminal)
            go_on(terminal)
            terminal.wait_until("Ask demo/fast")
        terminal.type("still here")
        terminal.wait_until("still here")
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()


@pytest.mark.parametrize(("numbers", "code"), [((INT, INT), 130), ((TERM, TSTP, INT, HUP, CONT), 143)])
def test_every_signal_keeps_the_text_and_restores_the_terminal(
    waiting: dict[str, str], numbers: tuple[Signals, ...], code: int
) -> None:
    with Terminal((*TEXTCHAT, "-m", "local/slow", "Go on"), waiting) as terminal:
        terminal.wait_until("Two words")
        for number in numbers:
            terminal.send_signal(number)
            terminal.read_for(0.02)
        assert terminal.wait_for_exit() == code
        terminal.assert_restored()
    with closing(sqlite3.connect(paths.database(waiting))) as connection:
        rows = connection.execute("SELECT role, status, length(text) > 0 FROM messages ORDER BY key").fetchall()
    assert rows == [("user", "complete", 1), ("assistant", "interrupted", 1)]


def test_a_terminal_that_has_gone_or_takes_nothing_ends_it(environment: dict[str, str]) -> None:
    with Terminal(("sh", "-c", 'exec "$@" 2>&-', "x", *TEXTCHAT), environment) as terminal:
        terminal.wait_until("demo/fast")
        begun = time.monotonic()
        assert terminal.end_of_hung_up() == 128 + HUP
        assert time.monotonic() - begun < LONGEST_S
    with Terminal(TEXTCHAT, environment) as terminal:
        terminal.wait_until("demo/fast")
        terminal.type("x" * 50_000)  # drawn for longer than a pty holds, and read by nobody from here on
        terminal.send_signal(TERM)
        assert terminal.end_unread() == 128 + TERM


def test_standard_error_may_be_a_file(environment: dict[str, str]) -> None:
    with Terminal(("sh", "-c", 'exec "$@" 2>errors', "x", *TEXTCHAT), environment) as terminal:
        terminal.wait_until("demo/fast")
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()
    assert Path(environment["HOME"], "errors").read_text() == ""


ASK = ("ask", "-m", "local/slow", "Go on")
COMPARE = ("compare", "-m", "local/slow", "-m", "local/slow", "Go on")


@pytest.mark.parametrize(
    ("words", "number", "code"),
    [
        (ASK, HUP, 129),
        (COMPARE, TERM, 143),
    ],
)
def test_a_command_ends_as_by_ctrl_c(
    waiting: dict[str, str], words: tuple[str, ...], number: Signals, code: int
) -> None:
    with Terminal((*TEXTCHAT, *words), waiting) as terminal:
        terminal.wait_until("Two words")
        terminal.send_signal(number)
        assert terminal.wait_for_exit() == code
        terminal.assert_restored()


@pytest.mark.skipif(not PROCESSES.exists(), reason="needs /proc")
def test_a_comparison_that_is_stopped_shows_the_cursor_and_goes_on_below(waiting: dict[str, str]) -> None:
    with Terminal((*TEXTCHAT, *COMPARE), waiting) as terminal:
        terminal.wait_until("Two words")
        stop(terminal, TSTP)
        terminal.read_for(0.05)
        assert terminal.output.rfind(SHOWN) > terminal.output.rfind(HIDDEN)
        terminal.send_signal(CONT)
        while terminal.output.count(HIDDEN) < 2:
            terminal.read_for(PATIENCE_S)
        terminal.send_signal(INT)
        assert terminal.wait_for_exit() == 130
        terminal.assert_restored()

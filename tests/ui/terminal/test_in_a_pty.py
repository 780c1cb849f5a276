"""Bytes through a pty, and what stands in the fields then: one app, many inputs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.terminal import Terminal, isolated_environment
from tests.servers.waiting import wait_until_blocking
from tests.ui.terminal.recorder import QUESTION

ENTER = b"\x1b[13u"
"""As the kitty protocol spells it, so that it is Enter wherever a read ends."""
START, END = b"\x1b[200~", b"\x1b[201~"
STYLED = b"a \x1b[1mb\x1b[0m c \x1b]8;;x\x1b\\d"
REPORTS = b"f\x1b]11;rgb:1e1e/1e1e\x07o\x1bP>|x(1)\x1b\\o\x1b[?62;22c\x1b[?997;1n\x1b[8;24;80tX\x1b[99;99z"
LOG = b"\x1b[31mERROR\x1b[0m one\r\x1b[32mok\x1b[0m \x07two\rthree\x11"
ODD = "می‌خواهم 👩‍💻 東京　駅 10 km \ue0a0 🏴󠁧󠁢󠁥󠁮󠁧󠁿 a\u200bb\u00ad\u200e\U0001fae9"

SENT = {
    "Alt+Enter": (b"one\x1b\rtwo", "one\ntwo"),
    "Alt+Enter, kitty": (b"one\x1b[13;3utwo", "one\ntwo"),
    "Shift+Enter, kitty": (b"one\x1b[13;2utwo", "one\ntwo"),
    "Shift+Enter, modifyOtherKeys": (b"one\x1b[27;2;13~two", "one\ntwo"),
    "Ctrl+Enter": (b"one\x1b[13;5utwo\x1b[27;5;13~three", "one\ntwo\nthree"),
    "Ctrl+J": (b"one\ntwo", "one\ntwo"),
    "a backslash and Enter": (b"one\\" + ENTER + b"two", "one\ntwo"),
    "a paste": (START + b"one\rtwo" + END, "one\ntwo"),
    "a log in a paste": (b"see " + START + LOG + END + b" end", f"see {LOG.decode()} end".replace("\r", "\n")),
    "text and escapes in a paste": (START + STYLED + END, STYLED.decode()),
    "lines in one burst": (b"one\rtwo\r\tthree\rfour", "one\ntwo\n\tthree\nfour"),
    "Latin-1": (b"caf\xe9 noir \xff", "caf\ufffd noir \ufffd"),
    "Meta with eight bits, then a mouse beyond column 95": (b"a\xe1b\x1b[M\x23\xe1\xe2c", "a\ufffdbc"),
    "keys of richer modes": (b"a\x1b[97;1:3ub\x1b[97:65;2u\x1b[1;1:3A\x1b[99999999uc", "abAc"),
    "reports": (REPORTS, "fooX"),
    "chords of Alt that mean nothing": (b"a\x1b1\x1b.\x1bA\x1bO\x1b \x1bab\x1b\x07", "ab"),
    "characters without a picture": (ODD.encode(), ODD),
}  # fmt: skip


class Recorded:
    """A running recorder: what goes in, and what it has written down since."""

    def __init__(self, terminal: Terminal, path: Path) -> None:
        self.terminal = terminal
        self._path = path
        self._seen = 0

    def next(self, kind: str) -> list[object]:
        """What is entered or told next."""

        while True:
            wait_until_blocking(self._has_more, f"another note, {kind}")
            note: list[object] = json.loads(self._path.read_text("utf-8").splitlines()[self._seen])
            self._seen += 1
            if note[0] == kind:
                return note[1:]

    def _has_more(self) -> bool:
        self.terminal.read_for(0.005)  # a program that nobody reads from stops
        return self._path.exists() and self._path.read_text("utf-8").count("\n") > self._seen


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """The window is 80x24, whatever the environment says."""
    folder = tmp_path_factory.mktemp("recorder")
    environment = isolated_environment(folder / "home", COLUMNS="100", LINES="30")
    argv = (sys.executable, "-m", "tests.ui.terminal.recorder", str(folder / "notes"))
    with Terminal(argv, environment, columns=80, rows=24) as terminal:
        terminal.wait_until("ype here")
        yield Recorded(terminal, folder / "notes")
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()


def test_the_size_is_that_of_the_window(recorded: Recorded) -> None:
    recorded.terminal.resize(60, 20)
    while (size := recorded.next("size")) != [60, 20]:
        assert size == [80, 24]


@pytest.mark.parametrize(("sent", "entered"), SENT.values(), ids=SENT)
def test_what_is_entered_is_what_was_typed(recorded: Recorded, sent: bytes, entered: str) -> None:
    recorded.terminal.send(sent + ENTER)
    assert recorded.next("bar") == [entered]


def test_a_line_and_its_enter_in_one_go_are_sent(recorded: Recorded) -> None:
    recorded.terminal.send(b"hi\r")
    assert recorded.next("bar") == ["hi"]


def test_a_paste_arrives_in_any_two_reads_and_without_its_end(recorded: Recorded) -> None:
    for data in (START + b"cut \x1b[", b"1m here" + END, START + b" no end"):
        recorded.terminal.send(data)
    recorded.terminal.wait_until("no end")
    recorded.terminal.send(ENTER)
    assert recorded.next("bar") == ["cut \x1b[1m here no end"]


def test_the_terminal_is_asked_and_its_answer_heard(recorded: Recorded) -> None:
    recorded.terminal.press("f1")
    recorded.terminal.wait_until(lambda _: QUESTION.encode() in recorded.terminal.output)
    recorded.terminal.send(b"\x1b[?2026;2$y\x1b[?2027;3$y")
    assert recorded.next("answer") == ["3"]
    recorded.terminal.press("f2")
    assert recorded.next("answer") == [None]


def test_every_field_takes_every_character(recorded: Recorded) -> None:
    recorded.terminal.send(b"\t")
    while recorded.next("focus") != ["Input"]:
        pass
    recorded.terminal.send(ODD.encode() + b"\x1b1\x1b]11;x\x07" + START + b"!\x1bA" + END + ENTER)
    assert recorded.next("field") == [f"{ODD}!\x1bA"]

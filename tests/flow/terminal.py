"""A real terminal for tests: a program runs in a pty, its bytes are drawn by pyte, and keys go in as bytes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from unicodedata import combining

import pyte
from wcwidth import wcwidth

ROOT = Path(__file__).parents[2]
TEXTCHAT = (sys.executable, "-m", "textchat")
PATIENCE_S = 30.0
"""How long a test waits for the screen before it fails; only a failing test ever waits so long."""

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
}

ALTERNATE_SCREEN = 1049
CURSOR_SHOWN = 25
MODES = {
    1000: "mouse clicks reported",
    1002: "mouse drags reported",
    1003: "mouse moves reported",
    1004: "focus reported",
    1006: "mouse in the SGR form",
    1015: "mouse in the urxvt form",
    ALTERNATE_SCREEN: "alternate screen",
    2004: "bracketed paste",
    2026: "synchronised output",
    2048: "size reported in band",
}
"""Private modes of the terminal that a program must not leave behind (xterm's control sequences, "DECSET")."""


def isolated_environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a machine that has nothing: no keys, no settings, every folder of the user below `home`."""
    home.mkdir(parents=True, exist_ok=True)
    folders = {
        "XDG_CONFIG_HOME": home / "config",
        "XDG_DATA_HOME": home / "data",
        "XDG_STATE_HOME": home / "state",
        "XDG_CACHE_HOME": home / "cache",
    }
    return {
        "HOME": str(home),
        **{name: str(folder) for name, folder in folders.items()},
        "TMPDIR": tempfile.gettempdir(),  # of the tests alone
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        **more,
    }


class DrawnScreen(pyte.Screen):
    """pyte's screen with an alternate screen, and deaf to private sequences it takes for plain ones (`CSI > 1 u`)."""

    def set_mode(self, *modes: int, **kind: Any) -> None:
        super().set_mode(*modes, **kind)
        self._change_screen(modes)

    def reset_mode(self, *modes: int, **kind: Any) -> None:
        super().reset_mode(*modes, **kind)
        self._change_screen(modes)

    def _change_screen(self, modes: Sequence[int]) -> None:
        # Both screens start empty; what the main one held before the program is no test's business.
        if ALTERNATE_SCREEN in modes:
            self.erase_in_display(2)
            self.cursor_position()

    def draw(self, data: str) -> None:
        """pyte drops the rest of a text behind a joiner or a vowel sign; here these belong to what is before them."""
        start = 0
        for at, character in enumerate(data):
            if not character.isascii() and not wcwidth(character) and not combining(character):
                super().draw(data[start:at])
                start = at + 1
                row, x = self.buffer[self.cursor.y], max(0, self.cursor.x - 1)
                x -= not row[x].data
                row[x] = row[x]._replace(data=row[x].data + character)
        super().draw(data[start:])

    def select_graphic_rendition(self, *attributes: int, private: bool = False) -> None:
        if not private:
            super().select_graphic_rendition(*attributes)

    def restore_cursor(self, *_: Any, private: bool = False) -> None:
        if not private:
            super().restore_cursor()

    answer: Callable[[str], None] | None = None

    def report_device_status(self, mode: int, **_: Any) -> None:
        """Where the cursor is, if it was told to answer; else the harness says nothing about itself."""
        if mode == 6 and self.answer is not None:
            self.answer(f"\x1b[{self.cursor.y + 1};{self.cursor.x + 1}R")

    def report_device_attributes(self, mode: int = 0, **_: Any) -> None:
        """No answers here either."""


def _write(file: int, report: str) -> None:
    assert os.write(file, report.encode()) == len(report)


def _begin_session() -> None:
    """Give the new program its terminal, and Ctrl+C back, which a shell lets its background jobs ignore."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A program on the other end of a pty. Use it as a context manager: the program ends with the block."""

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        *,
        columns: int = 120,
        rows: int = 40,
        tells_place: bool = False,
    ) -> None:
        self._screen = DrawnScreen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.output = bytearray()
        """Every byte the program has written."""
        self._master, self._slave = pty.openpty()
        if tells_place:
            self._screen.answer = lambda report: _write(self._master, report)
        self._set_size(columns, rows)
        os.set_blocking(self._master, False)
        self._settings_before = termios.tcgetattr(self._slave)
        self._process = subprocess.Popen(
            argv,
            env=dict(environment),
            cwd=environment["HOME"],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            start_new_session=True,
            preexec_fn=_begin_session,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._master)
        os.close(self._slave)

    # -- what goes in ------------------------------------------------------------------------------------------------

    def type(self, text: str) -> None:
        self.send(text.encode())

    def send(self, data: bytes) -> None:
        """What a terminal sends, whatever it is."""
        waiting = data
        while waiting:
            readable, writable, _ = select.select([self._master], [self._master], [], PATIENCE_S)
            if readable:  # a program that is not read from stops reading: neither side may wait for the other
                self._take()
            if writable:
                waiting = waiting[os.write(self._master, waiting) :]
            assert readable or writable, f"The program takes no input. The screen shows:\n{self._framed()}"

    def press(self, *keys: str) -> None:
        """Press keys by name: one of `KEYS`, `ctrl+` and a letter, or a single character."""
        for key in keys:
            if key.startswith("ctrl+"):
                self.type(chr(ord(key[-1]) & 0x1F))
            else:
                self.type(KEYS.get(key, key))

    def paste(self, text: str) -> None:
        """Paste as a terminal does that the program has asked for bracketed paste."""
        self.type(f"\x1b[200~{text}\x1b[201~")

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)

    def send_signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    # -- what comes out ----------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The screen as it is now, one line a row."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def cursor(self) -> tuple[int, int]:
        """The row and the column of the cursor."""
        return self._screen.cursor.y, self._screen.cursor.x

    def cells(self, row: int) -> list[str]:
        """What stands in each cell of a row; nothing in the second cell of a wide character."""
        return [self._screen.buffer[row][x].data for x in range(self._screen.columns)]

    @property
    def process_id(self) -> int:
        return self._process.pid

    def wait_until(self, wanted: str | Callable[[str], bool], patience_s: float = PATIENCE_S) -> str:
        """Read until the screen shows `wanted`, or until it holds for the screen's text; returns that text."""
        holds = wanted if callable(wanted) else lambda text: wanted in text
        deadline = time.monotonic() + patience_s
        while not holds(text := self.text):
            ended = self._process.poll() is not None
            if not self._read(time.monotonic() if ended else deadline):
                raise AssertionError(f"The screen never showed {wanted!r}. It shows:\n{self._framed()}")
        return text

    def read_for(self, seconds: float) -> None:
        """Take in what the program writes next, waiting no longer than `seconds` for it."""
        self._read(time.monotonic() + seconds)

    def wait_for_exit(self, patience_s: float = PATIENCE_S) -> int:
        """The program's exit code, once it has ended by itself."""
        deadline = time.monotonic() + patience_s
        while self._process.poll() is None:
            if not self._read(min(deadline, time.monotonic() + 0.05)) and time.monotonic() > deadline:
                raise AssertionError(f"The program did not end. The screen shows:\n{self._framed()}")
        while self._read(time.monotonic()):
            pass
        return self._process.returncode

    def end_of_hung_up(self) -> int:
        """The exit code, after the terminal has gone: there is nothing to read any more."""
        os.close(self._slave)
        os.close(self._master)
        self._master, self._slave = pty.openpty()  # so that they can be closed once more
        return self._process.wait(PATIENCE_S)

    def end_unread(self) -> int:
        """The exit code of a program of which nobody reads what it writes."""
        return self._process.wait(PATIENCE_S)

    def assert_restored(self) -> None:
        """The terminal is as the program found it: modes, cursor, keyboard protocol and line settings."""
        left = self.left_behind()
        assert not left, f"The program left behind: {', '.join(left)}"

    def wait_until_restored(self) -> None:
        """The same of a program that has only stopped: what it wrote last may still be on its way through the pty."""
        until = time.monotonic() + PATIENCE_S
        while self.left_behind() and time.monotonic() < until:
            self.read_for(0.01)
        self.assert_restored()

    def left_behind(self) -> list[str]:
        """What is otherwise than the program found it, by name."""
        state = dict.fromkeys(MODES, False) | {CURSOR_SHOWN: True}
        for modes, switch in re.findall(rb"\x1b\[\?([\d;]+)([hl])", self.output):
            state |= {int(mode): switch == b"h" for mode in modes.split(b";")}
        left = [name for mode, name in MODES.items() if state[mode]]
        if not state[CURSOR_SHOWN]:
            left.append("hidden cursor")
        pushed = len(re.findall(rb"\x1b\[>\d+u", self.output)) - len(re.findall(rb"\x1b\[<\d*u", self.output))
        if pushed > 0:
            left.append("kitty keyboard protocol")
        if self.output.count(b"\x1b[22;2t") != self.output.count(b"\x1b[23;2t"):
            left.append("title of the window")
        if termios.tcgetattr(self._slave) != self._settings_before:
            left.append("line settings (echo, line mode, signals)")
        return left

    # -- the pty -----------------------------------------------------------------------------------------------------

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self, deadline: float) -> bool:
        """Take in what has come, waiting for it until `deadline`; False when nothing came."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
        if ready:
            self._take()
        return bool(ready)

    def _take(self) -> None:
        data = os.read(self._master, 65536)
        self.output += data
        self._feed(data)

    def _feed(self, data: bytes) -> None:
        self._stream.feed(data)

    def _framed(self) -> str:
        rule = "─" * self._screen.columns
        return f"{rule}\n{self.text}\n{rule}"

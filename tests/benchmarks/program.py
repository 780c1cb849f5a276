"""A program in a real pty, read as raw bytes: nothing is drawn, so that only the program's own time is measured."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE_S = 120.0
TYPED = "¤"
RAW_MODE = b"\x1b[?2004h"
"""Textual asks for bracketed paste once it reads keys."""


class Program:
    """Use it as a context manager: the program ends with the block."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], columns: int = 120, rows: int = 40) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.set_blocking(self._master, False)
        self._before = bytearray()
        self._output = bytearray()
        self._process = subprocess.Popen(
            argv,
            env=dict(environment),
            cwd=environment["HOME"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def type(self, text: str) -> None:
        """Give keys; `wait_for` looks only at what is written from here on."""
        self._before += self._output
        self._output.clear()
        os.write(self._master, text.encode())

    def wait_for(self, wanted: bytes, patience_s: float = PATIENCE_S) -> float:
        """Seconds from now until the program has written `wanted`, counting from the last keys it was given."""
        started = time.perf_counter()
        seen = 0
        while self._output.find(wanted, max(0, seen - len(wanted))) < 0:
            seen = len(self._output)
            left = patience_s - (time.perf_counter() - started)
            if left <= 0 or self._process.poll() is not None:
                raise AssertionError(f"{wanted!r} never came; the last was {bytes(self._output[-2000:])!r}")
            self._read(left)
        return time.perf_counter() - started

    def until_it_takes_keys(self) -> None:
        """Wait until what is typed is shown: the character that tells stands in the input then."""
        self.wait_for(RAW_MODE)
        for _ in range(200):
            self.type(TYPED)
            try:
                self.wait_for(TYPED.encode(), patience_s=0.25)
            except AssertionError:
                continue  # keys that come before the input has the focus are lost
            self.run_for(0.5)
            return
        raise AssertionError("the program never took a key")

    def run_for(self, seconds: float) -> None:
        """Let it run and take in what it writes."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self._read(left)

    def until_written(self, quiet_s: float) -> float:
        """Seconds from now until the last that it wrote before it wrote nothing for so long."""
        started = last = time.perf_counter()
        while self._read(quiet_s):
            last = time.perf_counter()
        return last - started

    def until_exit(self, patience_s: float = PATIENCE_S) -> bytes:
        """Everything it has written from first to last, once it has ended by itself."""
        until = time.perf_counter() + patience_s
        while self._process.poll() is None and time.perf_counter() < until:
            self._read(0.05)
        assert self._process.poll() == 0, f"it did not end well; the last was {bytes(self._output[-2000:])!r}"
        while self._read(0.0):
            pass
        return bytes(self._before + self._output)

    def cpu_s(self) -> float:
        """Seconds of CPU that it has used (Linux)."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """What it holds of the machine's memory (Linux)."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)

    def wakeups(self) -> int:
        """How often its main thread has slept and been woken (Linux)."""
        status = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/status").read_text()
        return int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])

    def _read(self, seconds: float) -> bool:
        """Take in what comes within a time; False where nothing does, or the program has gone."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            self._output += os.read(self._master, 1 << 16)
        except OSError:
            return False
        return True

"""textchat in a pty for a long time, and what it takes meanwhile: memory, descriptors, threads (Linux)."""

from __future__ import annotations

import fcntl
import struct
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.day_server import MODEL, DayServer
from tests.benchmarks.program import Program
from tests.flow.terminal import TEXTCHAT, isolated_environment

QUIET_S = 0.06
"""Nothing written for so long: it has done what it was told."""
REST_S = 8.0
"""Until connections that nobody uses are closed."""
BEGIN_S = 20.0
"""How long a prompt may take to come to the server; else it went elsewhere."""
PATIENCE_S = 180.0
"""How long answers may take: eight of thousands of tokens, on a machine that has other work."""
NEW, ENTER, ESCAPE = "\x0e", "\r", "\x1b"


class Taken(NamedTuple):
    """What a process takes."""

    memory_mb: float
    descriptors: int
    threads: int


class Lived(Program):
    """The app in a pty, given keys and waited for."""

    def __init__(self, home: Path, server: DayServer, *, panes: int = 1, size: tuple[int, int] = (120, 40)) -> None:
        environment = isolated_environment(home)
        config = Path(environment["XDG_CONFIG_HOME"]) / "textchat" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(
            f'[providers.local]\nprotocol = "openai"\nbase_url = "{server.base_url}"\nretries = 0\nmax_concurrent = 8\n'
        )
        self._server = server
        super().__init__([*TEXTCHAT, *["-m", f"local/{MODEL}"] * panes], environment, *size)

    def __enter__(self) -> Lived:
        return self

    def press(self, *keys: str) -> None:
        """Give keys one after the other, each when it has done what the one before means."""
        for key in keys:
            self.type(key)
            self.until_quiet()

    def ask(self, prompt: str, answers: int = 1) -> bool:
        """Send a prompt and wait until its answers, at least so many, are over and drawn; False where they do not come.

        On a machine that has other work, a key may come before what it is for: the prompt waits in a queue then, or is
        typed into a dialog that was to be closed.
        """
        server, before = self._server, self._server.begun
        self.type(prompt + ENTER)
        if not self._wait_until(lambda: server.begun >= before + answers, BEGIN_S) or not self._wait_until(
            lambda: server.ended >= server.begun, PATIENCE_S
        ):
            self.press(ESCAPE)
            return False
        self.until_quiet()
        return True

    def _wait_until(self, is_so: Callable[[], bool], patience_s: float) -> bool:
        until = time.monotonic() + patience_s
        while not is_so():
            if time.monotonic() > until:
                return False
            self.run_for(0.02)
        return True

    def until_quiet(self) -> None:
        """Wait until nothing is written any more."""
        while self._read(QUIET_S):
            pass

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.until_quiet()

    def taken(self) -> Taken:
        """What it takes at rest: a reply that still grows somewhere, or is yet to begin, would hold a connection."""
        server, begun = self._server, -1
        while begun < server.begun:
            begun = server.begun
            self._wait_until(lambda: server.ended >= server.begun, PATIENCE_S)
            self.run_for(REST_S)
        process = Path(f"/proc/{self._process.pid}")
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        return Taken(
            int(status["VmRSS"].split()[0]) / 1024,
            len(list((process / "fd").iterdir())),
            int(status["Threads"].strip()),
        )


@contextmanager
def lived(home: Path, *, panes: int = 1, size: tuple[int, int] = (120, 40)) -> Iterator[Lived]:
    """The app beside a server, ready for keys."""
    with DayServer() as server, Lived(home, server, panes=panes, size=size) as program:
        program.until_it_takes_keys()
        program.press("\x7f")  # what told that it takes keys
        yield program

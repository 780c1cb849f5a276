"""textchat as a script runs it: in a process of its own, through its streams.

What only runs to its end is a fork of a process that has imported it; what is talked to is `python -m textchat`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.commands.fork_server import fork_server, needs_own_process

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Ran:
    """A program that has ended."""

    code: int
    out: str
    errors: str

    @property
    def lines(self) -> list[Any]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> str:
        """The one line on standard error."""
        (line,) = self.errors.splitlines()
        return line


class Program:
    """textchat with an environment of its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.home = Path(environment["HOME"])
        self.config = Path(environment["XDG_CONFIG_HOME"]) / "textchat" / "config.toml"

    def configure(self, text: str) -> None:
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(textwrap.dedent(text))

    def run(self, *words: str, stdin: str | bytes | None = None, code: int | None = 0) -> Ran:
        """Run to the end, with `stdin` or an empty standard input; fails where the exit code is not `code`."""
        data = stdin.encode() if isinstance(stdin, str) else stdin or b""
        ended = self._run(words, data)
        ran = Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
        if code is not None:
            assert ran.code == code, ran
        return ran

    def _run(self, words: Sequence[str], stdin: bytes) -> subprocess.CompletedProcess[bytes]:
        if needs_own_process(self.environment):
            return subprocess.run(
                self.argv(*words),
                env=self.environment,
                cwd=self.home,
                input=stdin,
                capture_output=True,
                timeout=PATIENCE_S,
            )
        return fork_server().run(words, self.environment, self.home, stdin, PATIENCE_S)

    @contextmanager
    def start(self, *words: str, **streams: int | IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
        """Run beside the test until the block ends; its standard output and error are pipes."""
        pipes: Mapping[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            **streams,
        }
        with subprocess.Popen(
            self.argv(*words),
            env=self.environment,
            cwd=self.home,
            bufsize=0,
            **pipes,
        ) as process:
            try:
                yield process
            finally:
                process.kill()  # a test that failed half-way must not wait for what never comes

    @staticmethod
    def argv(*words: str) -> list[str]:
        return [sys.executable, "-m", "textchat", *words]


def read_until(process: subprocess.Popen[bytes], text: bytes) -> str:
    """Standard output up to `text`, which must come."""
    assert process.stdout is not None
    seen = b""
    while not seen.endswith(text):
        piece = process.stdout.read(1)
        assert piece, f"{text!r} never came, only {seen!r}"
        seen += piece
    return seen.decode()


def end_of(process: subprocess.Popen[bytes], code: int) -> tuple[str, str]:
    """What the program has still to say, once it has ended with `code`."""
    out, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code, (process.returncode, out, errors)
    return out.decode(), errors.decode()

"""Servers from outside this project: installed once into an environment of their own, run on loopback."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

CACHE = Path(__file__).parents[2] / ".cache"
STOP_S = 10.0


def environment_with(name: str, requirements: Sequence[str], patience_s: float) -> Path:
    """The Python of an environment that has `requirements`; made first where that was not done before."""
    key = hashlib.sha256("\n".join([*requirements, sys.version]).encode()).hexdigest()[:12]
    folder = CACHE / f"{name}-{key}"
    python, ready = folder / "bin" / "python", folder / "ready"
    CACHE.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once: the second waits for the first one's work
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            # Neither a pip of its own nor compiled files that nothing loads: a third of the time.
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
            pip = [sys.executable, "-W", "ignore", "-m", "pip", "-q", "--python", str(python)]
            subprocess.run([*pip, "install", "--no-compile", *requirements], check=True, timeout=patience_s)
            ready.touch()
    return python


class ServerProgram:
    """A server in a process of its own, from when it answers; use it as a context manager.

    Subclasses give the `command` and the `environ` that start it, and a `health` path that answers with 200.
    """

    health = "/"
    start_s = 60.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._log = folder / "log"

    def command(self) -> Sequence[str | Path]:
        raise NotImplementedError

    def environ(self) -> Mapping[str, str]:
        raise NotImplementedError

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def __enter__(self) -> Self:
        command = self.command()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=dict(self.environ()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + self.start_s
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise AssertionError(f"{type(self).__name__} did not start. Its log ends:\n{self.log[-4000:]}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:{self.port}{self.health}", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def _free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port

"""Run textchat's commands as forks of one process: a short command spends most of its time importing and leaving.

`run` does what `subprocess.run([python, "-m", "textchat", …])` does, with the same streams and exit code. It is not
for an environment that is read when Python or Textual starts: see `needs_own_process`.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import textchat
from tests.modes import current_umask
from textchat.cli import FAILED
from textchat.cli import main as run_textchat
from textchat.core.figures.tokenizing.tokenizer import load_tokenizer

ROOT = Path(__file__).parents[2]
READ_AT_START = ("PYTHON", "LANG", "LC_", "TEXTUAL", "TZ")
NOT_PRELOADED = ("textchat.app", "textchat.ui", "textchat.__main__")
LIBRARIES = ("httpx", "httpcore", "h11", "anyio._backends._asyncio", "tiktoken", "genai_prices", "pygments.lexers")


def needs_own_process(environment: Mapping[str, str]) -> bool:
    """Whether a program with this environment has to be started anew."""
    return _read_at_start(environment) != _read_at_start(fork_server().environment)


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(READ_AT_START)}


@cache
def fork_server() -> ForkServer:
    """The fork server of this process; it ends with it."""
    return ForkServer({"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"})


class ForkServer:
    """A process that forks one child for each command, and the connection to it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self._lock = threading.Lock()
        self._connection, theirs = socket.socketpair()
        argv = [sys.executable, "-m", "tests.commands.fork_server", str(theirs.fileno())]
        self._process = subprocess.Popen(argv, env=environment, pass_fds=[theirs.fileno()])
        theirs.close()
        atexit.register(self._close)

    def _close(self) -> None:
        self._connection.close()
        self._process.wait()

    def run(
        self, words: Sequence[str], environment: Mapping[str, str], folder: Path, stdin: bytes, patience_s: float
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `textchat WORDS` to its end; raises TimeoutExpired as `subprocess.run` does."""
        their_in, our_in = os.pipe()
        (our_out, their_out), (our_errors, their_errors), (our_end, their_end) = os.pipe(), os.pipe(), os.pipe()
        theirs = [their_in, their_out, their_errors, their_end]
        what = {"words": words, "environment": dict(environment), "folder": str(folder), "umask": current_umask()}
        request = json.dumps(what).encode()
        with self._lock:
            socket.send_fds(self._connection, [len(request).to_bytes(4, "big")], theirs)
            self._connection.sendall(request)
            pid = int(self._connection.recv(32))
        for number in theirs:
            os.close(number)
        try:
            out, errors, end = _exchange(our_in, stdin, (our_out, our_errors, our_end), patience_s)
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(words), patience_s) from None
        return subprocess.CompletedProcess(list(words), int(end), out, errors)


def _exchange(writable: int, data: bytes, readable: Sequence[int], patience_s: float) -> list[bytes]:
    """Write `data` and read all the others to their ends, at once; closes all. Raises TimeoutError."""
    deadline = time.monotonic() + patience_s
    read = dict.fromkeys(readable, b"")
    os.set_blocking(writable, False)
    with selectors.DefaultSelector() as selector:
        selector.register(writable, selectors.EVENT_WRITE)
        for number in readable:
            selector.register(number, selectors.EVENT_READ)
        while open_ones := selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            for key, _ in ready:
                if key.fd == writable:
                    piece = data = _rest(writable, data)
                else:
                    piece = os.read(key.fd, 65536)
                    read[key.fd] += piece
                if not piece:
                    selector.unregister(key.fd)
                    os.close(key.fd)
            if not ready:
                for key in list(open_ones.values()):
                    os.close(key.fd)
                raise TimeoutError
    return list(read.values())


def _rest(writable: int, data: bytes) -> bytes:
    """What is still to be written after as much as the pipe takes; nothing where nobody reads any more."""
    with suppress(BrokenPipeError):
        return data[os.write(writable, data) :] if data else b""
    return b""


# -- the server ------------------------------------------------------------------------------------------------------


class Forked(Exception):
    """Raised in a child, with the words of its command: leaves the server's loop."""


def serve(connection: socket.socket) -> None:
    """Fork a child for each request until the connection ends; raises Forked in each child."""
    wake, woken = socket.socketpair()
    woken.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
    ends: dict[int, int] = {}
    with selectors.DefaultSelector() as selector, connection, wake, woken:
        selector.register(connection, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is wake:
                    wake.recv(4096)
                    _tell_ends(ends)
                elif not _answer(connection, ends):
                    return


def _answer(connection: socket.socket, ends: dict[int, int]) -> bool:
    """Fork a child for the next request; False where there is none. The child's end is to be written to `ends`."""
    size, files, _, _ = socket.recv_fds(connection, 4, 4)
    if not size:
        return False
    *streams, end = files
    request = json.loads(connection.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
    pid = os.fork()
    if pid == 0:
        for other in (*ends.values(), end):
            os.close(other)
        _become(request, streams)
        raise Forked(*request["words"])
    ends[pid] = end
    for stream in streams:
        os.close(stream)
    connection.sendall(str(pid).encode())
    return True


def _tell_ends(ends: dict[int, int]) -> None:
    """Write the exit code of each child that has ended to whoever waits for it."""
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            end = ends.pop(pid)
            os.write(end, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(end)


def _become(request: dict[str, Any], streams: Sequence[int]) -> None:
    """Take what a program started anew would have: environment, folder, streams and signal handlers."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    os.umask(request["umask"])
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)


def main() -> None:
    connection = socket.socket(fileno=int(sys.argv[1]))
    for module in pkgutil.walk_packages(textchat.__path__, "textchat."):
        if not module.name.startswith(NOT_PRELOADED):
            import_module(module.name)
    for name in LIBRARIES:
        import_module(name)
    load_tokenizer()  # three quarters of the time of a short command
    gc.freeze()  # a collection in a child would copy every page
    try:
        serve(connection)
        return
    except Forked as child:
        sys.argv = ["textchat", *child.args]
    code = FAILED
    try:
        code = run_textchat()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else FAILED if ended.code else 0
    finally:
        if sys.exc_info()[0]:
            traceback.print_exc()
        end(code)


def end(code: int) -> NoReturn:
    """End as the interpreter does, but without freeing each module, which takes longer than most commands."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = 120
    os._exit(code)


if __name__ == "__main__":
    main()

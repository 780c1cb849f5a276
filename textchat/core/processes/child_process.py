"""Runs a program of the user's: for as long as the program itself lives, and nothing of it stays behind."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

PIECE = 64 * 1024

Command = str | tuple[str, ...]
"""A text is run by the shell, a list is run as it is."""


@dataclass(frozen=True, slots=True)
class ChildRun:
    """How a program is run: what it reads, and the most that it may take and print."""

    command: Command
    seconds: float
    most: int
    """Bytes of its standard output; one more is read, and then the program is ended."""
    given: bytes = b""
    """Its standard input."""
    reads_errors: bool = False
    """Whether its standard error is taken for output."""

    async def ended(self) -> tuple[int, bytes]:
        """Its exit code, and what it has printed when it ends, at most one byte more than `most`.

        Whatever it started in the background is ended with it, also when the caller is cancelled (on Windows, only the
        program itself is). Raises OSError for one that cannot be started, and TimeoutError.
        """
        return await (self._read_whole if os.name == "nt" else self._read_until_it_ends)()

    async def _read_whole(self) -> tuple[int, bytes]:
        """What is printed until the last process that holds the pipe has ended: all that Windows has."""
        pipe = asyncio.subprocess.PIPE
        process = await self._started(pipe, pipe)
        try:
            async with asyncio.timeout(self.seconds):
                printed, _ = await process.communicate(self.given)
        finally:
            if process.returncode is None:
                process.kill()
        return process.returncode or 0, printed[: self.most + 1]

    async def _read_until_it_ends(self) -> tuple[int, bytes]:
        """What is printed until the program itself has ended, whoever else still holds the pipe."""
        with _pipe() as (its_input, giving), _pipe() as (readable, its_output):
            running = asyncio.ensure_future(self._started(its_input.number, its_output.number))
            try:
                await asyncio.wait({running})
            except asyncio.CancelledError:
                _end(await running)  # starting takes milliseconds
                raise
            finally:
                its_input.close()
                its_output.close()
            with _fed(giving, self.given):
                return await self._printed_by(running.result(), readable.number)

    async def _started(self, its_input: int, its_output: int) -> asyncio.subprocess.Process:
        # In a session of its own: with its process group everything that it started can be ended.
        shell, exec_ = asyncio.create_subprocess_shell, asyncio.create_subprocess_exec
        start = partial(shell, self.command) if isinstance(self.command, str) else partial(exec_, *self.command)
        errors = asyncio.subprocess.STDOUT if self.reads_errors else asyncio.subprocess.DEVNULL
        return await start(stdin=its_input, stdout=its_output, stderr=errors, start_new_session=True)

    async def _printed_by(self, process: asyncio.subprocess.Process, readable: int) -> tuple[int, bytes]:
        """What the process has printed when it ends, or soon after it has printed too much."""
        too_much = asyncio.Event()
        try:
            with _collected(readable, self.most, too_much.set) as printed:
                ends = [asyncio.ensure_future(process.wait()), asyncio.ensure_future(too_much.wait())]
                try:
                    done, _ = await asyncio.wait(ends, timeout=self.seconds, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for end in ends:
                        end.cancel()
        finally:
            _end(process)
        if not done:
            raise TimeoutError
        return process.returncode or 0, bytes(printed)


class _End:
    """One end of a pipe, which may be closed more than once."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._is_open = True

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            os.close(self.number)


@contextmanager
def _pipe() -> Iterator[tuple[_End, _End]]:
    """A pipe: its end to read and its end to write, both closed when the block ends."""
    readable, writable = map(_End, os.pipe())
    try:
        yield readable, writable
    finally:
        readable.close()
        writable.close()


@contextmanager
def _fed(giving: _End, data: bytes) -> Iterator[None]:
    """Write the data to the pipe until the block ends, as fast as it is read, and close it behind them."""
    loop = asyncio.get_running_loop()
    waiting = memoryview(data)

    def give() -> None:
        nonlocal waiting
        try:
            waiting = waiting[os.write(giving.number, waiting[:PIECE]) :]
        except BlockingIOError:
            return
        except OSError:  # the program reads no more
            waiting = waiting[len(waiting) :]
        if not waiting:
            loop.remove_writer(giving.number)
            giving.close()

    if not data:
        giving.close()
        yield
        return
    os.set_blocking(giving.number, False)
    loop.add_writer(giving.number, give)
    try:
        yield
    finally:
        if waiting:
            loop.remove_writer(giving.number)


@contextmanager
def _collected(readable: int, most: int, on_too_much: Callable[[], object]) -> Iterator[bytearray]:
    """The bytes that arrive at the pipe until the block ends, of which no more than `most` and one are kept."""
    loop = asyncio.get_running_loop()
    printed = bytearray()

    def take() -> bool:
        """Read once; False where nothing is there."""
        with suppress(BlockingIOError):
            data = os.read(readable, PIECE)
            printed.extend(data[: most + 1 - len(printed)])
            if len(printed) > most:
                on_too_much()
            if data and len(printed) <= most:
                return True
        return False

    def arrived() -> None:
        if not take():
            loop.remove_reader(readable)

    os.set_blocking(readable, False)
    loop.add_reader(readable, arrived)
    try:
        yield printed
    finally:
        loop.remove_reader(readable)
        while take():  # what was printed last
            pass


def _end(process: asyncio.subprocess.Process) -> None:
    """End the process and what it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)

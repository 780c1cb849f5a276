"""Runs the command that prints a key: for as long as the command itself lives, and nothing of it stays behind."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from textchat.core.limits import KEY_OUTPUT

COMMAND_S = 60.0
"""Seconds that the command may take; a password manager may ask its user first."""


class KeyCommandError(Exception):
    """The command gave no key; the text completes "the command …" and holds nothing that the command printed."""


async def key_printed_by(command: str | tuple[str, ...], seconds: float = COMMAND_S) -> str:
    """The one line that the command prints: a text is run by the shell, a list is run as it is.

    Whatever it started in the background is ended with it, also when the caller is cancelled (on Windows, only the
    command itself is). Raises KeyCommandError.
    """
    try:
        printed = await (_read_whole if os.name == "nt" else _read_until_it_ends)(command, seconds)
    except OSError as error:
        raise KeyCommandError(f"could not be run: {error.strerror or error}") from error
    if len(printed) > KEY_OUTPUT.most:
        raise KeyCommandError(f"printed more than {KEY_OUTPUT.told}")
    key = printed.decode("utf-8", "replace").strip()
    if not key:
        raise KeyCommandError("printed nothing")
    if len(key.splitlines()) > 1:
        raise KeyCommandError("printed more than one line")
    return key


async def _read_whole(command: str | tuple[str, ...], seconds: float) -> bytes:
    """What is printed until the last process that holds the pipe has ended: all that Windows has."""
    process = await _started(command, asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(seconds):
            printed, _ = await process.communicate()
    except TimeoutError:
        raise _took_too_long(seconds) from None
    finally:
        if process.returncode is None:
            process.kill()
    _check(process)
    return printed


async def _read_until_it_ends(command: str | tuple[str, ...], seconds: float) -> bytes:
    """What is printed until the command itself has ended, whoever else still holds the pipe."""
    readable, writable = os.pipe()
    try:
        running = asyncio.ensure_future(_started(command, writable))
        try:
            await asyncio.wait({running})
        except asyncio.CancelledError:
            _end(await running)  # starting takes milliseconds
            raise
        finally:
            os.close(writable)
        return await _printed_by(running.result(), readable, seconds)
    finally:
        os.close(readable)


async def _started(command: str | tuple[str, ...], output: int) -> asyncio.subprocess.Process:
    # In a session of its own: with its process group everything that it started can be ended.
    closed = asyncio.subprocess.DEVNULL
    if isinstance(command, str):
        return await asyncio.create_subprocess_shell(
            command, stdin=closed, stdout=output, stderr=closed, start_new_session=True
        )
    return await asyncio.create_subprocess_exec(
        *command, stdin=closed, stdout=output, stderr=closed, start_new_session=True
    )


async def _printed_by(process: asyncio.subprocess.Process, readable: int, seconds: float) -> bytes:
    """What the process has printed when it ends, or soon after it has printed too much."""
    too_much = asyncio.Event()
    try:
        with _collected(readable, too_much.set) as printed:
            ends = [asyncio.ensure_future(process.wait()), asyncio.ensure_future(too_much.wait())]
            try:
                done, _ = await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for end in ends:
                    end.cancel()
    finally:
        _end(process)
    if not done:
        raise _took_too_long(seconds)
    if not too_much.is_set():
        _check(process)
    return bytes(printed)


def _took_too_long(seconds: float) -> KeyCommandError:
    return KeyCommandError(f"did not finish within {seconds:g} seconds")


def _check(process: asyncio.subprocess.Process) -> None:
    """Raise KeyCommandError if the process has failed."""
    if process.returncode != 0:
        raise KeyCommandError(f"failed with exit code {process.returncode}")


@contextmanager
def _collected(readable: int, on_too_much: Callable[[], object]) -> Iterator[bytearray]:
    """The bytes that arrive at the pipe until the block ends, of which no more than the longest key are kept."""
    loop = asyncio.get_running_loop()
    printed = bytearray()

    def take() -> bool:
        """Read once; False where nothing is there."""
        with suppress(BlockingIOError):
            data = os.read(readable, KEY_OUTPUT.most)
            printed.extend(data[: KEY_OUTPUT.most + 1 - len(printed)])
            if len(printed) > KEY_OUTPUT.most:
                on_too_much()
            if data and len(printed) <= KEY_OUTPUT.most:
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

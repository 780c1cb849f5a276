"""The standard streams: detects terminals, prints a line on standard error, and reads a typed line.

Apart from `output`, because the app asks before it opens.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from contextlib import suppress

from textchat.core.text.sanitize import visible

STDIN, STDOUT, STDERR = 0, 1, 2
LONGEST_LINE = 4096
"""Longest line that a terminal delivers, in bytes (see termios(3), "Canonical mode")."""


class OutputError(Exception):
    """Standard output cannot be written; the text is one sentence."""


class TerminalGone(Exception):
    """The terminal that standard output was has gone: nobody is left to be told anything."""


def is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def has_colour(descriptor: int) -> bool:
    """Whether escape sequences may be written: to a capable terminal, and not with NO_COLOR (https://no-color.org)."""
    return is_terminal(descriptor) and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def say(sentence: str) -> None:
    """Print one line on standard error."""
    line = visible(" ".join(sentence.split("\n")))
    if sys.stderr is not None:
        with suppress(OSError):  # who cannot be told is no reason to do anything else
            print(line, file=sys.stderr, flush=True)


async def typed_line() -> str:
    """Read the next line typed on the terminal.

    Nothing can interrupt a read: when this is cancelled, its thread is left to the end of the program.
    """
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def take(text: str) -> None:
        if not line.done():
            line.set_result(text)

    def read() -> None:
        # Not through sys.stdin: its lock would be held when the program ends.
        data = os.read(STDIN, LONGEST_LINE)
        with suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(take, data.decode("utf-8", "replace"))

    threading.Thread(target=read, daemon=True).start()
    return await line

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
_NOT_FORCED = ("", "0", "false")
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


def is_dumb() -> bool:
    """Whether the terminal can do nothing but print, as far as TERM says."""
    return os.environ.get("TERM", "dumb") == "dumb"


def has_colour(descriptor: int) -> bool:
    """Whether colours may be written: to a capable terminal or where they are forced, and never where switched off.

    NO_COLOR (https://no-color.org), FORCE_COLOR (https://force-color.org; 0 switches them off), CLICOLOR and
    CLICOLOR_FORCE (https://bixense.com/clicolors/).
    """
    if os.environ.get("NO_COLOR") or os.environ.get("CLICOLOR") == "0":
        return False
    if any(os.environ.get(name, "").lower() not in _NOT_FORCED for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return is_terminal(descriptor) and not is_dumb() and not os.environ.get("FORCE_COLOR")  # 0: switched off


def can_redraw(descriptor: int) -> bool:
    """Whether a line may be written over: on a terminal that has colours, so never in a pipe."""
    return is_terminal(descriptor) and not is_dumb() and has_colour(descriptor)


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

"""The standard streams: what is a terminal, and one line on standard error.

Apart from `output`, because the app asks before it opens.
"""

from __future__ import annotations

import os
import sys

from textchat.render.sanitize import visible

STDIN, STDOUT, STDERR = 0, 1, 2


class OutputError(Exception):
    """Standard output cannot be written; the text is one sentence."""


def is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def has_colour(descriptor: int) -> bool:
    """Whether escape sequences may be written: to a terminal that knows them, and not under https://no-color.org."""
    return is_terminal(descriptor) and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def say(sentence: str) -> None:
    """One line on standard error."""
    line = visible(" ".join(sentence.split("\n")))
    if sys.stderr is not None:
        print(line, file=sys.stderr, flush=True)

"""Progress bar on standard error; nothing where standard error is not a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType
from typing import Self

from textchat.commands.output.terminal import STDERR, can_redraw, say
from textchat.core.text.sanitize import plain_line
from textchat.render.cells import fitted

INTERVAL_S = 0.1
WIDTH = 24
ERASE = "\r\x1b[K"


class Progress:
    """Context manager that shows a progress bar for the length of the block."""

    def __init__(self, title: str) -> None:
        self._title = plain_line(title, 40)
        self._is_shown = can_redraw(STDERR)
        self._drawn_at = -INTERVAL_S

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._write(ERASE)

    def advance_to(self, share: float, words: str = "") -> None:
        """Set the completed share, from 0 to 1; draws at most ten times a second."""
        if not self._is_shown or time.monotonic() - self._drawn_at < INTERVAL_S:
            return
        self._drawn_at = time.monotonic()
        full = round(share * WIDTH)
        line = f"{self._title} {'█' * full}{'░' * (WIDTH - full)} {share:4.0%} {plain_line(words, 40)}"
        self._draw(line)

    def _draw(self, line: str) -> None:
        # One line, also where the terminal is narrow: of two only the last could be erased.
        self._write(ERASE + fitted(line, max(1, shutil.get_terminal_size().columns - 1)).rstrip())

    def count(self, number: int, total: int) -> None:
        """Set the completed share as a number of all, which is also shown."""
        self.advance_to(number / total, f"{number:,} of {total:,}")

    def wait(self) -> None:
        """Show the title alone, for what has no measure."""
        if self._is_shown:
            self._draw(f"{self._title} …")

    def say(self, sentence: str) -> None:
        """Print a permanent line above the bar."""
        self._write(ERASE)
        say(sentence)
        self._drawn_at = -INTERVAL_S

    def _write(self, text: str) -> None:
        if self._is_shown:
            print(text, end="", file=sys.stderr, flush=True)

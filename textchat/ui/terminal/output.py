"""Writes to the terminal, for as long as there is one."""

from __future__ import annotations

import os
import select
from collections.abc import Callable


class TerminalOutput:
    """The terminal as a text file that never raises: once it cannot be written, everything is dropped.

    A thread that had died of an error would leave what waits to be written in its queue, and whoever fills it waiting.
    """

    def __init__(self, descriptor: int, encoding: str, on_gone: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._encoding = encoding
        self._on_gone = on_gone
        self._waiting: list[str] = []
        self.is_gone = False

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> None:
        """Keep the text until `flush`."""
        if not self.is_gone:
            self._waiting.append(text)

    def flush(self) -> None:
        """Write what waits; blocks while the terminal takes nothing."""
        data = "".join(self._waiting).encode(self._encoding, "replace")
        self._waiting.clear()
        try:
            while data:
                data = data[self._write(data) :]
        except OSError:
            self._drop()

    def _write(self, data: bytes) -> int:
        """Write a part and return its length; raises OSError."""
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:  # another program on the same terminal has set it so
            select.select([], [self._descriptor], [])
            return 0

    def _drop(self) -> None:
        if not self.is_gone:
            self.is_gone = True
            self._on_gone()

"""A program in a pty whose output is dated as it comes, and drawn only afterwards."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence

import pyte

from tests.benchmarks.program import Program
from tests.flow.terminal import DrawnScreen


class Watched(Program):
    """Remembers when each piece of its output came.

    What is on the screen is told by drawing the pieces once more when all is over: a program that writes only the
    cells that have changed may write half a word.
    """

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], columns: int = 120, rows: int = 40) -> None:
        self.pieces: list[tuple[float, bytes]] = []
        self._size = columns, rows
        super().__init__(argv, environment, columns, rows)

    def __enter__(self) -> Watched:
        return self

    def written_bytes(self) -> int:
        """How much it has written so far."""
        return sum(len(piece) for _, piece in self.pieces)

    def press(self, keys: str) -> float:
        """Give keys; returns when."""
        at = time.perf_counter()
        self.type(keys)
        return at

    def first_shown(self, pattern: str, since: float = 0.0) -> dict[str, float]:
        """When each text of the pattern first stood on the screen; those there before `since` count anew if written."""
        screen = DrawnScreen(*self._size)
        stream = pyte.ByteStream(screen)
        wanted, found = re.compile(pattern), dict[str, float]()
        for at, piece in self.pieces:
            screen.dirty.clear()
            stream.feed(piece)
            if at >= since:
                for row in sorted(screen.dirty):
                    line = "".join(screen.buffer[row][column].data for column in range(screen.columns))
                    for text in wanted.findall(line):
                        found.setdefault(text, at)
        return found

    def _read(self, seconds: float) -> bool:
        before = len(self._output)
        has_come = super()._read(seconds)
        if len(self._output) > before:
            self.pieces.append((time.perf_counter(), bytes(self._output[before:])))
        return has_come

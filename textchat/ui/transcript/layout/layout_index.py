"""Maps lines to entries of different heights by sums over blocks, without iterating over all entries."""

from __future__ import annotations

from collections.abc import Iterable

BLOCK = 128
"""Entries whose heights are summed together; around the root of the numbers that occur."""


class LayoutIndex:
    """Heights in lines by position. A sum, a search or a change visits one block and the list of blocks."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights: list[int] = []
        self._blocks: list[int] = []
        self._total = 0
        self.rebuild(heights)

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, position: int) -> int:
        return self._heights[position]

    @property
    def total(self) -> int:
        """Number of lines of all entries together."""
        return self._total

    def rebuild(self, heights: Iterable[int]) -> None:
        """Replace all heights."""
        all_heights = self._heights = list(heights)
        self._blocks = [sum(all_heights[first : first + BLOCK]) for first in range(0, len(all_heights), BLOCK)]
        self._total = sum(self._blocks)

    def append(self, height: int) -> None:
        if len(self._heights) % BLOCK == 0:
            self._blocks.append(0)
        self._heights.append(height)
        self._blocks[-1] += height
        self._total += height

    def replace(self, position: int, height: int) -> None:
        """Set one height."""
        change = height - self._heights[position]
        self._heights[position] = height
        self._blocks[position // BLOCK] += change
        self._total += change

    def top(self, position: int) -> int:
        """Number of lines before `position`; `len(self)` gives the total."""
        block = position // BLOCK
        return sum(self._blocks[:block]) + sum(self._heights[block * BLOCK : position])

    def find(self, line: int) -> tuple[int, int]:
        """The entry with `line`, and the line within it; a line out of range is moved to the nearest valid one.

        Raises IndexError where there are no entries.
        """
        if not self._heights:
            raise IndexError("no entries")
        line = max(0, min(line, self._total - 1))
        block = 0
        while block < len(self._blocks) - 1 and line >= self._blocks[block]:
            line -= self._blocks[block]
            block += 1
        position = block * BLOCK
        while position < len(self._heights) - 1 and line >= self._heights[position]:
            line -= self._heights[position]
            position += 1
        return position, line

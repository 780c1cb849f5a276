"""Where each of many entries of unequal height stands: prefix sums that take a change in O(log n)."""

from __future__ import annotations

from collections.abc import Iterable


class LayoutIndex:
    """Heights in lines by position, as a Fenwick tree: sums, search and change cost O(log n), a rebuild O(n)."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights: list[int] = []
        self._sums: list[int] = [0]
        self._total = 0
        self._reach = 1
        self.rebuild(heights)

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, position: int) -> int:
        return self._heights[position]

    @property
    def total(self) -> int:
        """Lines of all entries together."""
        return self._total

    def rebuild(self, heights: Iterable[int]) -> None:
        """Start again with these heights."""
        self._heights = list(heights)
        self._total = sum(self._heights)
        sums = [0, *self._heights]
        for node in range(1, len(sums)):
            above = node + (node & -node)
            if above < len(sums):
                sums[above] += sums[node]
        self._sums = sums
        self._set_reach()

    def append(self, height: int) -> None:
        node = len(self._sums)
        low = node - (node & -node)
        self._sums.append(self._total - self.top(low) + height)
        self._heights.append(height)
        self._total += height
        self._set_reach()

    def replace(self, position: int, height: int) -> int:
        """Set one height; returns by how many lines it differs from the old one."""
        change = height - self._heights[position]
        if change:
            self._heights[position] = height
            self._total += change
            node = position + 1
            while node < len(self._sums):
                self._sums[node] += change
                node += node & -node
        return change

    def top(self, position: int) -> int:
        """Lines before `position`; `len(self)` gives the total."""
        lines = 0
        while position:
            lines += self._sums[position]
            position &= position - 1
        return lines

    def find(self, line: int) -> tuple[int, int]:
        """The entry that holds `line` and the line within it; a line outside is taken to the nearest inside.

        Raises IndexError where there are no entries.
        """
        if not self._heights:
            raise IndexError("no entries")
        line = max(0, min(line, self._total - 1))
        position, step = 0, self._reach
        while step:
            after = position + step
            if after < len(self._sums) and self._sums[after] <= line:
                position = after
                line -= self._sums[after]
            step >>= 1
        # Only where all heights are zero does the search run past the end.
        return min(position, len(self._heights) - 1), line

    def _set_reach(self) -> None:
        self._reach = 1 << (len(self._heights).bit_length() - 1) if self._heights else 0

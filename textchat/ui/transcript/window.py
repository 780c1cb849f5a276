"""Which lines of a long branch stand in the window: entries are laid out only when they are near, and nothing jumps."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from textchat.ui.transcript.layout_index import LayoutIndex

KEPT = 200
"""Entries whose drawings are kept; others keep their height and are drawn again when they come near."""


class Laid(Protocol):
    """What the view needs of an entry."""

    def release(self) -> None:
        """Give the drawing back."""


class Entries(Protocol):
    """What the view needs of a branch."""

    def __len__(self) -> int: ...
    def __getitem__(self, position: int, /) -> Laid: ...

    def estimate(self, position: int, width: int) -> int:
        """Lines an entry will probably take; cheap."""

    def estimates(self, width: int) -> list[int]:
        """The estimates of all entries."""


class BranchView:
    """A window of `height` lines on `entries`, held by its first line: an entry, and a line within it.

    Heights of entries that were never near are estimates. The window is held by an entry and not by a line number, so
    correcting an estimate above it moves the numbers and not the picture. `lay_out` draws the entry at a position where
    that is not done yet, and gives its height in lines.
    """

    def __init__(self, entries: Entries, lay_out: Callable[[int], int]) -> None:
        self.entries = entries
        self._lay_out = lay_out
        self.width = 0
        self.height = 0
        self.following = True
        """Whether the end stays in view when something is added."""
        self._index = LayoutIndex()
        self._entry = 0
        self._line = 0
        self._drawn: OrderedDict[int, tuple[Laid, int]] = OrderedDict()
        self._edition = 0

    # -- what stands where -------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Lines of the whole branch, estimates included."""
        return self._index.total

    @property
    def top(self) -> int:
        """The line number of the window's first line."""
        return self._index.top(self._entry) + self._line if len(self.entries) else 0

    @property
    def anchor(self) -> tuple[int, int]:
        """The entry at the window's first line, and the line within it."""
        return self._entry, self._line

    @property
    def is_at_end(self) -> bool:
        return self.top + self.height >= self.total

    def rows(self) -> list[tuple[int, int]]:
        """For each line of the window that shows something: the entry and the line within it."""
        found: list[tuple[int, int]] = []
        entry, line = self._entry, self._line
        while len(found) < self.height and entry < len(self.entries):
            count = min(self._near(entry) - line, self.height - len(found))
            found.extend((entry, line + step) for step in range(count))
            entry, line = entry + 1, 0
        return found

    # -- what it shows -----------------------------------------------------------------------------------------------

    def shown(self, place: tuple[int, int] | None = None) -> None:
        """Other entries are there now: show them from their end, or from a place."""
        self._edition += 1
        self._index.rebuild(self._estimates())
        if place is None:
            self.go_to_end()
        else:
            self.hold(*place)

    def added(self) -> None:
        """An entry came to the end."""
        last = len(self.entries) - 1
        self._index.append(self.entries.estimate(last, self.width) if self.width else 1)
        self.settle()

    def changed(self, position: int) -> None:
        """The entry at `position` grew or shrank."""
        if self.width:
            self._measure(position)
        self.settle()

    def resize(self, width: int, height: int) -> None:
        """A new size; the heights at another width are estimated again."""
        is_new_width = width != self.width
        self.width, self.height = width, height
        if is_new_width:
            self._edition += 1
            self._index.rebuild(self._estimates())
        self.settle()

    def redraw(self) -> None:
        """Everything looks different: what is in the window is laid out again, the rest when it comes near."""
        self._edition += 1
        self.settle()

    def settle(self) -> None:
        """Lay out what stands in the window, and keep it filled."""
        if not len(self.entries):
            self._entry = self._line = 0
            self.following = True
            return
        if not self.following:
            self._entry = min(self._entry, len(self.entries) - 1)
            self._line = min(self._line, self._near(self._entry) - 1)
        if self.following or len(self.rows()) < self.height:
            self._hold_end()
        self.following = self._shows_end()
        self._give_back()

    # -- moving ------------------------------------------------------------------------------------------------------

    def move(self, lines: int) -> None:
        """Scroll by lines, exactly."""
        self.hold(self._entry, self._line + lines)

    def scroll_to(self, line: int) -> None:
        """Take the window to a line number: by steps where it is near, else to its place by the estimates."""
        distance = line - self.top
        if abs(distance) <= 3 * self.height:
            self.move(distance)
        elif line <= 0:
            self.hold(0, 0)
        elif line >= self.total - self.height:
            self.go_to_end()
        else:
            entry, within = self._index.find(line)
            estimated = self._index[entry]
            self.hold(entry, within * self._near(entry) // max(1, estimated))

    def go_to_end(self) -> None:
        self.following = True
        self.settle()

    def hold(self, entry: int, line: int) -> None:
        """Take the window's first line to `line` of `entry`, lines outside of it counting on from it.

        Entries on the way are laid out before they are passed. It follows from there only if that shows the end.
        """
        if not len(self.entries):
            return
        while line < 0 and entry > 0:
            entry -= 1
            line += self._near(entry)
        while entry < len(self.entries) - 1 and line >= self._near(entry):
            line -= self._near(entry)
            entry += 1
        self._entry, self._line, self.following = entry, max(0, line), False
        self.settle()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _estimates(self) -> list[int]:
        return self.entries.estimates(self.width) if self.width else [1] * len(self.entries)

    def _near(self, position: int) -> int:
        """The true height of an entry that is near; at least 1, so that every entry can hold the window."""
        entry = self.entries[position]
        drawn = self._drawn.get(id(entry))
        if drawn is None or drawn[1] != self._edition:
            self._measure(position)
        else:
            self._drawn.move_to_end(id(entry))
        return self._index[position]

    def _measure(self, position: int) -> None:
        entry = self.entries[position]
        self._drawn[id(entry)] = entry, self._edition
        self._drawn.move_to_end(id(entry))
        self._index.replace(position, max(1, self._lay_out(position)))

    def _hold_end(self) -> None:
        """The last line of the branch is the last line of the window; a short branch stands at the top."""
        entry, missing = len(self.entries), self.height
        while entry > 0 and missing > 0:
            entry -= 1
            missing -= self._near(entry)
        self._entry, self._line = entry, max(0, -missing)

    def _shows_end(self) -> bool:
        missing = self.height + self._line
        for entry in range(self._entry, len(self.entries)):
            missing -= self._near(entry)
            if missing < 0:
                return False
        return True

    def _give_back(self) -> None:
        while len(self._drawn) > KEPT + self.height:
            _, (entry, _) = self._drawn.popitem(last=False)
            entry.release()

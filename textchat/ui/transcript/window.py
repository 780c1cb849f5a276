"""The lines in view: entries are laid out only when near, and the text being read does not jump."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeAlias

from textchat.ui.transcript.layout.drawings import Drawings, Drawn
from textchat.ui.transcript.layout.layout_index import LayoutIndex
from textchat.ui.transcript.layout.long_text import Shift, shifted

EntryLine: TypeAlias = tuple[int, int]
"""The position of an entry, and a line within it."""


class LaidOutEntry(Drawn, Protocol):
    """The part of an entry that the window needs."""

    edition: object | None
    """The edition of the window that it was laid out for; `release` sets None."""


class LaidOut(Protocol):
    """The part of the entries that the window needs."""

    def __len__(self) -> int: ...
    def __getitem__(self, position: int, /) -> LaidOutEntry: ...

    def lay_out(self, position: int) -> int:
        """Lay out an entry in its current form; returns its height in lines."""

    def estimate(self, position: int, width: int) -> int:
        """Estimated height of an entry in lines; must be cheap."""

    def estimates(self, width: int) -> list[int]:
        """Estimated heights of all entries."""

    def is_estimated(self, position: int) -> bool:
        """Whether the height of an entry that is laid out may be an estimate, because it is long."""

    def settle(self, position: int, line: int, above: int, below: int) -> list[Shift]:
        """Make the heights in such an entry true from `above` lines before a line to `below` lines behind it."""


class Window:
    """`height` lines of the entries, anchored at its first line: an entry, and a line within it.

    Heights of entries that were never near are estimates. The window is held by an entry and not by a line number, so
    correcting an estimate above it moves the numbers and not the picture.
    """

    def __init__(self, entries: LaidOut, drawings: Drawings | None = None) -> None:
        """`drawings` releases what is not in view, when there is too much: that is drawn again when it comes near."""
        self.entries = entries
        self._drawings = Drawings() if drawings is None else drawings
        self._drawings.add_view(self)
        self.width = 0
        self.height = 0
        self.following = True
        """Whether the end stays in view when something is added."""
        self.has_new = False
        """Whether there is new text that was never in view."""
        self._index = LayoutIndex()
        self._entry = 0
        self._line = 0
        self._edition = object()
        self.on_shift: list[Callable[[int, Sequence[Shift]], None]] = []
        """Told the position of an entry whose lines have other numbers, because estimates in it were corrected."""

    # -- what is in view ---------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Number of lines of the whole branch, including estimates."""
        return self._index.total

    @property
    def top(self) -> int:
        """The line number of the window's first line."""
        return self._index.top(self._entry) + self._line if len(self.entries) else 0

    @property
    def anchor(self) -> EntryLine:
        """The entry at the window's first line, and the line within it."""
        return self._entry, self._line

    def rows(self) -> list[EntryLine]:
        """The entry and the line within it for each non-empty line of the window."""
        rows: list[EntryLine] = []
        entry, line = self._entry, self._line
        while len(rows) < self.height and entry < len(self.entries):
            line = self.exact(entry, line, below=self.height - len(rows))
            count = min(self._near(entry) - line, self.height - len(rows))
            rows.extend((entry, line + step) for step in range(count))
            entry, line = entry + 1, 0
        return rows

    def shown(self) -> Iterator[LaidOutEntry]:
        """The entries in the window."""
        entry, missing = self._entry, self.height + self._line
        while missing > 0 and entry < len(self.entries):
            yield self.entries[entry]
            missing -= self._index[entry]
            entry += 1

    def row_at(self, y: int) -> EntryLine | None:
        """The entry and the line at line `y` of the window; None if it is empty."""
        rows = self.rows()
        return rows[y] if 0 <= y < len(rows) else None

    # -- changes of the entries --------------------------------------------------------------------------------------

    def show(self, row: EntryLine | None = None) -> None:
        """Start again after a change of entries: at their end, or at a line."""
        self._edition = object()
        self._index.rebuild(self._estimates())
        if row is None:
            self.go_to_end()
        else:
            self.hold(*row)

    def added(self) -> None:
        """Update after an entry was appended."""
        self.has_new = self.has_new or not self.following
        last = len(self.entries) - 1
        self._index.append(self.entries.estimate(last, self.width) if self.width else 1)
        self.settle()

    def grown(self, position: int) -> None:
        """Update after new text in the entry at `position`."""
        self.has_new = self.has_new or not self.following
        self.changed(position)

    def changed(self, position: int) -> None:
        """Update after a change in the layout of the entry at `position`."""
        if self.width:
            self._measure(position)
        self.settle()

    def resize(self, width: int, height: int) -> None:
        """Set a new size; at another width, heights are estimated again."""
        is_new_width = width != self.width
        self.width, self.height = width, height
        if is_new_width:
            self._edition = object()
            self._index.rebuild(self._estimates())
        self.settle()

    def redraw(self) -> None:
        """Lay out everything again: what is in the window now, the rest when it comes near."""
        self._edition = object()
        self.settle()

    def settle(self) -> None:
        """Lay out the entries in the window, and keep it filled."""
        if not len(self.entries):
            self._entry = self._line = 0
            self.following, self.has_new = True, False
            return
        if not self.following:
            self._entry = min(self._entry, len(self.entries) - 1)
            self._line = self.exact(self._entry, self._line, below=self.height)
            self._line = min(self._line, self._near(self._entry) - 1)
        if self.following or len(self.rows()) < self.height:
            self._hold_end()
        self.following = self._shows_end()
        self.has_new = self.has_new and not self.following
        self._drawings.trim()

    # -- moving ------------------------------------------------------------------------------------------------------

    def move(self, lines: int) -> None:
        """Scroll by an exact number of lines, whatever the estimates are."""
        self.exact(self._entry, self._line, above=max(0, -lines), below=max(0, lines))
        self.hold(self._entry, self._line + lines)

    def exact(self, entry: int, line: int, *, above: int = 0, below: int = 0) -> int:
        """Correct the estimates around a line of an entry, so that lines can be counted there.

        Returns the number of the line, which may be another one then; the window stays where it is.
        """
        if not 0 <= entry < len(self.entries) or not self.width:
            return line
        self._near(entry)
        if not self.entries.is_estimated(entry):
            return line
        shifts = self.entries.settle(entry, line, above, below)
        if shifts:
            self._measure(entry)
            if entry == self._entry:
                self._line = shifted(self._line, shifts)
            for tell in self.on_shift:
                tell(entry, shifts)
        return shifted(line, shifts)

    def scroll_to(self, line: int) -> None:
        """Scroll to a line number: exactly if it is near, else by the estimates."""
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
        """Scroll to the end, and follow it."""
        self.following = True
        self.settle()

    def hold(self, entry: int, line: int) -> None:
        """Put `line` of `entry` at the top of the window; lines out of range count on into other entries.

        Entries on the way are laid out before they are passed. It follows from there only if that shows the end.
        Before there is a size nothing can be laid out, and it stays at the end.
        """
        if not len(self.entries) or not self.width:
            return
        self._entry, line = self._walk(entry, line)
        self._line, self.following = max(0, line), False
        self.settle()

    def row_beside(self, row: EntryLine, lines: int) -> EntryLine:
        """The line a number of lines away, or the first or last one."""
        line = self.exact(*row, above=max(0, -lines), below=max(0, lines))
        entry, line = self._walk(row[0], line + lines)
        return entry, max(0, min(line, self._near(entry) - 1))

    def bring(self, row: EntryLine) -> None:
        """Scroll a line into the window by the shortest way."""
        rows = self.rows()
        if row not in rows:
            is_below = bool(rows) and row > rows[-1]
            self.hold(row[0], row[1] - self.height + 1 if is_below else row[1])

    def bring_entry(self, position: int) -> None:
        """Scroll an entry into the window by the shortest way, or its beginning if it is too long."""
        height = self._near(position) - 1
        rows = self.rows()
        if (position, 0) in rows and (position, height - 1) in rows:
            return
        is_below = bool(rows) and (position, 0) > rows[0]
        self.hold(position, height - self.height if is_below and height < self.height else 0)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _estimates(self) -> list[int]:
        return self.entries.estimates(self.width) if self.width else [1] * len(self.entries)

    def _walk(self, entry: int, line: int) -> EntryLine:
        """The entry and line for a line counted from another entry; not beyond the first or last entry."""
        while line < 0 and entry > 0:
            entry -= 1
            line += self._settled_end(entry, -line)
        while entry < len(self.entries) - 1 and line >= self._near(entry):
            line -= self._near(entry)
            entry += 1
            self.exact(entry, 0, below=line)
        return entry, line

    def _near(self, position: int) -> int:
        """The true height of an entry, laid out if necessary; at least 1, so that every entry can anchor the window."""
        entry = self.entries[position]
        if entry.edition is not self._edition:
            self._measure(position)
        else:
            self._drawings.looked_at(entry)
        return self._index[position]

    def _settled_end(self, position: int, lines: int) -> int:
        """The height of an entry, in which the last `lines` are counted."""
        self.exact(position, self._near(position) - 1, above=lines)
        return self._near(position)

    def _measure(self, position: int) -> None:
        entry = self.entries[position]
        self._index.replace(position, max(1, self.entries.lay_out(position)))
        entry.edition = self._edition
        self._drawings.took(entry)

    def _hold_end(self) -> None:
        """Align the last line of the branch with that of the window; a short branch is at the top."""
        entry, missing = len(self.entries), self.height
        while entry > 0 and missing > 0:
            entry -= 1
            missing -= self._settled_end(entry, missing)
        self._entry, self._line = entry, max(0, -missing)

    def _shows_end(self) -> bool:
        missing = self.height + self._line
        for entry in range(self._entry, len(self.entries)):
            missing -= self._near(entry)
            if missing < 0:
                return False
        return True

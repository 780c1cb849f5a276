"""Finding words in the branch: live highlight, next and previous, in folded reasoning too."""

from __future__ import annotations

from textchat.render.cells import width_of
from textchat.ui.transcript.entry import Entry
from textchat.ui.transcript.entry_parts import MARGIN, SOURCES, Kind, Part
from textchat.ui.transcript.finding import Finding, Match, Words
from textchat.ui.transcript.strips import Span
from textchat.ui.transcript.transcript import DrawnList


class Finder(DrawnList):
    """A list in which words can be found."""

    finding: Finding | None = None
    _unfolded: frozenset[str] = frozenset()
    _origin: tuple[int, Kind, int] = (0, SOURCES[0], 0)

    def find(self, query: str) -> tuple[int, int]:
        """Highlight every match and go to the first from where reading stood; case does not matter.

        Returns the number of the match gone to, from 1 (0: none), and how many there are. Call it again with every
        change of the query: the search begins at the same place each time, until `clear_find`.
        """
        if self.finding is None:
            self._origin = self.place_read() or (0, SOURCES[0], 0)
        self.finding = Finding(Words(query), self.branch.sources)
        self._go_to(self.finding.from_here(*self._origin) if query else None)
        return self.finding.tally()

    def find_next(self) -> tuple[int, int]:
        """Go to the next match, around the end; returns as `find` does."""
        return self._step(1)

    def find_previous(self) -> tuple[int, int]:
        """Go to the match before, around the beginning; returns as `find` does."""
        return self._step(-1)

    def clear_find(self) -> None:
        """No more highlights; reasoning that was unfolded for a match folds again."""
        self.finding = None
        self._fold_again("")
        self.repaint()

    def _step(self, step: int) -> tuple[int, int]:
        if self.finding is None:
            return 0, 0
        self._go_to(self.finding.beside(step) or self.finding.from_here(*self._origin))
        return self.finding.tally()

    def _go_to(self, match: Match | None) -> None:
        assert self.finding is not None
        self.finding.current = match
        entry = self.branch[match.position] if match else None
        self._fold_again(entry.id if entry else "")
        if match is not None and entry is not None:
            if match.kind is Kind.REASONING and entry.is_folded:
                entry.is_folded = False
                self._unfolded = frozenset({entry.id})
            self._bring(match)
        self.repaint()

    def _bring(self, match: Match) -> None:
        """Scroll only where the match is not in the window."""
        self.view.changed(match.position)
        entry = self.branch[match.position]
        part = entry.part(match.kind)
        line = part.top + part.drawing.position_of(match.start)[0] if part else 0
        # The mark of what is new covers a piece of the last line.
        if (match.position, line) not in self.view.rows()[: max(1, self.view.height - 1)]:
            self.hold_place(match.position, match.kind, match.start, above=self.view.height // 3)

    def _fold_again(self, kept_id: str) -> None:
        for message_id in self._unfolded - {kept_id}:
            position = self.branch.position_of(message_id)
            if position is not None:
                self.branch[position].is_folded = True
                self.view.changed(position)
        self._unfolded &= {kept_id}

    def forget_absent(self) -> None:
        """The branch is another one: look for the same words in it."""
        if self.finding is not None:
            self.finding = Finding(self.finding.words, self.branch.sources)

    def overlays(self, position: int, line: int) -> list[Span]:
        found = super().overlays(position, line)
        if self.finding is not None and self.finding.words:
            entry = self.branch[position]
            part = entry.part_at(line)
            if part is not None and part.kind in SOURCES:
                found.extend(self._matches_in(self.finding, entry, part, (position, line)))
        return found

    def _matches_in(self, finding: Finding, entry: Entry, part: Part, row: tuple[int, int]) -> list[Span]:
        y = row[1] - part.top
        span = part.drawing.source_span(y, 0, entry.frame.width)
        if span is None:
            return []
        look, longest = entry.frame.look, finding.words.longest
        left = MARGIN + part.indent
        spans: list[Span] = []
        around = max(0, span[0] - longest + 1), span[1] + longest - 1
        for start, end in finding.words.places(part.drawing.text, *around):
            cells = _cells(part, y, start, end)
            if cells is not None:
                is_current = Match(row[0], part.kind, start, end) == finding.current
                spans.append((left + cells[0], left + cells[1], look.current_match if is_current else look.match))
        return spans


def _cells(part: Part, y: int, start: int, end: int) -> tuple[int, int] | None:
    """The cells of line `y` of a part where source characters `start` to `end` stand."""
    drawing = part.drawing
    first_y, first = drawing.position_of(start)
    last_y, last = drawing.position_of(end - 1)
    if not first_y <= y <= last_y:
        return None
    past = last + max(1, width_of(drawing.text[end - 1])) if y == last_y else drawing.line(y).cell_length
    first = first if y == first_y else 0
    return (first, past) if first < past else None

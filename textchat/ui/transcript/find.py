"""Finds words in the messages: live highlight, next and previous match, also in folded reasoning."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from textchat.core.conversation import Message
from textchat.core.reply import Reply
from textchat.render.cells import width_of
from textchat.ui.transcript.folding import Folding
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry_parts import ORDER, SOURCES, EntryPart, PartKind
from textchat.ui.transcript.layout.strips import Overlay
from textchat.ui.transcript.reading_position import ReadingPosition, SourcePoint
from textchat.ui.transcript.window import Window

_BETWEEN = r"[*_~`]{0,4}\s{1,20}(?:>\s{0,4}){0,4}[*_~`]{0,4}"
"""What may part two words that are read side by side: marks of emphasis, the end of a line, the bar of a quote."""
_LONGEST_BETWEEN = 48
_BEGINNING = SourcePoint(0, SOURCES[0], 0)


class Words:
    """A search text, matched as it is read: Markdown between the words and case are ignored."""

    def __init__(self, query: str) -> None:
        self._folded = _folded(query)
        words = self._folded.split()
        self._words = words if len(words) > 1 else []
        self._pattern = re.compile(_BETWEEN.join(map(re.escape, self._words or [self._folded])))
        self.longest = len(query) + _LONGEST_BETWEEN * max(0, len(self._words) - 1)
        """Characters of the longest match."""

    def __bool__(self) -> bool:
        return bool(self._folded)

    def count(self, text: str) -> int:
        """The number of matches in a text; they do not overlap."""
        folded = _folded(text)
        if not self._words:
            return folded.count(self._folded) if self else 0
        is_there = all(word in folded for word in self._words)
        return sum(1 for _ in self._pattern.finditer(folded)) if is_there else 0

    def ranges(self, text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """The matches in a text from `start` to `end`."""
        for match in self._pattern.finditer(_folded(text[start:end])) if self else ():
            yield start + match.start(), start + match.end()


@dataclass(frozen=True, slots=True)
class Match:
    """One match."""

    position: int
    """Of the entry."""
    kind: PartKind
    start: int
    end: int


class Matches:
    """The matches in all messages: all are counted, but located only where they are needed."""

    def __init__(self, words: Words, sources: Sequence[Message | Reply]) -> None:
        self.words = words
        self._sources = sources
        self._counted: dict[str, tuple[Message, int]] = {}
        """Finished messages do not change: each is counted once."""
        self.current: Match | None = None

    def counts(self) -> list[int]:
        """The number of matches in each entry."""
        return [self._count(source) for source in self._sources] if self.words else [0] * len(self._sources)

    def _count(self, source: Message | Reply) -> int:
        known = self._counted.get(source.id)
        if known is not None and known[0] is source:
            return known[1]
        count = sum(self.words.count(text) for _, text in _texts(source))
        if isinstance(source, Message):
            self._counted[source.id] = source, count
        return count

    def within(self, position: int) -> list[Match]:
        """All matches in one entry, in reading order."""
        return [
            Match(position, kind, start, end)
            for kind, text in _texts(self._sources[position])
            for start, end in self.words.ranges(text)
        ]

    def nearest(self, point: SourcePoint) -> Match | None:
        """The first match at or after a point; if there is none, the last before it."""
        here = (ORDER[point.kind], point.offset)
        counts = self.counts()
        for position in range(point.position, len(counts)):
            for match in self.within(position) if counts[position] else ():
                if position > point.position or (ORDER[match.kind], match.start) >= here:
                    return match
        before = range(min(point.position + 1, len(counts)) - 1, -1, -1)
        return next((self.within(position)[-1] for position in before if counts[position]), None)

    def beside(self, step: int) -> Match | None:
        """The match after (`step` 1) or before (-1) the current one, wrapping around."""
        counts = self.counts()
        if self.current is None or not any(counts):
            return None
        here = self.within(self.current.position)
        # A growing text only gains matches behind those it had, so the current one is still among them.
        place = here.index(self.current) + step if self.current in here else 0
        if 0 <= place < len(here):
            return here[place]
        for distance in range(1, len(counts) + 1):
            position = (self.current.position + step * distance) % len(counts)
            if counts[position]:
                return self.within(position)[0 if step > 0 else -1]
        return None

    def tally(self) -> tuple[int, int]:
        """The number of the current match, from 1 (0 for none), and the total."""
        counts = self.counts()
        if self.current is None:
            return 0, sum(counts)
        here = self.within(self.current.position)
        number = here.index(self.current) + 1 if self.current in here else 0
        return sum(counts[: self.current.position]) + number, sum(counts)


@dataclass(eq=False, repr=False)
class Finder:
    """Moves from match to match and highlights those in the window."""

    entries: Entries
    window: Window
    position: ReadingPosition
    folding: Folding
    repaint: Callable[[], None]
    _matches: Matches | None = None
    _origin: SourcePoint = _BEGINNING

    def find(self, query: str) -> tuple[int, int]:
        """Highlight every match and go to the first from the reading position on, ignoring case.

        Returns the number of the match gone to, from 1 (0: none), and how many there are. Call it again with every
        change of the query: the search begins at the same place each time, until `clear`.
        """
        if self._matches is None:
            self._origin = self.position.top() or _BEGINNING
        matches = self._matches = Matches(Words(query), self.entries.sources)
        return self._go_to(matches, matches.nearest(self._origin) if query else None)

    def step(self, step: int) -> tuple[int, int]:
        """Go to the next match (1) or the previous one (-1), wrapping around; returns as `find` does."""
        matches = self._matches
        if matches is None:
            return 0, 0
        return self._go_to(matches, matches.beside(step) or matches.nearest(self._origin))

    def clear(self) -> None:
        """Remove all highlights; reasoning that was unfolded for a match folds again."""
        self._matches = None
        self.folding.peek(None)
        self.repaint()

    def branch_changed(self) -> None:
        """Search for the same words after a change of branch."""
        if self._matches is not None:
            self._matches = Matches(self._matches.words, self.entries.sources)

    @property
    def is_clear(self) -> bool:
        return self._matches is None or not self._matches.words

    def overlays(self, position: int, line: int) -> Iterable[Overlay]:
        """The matches in a line of an entry."""
        matches = self._matches
        if matches is None or not matches.words:
            return
        entry = self.entries[position]
        part = entry.part_at(line)
        if part is None or part.kind not in SOURCES:
            return
        span = part.drawing.source_span(line - part.top, 0, entry.context.width)
        if span is None:
            return
        styles, longest = entry.context.styles, matches.words.longest
        around = max(0, span[0] - longest + 1), span[1] + longest - 1
        for start, end in matches.words.ranges(part.drawing.text, *around):
            if cells := _cells(part, line - part.top, start, end):
                is_current = Match(position, part.kind, start, end) == matches.current
                yield part.left + cells[0], part.left + cells[1], styles.current_match if is_current else styles.match

    def _go_to(self, matches: Matches, match: Match | None) -> tuple[int, int]:
        matches.current = match
        if match is None:
            self.folding.peek(None)
        else:
            self.folding.peek(match.position, is_in_reasoning=match.kind is PartKind.REASONING)
            self._bring(match)
        self.repaint()
        return matches.tally()

    def _bring(self, match: Match) -> None:
        """Scroll to the match, unless it is in the window."""
        self.window.changed(match.position)
        part = self.entries[match.position].part(match.kind)
        line = part.line_of(match.start) if part else 0
        # The mark of what is new covers a piece of the last line.
        if (match.position, line) not in self.window.rows()[: max(1, self.window.height - 1)]:
            point = SourcePoint(match.position, match.kind, match.start)
            self.position.hold(point, above=self.window.height // 3)


def _cells(part: EntryPart, y: int, start: int, end: int) -> tuple[int, int] | None:
    """The cells of line `y` of a part with source characters `start` to `end`."""
    drawing = part.drawing
    first_y, first = drawing.position_of(start)
    last_y, last = drawing.position_of(end - 1)
    if not first_y <= y <= last_y:
        return None
    behind_y, behind = drawing.position_of(end)
    if y < last_y:
        past = drawing.line(y).cell_length
    elif behind_y == last_y and behind >= last and (first_y < last_y or behind > first):
        past = behind  # no further than what is drawn as one character
    else:
        past = last + max(1, width_of(drawing.text[end - 1]))
    first = first if y == first_y else 0
    return (first, past) if first < past else None


def _texts(source: Message | Reply) -> Iterator[tuple[PartKind, str]]:
    if reasoning := source.reasoning:
        yield PartKind.REASONING, reasoning
    yield PartKind.TEXT, source.text


def _folded(text: str) -> str:
    """The text in lower case with unchanged length, so that positions stay valid."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)

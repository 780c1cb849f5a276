"""Finds words in the messages: live highlight, next and previous match, also in folded reasoning."""

from __future__ import annotations

import re
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from textchat.core.conversation import Message
from textchat.core.reply import Reply
from textchat.render.cells import width_of
from textchat.ui.transcript.cited.source_list import source_lines
from textchat.ui.transcript.folding import Folding
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry_parts import FOUND, ORDER, EntryPart, PartKind, shown_text
from textchat.ui.transcript.layout.pieces import LONG
from textchat.ui.transcript.layout.strips import Overlay
from textchat.ui.transcript.reading_position import ReadingPosition, SourcePoint
from textchat.ui.transcript.window import Window

_BETWEEN = r"[*_~`]{0,4}\s{1,20}(?:>\s{0,4}){0,4}[*_~`]{0,4}"
"""What may part two words that are read side by side: marks of emphasis, the end of a line, the bar of a quote."""
_LONGEST_BETWEEN = 48
_DOTTED = "\u0130"
MOST_COUNTED = 10_000
"""Matches of several words that are counted in a long text, in 10 ms."""
MOST_KEPT = 30_000_000
"""Characters of long texts that are kept in lower case while a search goes on; of one, whatever its length."""
_BEGINNING = SourcePoint(0, FOUND[0], 0)


class Words:
    """A search text, matched as it is read: Markdown between the words and case are ignored.

    In a long text nothing is listed: what is asked is searched for from the place on where it is asked.
    """

    def __init__(self, query: str, folds: Folds) -> None:
        self._folds = folds
        self._folded = _folded(query)
        words = self._folded.split()
        self._words = words if len(words) > 1 else []
        self._pattern = re.compile(_BETWEEN.join(map(re.escape, self._words or [self._folded])))
        self.longest = len(query) + _LONGEST_BETWEEN * max(0, len(self._words) - 1)
        """Characters of the longest match."""

    def __bool__(self) -> bool:
        return bool(self._folded)

    def count(self, text: str, end: int | None = None) -> int:
        """The number of matches in a text that begin before `end`; they do not overlap.

        Those of several words are counted up to `MOST_COUNTED` in a long text.
        """
        folded = self._folds.of(text)
        if not self._words:
            within = None if end is None else end + len(self._folded) - 1
            return folded.count(self._folded, 0, within) if self else 0
        if not all(word in folded for word in self._words):
            return 0
        found = (match for match in self._pattern.finditer(folded) if end is None or match.start() < end)
        return sum(1 for _ in islice(found, MOST_COUNTED if len(text) > LONG else None))

    def first(self, text: str, start: int) -> tuple[int, int] | None:
        """The first match that begins at `start` or behind it."""
        if len(text) <= LONG:
            return next((found for found in self.ranges(text) if found[0] >= start), None)
        found = self._pattern.search(self._folds.of(text), start)
        return found.span() if found else None

    def last(self, text: str, end: int) -> tuple[int, int] | None:
        """The last match that begins before `end`."""
        last, reach = None, len(text) if len(text) <= LONG else LONG
        while last is None and end > 0:
            start = max(0, end - reach)
            for found in self.ranges(text, start, min(len(text), end + self.longest)):
                if found[0] < end:
                    last = found
            if not start:
                break
            end, reach = start, 4 * reach
        return last

    def ranges(self, text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """The matches in a text from `start` to `end`."""
        for match in self._pattern.finditer(_folded(text[start:end])) if self else ():
            yield start + match.start(), start + match.end()


class Folds:
    """Texts in lower case; of long ones it is kept for the next letter of the search."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[str, str]] = OrderedDict()

    def of(self, text: str) -> str:
        """The text in lower case, with unchanged length."""
        if len(text) <= LONG:
            return _folded(text)
        known = self._kept.pop(id(text), None)
        folded = known[1] if known is not None and known[0] is text else _folded(text)
        self._kept[id(text)] = text, folded
        while len(self._kept) > 1 and sum(len(kept) for kept, _ in self._kept.values()) > MOST_KEPT:
            self._kept.popitem(last=False)
        return folded


@dataclass(frozen=True, slots=True)
class Match:
    """One match."""

    position: int
    """Of the entry."""
    kind: PartKind
    start: int
    end: int

    @property
    def begin(self) -> SourcePoint:
        return SourcePoint(self.position, self.kind, self.start)

    @property
    def behind(self) -> SourcePoint:
        return SourcePoint(self.position, self.kind, self.end)


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

    def nearest(self, point: SourcePoint) -> Match | None:
        """The first match at or after a point; if there is none, the last before it."""
        counts = self.counts()
        for position in range(point.position, len(counts)):
            here = point if position == point.position else _start_of(position)
            if counts[position] and (match := self._after(here)):
                return match
        before = range(min(point.position + 1, len(counts)) - 1, -1, -1)
        return next((self._before(_end_of(position)) for position in before if counts[position]), None)

    def beside(self, step: int) -> Match | None:
        """The match after (`step` 1) or before (-1) the current one, wrapping around."""
        counts, current = self.counts(), self.current
        if current is None or not any(counts):
            return None
        match = self._after(current.behind) if step > 0 else self._before(current.begin)
        if match is not None:
            return match
        for distance in range(1, len(counts) + 1):
            position = (current.position + step * distance) % len(counts)
            if counts[position]:
                return self._after(_start_of(position)) if step > 0 else self._before(_end_of(position))
        return None

    def tally(self) -> tuple[int, int]:
        """The number of the current match, from 1 (0 for none), and the total."""
        counts, current = self.counts(), self.current
        if current is None:
            return 0, sum(counts)
        number = 1 + sum(
            self.words.count(text, current.start if kind is current.kind else None)
            for kind, text in _texts(self._sources[current.position])
            if ORDER[kind] <= ORDER[current.kind]
        )
        return sum(counts[: current.position]) + number, sum(counts)

    def _after(self, point: SourcePoint) -> Match | None:
        """The first match in an entry at or after a point."""
        for kind, text in _texts(self._sources[point.position]):
            start = point.offset if kind is point.kind else 0
            if ORDER[kind] >= ORDER[point.kind] and (found := self.words.first(text, start)):
                return Match(point.position, kind, *found)
        return None

    def _before(self, point: SourcePoint) -> Match | None:
        """The last match in an entry that begins before a point."""
        for kind, text in reversed([*_texts(self._sources[point.position])]):
            end = min(point.offset, len(text)) if kind is point.kind else len(text)
            if ORDER[kind] <= ORDER[point.kind] and (found := self.words.last(text, end)):
                return Match(point.position, kind, *found)
        return None


def _start_of(position: int) -> SourcePoint:
    return SourcePoint(position, FOUND[0], 0)


def _end_of(position: int) -> SourcePoint:
    return SourcePoint(position, FOUND[-1], sys.maxsize)


@dataclass(eq=False, repr=False)
class Finder:
    """Moves from match to match and highlights those in the window."""

    entries: Entries
    window: Window
    position: ReadingPosition
    folding: Folding
    repaint: Callable[[], None]
    _matches: Matches | None = None
    _folds: Folds = field(default_factory=Folds)
    _origin: SourcePoint = _BEGINNING

    def find(self, query: str) -> tuple[int, int]:
        """Highlight every match and go to the first from the reading position on, ignoring case.

        Returns the number of the match gone to, from 1 (0: none), and how many there are. Call it again with every
        change of the query: the search begins at the same place each time, until `clear`.
        """
        if self._matches is None:
            self._origin = self.position.top() or _BEGINNING
        matches = self._matches = Matches(Words(query, self._folds), self.entries.sources)
        return self._go_to(matches, matches.nearest(self._origin) if query else None)

    def step(self, step: int) -> tuple[int, int]:
        """Go to the next match (1) or the previous one (-1), wrapping around; returns as `find` does."""
        matches = self._matches
        if matches is None:
            return 0, 0
        return self._go_to(matches, matches.beside(step) or matches.nearest(self._origin))

    def clear(self) -> None:
        """Remove all highlights; reasoning that was unfolded for a match folds again."""
        self._matches, self._folds = None, Folds()
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
        if part is None or part.kind not in FOUND:
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
        if match.kind is PartKind.CITATIONS:
            self.entries[match.position].are_sources_folded = False
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
    """What of a message words are found in, from top to bottom: also the names of its files and its sources."""
    if parts := source.parts:
        yield PartKind.ATTACHMENT, "\n".join(part.shown_name for part in sorted(parts, key=lambda part: part.offset))
    if reasoning := source.reasoning:
        yield PartKind.REASONING, reasoning
    yield PartKind.TEXT, shown_text(source)
    if citations := source.citations:
        yield PartKind.CITATIONS, source_lines(citations)


def _folded(text: str) -> str:
    """The text in lower case with unchanged length, so that positions stay valid."""
    # İ alone becomes two characters.
    return text.lower() if _DOTTED not in text else _DOTTED.join(map(str.lower, text.split(_DOTTED)))

"""Words looked for in a branch: counted everywhere, placed only where they are seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textchat.core.conversation import Message
from textchat.core.reply import Reply
from textchat.ui.transcript.entry_parts import ORDER, Kind

_BETWEEN = r"[*_~`]{0,4}\s{1,20}(?:>\s{0,4}){0,4}[*_~`]{0,4}"
"""What may part two words that are read side by side: marks of emphasis, the end of a line, the bar of a quote."""
_LONGEST_BETWEEN = 48


class Words:
    """What is looked for: words as they are read, whatever Markdown stands between them; case does not matter."""

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
        """How often they stand in a text; matches do not overlap."""
        folded = _folded(text)
        if not self._words:
            return folded.count(self._folded) if self else 0
        is_there = all(word in folded for word in self._words)
        return sum(1 for _ in self._pattern.finditer(folded)) if is_there else 0

    def places(self, text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """Where they stand in a text, from `start` to `end`."""
        for found in self._pattern.finditer(_folded(text[start:end])) if self else ():
            yield start + found.start(), start + found.end()


@dataclass(frozen=True, slots=True)
class Match:
    """One place where the words stand."""

    position: int
    """Of the entry in the branch."""
    kind: Kind
    start: int
    end: int


class Finding:
    """Some words in the messages of a branch."""

    def __init__(self, words: Words, sources: Sequence[Message | Reply]) -> None:
        self.words = words
        self._sources = sources
        self._counted: dict[str, tuple[Message, int]] = {}
        """Finished messages do not change: each is counted once."""
        self.current: Match | None = None

    def counts(self) -> list[int]:
        """Matches in each entry."""
        return [self._count(source) for source in self._sources] if self.words else [0] * len(self._sources)

    def _count(self, source: Message | Reply) -> int:
        known = self._counted.get(source.id)
        if known is not None and known[0] is source:
            return known[1]
        count = sum(self.words.count(text) for _, text in _texts(source))
        if isinstance(source, Message):
            self._counted[source.id] = source, count
        return count

    def matches(self, position: int) -> list[Match]:
        """All matches in one entry, in reading order."""
        return [
            Match(position, kind, start, end)
            for kind, text in _texts(self._sources[position])
            for start, end in self.words.places(text)
        ]

    def from_here(self, position: int, kind: Kind, offset: int) -> Match | None:
        """The first match at or after a place; where there is none, the last before it."""
        here = (ORDER[kind], offset)
        counts = self.counts()
        for each in range(position, len(counts)):
            for match in self.matches(each) if counts[each] else ():
                if each > position or (ORDER[match.kind], match.start) >= here:
                    return match
        before = (each for each in range(min(position + 1, len(counts)) - 1, -1, -1) if counts[each])
        return next((self.matches(each)[-1] for each in before), None)

    def beside(self, step: int) -> Match | None:
        """The match after (`step` 1) or before (-1) the current one, around the ends."""
        counts = self.counts()
        if self.current is None or not any(counts):
            return None
        here = self.matches(self.current.position)
        # A growing text only gains matches behind those it had, so the current one is still among them.
        place = here.index(self.current) + step if self.current in here else 0
        if 0 <= place < len(here):
            return here[place]
        position = self.current.position
        for distance in range(1, len(counts) + 1):
            each = (position + step * distance) % len(counts)
            if counts[each]:
                return self.matches(each)[0 if step > 0 else -1]
        return None

    def tally(self) -> tuple[int, int]:
        """Which match is the current one, from 1 (0 for none), and how many there are."""
        counts = self.counts()
        if self.current is None:
            return 0, sum(counts)
        here = self.matches(self.current.position)
        number = here.index(self.current) + 1 if self.current in here else 0
        return sum(counts[: self.current.position]) + number, sum(counts)


def _texts(source: Message | Reply) -> Iterator[tuple[Kind, str]]:
    if reasoning := source.reasoning:
        yield Kind.REASONING, reasoning
    yield Kind.TEXT, source.text


def _folded(text: str) -> str:
    """In lower case, and as long as before: places in it are places in the text."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)

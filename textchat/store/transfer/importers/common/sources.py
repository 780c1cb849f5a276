"""Marks the sources of a reply in its texts, in place of the numbers that stand there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textchat.store.transfer.importers.common.cited import cite
from textchat.store.transfer.importers.common.marked_text import CODE
from textchat.store.transfer.importers.values import link

_NUMBER = re.compile(r"\d{1,6}")
BRACKETS = re.compile(r"\[\d{1,4}(?:\s*,\s*\d{1,4})*\](?![(\[:])")
"""Marks such as `[1]` and `[1, 2]`, but no links."""


@dataclass(frozen=True, slots=True)
class WebSource:
    title: str
    url: str


class SourceMarks:
    """The sources of one reply, in its texts: citations in place of the marks with their numbers."""

    def __init__(self, sources: Mapping[int, WebSource], marks: re.Pattern[str] = BRACKETS) -> None:
        self._sources = {
            number: source for number, source in sources.items() if source.url.startswith(("http://", "https://"))
        }
        self._links_by_number = {number: link(str(number), source.url) for number, source in self._sources.items()}
        self._marks = marks
        self._were_found = False

    @classmethod
    def counted(cls, sources: Iterable[WebSource], marks: re.Pattern[str] = BRACKETS) -> SourceMarks:
        """Of sources that marks count from 1."""
        return cls(dict(enumerate(sources, start=1)), marks)

    def linked(self, text: str) -> str:
        """The text with citations in place of marks of which all sources are known; code is left alone."""
        if not self._sources:
            return text
        pieces = CODE.split(text)
        return "".join(
            piece if place % 2 else self._marks.sub(self._links, piece) for place, piece in enumerate(pieces)
        )

    def unmarked(self) -> str:
        """The sources of the whole, where none of the texts had a mark."""
        if self._were_found:
            return ""
        links = " · ".join(dict.fromkeys(link(source.title, source.url) for source in self._sources.values()))
        return cite(((source.title, source.url) for source in self._sources.values()), links, is_below=True)

    def _links(self, mark: re.Match[str]) -> str:
        numbers = [int(number) for number in _NUMBER.findall(mark[0])]
        if not numbers or any(number not in self._sources for number in numbers):
            return mark[0]
        self._were_found = True
        links = " ".join(self._links_by_number[number] for number in numbers)
        return cite(((self._sources[number].title, self._sources[number].url) for number in numbers), links)

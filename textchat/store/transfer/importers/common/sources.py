"""Puts the sources of a reply into its texts, as links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
    """The sources of one reply, in its texts: links in place of the marks with their numbers."""

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
        """The text with links in place of marks of which all sources are known; code is left alone."""
        if not self._sources:
            return text
        pieces = CODE.split(text)
        return "".join(
            piece if place % 2 else self._marks.sub(self._links, piece) for place, piece in enumerate(pieces)
        )

    def unmarked(self) -> str:
        """The links, where none of the texts had a mark: they stand below."""
        if self._were_found:
            return ""
        return " · ".join(dict.fromkeys(link(source.title, source.url) for source in self._sources.values()))

    def _links(self, mark: re.Match[str]) -> str:
        numbers = [int(number) for number in _NUMBER.findall(mark[0])]
        if not numbers or any(number not in self._sources for number in numbers):
            return mark[0]
        self._were_found = True
        return " ".join(self._links_by_number[number] for number in numbers)

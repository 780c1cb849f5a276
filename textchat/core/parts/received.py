"""Collects what a growing answer brings beside its text: files, sources, and reasoning that only its server reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from textchat.core.limits import CITATIONS
from textchat.core.parts.citation import Citation, Citations
from textchat.core.parts.part import Part
from textchat.core.parts.sealed import SealedReasoning

LONGEST_ADDRESS = 4096
LONGEST_TITLE = 500
"""Characters of a source."""


@dataclass(slots=True)
class Received:
    """What has come so far of an answer whose text begins with `prefix_length` characters of an earlier one."""

    prefix_length: int
    parts: list[Part] = field(default_factory=list)
    """The files, each at its place in the text."""
    citations: Citations = field(default_factory=Citations)
    sealed: list[SealedReasoning] = field(default_factory=list)
    _cited: int = field(default=0, init=False)
    _length: int = field(init=False)
    """Characters of the answer's text so far."""

    def __post_init__(self) -> None:
        self._length = self.prefix_length

    def go_on_from(self, parts: Iterable[Part], citations: tuple[Citation, ...]) -> None:
        """Begin with the files and sources of the answer that is continued."""
        self.parts = list(parts)
        self.citations = Citations(citations)

    def text(self, text: str) -> None:
        """Note that a piece of the text has come."""
        self._length += len(text)

    def part(self, part: Part) -> None:
        """Take in a file: it stands at the end of the text so far."""
        self.parts.append(replace(part, reference=_whole(part.reference), offset=self._length))

    def cite(self, url: str, title: str | None, at: int | None) -> None:
        """Take in a source; the place is that of the event `Cited`. What is too much or too long is left out."""
        self._cited += 1
        if self._cited <= CITATIONS.most and len(url) <= LONGEST_ADDRESS:
            self.citations.add(_whole(url), title and _whole(title[:LONGEST_TITLE]), self._place(at))

    def text_was_reasoning(self) -> None:
        """The answer's text begins anew: files stay, at its start, and what was cited is a source of the whole."""
        self._length = self.prefix_length
        self.parts = [part.at(min(part.offset, self._length)) for part in self.parts]
        self.citations.forget_places()

    def _place(self, at: int | None) -> int | None:
        """Where a source is cited, in characters of the whole text; none is beyond what has come."""
        if at is None:
            return None
        return self._length if at < 0 else min(self.prefix_length + at, self._length)


def _whole(text: str) -> str:
    """A text without halves of characters, which a server may send as JSON escapes and no file can hold."""
    return text.encode("utf-8", "replace").decode()

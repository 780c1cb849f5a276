"""Reads the sources of an answer, and where they are cited: places come as bytes and become characters.

Source: https://ai.google.dev/api/generate-content (GroundingMetadata, Segment, UrlContextMetadata, CitationMetadata).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from textchat.core.events import Cited
from textchat.core.limits import CITATIONS
from textchat.core.parts.received import LONGEST_ADDRESS, LONGEST_TITLE
from textchat.core.text import json_fields as fields

FIELDS = frozenset({"groundingMetadata", "urlContextMetadata", "citationMetadata"})
"""Fields of a candidate that hold sources."""
_LONGEST_SEARCHED = 1_000_000
"""Characters of an answer in which a segment is looked for whose bytes say another text."""
_KINDS = ("web", "retrievedContext", "maps", "image")
_ADDRESSES = ("uri", "sourceUri", "imageUri", "documentName", "title")


class _Source(NamedTuple):
    url: str
    title: str | None


class _Support(NamedTuple):
    """A segment of the answer, and what it is based on."""

    part: int
    start: int
    end: int
    text: str
    sources: tuple[_Source, ...]


@dataclass(slots=True)
class Grounding:
    """The sources of one answer, as far as they have come."""

    starts: list[int] = field(default_factory=list)
    """Of a blocking answer, the characters of the answer's text before each of its parts."""
    _sources: dict[_Source, None] = field(default_factory=dict)
    _supports: dict[_Support, None] = field(default_factory=dict)

    def take(self, candidate: Mapping[str, Any]) -> None:
        """Note what a piece says; a stream may say the same again, or more."""
        grounding = fields.table(candidate, "groundingMetadata")
        chunks = [_source(chunk) for chunk in fields.rows(grounding, "groundingChunks")[: CITATIONS.most]]
        for support in fields.rows(grounding, "groundingSupports"):
            indices = [number for number in fields.items(support, "groundingChunkIndices") if type(number) is int]
            named = (chunks[number] for number in indices[: CITATIONS.most] if 0 <= number < len(chunks))
            self._support(fields.table(support, "segment"), (source for source in named if source is not None))
        self._note(source for source in chunks if source is not None)
        for row in fields.rows(fields.table(candidate, "urlContextMetadata"), "urlMetadata"):
            status = fields.text(row, "urlRetrievalStatus")
            source = _named(fields.text(row, "retrievedUrl"))
            if source is not None and (not status or status.endswith("SUCCESS")):
                self._note((source,))
        quoted = fields.table(candidate, "citationMetadata")
        for row in fields.rows(quoted, "citationSources") or fields.rows(quoted, "citations"):
            if (source := _named(fields.text(row, "uri"), fields.text(row, "title"))) is not None:
                self._support(row, (source,))

    def rest(self, pieces: Iterable[str]) -> Iterator[Cited]:
        """The sources at the end of an answer, whose text came in `pieces`: those that are cited first, by place."""
        if not self._sources and not self._supports:
            return
        places = _Places("".join(pieces), self.starts)
        cited = [(place, support) for support in self._supports if (place := places.of(support)) is not None]
        characters = places.characters(place for place, _ in cited)
        for place, support in sorted(cited, key=lambda each: each[0]):
            for source in support.sources:
                yield Cited(source.url, source.title, characters[place])
        for source in self._sources:
            yield Cited(source.url, source.title)
        self._sources.clear()
        self._supports.clear()

    def _note(self, sources: Iterable[_Source]) -> None:
        for source in sources:
            if len(self._sources) < CITATIONS.most:
                self._sources[source] = None

    def _support(self, segment: Mapping[str, Any], sources: Iterable[_Source]) -> None:
        known = tuple(sources)
        self._note(known)
        end = fields.number(segment, "endIndex")
        if known and end is not None and end > 0 and len(self._supports) < CITATIONS.most:
            part, start = (max(0, fields.number(segment, name) or 0) for name in ("partIndex", "startIndex"))
            self._supports[_Support(part, start, end, fields.text(segment, "text"), known)] = None


class _Places:
    """Finds where segments end, in the bytes of an answer."""

    def __init__(self, text: str, starts: list[int]) -> None:
        # Halves of characters, which JSON may hold, are joined as in the reply.
        self._text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        self._bytes = self._text.encode()
        self._starts = [len(text[:start].encode("utf-8", "replace")) for start in starts]
        self._after = 0
        """Where the last segment ended that was found by its text."""

    def of(self, support: _Support) -> int | None:
        """The bytes of the answer before the end of a segment; None if the answer holds no such segment.

        The index of the part is that of a blocking answer; of a stream, all text is one part, behind one of thoughts.
        """
        begins = [self._starts[support.part]] if support.part < len(self._starts) else []
        wanted = support.text.encode("utf-8", "replace")
        for begin in (*begins, 0):
            start, end = begin + support.start, begin + support.end
            if end <= len(self._bytes) and (not wanted or self._bytes[start:end] == wanted):
                return end
        if not support.text or len(self._text) > _LONGEST_SEARCHED:
            return None
        at = self._bytes.find(wanted, self._after)
        at = self._bytes.find(wanted) if at < 0 else at
        if at < 0:
            return None
        self._after = at + len(wanted)
        return self._after

    def characters(self, places: Iterable[int]) -> dict[int, int]:
        """The characters of the answer before each of these places in its bytes."""
        counted, told, characters = dict[int, int](), 0, 0
        for place in sorted(set(places)):
            end = place
            while end < len(self._bytes) and self._bytes[end] & 0xC0 == 0x80:
                end += 1  # within a character: behind it
            characters += len(self._bytes[told:end].decode("utf-8", "replace"))
            counted[place], told = characters, end
        return counted


def _source(chunk: Mapping[str, Any]) -> _Source | None:
    for kind in _KINDS:
        if found := fields.table(chunk, kind):
            url = next(filter(None, (fields.text(found, name) for name in _ADDRESSES)), "")
            return _named(url, fields.text(found, "title"))
    return None


def _named(url: str, title: str = "") -> _Source | None:
    return _Source(url, title[:LONGEST_TITLE] or None) if 0 < len(url) <= LONGEST_ADDRESS else None

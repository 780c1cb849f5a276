"""Drawn text in pieces of one look, each of which knows the source that it shows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from enum import IntFlag
from typing import NamedTuple


class Look(IntFlag):
    """What a piece of text is; several may hold at once."""

    PLAIN = 0
    STRONG = 1
    EMPHASIS = 2
    STRIKE = 4
    CODE = 8
    LINK = 16
    TARGET = 32
    """Where a link or an image leads, drawn behind its text."""
    HTML = 64
    MATHS = 128
    IMAGE = 256


class Piece(NamedTuple):
    """A stretch of drawn text of one look."""

    start: int
    """Index of its first character in the drawn text; it reaches to the next piece's start."""
    look: int
    href: str
    """The target of the link it belongs to, or nothing."""
    source: int
    source_end: int
    """The range of the source that it shows."""
    exact: bool
    """Whether it shows the source character by character."""


class Inline(NamedTuple):
    """Drawn text with its pieces, in order and without gaps."""

    plain: str
    pieces: list[Piece]
    open: bool
    """Whether something was left open that text added later could close."""


def pieces_between(pieces: list[Piece], start: int, end: int) -> list[Piece]:
    """The pieces between two places of the drawn text, the first and the last perhaps reaching beyond."""
    first = max(0, bisect_right(pieces, start, key=_start) - 1)
    return pieces[first : bisect_right(pieces, end - 1, lo=first, key=_start)]


def source_range(pieces: list[Piece], start: int, end: int) -> tuple[int, int]:
    """The range of the source that is drawn between two places."""
    found = pieces_between(pieces, start, end)
    left, right = found[0], found[-1]
    begin = left.source + start - left.start if left.exact else left.source
    return begin, right.source + end - right.start if right.exact else right.source_end


class Link(NamedTuple):
    """What leads somewhere: the source that it shows, and where it leads."""

    start: int
    end: int
    target: str


def links_in(pieces: Iterable[Piece]) -> Iterator[Link]:
    """The links and images among the pieces, each whole, in order."""
    found: Link | None = None
    for piece in pieces:
        href = piece.href if piece.look & (Look.LINK | Look.IMAGE) else ""
        if found and href == found.target:
            found = found._replace(end=piece.source_end)
            continue
        if found:
            yield found
        found = Link(piece.source, piece.source_end, href) if href else None
    if found:
        yield found


def place_in(pieces: list[Piece], source: int) -> int:
    """Where a place of the source is drawn; beside it, if it is not drawn itself."""
    index = bisect_right(pieces, source, key=_source) - 1
    if index < 0:
        return 0
    piece = pieces[index]
    return piece.start + (min(source, piece.source_end) - piece.source if piece.exact else 0)


def _start(piece: Piece) -> int:
    return piece.start


def _source(piece: Piece) -> int:
    return piece.source

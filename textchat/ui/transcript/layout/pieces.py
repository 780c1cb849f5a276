"""Cuts a long text into pieces that are drawn one by one, each in some milliseconds.

Plain text is cut at newlines, else at blanks. Markdown is cut where a block of its top level begins: behind a blank
line, before a fence, behind one. A block that is too long for a piece is cut as plain text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import combining

from textchat.core.text.fences import fenced_ranges

LONG = 64_000
"""Characters of a text above which it is drawn in pieces: laying out as many takes 0.2 s at the worst."""
LONGEST_GROWING = 4 * LONG
"""Characters of a growing text that are laid out as one: what is laid out stays so, but for another width."""
LONGEST = 16_000
"""Characters of a piece of plain text, and of one of Markdown where blocks end often."""
LONGEST_BLOCK = 2 * LONGEST
"""Characters of a piece of Markdown that is one block."""
MOST_LINES = 2_000
"""Lines of a piece, roughly."""
MOST_TRIES = 20_000
"""Places of the whole text that may be looked at in vain for the beginning of a block; what follows is plain."""
_MAY_GO_ON = re.compile(r"\s|[01][.)]\s")
"""What may belong to the block above: blanks to an item of a list, and `1.` to a list in which each has that number."""
_JOINERS = "\u200d\ufe0e\ufe0f"


class Piece(NamedTuple):
    """A part of a text that is drawn by itself."""

    start: int
    end: int
    is_markdown: bool


def plain_pieces(text: str, start: int = 0, end: int | None = None) -> Iterator[Piece]:
    """The text from `start` to `end` in pieces of plain text."""
    end = len(text) if end is None else end
    while start < end:
        cut = _plain_cut(text, start, end)
        yield Piece(start, cut, False)
        start = cut


def markdown_pieces(text: str) -> Iterator[Piece]:
    """The text in pieces of Markdown, and in pieces of plain text where one block is too long."""
    blocks = _BlockStarts(text)
    start = 0
    while start < len(text):
        most = _length_from(text, start)
        longest = most * LONGEST_BLOCK // LONGEST
        end = blocks.from_(start + 1)
        if end - start <= longest and (further := blocks.from_(start + most // 2)) - start <= longest:
            end = further
        if end - start <= longest:
            yield Piece(start, end, True)
        else:
            yield from plain_pieces(text, start, end)
        start = end


def _plain_cut(text: str, start: int, end: int) -> int:
    """Where the piece from `start` ends."""
    most = _length_from(text, start)
    if end - start <= most:
        return end
    limit, least = start + most, start + most // 2
    for sign in "\n ":
        if (at := text.rfind(sign, least, limit)) >= 0:
            return at + 1
    return _between_characters(text, limit, least)


def _length_from(text: str, start: int) -> int:
    """The most characters of a piece from `start` on: fewer where many lines are short."""
    lines = text.count("\n", start, start + LONGEST)
    return LONGEST if lines <= MOST_LINES else max(MOST_LINES, LONGEST * MOST_LINES // lines)


def _between_characters(text: str, at: int, least: int) -> int:
    """The last place up to `at` that parts nothing that is drawn as one character, if one is near."""
    for place in range(at, max(least, at - 64), -1):
        joins = combining(text[place]) or text[place] in _JOINERS or text[place - 1] in _JOINERS
        if not joins and text[place - 1 : place + 1] != "\r\n":
            return place
    return at


class _BlockStarts:
    """The places in a text where a block of its top level surely begins."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._blank = "\n\r\n" if "\r\n" in text[:LONGEST] else "\n\n"
        self._fences, self._known_to = fenced_ranges(text, MOST_TRIES)
        self._starts = [start for start, _ in self._fences]
        self._tries = MOST_TRIES
        self._gap = 0, -1
        """The last long range in which no block begins: before megabytes of one it is asked for again and again."""

    def from_(self, at: int) -> int:
        """The first one at `at` or behind it; the end of the text if none is found."""
        if self._gap[0] <= at <= self._gap[1]:
            return self._gap[1]
        found = self._first(at)
        if found - at > LONGEST:
            self._gap = at, found
        return found

    def _first(self, at: int) -> int:
        while self._tries > 0 and at < self._known_to:
            at = self._next_chance(at)
            if at >= len(self._text) or not _MAY_GO_ON.match(self._text, at):
                return min(at, len(self._text))
            self._tries -= 1
        return len(self._text)

    def _next_chance(self, at: int) -> int:
        """The next place behind a blank line, or where a fenced block at the left edge begins or ends."""
        index = bisect_right(self._starts, at - 1)
        if index and at < (end := self._fences[index - 1][1]):
            if self._is_at_edge(index - 1):
                return end
            at = end
        fence = self._starts[index] if index < len(self._starts) else len(self._text)
        blank = self._text.find(self._blank, max(0, at - 1), fence)
        if blank >= 0:
            return blank + len(self._blank)
        if fence == len(self._text) or self._is_at_edge(index):
            return fence
        return self._next_chance(fence + 1)

    def _is_at_edge(self, index: int) -> bool:
        """Whether a fence is no part of a list or a quote."""
        return self._text[self._starts[index]] in "`~"

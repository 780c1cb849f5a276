"""Inline Markdown that grows without end, parsed for good stretch by stretch."""

from __future__ import annotations

import re

from textchat.render.markdown.inline.definitions import Definitions
from textchat.render.markdown.inline.inline import parse
from textchat.render.markdown.inline.text_buffer import Pages
from textchat.render.spans import Inline, Piece

_STRETCHES = (128, 192, 288, 432, 648, 972, 1458, 2187)
"""After how many characters to look for a place where nothing is open; the last is taken whatever is open."""
_SEAM = re.compile(r"(?<![\s\\])[ \n](?=\S)|(?<=[。！？；，、])(?=\w)")
_WORD_SEAM = re.compile(r"(?<=\w)(?=\w)")
_FARTHEST = _STRETCHES[-1] + 1_000
"""Where a stretch is cut inside a word, because it has no other place."""


class Stretches:
    """Inline Markdown in consecutive stretches, cut where nothing is open.

    Where a cut falls depends only on the text before it, so a text that grows is cut as if it had come at once, and a
    stretch that is cut off is never parsed again. Emphasis that is open for more than 2,187 characters stays unparsed.
    """

    __slots__ = ("definitions", "done", "pieces", "plain", "step")

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.plain = Pages()
        self.pieces: list[Piece] = []
        self.done = 0
        """The source up to here is parsed for good."""
        self.step = 0

    def advance(self, text: Pages) -> None:
        """Parse what can be parsed for good of a text that has only grown since the last time."""
        while True:
            ahead = text.slice(self.done, self.done + _FARTHEST)
            cut = self._next_cut(ahead)
            if cut is None:
                return
            drawn = parse(ahead[:cut], self.definitions.known)
            if drawn.open and self.step < len(_STRETCHES) - 1:
                self.step += 1
                continue
            self._add(drawn, cut)
            if ahead[cut] in " \n":
                self.pieces.append(Piece(len(self.plain), 0, "", self.done, self.done + 1, ahead[cut] == " "))
                self.plain.add(" ")
                self.done += 1
            self.step = 0

    def _next_cut(self, ahead: str) -> int | None:
        """Where to cut next, in the text that is not parsed, if enough of it has come to tell."""
        start = _STRETCHES[self.step]
        if seam := _SEAM.search(ahead, start):
            return seam.start()
        if len(ahead) < _FARTHEST:
            return None
        self.step = len(_STRETCHES) - 1
        seam = _WORD_SEAM.search(ahead, _STRETCHES[-1])
        return seam.start() if seam else _STRETCHES[-1]

    def _add(self, drawn: Inline, length: int) -> None:
        at, source = len(self.plain), self.done
        self.pieces += [moved(piece, at, source) for piece in drawn.pieces]
        self.plain.add(drawn.plain)
        self.done += length


def moved(piece: Piece, by: int, source: int) -> Piece:
    """A piece that stands further on, in the drawn text and in the source."""
    start, look, href, first, last, exact = piece
    return Piece(start + by, look, href, first + source, last + source, exact)

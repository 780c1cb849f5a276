"""Draws the end of a growing paragraph, in pieces where it is long and full of signs."""

from __future__ import annotations

import re

from textchat.render.markdown.inline.markdown_it_rules import References
from textchat.render.markdown.inline.parse import parse
from textchat.render.markdown.inline.repair import parse_live
from textchat.render.spans import InlineText, Span

_SIGNS = re.compile(r"[\[\]!*_`<$\\~&]")
_DENSE = 160
"""Signs of markup that are parsed with each frame, a bracket for two; with more of them, what is far from the end is
parsed once."""
_PIECE = 40
"""Characters of a piece, at least."""
_NOTHING = InlineText("", [], False)


class LiveTail:
    """The text behind the last cut of a paragraph.

    Nothing in it is certain, so it is parsed again whenever it grows. `[a][a][a]…` takes 20 µs a character: 50 ms a
    frame, until it is cut after 3,000. There the pieces that are far from its end stand for themselves meanwhile.
    """

    __slots__ = ("_drawn", "_length", "_start")

    def __init__(self) -> None:
        self._start = -1
        self._length = 0
        """Characters that are drawn in pieces."""
        self._drawn = _NOTHING

    def draw(self, text: str, start: int, references: References) -> InlineText:
        """The drawn form of `text`, which begins at `start` of its paragraph."""
        if start != self._start:
            self._start, self._length, self._drawn = start, 0, _NOTHING
        if not self._length and len(_SIGNS.findall(text)) + text.count("[") < _DENSE:
            return parse_live(text, references)
        while len(text) - self._length >= 2 * _PIECE:
            self._append(parse(text[self._length : self._length + _PIECE], references))
            self._length += _PIECE
        last = parse_live(text[self._length :], references)
        return InlineText(self._drawn.plain + last.plain, self._drawn.spans + self._moved(last), True)

    def _moved(self, drawn: InlineText) -> list[Span]:
        return [span.moved(len(self._drawn.plain), self._length) for span in drawn.spans]

    def _append(self, drawn: InlineText) -> None:
        self._drawn = InlineText(self._drawn.plain + drawn.plain, self._drawn.spans + self._moved(drawn), True)

"""Incremental parser of inline Markdown: the settled beginning of a growing text is parsed once, section by section."""

from __future__ import annotations

import re

from textchat.render.markdown.inline.definitions import LinkDefinitions
from textchat.render.markdown.inline.parse import parse
from textchat.render.markdown.inline.text_buffer import TextBuffer
from textchat.render.spans import InlineText, Span
from textchat.render.styles import SpanStyle

_STRETCHES = (128, 192, 288, 432, 648, 972, 1458, 2187)
"""After how many characters to look for a place where nothing is open; the last is taken whatever is open."""
_SEAM = re.compile(r"(?<![\s\\])[ \n](?=\S)|(?<=[。！？；，、])(?=\w)")
_WORD_SEAM = re.compile(r"(?<=\w)(?=\w)")
_FARTHEST = _STRETCHES[-1] + 1_000
"""Characters after which a stretch is cut inside a word, because it has no other place."""


class InlineStream:
    """Drawn text of consecutive sections of inline Markdown, cut where nothing is open.

    Where a cut falls depends only on the text before it, so a text that grows is cut as if it had come at once, and a
    stretch that is cut off is never parsed again. Emphasis that is open for more than 2,187 characters stays unparsed.
    """

    __slots__ = ("_definitions", "_step", "done", "plain", "spans")

    def __init__(self, definitions: LinkDefinitions) -> None:
        self._definitions = definitions
        self.plain = TextBuffer()
        self.spans: list[Span] = []
        self.done = 0
        """The source up to here is parsed for good."""
        self._step = 0
        """The index in `_STRETCHES` of the length that is tried next."""

    def advance(self, text: TextBuffer) -> None:
        """Parse the part of a text, grown since the last call, that later text cannot change."""
        while True:
            ahead = text.slice(self.done, self.done + _FARTHEST)
            cut = self._next_cut(ahead)
            if cut is None:
                return
            drawn = parse(ahead[:cut], self._definitions.known)
            if drawn.is_open and self._step < len(_STRETCHES) - 1:
                self._step += 1
                continue
            self._add(drawn, cut)
            if ahead[cut] in " \n":
                self.spans.append(
                    Span(len(self.plain), SpanStyle.PLAIN, "", self.done, self.done + 1, ahead[cut] == " ")
                )
                self.plain.add(" ")
                self.done += 1
            self._step = 0

    def _next_cut(self, ahead: str) -> int | None:
        """The next cut in the unparsed text, if enough of it has come to tell."""
        start = _STRETCHES[self._step]
        if seam := _SEAM.search(ahead, start):
            return seam.start()
        if len(ahead) < _FARTHEST:
            return None
        self._step = len(_STRETCHES) - 1
        seam = _WORD_SEAM.search(ahead, _STRETCHES[-1])
        return seam.start() if seam else _STRETCHES[-1]

    def _add(self, drawn: InlineText, length: int) -> None:
        at, source = len(self.plain), self.done
        self.spans += [span.moved(at, source) for span in drawn.spans]
        self.plain.add(drawn.plain)
        self.done += length

"""Incremental parser of inline Markdown: the settled beginning of a growing text is parsed once, section by section."""

from __future__ import annotations

from textchat.render.markdown.inline.definitions import LinkDefinitions
from textchat.render.markdown.inline.parse import parse
from textchat.render.markdown.inline.seams import SEAM, forced_cut, is_in_target, is_within, last_seam
from textchat.render.markdown.inline.text_buffer import TextBuffer
from textchat.render.spans import InlineText, Span
from textchat.render.styles import SpanStyle

_STRETCHES = (128, 208, 340, 640, 1_600)
"""After how many characters to look for a place where nothing is open; behind the last, one is taken in any case."""
_WINDOW = 2 * _STRETCHES[-1]
"""Characters that must have come before a place is taken in any case."""
_LONGEST_LINK = 16_000
_LONGEST_TARGET = 250_000
"""Characters of a link and of its target, such as a picture's data, beyond which they are cut."""


class InlineStream:
    """Drawn text of consecutive sections of inline Markdown, cut where nothing is open.

    Where a cut falls depends only on the text before it, so a text that grows is cut as if it had come at once, and a
    stretch that is cut off is never parsed again. Emphasis that is open for more than about 3,000
    characters stays unparsed; links and addresses stay whole.
    """

    __slots__ = ("_definitions", "_step", "_window", "done", "plain", "spans")

    def __init__(self, definitions: LinkDefinitions) -> None:
        self._definitions = definitions
        self.plain = TextBuffer()
        self.spans: list[Span] = []
        self.done = 0
        """The source up to here is parsed for good."""
        self._step = 0
        """The index in `_STRETCHES` of the length that is tried next."""
        self._window = _WINDOW
        """How much text must have come before it is cut in any case."""

    def advance(self, text: TextBuffer) -> None:
        """Parse the part of a text, grown since the last call, that later text cannot change."""
        while True:
            window = self._window
            ahead = text.slice(self.done, self.done + window)
            found = self._next_cut(ahead)
            if found is None and self._window > window:
                continue
            if found is None:
                return
            cut, drawn = found
            self._add(drawn or parse(ahead[:cut], self._definitions.known), cut)
            if ahead[cut] in " \n":
                self.spans.append(
                    Span(len(self.plain), SpanStyle.PLAIN, "", self.done, self.done + 1, ahead[cut] == " ")
                )
                self.plain.add(" ")
                self.done += 1
            self._step, self._window = 0, _WINDOW

    def _next_cut(self, ahead: str) -> tuple[int, InlineText | None] | None:
        """The next cut in the unparsed text, if enough of it has come to tell, and what is before it if it is drawn."""
        tried = 0
        while self._step < len(_STRETCHES) and (seam := SEAM.search(ahead, _STRETCHES[self._step], _WINDOW)):
            before = ahead[: seam.start()]
            if seam.start() > tried and not is_within(before, seam.group()):
                tried = seam.start()
                drawn = parse(before, self._definitions.known)
                if not drawn.is_open:
                    return seam.start(), drawn
            self._step += 1
        if len(ahead) < self._window:
            return None
        before = ahead[: last_seam(ahead)]
        drawn = parse(before, self._definitions.known)
        cut = forced_cut(before, drawn)
        if cut is None and self._window >= (_LONGEST_TARGET if is_in_target(ahead) else _LONGEST_LINK):
            cut = len(before)
        if cut is not None:
            return cut, drawn if cut == len(before) else None
        self._window *= 2
        return None

    def _add(self, drawn: InlineText, length: int) -> None:
        at, source = len(self.plain), self.done
        self.spans += [span.moved(at, source) for span in drawn.spans]
        self.plain.add(drawn.plain)
        self.done += length

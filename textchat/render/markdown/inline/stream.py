"""Incremental parser of inline Markdown: the settled beginning of a growing text is parsed once, section by section."""

from __future__ import annotations

import re
from itertools import islice

from textchat.core.text.sanitize import visible
from textchat.render.markdown.inline.definitions import LinkDefinitions
from textchat.render.markdown.inline.parse import parse, plain_end
from textchat.render.markdown.inline.seams import (
    forced_cut,
    has_open_bracket,
    is_in_target,
    is_within,
    last_seam,
    next_seam,
)
from textchat.render.markdown.inline.text_buffer import TextBuffer
from textchat.render.spans import InlineText, Span
from textchat.render.styles import SpanStyle

_STRETCHES = (128, 208, 340, 640, 1_600)
"""After how many characters to look for a place where nothing is open; behind the last, one is taken in any case."""
_WINDOW = 2 * _STRETCHES[-1]
"""Characters that must have come before a place is taken in any case."""
_DEAR = re.compile(r"(?=\[)|[\[\]!*<`$]")
"""Signs of markup that take long to parse where nothing closes them, an opening bracket for two: of each, markdown-it
looks at all that follows."""
_MOST_DEAR = 160
"""Of those, how many are waited for at most."""
_LONGEST_LINK = 16_000
_LONGEST_TARGET = 250_000
"""Characters of a link and of its target, such as a picture's data, beyond which they are cut."""


class InlineStream:
    """Drawn text of consecutive sections of inline Markdown, cut where nothing is open.

    Where a cut falls depends only on the text before it, so a text that grows is cut as if it had come at once, and a
    stretch that is cut off is never parsed again. Emphasis that is open for more than about 3,000 characters, or 160
    signs, stays unparsed; links and addresses stay whole.
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
            if not self._step and (end := _last_plain_seam(ahead, self.done)):
                self._add(InlineText(visible(ahead[:end]), [Span(0, SpanStyle.PLAIN, "", 0, end, True)], False), end)
                self._take_blank(ahead[end])
                self._window = _WINDOW
                continue
            found = self._next_cut(ahead)
            if found is None and self._window > window:
                continue
            if found is None:
                return
            cut, drawn = found
            self._add(drawn or parse(ahead[:cut], self._definitions.known), cut)
            self._take_blank(ahead[cut])
            self._step, self._window = 0, _WINDOW

    def _next_cut(self, ahead: str) -> tuple[int, InlineText | None] | None:
        """The next cut in the unparsed text, if enough of it has come to tell, and what is before it if it is drawn."""
        tried = 0
        limit = self._limit(ahead)
        while (
            self._step < len(_STRETCHES)
            and (seam := next_seam(ahead, _STRETCHES[self._step], min(limit, _WINDOW))) >= 0
        ):
            before = ahead[:seam]
            if seam > tried and not has_open_bracket(before) and not is_within(before, ahead[seam]):
                tried = seam
                drawn = parse(before, self._definitions.known)
                if not drawn.is_open:
                    return seam, drawn
            self._step += 1
        if len(ahead) < limit:
            return None
        ahead = ahead[:limit]
        before = ahead[: last_seam(ahead)]
        drawn = parse(before, self._definitions.known)
        cut = forced_cut(before, drawn)
        longest = _LONGEST_TARGET if is_in_target(ahead) else _LONGEST_LINK
        if cut is None and (limit < self._window or self._window >= longest):
            cut = len(before)
        if cut is not None:
            return cut, drawn if cut == len(before) else None
        self._window *= 2
        return None

    def _limit(self, ahead: str) -> int:
        """The characters after which the unparsed text is cut in any case."""
        if len(ahead) <= _MOST_DEAR:
            return self._window
        sign = next(islice(_DEAR.finditer(ahead), _MOST_DEAR, None), None)
        return sign.start() if sign else self._window

    def _take_blank(self, sign: str) -> None:
        """Draw the blank at which the text was cut, if it was one."""
        if sign in " \n":
            self._add(InlineText(" ", [Span(0, SpanStyle.PLAIN, "", 0, 1, sign == " ")], False), 1)

    def _add(self, drawn: InlineText, length: int) -> None:
        at, source = len(self.plain), self.done
        spans = [span.moved(at, source) for span in drawn.spans]
        if spans and self.spans and (joined := self.spans[-1].joined(spans[0])):
            self.spans[-1:] = [joined]
            del spans[0]
        self.spans += spans
        self.plain.add(drawn.plain)
        self.done += length


def _last_plain_seam(ahead: str, start: int) -> int:
    """Where the words at the beginning of a text are cut, which begins at `start` of its paragraph; 0 for nowhere.

    That is at the first seam of a part of the paragraph, of which each has as many characters: so much of plain text is
    cut at once as has come, and the last cut is where it would be had it come by letters.
    """
    end, part = plain_end(ahead), _STRETCHES[0]
    for begin in range((start + end) // part * part - start, 0, -part):
        if (seam := next_seam(ahead, begin, min(begin + part, end) + 1)) > 0:
            return seam
    return 0

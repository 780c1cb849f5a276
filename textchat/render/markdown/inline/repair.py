"""Repairs half-open inline Markdown: the end of a growing text is drawn as it will probably look when complete."""

from __future__ import annotations

import re

from textchat.render.markdown.inline.markdown_it_rules import References
from textchat.render.markdown.inline.parse import NO_TARGET, parse
from textchat.render.spans import InlineText
from textchat.render.styles import SpanStyle

_UNDECIDED = re.compile(r"(?:[*_~`\\!\[\]<$\s]+|&#?\w{0,30})$")
"""Signs at the very end: whether they open, close or mean themselves depends on what comes."""
_TARGET = re.compile(r"\]\((?:[^()\n]|\([^()\n]*(?:\)|$))*$")
_TAG = re.compile(r"<[A-Za-z/!?][^<>]*$")
_HELD_BACK = 100
"""How many characters an open bracket may hold back; a longer one is drawn as it stands."""
_VERBATIM = SpanStyle.CODE | SpanStyle.HTML
"""Spans in which brackets and backticks mean themselves."""


def parse_live(source: str, references: References) -> InlineText:
    """Parse the end of a growing paragraph: open constructs are closed, undecided ones are held back."""
    source = _UNDECIDED.sub("", source)
    if target := _TARGET.search(source):
        source = f"{source[: target.start()]}]({NO_TARGET})"
    elif (tag := _TAG.search(source)) and len(source) - tag.start() <= _HELD_BACK:
        source = source[: tag.start()]
    drawn = parse(source, references, live=True)
    if not drawn.is_open:
        return drawn
    repaired = _repaired(drawn, source)
    return drawn if repaired is None else parse(repaired, references, live=True)


def _repaired(drawn: InlineText, source: str) -> str | None:
    """The source with an open code span closed, or cut before an open bracket near its end; None if neither applies."""
    brackets: list[int] = []
    for span in drawn.spans:
        if not span.exact or span.style & _VERBATIM:
            continue
        for sign in re.finditer(r"`+|[\[\]]", source[span.source : span.source_end]):
            place = span.source + sign.start()
            if sign.group()[0] == "`":
                inner = source[place + len(sign.group()) :]
                return source + (" " if not inner or inner[0] == " " else "") + sign.group()
            if sign.group() == "[":
                brackets.append(place)
            elif brackets:
                brackets.pop()
    if brackets and len(source) - brackets[0] <= _HELD_BACK:
        return source[: brackets[0]].rstrip("! ")
    return None

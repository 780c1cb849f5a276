"""Weaves the parts and citations of a message into its text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from textchat.core.conversation import Message
from textchat.core.parts.citation import Citation
from textchat.core.parts.number_marks import Mark, marks_of
from textchat.core.parts.part import Part
from textchat.core.text.open_markup import unparted

LONGEST_NUMBERED = 300_000
"""Characters of a text up to which numbers are put into it: where each may stand takes a second for more."""

_LINKED = re.compile(
    r"(?:https?://|mailto:)[^\s\x00-\x20\x7f-\x9f<>\"\\^`{|}\u202a-\u202e\u2066-\u2069]+", re.IGNORECASE
)


def woven(message: Message, shown: Callable[[Mark, str], str]) -> Iterator[str | Part]:
    """The text in pieces with the parts between them, and the numbers of its sources where none of them breaks markup.

    `shown` makes text of a number that stands in a text. A part within code, a table or a link comes behind its block.
    """
    text, piece, told = message.text, [""], 0
    for place, item in _insertions(message):
        piece.append(text[told:place])
        told = max(told, place)
        if isinstance(item, Part):
            if before := "".join(piece):
                yield before
            piece = [""]
            yield item
        else:
            told = item.end
            piece.append(shown(item, text))
    if last := "".join((*piece, text[told:])):
        yield last


def _insertions(message: Message) -> list[tuple[int, Mark | Part]]:
    """The numbers and the parts with their places, ascending; of a long text the sources are in their list alone."""
    length = len(message.text)
    marks = marks_of(message.text, message.citations) if length <= LONGEST_NUMBERED else []
    parts = sorted(message.parts, key=lambda part: part.offset)
    places = unparted(message.text, [min(max(part.offset, 0), length) for part in parts]) if parts else []
    marked = ((mark.start, mark) for mark in marks)
    return sorted([*marked, *zip(places, parts, strict=True)], key=lambda insertion: insertion[0])


def facts_of(part: Part, escape: Callable[[str], str]) -> str:
    """The size of a part, and what of it is not here."""
    if not part.digest:
        return f"only at the server: {escape(part.reference)}" if part.reference else "no content"
    return f"{part.size:,} bytes" + (", content missing" if part.data is None else "")


def is_linked(citation: Citation) -> bool:
    """Whether the address of a source may be a link: of the web or of mail, without anything hidden in it."""
    return _LINKED.fullmatch(citation.url) is not None

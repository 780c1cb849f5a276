"""Weaves the parts and citations of a message into its text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from textchat.core.conversation import Message
from textchat.core.parts.citation import Citation, numbered_places
from textchat.core.parts.part import Part
from textchat.core.text.fences import fenced_ranges

MOST_FENCES = 2_000
"""Fences of a text that are looked for: what stands behind is taken for no code."""

_LINKED = re.compile(
    r"(?:https?://|mailto:)[^\s\x00-\x20\x7f-\x9f<>\"\\^`{|}\u202a-\u202e\u2066-\u2069]+", re.IGNORECASE
)


def woven(message: Message, mark: Callable[[int], str]) -> Iterator[str | Part]:
    """The text in pieces with the parts between them, and what `mark` makes of a citation's number at its places.

    A code block stays whole: a part within it comes behind the text, a number stands in the list of sources alone.
    """
    text, late, piece, told = message.text, [], [""], 0
    blocks = fenced_ranges(text, MOST_FENCES)[0] if message.parts or message.citations else []
    for place, item in _insertions(message, mark):
        is_in_block = any(start < place < end for start, end in blocks)
        if is_in_block and isinstance(item, Part):
            late.append(item)
        if is_in_block:
            continue
        piece.append(text[told:place])
        told = place
        if isinstance(item, str):
            piece.append(item)
        else:
            if before := "".join(piece):
                yield before
            piece = [""]
            yield item
    if last := "".join((*piece, text[told:])):
        yield last
    yield from late


def _insertions(message: Message, mark: Callable[[int], str]) -> list[tuple[int, str | Part]]:
    length = len(message.text)
    marks: list[tuple[int, str | Part]] = [
        (min(place, length), "".join(map(mark, numbers)))
        for place, numbers in numbered_places(message.citations).items()
    ]
    parts = [(min(max(part.offset, 0), length), part) for part in message.parts]
    return sorted([*marks, *parts], key=lambda insertion: insertion[0])


def is_linked(citation: Citation) -> bool:
    """Whether the address of a source may be a link: of the web or of mail, without anything hidden in it."""
    return _LINKED.fullmatch(citation.url) is not None

"""Puts the numbers of sources into a Markdown text before it is read, and draws them in its lines.

A number that is drawn between the characters of the source is made of signs that no text has (`GLYPHS`): for the
Markdown reader they are letters behind a thin space, so nothing around them is read in another way. They become digits
when a line is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from textchat.core.parts.number_marks import Mark

SPACE = "\u2009"
"""Before a number: it ends addresses and marks of emphasis as any blank does, and no line is broken at it."""
_SIGNS = "0123456789[]"
_OWN, _THEIRS = 0x10FF00, 0x10FF10
GLYPHS = {first + at: sign for first in (_OWN, _THEIRS) for at, sign in enumerate(_SIGNS)}
"""The signs of numbers, of the last private plane of Unicode, and what they are drawn as: of those that are inserted,
and of those that the model wrote."""
_AS_OWN = {ord(sign): chr(_OWN + at) for at, sign in enumerate(_SIGNS)}
_AS_THEIRS = {ord(sign): chr(_THEIRS + at) for at, sign in enumerate(_SIGNS)}
DRAWN = re.compile(f"[{chr(_OWN)}-{chr(_THEIRS + len(_SIGNS) - 1)}]+")
_INSERTED = re.compile(f"{SPACE}[{chr(_OWN)}-{chr(_OWN + len(_SIGNS) - 1)}]+")


def shown_with(text: str, marks: Sequence[Mark]) -> str:
    """The text as it is given to the Markdown reader."""
    pieces: list[str] = []
    at = 0
    for mark, sign in labelled(marks):
        pieces += [text[at : mark.start], sign]
        at = mark.end
    return "".join([*pieces, text[at:]])


def labelled(marks: Iterable[Mark]) -> Iterator[tuple[Mark, str]]:
    """Each number in the signs that stand for it, behind a space if it is the first that is inserted at its place."""
    last = -1
    for mark in marks:
        is_inserted = mark.start == mark.end
        space = SPACE if is_inserted and mark.start != last else ""
        yield mark, space + f"[{mark.number}]".translate(_AS_OWN if is_inserted else _AS_THEIRS)
        last = mark.start if is_inserted else -1


def drawn(text: str) -> str:
    """What is shown of a text with numbers."""
    return text.translate(GLYPHS)


def without_numbers(text: str) -> str:
    """A text without the numbers that were inserted; those that were written stand as they were."""
    return drawn(_INSERTED.sub("", text))

"""Link reference definitions (`[label]: target "title"`): collected as they come, the first of a label wins."""

from __future__ import annotations

import re

_LABEL = re.compile(r"\[(?:[^\[\]\\]|\\.){1,999}\]:", re.DOTALL)
_BEGINNING = re.compile(r"\[(?:[^\[\]\\]|\\.){0,200}(?:\\?|\](?::.*)?)$", re.DOTALL)
LONGEST_HELD = 2_000
"""Characters of a paragraph beyond which it is shown, even if it may turn out to be definitions."""


class Definitions:
    """The link definitions of one document."""

    __slots__ = ("known",)

    def __init__(self) -> None:
        self.known: dict[str, dict[str, str]] = {}
        """Normalised label → `href` and `title`, as the inline parser wants them."""

    def may_begin(self, paragraph: str) -> bool:
        """Whether a paragraph that still grows may turn out to be definitions, and is better not shown yet."""
        return len(paragraph) < LONGEST_HELD and _BEGINNING.match(paragraph) is not None

    def take(self, paragraph: str) -> int:
        """Collect the definitions at the beginning of a paragraph; returns how many characters they take."""
        taken, found = self.scan(paragraph)
        for label, definition in found:
            self.known.setdefault(label, definition)
        return taken

    def scan(self, paragraph: str) -> tuple[int, list[tuple[str, dict[str, str]]]]:
        """The definitions at the beginning of a paragraph, and how many characters they take."""
        taken = 0
        found: list[tuple[str, dict[str, str]]] = []
        while paragraph.startswith("[", taken) and (one := _scan_one(paragraph, taken)):
            taken = one[0]
            found.append(one[1:])
        return taken, found


def _scan_one(text: str, start: int) -> tuple[int, str, dict[str, str]] | None:
    label = _LABEL.match(text, start)
    if label is None or not label.group()[1:-2].strip():
        return None
    from markdown_it.common.utils import normalizeReference
    from markdown_it.helpers import parseLinkDestination, parseLinkTitle

    from textchat.render.markdown.inline.parser import parser

    place = _skip_blanks(text, label.end())
    target = parseLinkDestination(text, place, len(text))
    href = parser().normalizeLink(target.str) if target.ok else ""
    if not target.ok or target.pos == place or not parser().validateLink(href):
        return None
    end, title = target.pos, ""
    behind = _skip_blanks(text, end)
    if behind > end:
        found = parseLinkTitle(text, behind, len(text))
        if found.ok and _line_ends(text, found.pos):
            end, title = found.pos, found.str
    if not _line_ends(text, end):
        return None
    newline = text.find("\n", end)
    return (
        len(text) if newline < 0 else newline + 1,
        normalizeReference(label.group()[1:-2]),
        {"href": href, "title": title},
    )


def _skip_blanks(text: str, place: int) -> int:
    """Behind blanks and at most one newline."""
    found = re.compile(r"[ \t]*\n?[ \t]*").match(text, place)
    return found.end() if found else place


def _line_ends(text: str, place: int) -> bool:
    newline = text.find("\n", place)
    return not text[place : len(text) if newline < 0 else newline].strip(" \t")

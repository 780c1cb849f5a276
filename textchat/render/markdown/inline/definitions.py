"""Collects link reference definitions (`[label]: target "title"`); the first one of a label wins."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_LABEL = re.compile(r"\[(?!\^)(?:[^\[\]\\]|\\.){1,999}\]:", re.DOTALL)
_BEGINNING = re.compile(r"\[(?!\^)(?:[^\[\]\\]|\\.){0,200}(?:\\?|\](?::.*)?)$", re.DOTALL)
_MOST_ASKED = 10_000
LONGEST_HELD = 2_000
"""Characters of a paragraph beyond which it is shown, even if it may turn out to be definitions."""


class Definition(NamedTuple):
    """One definition at the beginning of a paragraph."""

    label: str
    """Normalised."""
    href: str
    title: str
    end: int
    """The index where the next line begins."""


class KnownTargets(Mapping[str, Mapping[str, str]]):
    """Normalised label → `href` and `title`, as the inline parser wants them; it notes which were asked for."""

    __slots__ = ("_targets", "asked", "used")

    def __init__(self) -> None:
        self._targets: dict[str, Mapping[str, str]] = {}
        self.used: set[str] = set()
        """The labels that something refers to."""
        self.asked: set[str] = set()
        """Those, and what looked like a label before it was known."""

    def __getitem__(self, label: str) -> Mapping[str, str]:
        if len(self.asked) < _MOST_ASKED:
            self.asked.add(label)
        target = self._targets[label]
        self.used.add(label)
        return target

    def __iter__(self) -> Iterator[str]:
        return iter(self._targets)

    def __len__(self) -> int:
        return len(self._targets)

    def add(self, definition: Definition) -> None:
        """Add a definition, unless its label has one."""
        self._targets.setdefault(definition.label, {"href": definition.href, "title": definition.title})


class LinkDefinitions:
    """The link definitions of one document."""

    __slots__ = ("known",)

    def __init__(self) -> None:
        self.known = KnownTargets()

    def take(self, paragraph: str) -> Sequence[Definition]:
        """Collect the definitions at the beginning of a paragraph."""
        definitions = scan_definitions(paragraph)
        for definition in definitions:
            self.known.add(definition)
        return definitions


def may_define(paragraph: str) -> bool:
    """Whether a growing paragraph may turn out to be definitions, so that it is not shown yet."""
    return len(paragraph) < LONGEST_HELD and _BEGINNING.match(paragraph) is not None


def is_only_definitions(paragraph: str) -> bool:
    """Whether a paragraph consists of complete definitions."""
    definitions = scan_definitions(paragraph)
    return bool(definitions) and definitions[-1].end >= len(paragraph)


@functools.lru_cache(maxsize=1)
def scan_definitions(paragraph: str) -> Sequence[Definition]:
    """The complete definitions at the beginning of a paragraph, which is asked for again when it ends."""
    definitions: list[Definition] = []
    end = 0
    while paragraph.startswith("[", end) and (definition := _scan_one(paragraph, end)):
        definitions.append(definition)
        end = definition.end
    return definitions


def _scan_one(text: str, start: int) -> Definition | None:
    label = _LABEL.match(text, start)
    if label is None or not label.group()[1:-2].strip():
        return None
    from markdown_it.common.utils import normalizeReference
    from markdown_it.helpers import parseLinkDestination, parseLinkTitle

    from textchat.render.markdown.inline.markdown_it_rules import inline_parser

    place = _skip_blanks(text, label.end())
    target = parseLinkDestination(text, place, len(text))
    href = inline_parser().normalizeLink(target.str) if target.ok else ""
    if not target.ok or target.pos == place or not inline_parser().validateLink(href):
        return None
    end, title = target.pos, ""
    behind = _skip_blanks(text, end)
    if behind > end:
        parsed_title = parseLinkTitle(text, behind, len(text))
        if parsed_title.ok and _line_ends(text, parsed_title.pos):
            end, title = parsed_title.pos, parsed_title.str
    if not _line_ends(text, end):
        return None
    newline = text.find("\n", end)
    return Definition(normalizeReference(label.group()[1:-2]), href, title, len(text) if newline < 0 else newline + 1)


_BLANKS = re.compile(r"[ \t]*\n?[ \t]*")


def _skip_blanks(text: str, place: int) -> int:
    """The index after blanks and at most one newline."""
    blanks = _BLANKS.match(text, place)
    return blanks.end() if blanks else place


def _line_ends(text: str, place: int) -> bool:
    newline = text.find("\n", place)
    return not text[place : len(text) if newline < 0 else newline].strip(" \t")

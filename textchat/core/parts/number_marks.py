"""Decides where the numbers of sources stand in a Markdown text, so that none of them breaks its markup."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple
from unicodedata import combining

from textchat.core.parts.citation import Citation, numbered_places
from textchat.core.text.fences import fenced_ranges

_MOST_FENCES = 20_000
"""Fences of a text that are looked for: what stands behind is taken for no code."""
_MOST_NUMBERS = 8
"""Numbers at one place; all sources are in the list."""
_MOST_PLACES = 1_000
"""Places in a text where numbers are inserted."""
_LONGEST_WRITTEN = 7
"""Characters from the one before `[123]` to the one behind it."""
_WRITTEN = r"\[(?P<number>[1-9]\d{0,2})\](?![(:])"
"""A number that the model wrote itself."""
_ATOM = re.compile(
    r"(?P<ticks>`{1,9})(?!`)[^\n]{1,500}?(?<!`)(?P=ticks)(?!`)"
    r"|!?\[[^\[\]\n]{0,300}\]\([^()\s]{0,2000}(?:\([^()\s]{0,300}\)[^()\s]{0,300})?(?:\s\"[^\"\n]{0,300}\")?\)"
    r"|\]\([^()\s]{0,2000}(?:\([^()\s]{0,300}\)[^()\s]{0,300})?(?:\s\"[^\"\n]{0,300}\")?\)"
    r"|<[^<>\n]{1,2000}>|\$\$[^$\n]{1,500}\$\$|\$[^$\n]{1,500}\$|\\\([^\n]{1,500}?\\\)|\\\[[^\n]{1,500}?\\\]"
    r"|https?://[^\s<>]{1,2000}|&\#?\w{1,30};|\\[!-/:-@\[-`{-~]|" + _WRITTEN + r"|(?:\[[^\[\]\n]{1,300}\]){1,2}"
)
"""What is not to be parted: code, links, what may be one, tags, formulas, addresses, escapes, and numbers."""
_MARKERS_ALONE = re.compile(r"[\s>]*(?:[-+*]|\d{1,9}[.)]|\#{1,6})?\s*(?:\[[ xX]\])?")
_RULER = re.compile(r"(?:[\s>]|\d{1,9}[.)])*[\s|:=\-_*+>~`#]*")
_DEFINITION = re.compile(r"[\s>]*\[[^\]\n]{1,300}\]:")
_RUNS = "*_~="
_LONGEST_WORD, _LONGEST_RUN, _LONGEST_RULER = 60, 20, 1_000
_FROM_CJK = "\u2e80"
"""Scripts from here on have words without blanks between them."""


class Mark(NamedTuple):
    """The number of a source in a text: `[start, end)` is what stands there; it is empty where it is inserted."""

    start: int
    end: int
    number: int


def marks_of(text: str, citations: Sequence[Citation]) -> list[Mark]:
    """The numbers of the sources in a text, ascending: those that are inserted, and those that the model wrote."""
    if not citations:
        return []
    layout = _Layout(text)
    places = numbered_places(tuple(citations))
    written = [mark for mark in layout.written if _is_meant(mark, citations)]
    by_place: dict[int, list[int]] = {}
    for place, numbers in islice(places.items(), _MOST_PLACES):
        if place > len(text) or (found := layout.place_near(place)) is None:
            continue
        there = by_place.setdefault(found, [])
        there += [
            number for number in numbers if number not in there and not _is_written_at(written, number, place, found)
        ]
    inserted = [Mark(place, place, number) for place, numbers in by_place.items() for number in numbers[:_MOST_NUMBERS]]
    return sorted([*inserted, *written], key=lambda mark: mark[:2])


def written_in(text: str, count: int) -> Iterator[Mark]:
    """The numbers up to `count` in a piece of text, as the model wrote them."""
    for found in re.finditer(_WRITTEN, text):
        if int(found["number"]) <= count:
            yield Mark(*found.span(), int(found["number"]))


def _is_meant(mark: Mark, citations: Sequence[Citation]) -> bool:
    """Whether a number in the text is that of a source: one that is cited nowhere else, or here."""
    if mark.number > len(citations):
        return False
    places = citations[mark.number - 1].places
    at = bisect_left(places, mark.start - 1)
    return not places or (at < len(places) and places[at] <= mark.end + 1)


def _is_written_at(written: Sequence[Mark], number: int, *places: int) -> bool:
    """Whether a number stands at one of these places already."""
    for place in places:
        first = bisect_left(written, place - _LONGEST_WRITTEN, key=lambda mark: mark.start)
        for mark in written[first : first + _LONGEST_WRITTEN]:
            if mark.number == number and mark.start - 1 <= place <= mark.end + 1:
                return True
    return False


class _Layout:
    """What of a text must not be parted."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._fences, _ = fenced_ranges(text, _MOST_FENCES)
        atoms = [found for found in _ATOM.finditer(text) if not self._is_fenced(found.start())]
        self._atoms = [found.span() for found in atoms]
        self.written = [Mark(*found.span(), int(found["number"])) for found in atoms if found["number"]]

    def place_near(self, place: int) -> int | None:
        """The nearest place where a number changes nothing; None if there is none: it is in the list alone."""
        for _ in range(4):
            before = place
            place = self._back_to_text(self._out_of_run(self._out_of_atom(self._behind_word(place))))
            if place <= 0 or self._is_fenced(place):
                return None
            if place == before:
                break
        return place

    def _is_fenced(self, place: int) -> bool:
        at = bisect_left(self._fences, place, key=lambda fence: fence[0]) - 1
        return at >= 0 and place <= self._fences[at][1]

    def _behind_word(self, place: int) -> int:
        """No further than the end of the word, and behind all that is drawn as one character."""
        text, last = self._text, min(len(self._text), place + _LONGEST_WORD)
        end = place
        while 0 < end < last and _is_in_word(text[end - 1]) and _is_in_word(text[end]):
            end += 1
        while 0 < end < last and (
            combining(text[end])
            or text[end] in "\u200d\ufe0f"
            or text[end - 1] == "\u200d"
            or "🏻" <= text[end] <= "🏿"
        ):
            end += 1
        return end

    def _out_of_atom(self, place: int) -> int:
        at = bisect_left(self._atoms, place, key=lambda atom: atom[0]) - 1
        return self._atoms[at][1] if at >= 0 and place < self._atoms[at][1] else place

    def _out_of_run(self, place: int) -> int:
        """Behind marks of emphasis that end one, and before those that begin one."""
        text = self._text
        start = end = place
        while start > max(0, place - _LONGEST_RUN) and text[start - 1] in _RUNS:
            start -= 1
        while end < min(len(text), place + _LONGEST_RUN) and text[end] in _RUNS:
            end += 1
        if start == end or end == len(text) or text[end].isspace():
            return end
        if start == 0 or text[start - 1].isspace():
            return start
        return self._behind_word(end + 1) if _is_in_word(text[end]) else end

    def _back_to_text(self, place: int) -> int:
        """Behind the last sign before it that is no blank and no mark of a list, a table or a ruler."""
        text = self._text
        while place > 0:
            if text[place - 1].isspace():
                place -= 1
                continue
            start = text.rfind("\n", 0, place) + 1
            end = text.find("\n", place)
            line = text[start : len(text) if end < 0 else end]
            if _is_structure(line, line[: place - start]):
                place = start
            elif line.lstrip().startswith("|") and place == start + len(line.rstrip()) and text[place - 1] == "|":
                place -= 1  # behind the last cell of a table there is none
            else:
                return place
        return 0


def _is_structure(line: str, before: str) -> bool:
    """Whether a line is no text, or nothing stands on it so far but the mark of a list, a quote or a heading."""
    if _DEFINITION.match(line[:_LONGEST_RULER]) or (len(line) <= _LONGEST_RULER and _RULER.fullmatch(line)):
        return True
    return len(before) <= _LONGEST_RULER and _MARKERS_ALONE.fullmatch(before) is not None


def _is_in_word(sign: str) -> bool:
    return sign < _FROM_CJK and (sign.isalnum() or sign == "'" or bool(combining(sign)))

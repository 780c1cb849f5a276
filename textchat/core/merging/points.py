"""The points of all answers, as a model lists them: read as JSON, or as whatever list it wrote instead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textchat.core.text.nesting import is_deeper_json
from textchat.core.text.sanitize import plain_line

MOST_POINTS = 200
LONGEST_POINT = 1_000
"""Characters of a point."""
LONGEST_LIST = 1_000_000
"""Characters of a reply that are looked through."""
_DEEPEST = 20
POINTS_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "points": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "point": {"type": "string"},
                    "replies": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["point", "replies"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["points"],
    "additionalProperties": False,
}
_SAYS = ("point", "text", "claim", "statement", "content", "description", "title")
_SAID_BY = ("replies", "reply", "answers", "answer", "sources", "source", "said_by", "from", "letters", "in")
"""What models call the two fields, whatever they were asked for."""
_ITEM = re.compile(r"[ \t]*(?:[-*+•–]|\d{1,4}[.)])[ \t]+(?:\[[ xX]?\][ \t]*)?(?P<text>\S.*)")
_BEHIND = re.compile(r"[ \t]*(?:[(\[]|[–—:-][ \t]*)(?P<letters>[^()\[\]]{1,80})[)\]]?[.\s]*$")
_LETTERS = re.compile(r"\b[A-Z]{1,2}\b")
_WORDS_AROUND = re.compile(
    r"answers?|replies|reply|models?|source[s]?|said by|by|from|and|all|[&,;/+:. ]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that answers say."""

    text: str
    """One line."""
    said_by: tuple[str, ...] = ()
    """Letters of the answers that say so, as far as it was told."""


def read_points(text: str, letters: Sequence[str]) -> tuple[Point, ...]:
    """The points in a reply of a model, each once; empty where no list can be found in it.

    `letters` are those of the answers; any other that is named counts for nothing.
    """
    text = text[:LONGEST_LIST]
    found = _from_json(text, letters) or _from_lines(text, letters)
    points: dict[str, Point] = {}
    for point in found:
        if point.text and point.text.casefold() not in points:
            points[point.text.casefold()] = point
    return tuple(points.values())[:MOST_POINTS]


def ticked_text(points: Sequence[Point]) -> str:
    """The points that go into a merge, one a line."""
    return "\n".join(f"- {point.text}" for point in points)


# -- JSON ------------------------------------------------------------------------------------------------------------


def _from_json(text: str, letters: Sequence[str]) -> list[Point]:
    for opening, closing in ("{}", "[]"):
        start, end = text.find(opening), text.rfind(closing)
        inside = text[start : end + 1]
        if 0 <= start < end and not is_deeper_json(inside, _DEEPEST):
            try:
                value = json.loads(inside)
            except ValueError:
                continue
            if points := [point for entry in _entries(value) if (point := _point(entry, letters)) is not None]:
                return points
    return []


def _entries(value: object) -> list[Any]:
    """The list that holds the points: the value itself, or the first list in it."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return []
    named = [value["points"]] if isinstance(value.get("points"), list) else []
    return next(iter([*named, *(each for each in value.values() if isinstance(each, list))]), [])


def _point(entry: object, letters: Sequence[str]) -> Point | None:
    if isinstance(entry, str):
        return _of_line(entry, letters)
    if not isinstance(entry, dict):
        return None
    says = next((entry[name] for name in _SAYS if isinstance(entry.get(name), str)), None)
    by = next((entry[name] for name in _SAID_BY if name in entry), None)
    return None if says is None else Point(_line(says), _letters_in(by, letters))


# -- other lists -----------------------------------------------------------------------------------------------------


def _from_lines(text: str, letters: Sequence[str]) -> Iterator[Point]:
    for line in text.splitlines():
        if found := _ITEM.fullmatch(line.rstrip()):
            yield _of_line(found["text"], letters)


def _of_line(text: str, letters: Sequence[str]) -> Point:
    """A point in one line, with the letters that may stand behind it: `Use a lock (A, C)`."""
    line = _line(text)
    behind = _BEHIND.search(line)
    if behind is not None and not _WORDS_AROUND.sub("", _LETTERS.sub("", behind["letters"])):
        said_by = _letters_in(behind["letters"], letters)
        if said_by and behind.start():
            return Point(_line(line[: behind.start()]), said_by)
    return Point(line)


def _letters_in(value: object, letters: Sequence[str]) -> tuple[str, ...]:
    """The letters that a field names: `["A", "Answer C"]`, `A, C`, `all`."""
    words = [word for word in value if isinstance(word, str)] if isinstance(value, list) else [value]
    said = " ".join(word[:LONGEST_POINT] for word in words if isinstance(word, str))
    if said.strip().casefold() in ("all", "both"):
        return tuple(letters)
    named = set(re.findall(r"\w+", said))
    return tuple(letter for letter in letters if letter in named)


def _line(text: str) -> str:
    """A point as one line, without the marks of Markdown around it; nothing in it is hidden."""
    return plain_line(text[: 4 * LONGEST_POINT].strip().strip("*_` ").replace("**", ""), LONGEST_POINT)

"""The text of an axis of a sweep, `KEY=A,B,C`: parsed, and written so that it is parsed to the same again.

A value is a text between commas, read later as JSON where it is that. One in double quotes is a JSON string: it may
hold commas, and stays a text whatever it looks like. Where the first value would begin with `[`, all of them are one
JSON list, whose entries stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from textchat.core.text.nesting import is_deep_json
from textchat.core.text.sanitize import plain_line

EXAMPLE = "temperature=0,0.7,1.2"
_BLANKS = re.compile(r"\s*")
_AXIS = re.compile(r'"(?:[^"\\]|\\.)*"|(?:^|(?<=\s))(?P<key>[\w.-]+)=')
"""What is in quotes, which hides such signs, or the beginning of an axis."""
_NO_LIST = "what begins with [ must be a JSON list"


@dataclass(frozen=True, slots=True)
class TypedText:
    """A value without quotes: it may be a text, or JSON."""

    text: str


@dataclass(frozen=True, slots=True)
class AxisText:
    """A parameter and the values that a sweep gives it, as they were typed."""

    key: str
    values: tuple[Any, ...]
    """Each a `TypedText`, or the value itself as plain data."""


def parse_axis(text: str) -> AxisText:
    """Parse `KEY=A,B,C`; raises ValueError with one sentence."""
    key, equals, rest = text.partition("=")
    key, rest = key.strip(), rest.strip()
    if not key or not equals:
        raise ValueError(f"KEY=A,B expected, such as {EXAMPLE}, not {_shown(text) or 'nothing'}.")
    try:
        values = _list(rest) if rest.startswith("[") else list(_separated(rest))
    except ValueError as error:
        raise ValueError(f"{_shown(key)}: {error}.") from error
    return AxisText(key, tuple(values))


def write_axis(axis: AxisText) -> str:
    """The axis as `parse_axis` takes it; its values are all typed or texts, or all plain data."""
    if all(isinstance(value, TypedText | str) for value in axis.values):
        return f"{axis.key}={','.join(map(_written, axis.values))}"
    return f"{axis.key}={json.dumps(axis.values, ensure_ascii=False)}"


def _written(value: TypedText | str) -> str:
    return value.text if isinstance(value, TypedText) else json.dumps(value, ensure_ascii=False)


def _list(text: str) -> list[Any]:
    if is_deep_json(text):
        raise ValueError("the list is nested too deep")
    try:
        values = json.loads(text, parse_constant=_no_json)
        json.dumps(values, ensure_ascii=False).encode()  # half of a surrogate pair cannot be sent
    except (ValueError, RecursionError) as error:
        raise ValueError(_NO_LIST) from error
    if not isinstance(values, list):
        raise ValueError(_NO_LIST)
    if not values:
        raise ValueError("the list is empty")
    return values


def _no_json(name: str) -> NoReturn:
    raise ValueError(name)


def _separated(text: str) -> Iterator[TypedText | str]:
    at = 0
    while at <= len(text):
        at = _behind_blanks(text, at)
        if text[at : at + 1] == '"':
            value, at = _quoted(text, at)
            yield value
        else:
            end = text.find(",", at)
            end = len(text) if end < 0 else end
            typed, at = text[at:end].strip(), end + 1
            if not typed:
                raise ValueError('a value is empty; write "" for an empty text')
            yield TypedText(typed)


def _quoted(text: str, at: int) -> tuple[str, int]:
    """The JSON string at a place, and where the next value begins."""
    try:
        value, end = json.JSONDecoder(strict=False).raw_decode(text, at)
        value.encode()
    except ValueError as error:
        raise ValueError("a quoted value has no end, or is not a JSON string") from error
    end = _behind_blanks(text, end)
    if text[end : end + 1] not in ("", ","):
        raise ValueError("expected a comma after a quoted value")
    return value, end + 1


def _behind_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return at if found is None else found.end()


def split_axes(line: str) -> list[str]:
    """The axes of a line with several, `KEY=A,B KEY=C,D`: one begins behind a blank that no quotes are around."""
    starts = [found.start("key") for found in _AXIS.finditer(line) if found["key"]]
    ends = [*starts[1:], len(line)]
    if not starts or line[: starts[0]].strip():
        return [line.strip()]
    return [line[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _shown(text: str) -> str:
    return plain_line(text, 50).strip()


def parse_axes(texts: Sequence[str]) -> list[AxisText]:
    """Parse several axes; raises ValueError with one sentence, also for a parameter that two of them set."""
    axes = list(map(parse_axis, texts))
    keys = [axis.key.replace("-", "_") for axis in axes]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise ValueError(f"{_shown(twice)} is given twice. Put all its values into one.")
    return axes

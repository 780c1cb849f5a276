"""Parses JSON of any length in steps: the parser of the standard library hears no signal until it is through.

A value that ends within the window is parsed at once; of a larger object or list, each of its values by itself.
"""

from __future__ import annotations

import json
import re
from json import JSONDecodeError
from sys import intern
from typing import Any

WINDOW = 2 * 1024 * 1024
"""In characters: some 50 ms."""
_BLANK = re.compile(r"[ \t\r\n]*")


def load_json(text: str) -> Any:
    """What `json.loads` gives; raises ValueError and RecursionError as it does."""
    if len(text) <= WINDOW:
        return json.loads(text)
    return _Steps(text).whole()


def _interned(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are shared with the others: a million messages have the same few."""
    return {intern(name): value for name, value in pairs}


class _Steps:
    def __init__(self, text: str) -> None:
        self._text = text
        self._decoder = json.JSONDecoder(object_pairs_hook=_interned)
        self._base = 0
        """Where the window begins."""
        self._window = text[:WINDOW]

    def whole(self) -> Any:
        value, end = self._value(self._past_blanks(0))
        if self._past_blanks(end) < len(self._text):
            raise JSONDecodeError("more than one value", self._text, end)
        return value

    def _value(self, at: int) -> tuple[Any, int]:
        """The value at a place, and the place behind it."""
        if (found := self._in_window(at)) is not None:
            return found
        self._base, self._window = at, self._text[at : at + WINDOW]
        if (found := self._in_window(at)) is not None:
            return found
        match self._sign(at):
            case "{":
                return self._object(at)
            case "[":
                return self._list(at)
        value, end = self._decoder.raw_decode(self._text, at)  # one string, or nothing that is JSON
        return value, end

    def _in_window(self, at: int) -> tuple[Any, int] | None:
        """The value if it ends in the window; what ends with the window may go on behind it."""
        try:
            value, end = self._decoder.raw_decode(self._window, at - self._base)
        except ValueError:
            return None
        is_whole = end < len(self._window) or self._base + end == len(self._text)
        return (value, self._base + end) if is_whole else None

    def _object(self, at: int) -> tuple[dict[str, Any], int]:
        values: dict[str, Any] = {}
        at = self._past_blanks(at + 1)
        while self._sign(at) != "}":
            if values:
                at = self._behind(",", at)
            if self._sign(at) != '"':
                raise JSONDecodeError("a name is missing", self._text, at)
            name, at = self._value(at)
            values[intern(name)], at = self._value(self._behind(":", self._past_blanks(at)))
            at = self._past_blanks(at)
        return values, at + 1

    def _list(self, at: int) -> tuple[list[Any], int]:
        values: list[Any] = []
        at = self._past_blanks(at + 1)
        while self._sign(at) != "]":
            value, at = self._value(self._behind(",", at) if values else at)
            values.append(value)
            at = self._past_blanks(at)
        return values, at + 1

    def _behind(self, sign: str, at: int) -> int:
        if self._sign(at) != sign:
            raise JSONDecodeError(f"“{sign}” is missing", self._text, at)
        return self._past_blanks(at + 1)

    def _sign(self, at: int) -> str:
        return self._text[at : at + 1]

    def _past_blanks(self, at: int) -> int:
        found = _BLANK.match(self._text, at)
        return at if found is None else found.end()

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
_INSIDE = re.compile(r'(?:[^"\\\x00-\x1f]++|\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt]))++')
"""The inside of a string, as far as it can be read by itself."""
LONGEST_SIGN = 6
"""Characters that spell one in a string: an escape."""
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
"""One character beyond the first 65,536 in the two halves that JSON spells it in."""


def load_json(text: str) -> Any:
    """What `json.loads` gives; raises ValueError and RecursionError as it does."""
    if len(text) <= WINDOW:
        return json.loads(text)
    return _Steps(text).whole()


def _interned(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are shared with the others: a million messages have the same few."""
    return {intern(name): value for name, value in pairs}


def _joined(halves: str) -> str:
    return halves.encode("utf-16", "surrogatepass").decode("utf-16")


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
            case '"':
                return self._string(at)
        value, end = self._decoder.raw_decode(self._text, at)  # a number, or nothing that is JSON
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

    def _string(self, at: int) -> tuple[str, int]:
        pieces: list[str] = []
        at += 1
        while self._sign(at) != '"':
            found = _INSIDE.match(self._text, at, at + WINDOW + LONGEST_SIGN)
            if found is None:
                raise JSONDecodeError("a string is not valid", self._text, at)
            piece, at = json.loads(f'"{found[0]}"'), found.end()
            if pieces and (pair := _PAIR.fullmatch(pieces[-1][-1] + piece[0])):  # cut in between
                pieces[-1], piece = pieces[-1][:-1], _joined(pair[0]) + piece[1:]
            pieces.append(piece)
        return "".join(pieces), at + 1

    def _behind(self, sign: str, at: int) -> int:
        if self._sign(at) != sign:
            raise JSONDecodeError(f"“{sign}” is missing", self._text, at)
        return self._past_blanks(at + 1)

    def _sign(self, at: int) -> str:
        return self._text[at : at + 1]

    def _past_blanks(self, at: int) -> int:
        found = _BLANK.match(self._text, at)
        return at if found is None else found.end()

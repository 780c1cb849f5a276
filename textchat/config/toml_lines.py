"""Finds the line of each key in a TOML text, which tomllib does not give.

The text must already have been read by tomllib, so this looks only for the shape of valid TOML 1.0
(https://toml.io/en/v1.0.0): it reads keys and steps over values.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping

KeyPath = tuple[str | int, ...]
"""The keys from the root down; a number is a place in an array."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_SPACE = re.compile(r"[ \t]*")
_PLAIN_VALUE = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # up to two quotes may stand right before the closing three
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|[^,\]}#\n]+",  # numbers, booleans and dates, which may hold a space
    re.DOTALL,
)


class KeyLines:
    """Line numbers of all keys of the TOML `text`."""

    def __init__(self, text: str) -> None:
        text = text.replace("\r\n", "\n")
        self.known: Mapping[KeyPath, int] = _Scanner(text).scan()

    def line(self, path: KeyPath) -> int | None:
        """The line of the key at `path`, from 1, or that of its nearest parent that has one."""
        while path:
            if (line := self.known.get(path)) is not None:
                return line
            path = path[:-1]
        return None


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._found: dict[KeyPath, int] = {}
        self._last_index: dict[KeyPath, int] = {}
        """Of each array of tables, the element that a header below it belongs to."""

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._found

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise ValueError(f"not valid TOML at character {self._at}")
        self._at = match.end()
        return match[0]

    def _header(self) -> KeyPath:
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        line = self._line()
        path: KeyPath = ()
        keys = self._dotted_key()
        for place, key in enumerate(keys, start=1):
            path = (*path, key)
            self._found.setdefault(path, line)
            is_last = place == len(keys)
            if is_last and is_array:
                self._last_index[path] = self._last_index.get(path, -1) + 1
            if path in self._last_index:
                path = (*path, self._last_index[path])
                self._found.setdefault(path, line)
        self._at += 2 if is_array else 1
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        for key in self._dotted_key():
            table = (*table, key)
            self._found.setdefault(table, line)
        self._at += 1  # =
        self._value(table)

    def _dotted_key(self) -> list[str]:
        keys = []
        while True:
            self._skip(_SPACE)
            raw = self._skip(_KEY)
            keys.append(tomllib.loads(f"key = {raw}")["key"] if raw[0] in "\"'" else raw)
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        self._skip(_SPACE)
        opening = self._text[self._at]
        if opening not in "[{":
            self._skip(_PLAIN_VALUE)
            return
        closing = "]" if opening == "[" else "}"
        self._at += 1
        index = 0
        while True:
            self._skip(_BLANK)
            if self._text[self._at] == closing:
                self._at += 1
                return
            if opening == "[":
                self._found.setdefault((*path, index), self._line())
                self._value((*path, index))
                index += 1
            else:
                self._pair(path)
            self._skip(_BLANK)
            if self._text[self._at] == ",":
                self._at += 1

    def _line(self) -> int:
        return bisect_right(self._breaks, self._at - 1) + 1

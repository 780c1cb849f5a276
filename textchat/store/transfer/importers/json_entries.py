"""Splits a JSON file of any size into entries, so that a broken one does not affect those after it.

Entries are the objects of a list at the top, the objects of the first list inside an object that says
`"format": "textchat"`, objects that follow each other, or in JSON Lines the lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from textchat.core.limits import IMPORT_ENTRY, JSON_DEPTH
from textchat.core.text.nesting import is_deep_json
from textchat.store.transfer.exchange import FORMAT
from textchat.store.transfer.importers.found import NotReadable
from textchat.store.transfer.importers.large_json import load_json

_OUTSIDE = re.compile(r'["\[\]{}]')
_INSIDE = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_OUR_HEAD = re.compile(rf'\s*"format"\s*:\s*"{FORMAT}"')
_HEAD_LENGTH = 200


@dataclass(frozen=True, slots=True)
class JsonEntry:
    """The text of one entry; `number` counts from 1, `group` is the list it belongs to (0: none)."""

    number: int
    group: int
    text: str
    is_deep: bool = False
    """Whether it is nested too deep to be read."""

    @property
    def where(self) -> str:
        return f"entry {self.number}"

    def value(self) -> Any:
        """The parsed entry; raises NotReadable for invalid JSON."""
        if self.is_deep:
            raise NotReadable(f"it is nested deeper than {JSON_DEPTH.told}")
        try:
            return load_json(self.text)
        except RecursionError as error:
            raise NotReadable("it is nested too deeply") from error
        except json.JSONDecodeError as error:
            raise NotReadable(f"it is not JSON ({error})") from error
        except ValueError as error:  # Python reads numbers up to a length that no program writes
            raise NotReadable("it has a number of thousands of digits") from error


def entries_of_lines(pieces: Iterable[str]) -> Iterator[JsonEntry]:
    """Entries of JSON Lines, one per line; empty lines are ignored. Raises NotReadable for a line without an end."""
    held = _EntryBuffer()
    number = 0
    for piece in _with_end(pieces):
        *ends, rest = piece.split("\n")
        for end in ends:
            if (line := held.taken(end)).strip():
                number += 1
                yield JsonEntry(number, 0, line, is_deep_json(line))
        held.add(rest, number + 1)


def _with_end(pieces: Iterable[str]) -> Iterator[str]:
    yield from pieces
    yield "\n"


class _EntryBuffer:
    """The beginning of an entry, in the pieces it came in: joined only once, however long it is."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def add(self, piece: str, number: int) -> None:
        """Add a piece; raises NotReadable if the entry becomes too large."""
        self._pieces.append(piece)
        self._length += len(piece)
        if self._length > IMPORT_ENTRY.most:
            raise NotReadable(f"entry {number} is larger than any conversation")

    def taken(self, end: str) -> str:
        text = "".join((*self._pieces, end))
        self._pieces.clear()
        self._length = 0
        return text


def entries(pieces: Iterable[str]) -> Iterator[JsonEntry]:
    """Entries of JSON in pieces, cut anywhere; raises NotReadable if the text ends within an entry."""
    scan = _EntryScanner()
    for piece in pieces:
        yield from scan.feed(piece)
    yield from scan.close()


class _EntryScanner:
    """Tracks strings and brackets in the text, and keeps only the current entry."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._start: int | None = None
        self._buffer = _EntryBuffer()
        self._depth = self._deepest = 0
        self._floor = 0
        """The depth at which entries stand."""
        self._in_string = False
        self._is_ours = False
        self._number = 0
        self._group = 0
        self._has_ended = False

    def feed(self, piece: str) -> Iterator[JsonEntry]:
        self._text += piece
        yield from self._scan()
        if self._start is not None:
            self._buffer.add(self._text[self._start : self._at], self._number + 1)
            self._start = 0
        self._text = self._text[self._at :]
        self._at = 0

    def close(self) -> Iterator[JsonEntry]:
        self._has_ended = True
        yield from self._scan()
        if self._start is not None or self._in_string:
            raise NotReadable(f"the file ends inside entry {self._number + 1}")

    def _scan(self) -> Iterator[JsonEntry]:
        while self._is_outside() and (match := _OUTSIDE.search(self._text, self._at)):
            sign, at = match[0], match.start()
            if sign == "{" and self._depth == 0 and not self._has_head(at):
                self._at = at
                return
            self._at = at + 1
            if sign == '"':
                self._in_string = True
            elif sign in "{[":
                self._open(sign, at)
            else:
                self._depth = max(0, self._depth - 1)
                if self._start is not None and self._depth == self._floor:
                    yield self._entry(at + 1)
                elif self._start is None and self._depth < self._floor:
                    self._floor = 0
        if not self._in_string:
            self._at = len(self._text)

    def _is_outside(self) -> bool:
        """Go on behind the string that has begun; False if its end is not in this text."""
        if self._in_string and (inside := _INSIDE.match(self._text, self._at)):
            self._at = inside.end()
            if self._text[self._at : self._at + 1] == '"':
                self._at += 1
                self._in_string = False
        return not self._in_string

    def _has_head(self, at: int) -> bool:
        """Whether enough has been read to tell the kind of object."""
        return self._has_ended or len(self._text) - at > _HEAD_LENGTH

    def _open(self, sign: str, at: int) -> None:
        if self._start is None and self._depth == self._floor and (sign == "{" or self._floor):
            if self._depth == 0 and _OUR_HEAD.match(self._text, at + 1):
                self._is_ours = True
            else:
                self._start = at
        elif self._start is None and sign == "[" and self._depth == (1 if self._is_ours else 0):
            self._is_ours = False
            self._group += 1
            self._floor = self._depth + 1
        self._depth += 1
        self._deepest = max(self._depth, self._deepest)

    def _entry(self, end: int) -> JsonEntry:
        assert self._start is not None
        text, self._start = self._buffer.taken(self._text[self._start : end]), None
        self._number += 1
        is_deep = self._deepest - self._floor > JSON_DEPTH.most
        self._deepest = 0
        return JsonEntry(self._number, self._group if self._floor else 0, text, is_deep)

"""Finds the `@path` that is being typed, and writes one: `@notes.md`, `@"with blanks.md"`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Behind a blank or an opening bracket or quote: an `@` inside a word is an address or a decorator's.
_WORD = re.compile(r"(?<![^\s(\[{<,;“‘«'\"])@(?:\"(?P<quoted>[^\"]*)(?P<close>\"?)|(?P<bare>[^\s\"]*))")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_TRAILING = ".,;:!?)]}>'\"”’»"
"""Signs that end a sentence rather than a path."""
LONGEST = 4096
"""Characters of a line around the cursor that are looked at."""


@dataclass(frozen=True, slots=True)
class AtWord:
    """An `@path` in one line."""

    start: int
    """Where its `@` stands."""
    end: int
    path: str
    """As it was typed, without `@` and quotes."""


def at_word(lines: Sequence[str], row: int, column: int) -> AtWord | None:
    """The `@path` that the cursor stands in or behind; None elsewhere, and in code."""
    line = lines[row]
    if "@" not in line[max(0, column - LONGEST) : column]:
        return None
    for word in _words(line):
        if word.start < column <= word.end:
            return None if _is_code(lines, row, word.start) else word
    return None


def at_words(text: str) -> Iterator[str]:
    """The paths of all `@path` in a text but in its code, without signs that end a sentence."""
    lines = text.split("\n")
    for row, line in enumerate(lines):
        if "@" in line and len(line) <= LONGEST:
            for word in _words(line):
                if word.path and not _is_code(lines, row, word.start):
                    yield word.path.rstrip(_TRAILING) or word.path


def written(path: str) -> str:
    """A path as it is typed behind `@`."""
    return f'@"{path}"' if re.search(r"\s", path) else f"@{path}"


def _words(line: str) -> Iterator[AtWord]:
    for found in _WORD.finditer(line):
        quoted = found.group("quoted")
        path = found.group("bare") if quoted is None else quoted
        yield AtWord(found.start(), found.end(), path)


def _is_code(lines: Sequence[str], row: int, column: int) -> bool:
    """Whether a place is inside a fence, or between backticks of its line."""
    fences = sum(1 for index in range(row) if _FENCE.match(lines[index]))
    return fences % 2 == 1 or lines[row].count("`", 0, column) % 2 == 1

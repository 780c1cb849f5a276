"""Searches with the regular expressions of a schema, which may come from anywhere: in bounded time and memory.

Python's own `re` cannot be stopped, and holds the interpreter while it searches; `regex` can, and lets others run.
"""

from __future__ import annotations

import re
import time
from functools import lru_cache

import regex

LONGEST_PATTERN = 5_000
MOST_REPEATS = 10_000
"""How often one piece of a pattern may be repeated by counts such as `{3}` within each other: `regex` writes it out."""

_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(\d+)(?:,(\d*))?\}|.", re.DOTALL)


class SlowCheck(Exception):
    """The check of a reply takes too long."""


class Clock:
    """The time that the check of one reply may still take."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left_s(self) -> float:
        """Seconds left; raises SlowCheck where there are none."""
        if (left := self._until - time.monotonic()) <= 0:
            raise SlowCheck
        return left

    def is_found(self, pattern: str, text: str) -> bool:
        """Whether `pattern` matches anywhere in `text`; raises SlowCheck."""
        try:
            found = compiled(pattern).search(text, timeout=self.left_s(), concurrent=True)
        except TimeoutError:
            raise SlowCheck from None
        return found is not None


@lru_cache(64)
def compiled(pattern: str) -> regex.Pattern[str]:
    """Compile `pattern`; raises ValueError, which completes the sentence "the pattern …"."""
    if len(pattern) > LONGEST_PATTERN or _repeats(pattern) > MOST_REPEATS:
        raise ValueError("is too large")
    try:
        return regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError) as error:
        raise ValueError("is not a regular expression") from error


def _repeats(pattern: str) -> int:
    """How often the piece that is repeated most is repeated by counts."""
    groups = [1]
    last = 1
    """The count of the piece before the place that is looked at."""
    for token in _TOKEN.finditer(pattern):
        if token[1] is not None:
            last *= max(int(digits[:9]) for digits in (token[1], token[2] or "1"))
        elif token[0] == "(":
            groups.append(1)
        elif token[0] == ")" and len(groups) > 1:
            last = groups.pop()
        else:
            last = 1
        groups[-1] = max(groups[-1], last)
    return max(groups)

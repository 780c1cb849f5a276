"""Models by name, such as `app0-r50-n100-d300-k20-u1-c10`: what each says, and when each piece of it is due."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import cycle
from typing import NamedTuple

WORDS = (
    "time", "people", "year", "way", "day", "man", "thing", "woman", "life", "child", "world", "school", "state",
    "family", "student", "group", "country", "problem", "hand", "part", "place", "case", "week", "company",
    "system", "program", "question", "work", "government", "number", "night", "point", "home", "water", "room",
    "mother",
)  # fmt: skip
"""Each is one token of o200k_base with the space before it, and so is the `.` with the line end after it."""
LINES = (8, 15, 11, 20)
"""Tokens of the lines, in turn."""
_NAME = re.compile(r"(?P<tag>\w+)-r(?P<rate>\d+)-n(?P<n>\d+)-d(?P<d>\d+)-k(?P<k>\d+)-u(?P<u>[01])-c(?P<c>1|10|line)")


class Piece(NamedTuple):
    """What one event of the stream brings."""

    due_s: float
    """Seconds after the request: when its last token has been made."""
    is_thought: bool
    text: str
    tokens: int


@dataclass(frozen=True)
class Model:
    """How a model answers."""

    rate: int = 100
    """Tokens a second."""
    tokens: int = 40
    """Of the answer."""
    delay_ms: int = 0
    """Before the first token."""
    thoughts: int = 0
    """Tokens of thinking before the answer."""
    is_reported: bool = True
    """Whether the server reports the tokens."""
    piece: str = "1"
    """Tokens in a piece: `1`, `10`, or `line` for whole lines."""

    def name(self, tag: str) -> str:
        """Its name for one client or pane, which `tag` tells apart in the log."""
        counts = f"r{self.rate}-n{self.tokens}-d{self.delay_ms}-k{self.thoughts}"
        return f"{tag}-{counts}-u{int(self.is_reported)}-c{self.piece}"

    @classmethod
    def named(cls, name: str) -> Model:
        """The model of a name that `name` has made."""
        found = _NAME.fullmatch(name)
        if found is None:
            raise ValueError(name)
        rate, n, delay, thoughts = (int(found[key]) for key in ("rate", "n", "d", "k"))
        return cls(rate, n, delay, thoughts, found["u"] == "1", found["c"])

    @property
    def seconds(self) -> float:
        """From the request to the last token."""
        return self.delay_ms / 1000 + (self.thoughts + self.tokens) / self.rate

    def pieces(self) -> list[Piece]:
        """All that it says."""
        return [*self._pieces(True, 0, self.thoughts), *self._pieces(False, self.thoughts, self.tokens)]

    def _pieces(self, is_thought: bool, before: int, count: int) -> list[Piece]:
        found: list[Piece] = []
        words = iter(_tokens(count))
        sizes = cycle(LINES if self.piece == "line" else (int(self.piece),))
        done = 0
        while done < count:
            size = min(next(sizes), count - done)
            done += size
            due_s = self.delay_ms / 1000 + (before + done - 1) / self.rate
            found.append(Piece(due_s, is_thought, "".join(next(words) for _ in range(size)), size))
        return found


def tokens_in(text: str) -> int:
    """Tokens of a text of these models."""
    return text.count(" ") + text.count(".")


def _tokens(count: int) -> list[str]:
    found: list[str] = []
    words = cycle(WORDS)
    for length in cycle(LINES):
        found += [f" {next(words)}" for _ in range(length - 1)] + [".\n"]
        if len(found) >= count:
            return found[:count]
    raise AssertionError

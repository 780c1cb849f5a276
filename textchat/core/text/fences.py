"""Detects, closes and makes code fences of Markdown (https://spec.commonmark.org/0.31.2/#fenced-code-blocks)."""

from __future__ import annotations

import re
from typing import NamedTuple

_OPENING = re.compile(r"(?P<backticks>`{3,})(?P<info>[^`]*)$|(?P<tildes>~{3,})(?P<any_info>.*)$")


class Fence(NamedTuple):
    """The line that opens a code block: at least three identical characters."""

    sign: str
    """A backtick or a tilde."""
    length: int

    def is_closed_by(self, line: str) -> bool:
        """Whether `line`, without its indentation, closes the code block."""
        signs = line.rstrip(" \t")
        return len(signs) >= self.length and not signs.strip(self.sign)


def opening_fence(line: str) -> tuple[Fence, str] | None:
    """The fence that `line`, without its indentation, opens, and its info string; None if it opens none."""
    match = _OPENING.match(line)
    if match is None:
        return None
    signs = match["backticks"] or match["tildes"]
    return Fence(signs[0], len(signs)), (match["info"] or match["any_info"] or "").strip()


def with_fence_closed(text: str) -> str:
    """`text` with an open fence closed, so that what follows is not taken for code."""
    fence: Fence | None = None
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        line = line[indent:].rstrip("\r")
        if indent > 3:
            continue
        if fence is None:
            opening = opening_fence(line)
            fence = opening[0] if opening else None
        elif fence.is_closed_by(line):
            fence = None
    return f"{text}\n{fence.sign * fence.length}" if fence else text


def fence_around(text: str) -> str:
    """A fence that no line of `text` closes."""
    longest = max(map(len, re.findall("`+", text)), default=2) if "```" in text else 2
    return "`" * (longest + 1)

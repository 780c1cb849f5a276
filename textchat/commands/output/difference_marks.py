"""The marks of differences in a text, and reading both texts back from it.

    [-left out-]  {+added+}             as GNU wdiff and `git diff --word-diff` have them
    [↓moved↓]     {↑moved↑}             the old place and the new one; the arrow points to the other place
    [¶]           {¶}                   a paragraph that begins here in the base alone, in the other text alone

Where a text itself has one of these signs beside a bracket, a backslash stands between the two, or one more than there
are: `[-1]` becomes `[\\-1]`. So each mark is one, and both texts can be read back, but for blanks and empty lines.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LEFT_OUT, ADDED = "-", "+"
UP, DOWN = "↑", "↓"
BREAK = "¶"

_LIKE_A_MARK = r"\[\\*(?=[-↑↓¶])|\{\\*(?=[+↑↓¶])|[-↑↓]\\*(?=\])|[+↑↓]\\*(?=\})"
_HIDDEN = re.compile(_LIKE_A_MARK)
_SHOWN = re.compile(_LIKE_A_MARK.replace("(?=", r"\\(?="))
_MARKED = re.compile(r"\[([-↑↓])(.*?)\1\]|\{([+↑↓])(.*?)\3\}|\[(¶)\]|\{(¶)\}")


def plain(text: str) -> str:
    """Text of both sides, with whatever looks like a mark made none."""
    return _HIDDEN.sub(r"\g<0>\\", text)


def of_base(text: str, sign: str = LEFT_OUT) -> str:
    """Mark what only the base has here."""
    return _each_line(text, f"[{sign}", f"{sign}]")


def of_other(text: str, sign: str = ADDED) -> str:
    """Mark what only the other text has here."""
    return _each_line(text, f"{{{sign}", f"{sign}}}")


class ReadBack(NamedTuple):
    """Both texts, but for blanks."""

    base: str
    other: str


def read_back(told: str) -> ReadBack:
    """Read both texts from one with marks."""
    base, other, at = "", "", 0
    for mark in _MARKED.finditer(told):
        both = _unhidden(told[at : mark.start()])
        base += both + _unhidden(mark[2] or "")
        other += both + _unhidden(mark[4] or "")
        at = mark.end()
    return ReadBack(base + _unhidden(told[at:]), other + _unhidden(told[at:]))


def _unhidden(text: str) -> str:
    return _SHOWN.sub(lambda found: found[0][:-1], text)


def _each_line(text: str, before: str, after: str) -> str:
    """Mark each line separately, without its trailing blanks; a text of blanks alone is marked whole."""
    if text.isspace() and "\n" not in text:
        return f"{before}{text}{after}"
    lines = [(line.rstrip(), line) for line in text.split("\n")]
    return "\n".join(f"{before}{plain(words)}{after}{line[len(words) :]}" if words else line for words, line in lines)

"""The marks of differences in a text; both texts can be read back from it.

    [-left out-]  {+added+}             as GNU wdiff and `git diff --word-diff` have them
    [↓moved↓]     {↑moved↑}             the old place and the new one; the arrow points to the other place

Where a text itself has one of these signs beside a bracket, a backslash stands between the two, or one more than there
are: `[-1]` becomes `[\\-1]`. So whatever looks like a mark is one, and both texts can be read back, but for blanks and
empty lines.
"""

from __future__ import annotations

import re

LEFT_OUT, ADDED = "-", "+"

_LIKE_A_MARK = re.compile(r"\[\\*(?=[-↑↓])|\{\\*(?=[+↑↓])|[-↑↓]\\*(?=\])|[+↑↓]\\*(?=\})")


def plain(text: str) -> str:
    """Text of both sides, with whatever looks like a mark made none."""
    return _LIKE_A_MARK.sub(r"\g<0>\\", text)


def of_base(text: str, sign: str = LEFT_OUT) -> str:
    """Mark what only the base has here."""
    return _each_line(text, f"[{sign}", f"{sign}]")


def of_other(text: str, sign: str = ADDED) -> str:
    """Mark what only the other text has here."""
    return _each_line(text, f"{{{sign}", f"{sign}}}")


def _each_line(text: str, before: str, after: str) -> str:
    """Mark each line separately, without its trailing blanks; a text of blanks alone is marked whole."""
    if text.isspace() and "\n" not in text:
        return f"{before}{text}{after}"
    lines = [(line.rstrip(), line) for line in text.split("\n")]
    return "\n".join(f"{before}{plain(words)}{after}{line[len(words) :]}" if words else line for words, line in lines)

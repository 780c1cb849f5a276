"""What one text leaves out of another and adds to it, word by word within the lines that belong together.

The marks are those of GNU wdiff: `[-left out-]` and `{+added+}`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
LIKE = 0.3
"""From this share of common words on, two lines are one line that was changed."""
MOST_WORDS = 2000
"""In a longer line the words are not compared: the cost grows with their square."""


def differences(base: str, other: str) -> str:
    """`other` with the marks of its differences from `base`; lines that are the same stand as they are."""
    lines: list[str] = []
    left, right = base.splitlines(), other.splitlines()
    for kind, at, end, start, stop in _steps(left, right):
        if kind == "equal":
            lines += right[start:stop]
        else:
            lines += _changed(left[at:end], right[start:stop])
    return "\n".join(lines)


def _steps(left: Sequence[str], right: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return difflib.SequenceMatcher(None, left, right).get_opcodes()


def _changed(left: Sequence[str], right: Sequence[str]) -> Iterator[str]:
    """Lines side by side as far as they are alike, the rest left out or added whole."""
    for old, new in zip(left, right, strict=False):
        old_words, new_words = _WORDS.findall(old), _WORDS.findall(new)
        if _are_alike(old_words, new_words):
            yield _marked(old_words, new_words)
        else:
            yield from (_left_out(old), _added(new))
    yield from map(_left_out, left[len(right) :])
    yield from map(_added, right[len(left) :])


def _are_alike(old: Sequence[str], new: Sequence[str]) -> bool:
    if max(len(old), len(new)) > MOST_WORDS:
        return False
    return difflib.SequenceMatcher(None, old, new).ratio() >= LIKE


def _marked(old: Sequence[str], new: Sequence[str]) -> str:
    pieces = []
    for kind, at, end, start, stop in _steps(old, new):
        if kind == "equal":
            pieces.append("".join(new[start:stop]))
        else:
            pieces += [_left_out("".join(old[at:end])), _added("".join(new[start:stop]))]
    return "".join(pieces)


def _left_out(text: str) -> str:
    return f"[-{text}-]" if text else ""


def _added(text: str) -> str:
    return f"{{+{text}+}}" if text else ""

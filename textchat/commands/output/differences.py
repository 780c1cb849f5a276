"""Marks the differences between two texts, block by block and word by word, as the diff screen shows them.

The marks are those of GNU wdiff: `[-left out-]` and `{+added+}`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from textchat.render.diff.comparison import Change, Diff, DiffRow, DiffSide, diff


def differences(base: str, other: str) -> str:
    """The text of `other` with its differences from `base` marked; equal parts are unchanged."""
    found = diff(base, other)
    text = ""
    for row in found.rows:
        text += "" if text.endswith("\n") or not text else "\n"
        text += _row(found, row)
    return text


def _row(found: Diff, row: DiffRow) -> str:
    left = "" if row.left is None else found.left_text(row.left)
    right = "" if row.right is None else found.right_text(row.right)
    match row.change:
        case Change.REMOVED:
            return _left_out(left)
        case Change.ADDED:
            return _added(right)
        case Change.SAME:
            return right
    assert row.left is not None and row.right is not None
    return "".join(_merged(left, row.left, right, row.right))


def _merged(left: str, ours: DiffSide, right: str, theirs: DiffSide) -> Iterator[str]:
    """Merge the marks of both sides into the right side; unmarked text is equal on both sides, blanks aside."""
    removed = deque(_removed(left, ours))
    met = 0
    for piece, is_added in _split(right, theirs):
        if is_added:
            while removed and removed[0].after <= met:
                yield _left_out(removed.popleft().words)
            yield _added(piece)
            continue
        for character in piece:
            if not character.isspace():
                while removed and removed[0].after <= met:
                    gone = removed.popleft()
                    yield _left_out(gone.words) + gone.blanks_below
                met += 1
            yield character
    for gone in removed:
        yield gone.blanks_above + _left_out(gone.words)


class _Removed(NamedTuple):
    """A piece of text that only the left side has."""

    after: int
    """How many characters stand before it that neither side has marked, blanks not counted."""
    blanks_above: str
    words: str
    blanks_below: str


def _removed(left: str, ours: DiffSide) -> Iterator[_Removed]:
    met = 0
    pieces = [piece for piece, _ in _split(left, ours)]
    for above, words, below in zip(pieces[::2], pieces[1::2], pieces[2::2], strict=False):
        met += sum(not each.isspace() for each in above)
        yield _Removed(met, above[len(above.rstrip()) :], words, below[: len(below) - len(below.lstrip())])


def _split(text: str, side: DiffSide) -> Iterator[tuple[str, bool]]:
    """The pieces of a side, each with whether the other side differs there."""
    at = 0
    for start, stop in side.marks:
        yield text[at : start - side.start], False
        yield text[start - side.start : stop - side.start], True
        at = stop - side.start
    yield text[at:], False


def _left_out(text: str) -> str:
    return _each_line(text, "[-", "-]")


def _added(text: str) -> str:
    return _each_line(text, "{+", "+}")


def _each_line(text: str, before: str, after: str) -> str:
    """Mark each line separately, without its trailing blanks; a text of blanks alone is marked whole."""
    if text.isspace() and "\n" not in text:
        return f"{before}{text}{after}"
    lines = [(line.rstrip(), line) for line in text.split("\n")]
    return "\n".join(f"{before}{words}{after}{line[len(words) :]}" if words else line for words, line in lines)

"""Marks the differences between two texts, block by block and word by word, as the diff screen shows them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from textchat.commands.output.difference_marks import ADDED, LEFT_OUT, of_base, of_other, plain
from textchat.render.diff.comparison import Change, Diff, DiffRow, DiffSide, diff


def differences(base: str, other: str) -> str:
    """The text of `other` with its differences from `base` marked; equal parts are unchanged.

    `difference_marks` says which marks there are and reads both texts back.
    """
    return told(diff(base, other))


def told(found: Diff) -> str:
    """A comparison as one text."""
    text = ""
    for row in found.rows:
        is_joined = row.change is Change.JOINED  # goes on in the block of the row before
        text += "" if text.endswith("\n") or not text or is_joined else "\n"
        text += _row(found, row)
    return text


def _row(found: Diff, row: DiffRow) -> str:
    left = "" if row.left is None else found.left_text(row.left)
    right = "" if row.right is None else found.right_text(row.right)
    match row.change:
        case Change.REMOVED:
            return of_base(left)
        case Change.ADDED:
            return of_other(right)
        case Change.SAME:
            return plain(right)
        case Change.MOVED_UP | Change.MOVED_DOWN:
            return _moved(left, right, row)
        case Change.CHANGED | Change.SPLIT | Change.JOINED:
            assert row.left is not None and row.right is not None
            return "".join(_merged(left, row.left, right, row.right))


def _moved(left: str, right: str, row: DiffRow) -> str:
    """One of the two places; words that differ between them have the marks of words."""
    if row.left:
        return "".join(_moved_pieces(left, row.left, row.change.value, LEFT_OUT, of_base))
    assert row.right is not None
    return "".join(_moved_pieces(right, row.right, row.change.value, ADDED, of_other))


def _moved_pieces(text: str, side: DiffSide, arrow: str, sign: str, marked: Callable[[str, str], str]) -> Iterator[str]:
    for number, (piece, differs) in enumerate(_split(text, side)):
        words = piece.lstrip() if number else piece  # at the beginning they are the indent of a line
        yield piece[: len(piece) - len(words)] + marked(words, sign if differs else arrow)


def _merged(left: str, ours: DiffSide, right: str, theirs: DiffSide) -> Iterator[str]:
    """Merge the marks of both sides into the right side; unmarked text is equal on both sides, blanks aside."""
    removed = deque(_removed(left, ours))
    met = 0
    end = theirs.start + len(right.rstrip())
    for piece, is_added in _split(right[: end - theirs.start], theirs):
        if is_added:
            while removed and removed[0].after <= met:
                yield of_base(removed.popleft().words)
            yield of_other(piece)
            continue
        at = 0
        for index, character in enumerate(piece):
            if character.isspace():
                continue
            while removed and removed[0].after <= met:
                gone = removed.popleft()
                yield plain(piece[at:index])
                is_apart = not index or piece[index - 1].isspace() or gone.blanks_below
                yield ("" if is_apart else gone.blanks_above) + of_base(gone.words) + gone.blanks_below
                at = index
            met += 1
        yield plain(piece[at:])
    for gone in removed:
        yield gone.blanks_above + of_base(gone.words)
    yield right[end - theirs.start :]


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

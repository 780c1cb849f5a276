"""Formats the exact form of a comparison for `--json`: rows whose pieces join to both texts, to the last blank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textchat.render.diff.comparison import Change, DiffSide, diff


def difference_rows(base: str, other: str) -> list[Mapping[str, Any]]:
    """The rows in order; all pieces of all `left` sides join to `base`, those of the `right` sides to `other`.

    A side is a list of pieces `[text, differs]`, or None where the row has none. `other` of a moved row is the index
    of the row with its other place.
    """
    found = diff(base, other)
    return [
        {
            "change": _name(row.change),
            "kind": row.kind.value,
            "left": _pieces(base, row.left),
            "right": _pieces(other, row.right),
            "other": row.partner,
        }
        for row in found.rows
    ]


def _name(change: Change) -> str:
    return "moved" if change.is_moved else change.name.lower()


def _pieces(text: str, side: DiffSide | None) -> Sequence[tuple[str, bool]] | None:
    """Each piece of a side with whether the other text differs there; offsets would count differently elsewhere."""
    if side is None:
        return None
    pieces, at = [], side.start
    for start, end in side.marks:
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at : side.end], False))
    return [piece for piece in pieces if piece[0]]

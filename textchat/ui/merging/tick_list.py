"""A list of rows with ticks, in named groups: ways, replies, points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textchat.render.cells import cut_end, cut_middle, width_of
from textchat.ui.lists.choice_list import QUIET, SIGN, ChoiceList, Piece

SIGN_WIDTH = 2
GAP = "  "
LEAST_ABOUT = 12
"""Cells of what is said behind a label; with fewer it is left out."""


@dataclass(frozen=True, slots=True)
class TickRow:
    """One row."""

    key: str
    """What it stands for."""
    sign: str
    label: str
    about: str = ""
    group: str = ""
    """Stands before the first row of a group."""


class TickList(ChoiceList[TickRow]):
    """Labels are in one column, and what is said of each stands behind it.

    Where it is a list of texts, each has the room that there is, and what is said of it stands at the right.
    """

    def __init__(self, *, of_texts: bool = False) -> None:
        super().__init__(self._text_pieces if of_texts else self._label_pieces)
        self._group_width = self._label_width = 0

    def show(self, rows: Sequence[TickRow]) -> None:
        """Show other rows; the cursor stays on the one with the same key, else in its place."""
        keys = [row.key for row in rows]
        at = keys.index(self.row.key) if self.row is not None and self.row.key in keys else max(0, self.cursor)
        self._group_width = max((width_of(row.group) for row in rows), default=0)
        self._label_width = max((width_of(row.label) for row in rows), default=0)
        self.show_rows(rows, at, line=self.line)

    def _label_pieces(self, row: TickRow, width: int) -> Sequence[Piece]:
        group = f"{_padded(row.group, self._group_width)}{GAP}"
        room = max(1, width - width_of(group) - SIGN_WIDTH)
        label_width = min(self._label_width, max(room // 2, room - LEAST_ABOUT * 2))
        label = _padded(cut_middle(row.label, label_width), label_width)
        left = room - label_width - len(GAP)
        about = cut_end(row.about, left) if left >= LEAST_ABOUT else ""
        return [(group, QUIET), (_padded(row.sign, SIGN_WIDTH), SIGN), (label, ""), (f"{GAP}{about}", QUIET)]

    def _text_pieces(self, row: TickRow, width: int) -> Sequence[Piece]:
        room = max(1, width - SIGN_WIDTH)
        about = row.about if width_of(row.about) <= room // 3 else ""
        label = cut_end(row.label, max(1, room - (width_of(about) + len(GAP) if about else 0)))
        gap = " " * max(0, room - width_of(label) - width_of(about))
        return [(_padded(row.sign, SIGN_WIDTH), SIGN), (label, ""), (gap, ""), (about, QUIET)]


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - width_of(text))

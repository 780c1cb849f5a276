"""Cuts an item to the width of its row: the label at the left, the keys at the right, and between them what fits."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from textchat.core.text.sanitize import plain_line
from textchat.render.cells import cut_end, width_of
from textchat.ui.menu.items import MenuItem
from textchat.ui.menu.matching import Span

LEAST_ABOUT = 12
"""Cells: a description that gets less than this says nothing."""


class Tone(Enum):
    """How a piece of a row is drawn."""

    PLAIN = auto()
    QUIET = auto()
    MATCH = auto()
    KEY = auto()


Pieces = list[tuple[str, Tone]]


def item_pieces(
    item: MenuItem, width: int, *, marks: Sequence[Span] = (), label_width: int = 0, shows_ids: bool = False
) -> Pieces:
    """The row of an item; `label_width` is the column of the descriptions (0: none), where `shows_ids` puts the ids."""
    keys = _keys(item, width, all_that_fit=shows_ids)
    room = max(0, width - 2 - (width_of(keys) + 2 if keys else 0))
    label = cut_end(plain_line(item.label), room)
    left = room - width_of(label)
    pieces = [(" ", Tone.PLAIN), *_marked(label, marks, Tone.QUIET if item.lacks else Tone.PLAIN)]
    if label_width:
        gap = max(2, label_width - width_of(label))
        about = item.id if shows_ids else plain_line(item.lacks or item.about)
        if about and about != label and left >= gap + (width_of(about) if shows_ids else LEAST_ABOUT):
            about = " " * gap + cut_end(about, left - gap)
            pieces.append((about, Tone.QUIET))
            left -= width_of(about)
    pieces.append((" " * left, Tone.PLAIN))
    return [*pieces, (f"  {keys} ", Tone.KEY)] if keys else pieces


def drawn_width(item: MenuItem) -> int:
    """The cells that an item takes without a description."""
    return width_of(item.label) + 2 + (width_of(item.keys[0]) + 2 if item.keys else 0)


def _keys(item: MenuItem, width: int, *, all_that_fit: bool) -> str:
    count = 1
    if all_that_fit:
        room = width - 4 - width_of(item.label)
        while count < len(item.keys) and width_of(", ".join(item.keys[: count + 1])) <= room:
            count += 1
    return ", ".join(item.keys[:count])


def _marked(label: str, marks: Sequence[Span], tone: Tone) -> Pieces:
    pieces: Pieces = []
    at = 0
    for start, end in marks:
        pieces += [(label[at:start], tone), (label[start:end], Tone.MATCH)]
        at = end
    return [*pieces, (label[at:], tone)]

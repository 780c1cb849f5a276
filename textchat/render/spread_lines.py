"""Lays the spread of a sweep out for a width: as a table where that fits, else as a few lines for each variant."""

from __future__ import annotations

from collections.abc import Sequence

from textchat.core.sweeps.spread import VariantSpread
from textchat.core.sweeps.spread_words import UNKNOWN, table_rows
from textchat.core.text.sanitize import plain_line
from textchat.render.cells import cut_middle, fitted, width_of

GAP = 2
SEPARATOR = " · "


def spread_lines(spreads: Sequence[VariantSpread], width: int) -> list[str]:
    """Lines of at most `width` cells."""
    rows = [tuple(plain_line(cell, 300) for cell in row) for row in table_rows(spreads)]
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + GAP * (len(widths) - 1) <= width:
        return [_row(row, widths) for row in rows]
    return [line for row in rows[1:] for line in _stacked(rows[0], row, width)]


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    last = len(row) - 1
    cells = [
        fitted(cell, width) if place in (0, last) else " " * (width - width_of(cell)) + cell
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return (" " * GAP).join(cells).rstrip()


def _stacked(headings: Sequence[str], row: Sequence[str], width: int) -> list[str]:
    """The name, and below it the figures with their names, as many on a line as fit."""
    pairs = [
        f"{heading.lower()} {cell}" for heading, cell in zip(headings[1:], row[1:], strict=True) if cell != UNKNOWN
    ]
    lines = [cut_middle(row[0], width)]
    room = max(1, width - GAP)
    line = ""
    for pair in pairs:
        longer = f"{line}{SEPARATOR}{pair}" if line else pair
        if line and width_of(longer) > room:
            lines.append(line)
            longer = pair
        line = longer
    return [lines[0], *(" " * GAP + cut_middle(each, room) for each in (*lines[1:], line) if each)]

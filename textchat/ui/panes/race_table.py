"""Gives the race lines of the panes in one row the same columns, so that their figures stand below one another."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, Protocol

from textchat.core.figures.reply_figures import Figure

MAIN = (Figure.SPEED, Figure.OUTPUT, Figure.COST, Figure.FIRST, Figure.INPUT)
"""The figures that matter while one waits, the most important first; so they stand from left to right."""
MORE = (Figure.REASONING, Figure.TOTAL, Figure.FIRST_TEXT, Figure.CACHED)
GROWING = frozenset({Figure.SPEED, Figure.OUTPUT, Figure.FIRST, Figure.INPUT})
"""What every growing reply will have: its place is kept from the start, so that no figure moves when it comes."""


class FigureField(NamedTuple):
    """The format of a figure: its value in `width` cells, with the words around it, behind a gap."""

    gap: int
    width: int
    before: str
    after: str

    @property
    def total(self) -> int:
        return self.gap + len(self.before) + self.width + len(self.after)


SHORT: dict[Figure, FigureField] = {
    Figure.SPEED: FigureField(1, 4, "", "/s"),
    Figure.OUTPUT: FigureField(1, 5, "", "↓"),
    Figure.COST: FigureField(1, 7, "", ""),
    Figure.FIRST: FigureField(1, 6, "", ""),
    Figure.INPUT: FigureField(1, 5, "", "↑"),
}
FULL: dict[Figure, FigureField] = {
    Figure.SPEED: FigureField(2, 4, "", " tok/s"),
    Figure.OUTPUT: FigureField(2, 5, "", " out"),
    Figure.COST: FigureField(2, 8, "", ""),
    Figure.FIRST: FigureField(2, 6, "first ", ""),
    Figure.INPUT: FigureField(2, 5, "", " in"),
    Figure.REASONING: FigureField(2, 5, "", " thinking"),
    Figure.TOTAL: FigureField(2, 6, "total ", ""),
    Figure.FIRST_TEXT: FigureField(2, 6, "words ", ""),
    Figure.CACHED: FigureField(2, 5, "", " cached"),
}
STEPS: tuple[dict[Figure, FigureField], ...] = (
    *({figure: SHORT[figure]} for figure in MAIN),
    {figure: FULL[figure] for figure in MAIN},
    *({figure: FULL[figure]} for figure in MORE),
)
"""What a wider line gains, step by step: the main figures, their words, and then the rest."""
STATE_WIDTH = 11
"""`● streaming`"""
WIDE_STATE_WIDTH = 13
"""`▲ interrupted`"""


class Columns(NamedTuple):
    """The figures that have a place in a row, and the width of its narrowest line."""

    width: int
    figures: frozenset[Figure]

    @property
    def state_width(self) -> int:
        return WIDE_STATE_WIDTH if self.width >= 40 else STATE_WIDTH


@lru_cache(256)
def fields_for(columns: Columns) -> tuple[tuple[Figure, FigureField], ...]:
    """The figures that fit beside the state, from left to right."""
    room = columns.width - columns.state_width
    chosen: dict[Figure, FigureField] = {}
    for step in STEPS:
        wider = chosen | {figure: field for figure, field in step.items() if figure in columns.figures}
        if _width_of(wider) > room:
            break
        chosen = wider
    apart = {figure: field._replace(gap=2) for figure, field in chosen.items()}
    return tuple((apart if _width_of(apart) <= room else chosen).items())


def _width_of(fields: dict[Figure, FigureField]) -> int:
    return sum(field.total for field in fields.values())


class TableLine(Protocol):
    """The part of a race line that the table needs."""

    @property
    def row(self) -> int | None:
        """The line of the screen it is on; None while it is not shown."""

    @property
    def own_columns(self) -> Columns: ...
    def align(self, columns: Columns) -> None: ...


class RaceTable:
    """The race lines on the screen; each tells when what it has to show, or its width, has changed."""

    def __init__(self) -> None:
        self._lines: list[TableLine] = []

    def add(self, line: TableLine) -> None:
        self._lines.append(line)

    def remove(self, line: TableLine) -> None:
        self._lines.remove(line)

    def align(self) -> None:
        """Give the lines of each row the columns that fit into all of them, for the figures that any of them has."""
        rows: dict[int, list[TableLine]] = {}
        for line in self._lines:
            if line.row is not None:
                rows.setdefault(line.row, []).append(line)
        for row in rows.values():
            each = [line.own_columns for line in row]
            columns = Columns(min(own.width for own in each), frozenset().union(*(own.figures for own in each)))
            for line in row:
                line.align(columns)

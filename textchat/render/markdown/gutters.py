"""Draws the gutter before the rows of a block: bars of quotes, markers of list items and their indentation."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment

from textchat.render.cells import width_of
from textchat.render.markdown.container import Container, PlacedBlock, Quote
from textchat.render.styles import Styles

_BAR = "▎ "
_NARROW = 12
"""Cells that are left to the block: where there is less, the gutters of the outer containers are not drawn."""


def gutter_width(containers: Sequence[Container]) -> int:
    """The width of the gutters of containers in cells."""
    return sum(map(_width, containers))


def _width(container: Container) -> int:
    return len(_BAR) if isinstance(container, Quote) else width_of(container.marker) + 1


def drawn_containers(containers: tuple[Container, ...], width: int) -> tuple[Container, ...]:
    """The containers drawn in `width` cells: the inner ones, as many as fit."""
    while containers and width - gutter_width(containers) < min(_NARROW, width):
        containers = containers[1:]
    return containers


def draw_gutters(containers: Sequence[Container], first_of: PlacedBlock | None, styles: Styles) -> list[Segment]:
    """Draw the gutters before a row; before the first row of a block, with its markers."""
    segments: list[Segment] = []
    for container in containers:
        if isinstance(container, Quote):
            segments.append(Segment(_BAR, styles.quote_bar))
        elif first_of is not None and container in first_of.begins:
            segments.append(Segment(container.marker + " ", styles.marker))
        else:
            segments.append(Segment(" " * _width(container), styles.text))
    return segments


def marker_range(placed: PlacedBlock, width: int, start: int, end: int) -> tuple[int, int] | None:
    """The source range of the first marker that begins with `placed` and is drawn in cells [start, end)."""
    x = 0
    for container in drawn_containers(placed.containers, width):
        cells = _width(container)
        if container in placed.begins and start < x + max(cells - 1, 1) and end > x:
            return container.source_range
        x += cells
    return None

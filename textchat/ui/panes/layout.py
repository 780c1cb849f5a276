"""Computes the places of panes: columns while they are wide enough, then a grid, then one at a time with tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor

from textual.geometry import Region, Size

MIN_WIDTH = 36
"""Cells of a pane. Two stand side by side in 73, three in 110."""
MIN_HEIGHT = 8
"""Lines of a pane in a grid: heading, race line, and enough text to follow. Of a screen with rows of such panes, six
lines in ten or more are text."""
LEAST_HEIGHT = 4
"""Lines of a pane in a grid while the input bar or the queue have grown: the layout stays as it is."""
FOLDED_WIDTH = 4
SMALL_WIDTH, SMALL_HEIGHT = 50, 12
"""A screen that is narrower or lower than that shows one pane at a time."""


def is_small(screen: Size) -> bool:
    return screen.width < SMALL_WIDTH or screen.height < SMALL_HEIGHT


class LayoutKind(StrEnum):
    COLUMNS = "columns"
    GRID = "grid"
    TABS = "tabs"
    """One at a time, because no more fit."""
    ZOOM = "zoom"
    """One at a time, because the user zoomed it."""


@dataclass(frozen=True, slots=True)
class PanePlan:
    """A region for each pane, None for a hidden one; lines of one cell separate them."""

    kind: LayoutKind
    regions: tuple[Region | None, ...]
    has_tabs: bool = False
    """Whether the first line is a strip that names all panes, because some are not shown."""

    @property
    def row_count(self) -> int:
        """How many rows the panes that are shown stand in."""
        return len({region.y for region in self.regions if region is not None})

    @property
    def is_one_at_a_time(self) -> bool:
        return self.kind in (LayoutKind.TABS, LayoutKind.ZOOM)


def layout_for(
    count: int,
    width: int,
    height: int,
    *,
    active: int = 0,
    is_zoomed: bool = False,
    weights: Sequence[float] = (),
    folded: Sequence[bool] = (),
    is_one_shown: bool = False,
    usual_height: int = 0,
) -> PanePlan:
    """The plan for `count` panes in `width` by `height` cells.

    `weights` are the panes' shares of the width, `folded` says which are folded to a strip; missing ones are 1.0 and
    False. `is_one_shown` is for a screen that has no room for more than one. `usual_height` is the height while the
    input bar has one line: the kind of layout goes by it, so that it does not change with what is typed. The active
    pane is always shown, even where it is folded and alone.
    """
    if count == 0 or width <= 0 or height <= 0:
        return PanePlan(LayoutKind.COLUMNS, (None,) * count)
    shares = [*weights[:count], *[1.0] * (count - len(weights))]
    is_folded = [*folded[:count], *[False] * (count - len(folded))]
    if all(is_folded):
        is_folded[active] = False
    if count == 1:
        return PanePlan(LayoutKind.COLUMNS, (Region(0, 0, width, height),))
    if is_zoomed:
        return _one(LayoutKind.ZOOM, count, active, width, height)
    if is_one_shown:
        return _one(LayoutKind.TABS, count, active, width, height)
    return (
        _columns(shares, is_folded, width, height)
        or _grid(shares, is_folded, width, height, max(height, usual_height))
        or _one(LayoutKind.TABS, count, active, width, height)
    )


def _one(kind: LayoutKind, count: int, active: int, width: int, height: int) -> PanePlan:
    shown = Region(0, 1, width, max(1, height - 1))
    return PanePlan(kind, tuple(shown if index == active else None for index in range(count)), has_tabs=True)


def _columns(shares: Sequence[float], folded: Sequence[bool], width: int, height: int) -> PanePlan | None:
    open_shares = [share for share, is_folded in zip(shares, folded, strict=True) if not is_folded]
    room = width - (len(shares) - 1) - FOLDED_WIDTH * (len(shares) - len(open_shares))
    widths = iter(_shared(room, open_shares))
    if room < MIN_WIDTH * len(open_shares):
        return None
    regions: list[Region] = []
    x = 0
    for is_folded in folded:
        regions.append(Region(x, 0, FOLDED_WIDTH if is_folded else next(widths), height))
        x = regions[-1].right + 1
    return PanePlan(LayoutKind.COLUMNS, tuple(regions))


def _grid(
    shares: Sequence[float], folded: Sequence[bool], width: int, height: int, usual_height: int
) -> PanePlan | None:
    """The open panes in as few rows as their width allows; folded ones are only in the tabs."""
    is_open = [index for index, is_folded in enumerate(folded) if not is_folded]
    has_tabs = len(is_open) < len(shares)
    top = 1 if has_tabs else 0
    most_across = (width + 1) // (MIN_WIDTH + 1)
    if most_across == 0:
        return None
    row_count = -(-len(is_open) // most_across)
    if row_count * (MIN_HEIGHT + 1) - 1 > usual_height - top or row_count * (LEAST_HEIGHT + 1) - 1 > height - top:
        return None
    across = -(-len(is_open) // row_count)
    rows = [is_open[start : start + across] for start in range(0, len(is_open), across)]
    regions: list[Region | None] = [None] * len(shares)
    y = top
    for row, row_height in zip(rows, _shared(height - top - (len(rows) - 1), [1.0] * len(rows)), strict=True):
        x = 0
        for index, cell in zip(row, _shared(width - (len(row) - 1), [shares[index] for index in row]), strict=True):
            regions[index] = Region(x, y, cell, row_height)
            x += cell + 1
        y += row_height + 1
    return PanePlan(LayoutKind.GRID, tuple(regions), has_tabs)


def line_at(plan: PanePlan, x: int, y: int) -> int | None:
    """The pane to the left of the vertical line at a cell; None if there is no line."""
    right = {(region.x, region.y) for region in plan.regions if region}
    for index, region in enumerate(plan.regions):
        if region and region.right == x and region.y <= y < region.bottom and (x + 1, region.y) in right:
            return index
    return None


def moved_line(plan: PanePlan, shares: Sequence[float], left: int, step: int) -> list[float]:
    """The shares after moving the line to the right of pane `left` by `step` cells, while both sides stay readable.

    Folded panes keep their width: the next open ones on either side take and give.
    """
    place = plan.regions[left]
    widths = {
        index: region.width
        for index, region in enumerate(plan.regions)
        if place and region and region.y == place.y and region.width > FOLDED_WIDTH
    }
    before = max((index for index in widths if index <= left), default=None)
    after = min((index for index in widths if index > left), default=None)
    if before is None or after is None:
        return list(shares)
    least = min(MIN_WIDTH, widths[before], widths[after])
    step = max(least - widths[before], min(step, widths[after] - least))
    total = sum(shares[index] for index in widths) / sum(widths.values())
    widths[before] += step
    widths[after] -= step
    return [widths[index] * total if index in widths else share for index, share in enumerate(shares)]


def _shared(room: int, shares: Sequence[float]) -> list[int]:
    """Divide `room` cells by `shares`, all of them, with at least `MIN_WIDTH` each if possible."""
    least = min(MIN_WIDTH, room // max(1, len(shares)))
    cells = [least] * len(shares)
    left = room - sum(cells)
    # What is wanted beyond the least is cut to what there is: a heavy pane cannot starve a light one.
    total = sum(shares)
    wants = [max(0.0, room * share / total - least) for share in shares]
    wanted = sum(wants) or 1.0
    bounds = [floor(left * sum(wants[: index + 1]) / wanted + 1e-9) for index in range(len(shares))]
    for index, (before, after) in enumerate(zip([0, *bounds], bounds, strict=False)):
        cells[index] += after - before
    if cells and sum(cells) < room:
        cells[-1] += room - sum(cells)
    return cells

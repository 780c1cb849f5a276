"""Compositor that draws the lines of a screen that have changed, and no other, and writes the cells that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from textual._compositor import ChopsUpdate, Compositor, CompositorMap, LayoutUpdate
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from textchat.ui.terminal.drawing.written import ChangedCells, Pieces, Written

Missing = dict[int, set[int]]
"""The pieces that are not drawn yet: by line, where each begins."""


def draw_frugally(screen: Screen[Any]) -> None:
    """Give a screen a compositor of this kind; to be called before it is shown."""
    screen._compositor = FrugalCompositor()


class FrugalCompositor(Compositor):
    """Draws what has changed and can be seen.

    Textual's own draws, for each update, all lines of all widgets that touch the rectangle around everything that has
    changed, also those under others: at 120×40 that takes 5 ms for a line of text and one of figures.
    """

    def __init__(self) -> None:
        super().__init__()
        self.written = Written()

    @property
    def full_map(self) -> CompositorMap:
        """As in Textual, which arranges the widgets anew where one is asked for between two layouts.

        The next layout then found nothing changed, and what a hidden widget had covered was never drawn again.
        """
        before = self._full_map
        now = super().full_map
        if now is not before:
            changes = (place for _, place in now.items() ^ before.items())
            self._dirty_regions.update(filter(None, (place.visible_region for place in changes)))
        return now

    def render_full_update(self, simplify: bool = False) -> LayoutUpdate:
        self.written.forget()
        update = super().render_full_update(simplify)
        if self.written.is_watched and not simplify:  # that would be a screenshot
            self.written.take_whole(update.strips)
        return update

    def render_partial_update(self) -> ChopsUpdate | None:
        regions, self._dirty_regions = self._dirty_regions, set()
        missing = self._pieces_in(regions)
        # Textual's annotation names its own kind of update; what it needs is any kind.
        return ChangedCells(self._drawn(missing), self.written) if missing else None  # type: ignore[return-value]

    def _pieces_in(self, regions: set[Region]) -> Missing:
        cuts, missing = self.cuts, Missing()
        for y, first, end in self._regions_to_spans(regions):
            if 0 <= y < len(cuts):
                found = {start for start, next_start in pairwise(cuts[y]) if start < end and next_start > first}
                missing[y] = missing.get(y, set()) | found
        return missing

    def _drawn(self, missing: Missing) -> Pieces:
        """The missing pieces, each from the widget on top; nothing is missing afterwards."""
        drawn: Pieces = {y: {} for y in missing}
        for widget, (region, clip) in self.visible_widgets.items():  # the top ones first
            if not missing:
                break
            shown = region.intersection(clip)
            columns = range(*shown.column_span)
            rows = [y for y in shown.line_range if y in missing and any(start in columns for start in missing[y])]
            for first, last in _runs(rows):
                crop = Region(shown.x - region.x, first - region.y, shown.width, last - first + 1)
                for y, strip in enumerate(widget.render_lines(crop), first):
                    self._take(strip, shown, y, missing, drawn)
        return drawn

    def _take(self, strip: Strip, shown: Region, y: int, missing: Missing, drawn: Pieces) -> None:
        """Take the missing pieces of a line of one widget out of its strip."""
        starts = [cut for cut in self.cuts[y] if shown.x <= cut <= shown.right]
        for start, piece in zip(starts, pieces_of(strip, [cut - shown.x for cut in starts[1:]]), strict=False):
            if start in missing[y]:
                missing[y].remove(start)
                drawn[y][start] = piece
        if not missing[y]:
            del missing[y]


def pieces_of(strip: Strip, cuts: list[int]) -> Sequence[Strip]:
    """The strip cut at some cells.

    `divide` would have a strip that stays whole keep itself, and wait for Python's collector with all its caches.
    """
    return [strip] if cuts == [strip.cell_length] else strip.divide(cuts)


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and last of each run of consecutive numbers."""
    first = 0
    for place, row in enumerate(rows):
        if place + 1 == len(rows) or rows[place + 1] != row + 1:
            yield rows[first], row
            first = place + 1

"""Draws the lines in the window as strips, and finds those that have changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, Protocol

from rich.segment import Segment
from textual.strip import Strip

from textchat.ui.transcript.layout.drawn_line import DrawnLine
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry import Entry
from textchat.ui.transcript.layout.entry_parts import PartKind
from textchat.ui.transcript.layout.strips import Overlay, laid_over, shortened
from textchat.ui.transcript.window import Window

NEW_MARK = " ↓ new "


class Layer(Protocol):
    """Highlighting drawn over the text: matches, selection, cursor."""

    @property
    def is_clear(self) -> bool:
        """Whether nothing is highlighted in any line."""

    def overlays(self, position: int, line: int) -> Iterable[Overlay]:
        """The highlighted cells of a line of an entry."""


class Mark(Protocol):
    """Provider of the position of the marked message."""

    @property
    def marked(self) -> int | None:
        """The position of its entry."""


class PaintedLine(NamedTuple):
    """A line as it was painted, and whether it may be taken for itself without looking at it again."""

    drawn: DrawnLine
    strip: Strip
    position: int
    is_chosen: bool
    epoch: object | None
    """Of the entry's steady lines; None where it is none of them, or something is laid over it."""


@dataclass(eq=False, repr=False)
class Painter:
    """Draws the lines in the window, with `layers` over them in order."""

    entries: Entries
    window: Window
    layers: Sequence[Layer]
    mark: Mark
    next_model: str = ""
    """The model that stands above the list, because it is asked next; empty where none does."""
    picture: list[Strip] = field(default_factory=list)
    """As it was last painted."""
    _lines: dict[tuple[str, int], PaintedLine] = field(default_factory=dict)
    """The lines in the window: what moves within it is not composed again."""

    def paint(self) -> list[int]:
        """Draw the window; returns the lines that have changed."""
        before, self.picture = self.picture, self._drawn()
        return [
            y
            for y, strip in enumerate(self.picture)
            if y >= len(before) or (strip is not before[y] and strip != before[y])
        ]

    def is_on_new_mark(self, x: int, y: int) -> bool:
        """Whether a cell of the window belongs to the mark for new text."""
        window = self.window
        return window.has_new and y == window.height - 1 and x >= window.width - len(NEW_MARK)

    def _drawn(self) -> list[Strip]:
        width, height, marked = self.window.width, self.window.height, self.mark.marked
        known, self._lines = self._lines, {}
        layers = [layer for layer in self.layers if not layer.is_clear]
        rows = self.window.rows()
        picture: list[Strip] = []
        for position, group in groupby(rows, key=itemgetter(0)):
            picture += self._strips(position, [line for _, line in group], position == marked, layers, known)
        if rows and (signature := self._pinned(*rows[0])) is not None:
            picture[0] = next(self._strips(rows[0][0], [signature], rows[0][0] == marked, layers, known))
        picture.extend([Strip.blank(width)] * (height - len(picture)))
        context = self.entries.context
        if context is not None and self.window.has_new and picture and width > len(NEW_MARK):
            mark = Strip([Segment(NEW_MARK, context.styles.new_mark)], len(NEW_MARK))
            picture[-1] = Strip.join([shortened(picture[-1], width - len(NEW_MARK)), mark])
        return picture

    def _pinned(self, position: int, line: int) -> int | None:
        """The line of the entry to be shown in place of `line`, the first in the window.

        It is the signature of a reply that begins above, so that none is taken for one of the model in the heading.
        """
        entry = self.entries[position]
        part = entry.part(PartKind.SIGNATURE)
        if not self.next_model or part is None or entry.is_by(self.next_model):
            return None
        return part.top if part.bottom <= line < entry.height - 1 else None

    def _strips(
        self,
        position: int,
        lines: Iterable[int],
        is_chosen: bool,
        layers: Sequence[Layer],
        known: dict[tuple[str, int], PaintedLine],
    ) -> Iterator[Strip]:
        """Lines of an entry; nearly all are steady, and cost a look-up."""
        entry = self.entries[position]
        id_, epoch = entry.id, entry.steady.epoch
        for line in lines:
            painted = known.get((id_, line))
            if (
                painted is None
                or painted.epoch is not epoch
                or painted.position != position
                or painted.is_chosen is not is_chosen
                or layers
            ):
                painted = self._painted(entry, position, line, is_chosen, layers, painted)
            self._lines[id_, line] = painted
            yield painted.strip

    def _painted(
        self,
        entry: Entry,
        position: int,
        line: int,
        is_chosen: bool,
        layers: Sequence[Layer],
        before: PaintedLine | None,
    ) -> PaintedLine:
        drawn = entry.drawn(line, is_chosen=is_chosen, known=before.drawn if before is not None else None)
        strip = drawn.strip
        for layer in layers:
            for start, end, style in layer.overlays(position, line):
                strip = laid_over(strip, start, end, style)
        is_steady = line < entry.steady.count and not layers
        return PaintedLine(drawn, strip, position, is_chosen, entry.steady.epoch if is_steady else None)

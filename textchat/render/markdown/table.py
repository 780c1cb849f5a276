"""Draws tables: aligned columns with wrapped cells, or `key: value` rows if columns would be too narrow to read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.segment import Segment

from textchat.render.cells import offset_at, slice_of, width_of, wrap
from textchat.render.markdown.block import Block
from textchat.render.markdown.table_columns import BETWEEN, column_widths
from textchat.render.markdown.table_row import Alignment, TableCell
from textchat.render.spans import Link, links_in, place_in, source_range, span_segments, spans_between
from textchat.render.styles import Styles

_SAMPLE = 20
"""How many rows decide on the widths of the columns; those below settle as they come, and wrap where longer."""


class _CellLine(NamedTuple):
    """A part of a cell on one row of the screen."""

    column: int
    x: int
    """Where it begins, in cells."""
    start: int
    end: int
    """The range of the cell's drawn text; -1 for the name of the column in front of a value."""


class TableBlock(Block):
    """A table that grows by rows."""

    def __init__(
        self,
        header: list[TableCell],
        alignments: list[Alignment],
        header_range: tuple[int, int],
        delimiter_range: tuple[int, int],
    ) -> None:
        self._alignments = alignments
        self._rows = [header]
        self._ranges = [header_range]
        self._delimiter_range = delimiter_range
        self._width = 0
        self._columns: list[int] = []
        """The width of each column; none if the table is drawn as key: value rows."""
        self._is_ruled = False
        """Whether lines are drawn between the rows, because some rows take several lines."""
        self._starts: list[int] = []
        self._lines: list[list[list[_CellLine]]] = []
        """For each row of the table that is laid out, the parts of cells on each of its rows on the screen."""
        self._height = 0

    @property
    def rows(self) -> Sequence[Sequence[TableCell]]:
        """The header and the rows below it, which may lack their last cells."""
        return self._rows

    @property
    def alignments(self) -> Sequence[Alignment]:
        """The alignment of each column."""
        return self._alignments

    @property
    def columns(self) -> int:
        """The number of columns."""
        return len(self._alignments)

    def add_row(self, cells: list[TableCell], source_range: tuple[int, int]) -> None:
        """Add a row, with at most as many cells as there are columns, and its range in the source."""
        self._rows.append(cells)
        self._ranges.append(source_range)
        if len(self._rows) <= _SAMPLE + 1:
            self._width = 0  # the columns may become wider

    def refresh(self) -> None:
        """Resolve links to definitions that came after it."""
        if any("[" in cell.text for row in self._rows for cell in row):
            self._width = 0

    def resolve(self) -> None:
        """Parse it, so that it is known which definitions it refers to."""
        for row in self._rows:
            for cell in row:
                if "[" in cell.text:
                    cell.drawn  # noqa: B018

    # Laying out

    def lay(self, width: int) -> int:
        self.changed = self._height
        if width != self._width:
            self._width = width
            self.changed = 0
            self._choose_columns()
            self._starts, self._lines, self._height = [], [], 0
        for index in range(len(self._lines), len(self._rows)):
            lines = self._lay_row(index)
            self._starts.append(self._height)
            self._lines.append(lines)
            self._height += len(lines)
        return self._height

    def _choose_columns(self) -> None:
        sample = self._rows[: _SAMPLE + 1]
        self._columns = column_widths(sample, self._width)
        self._is_ruled = bool(self._columns) and any(len(self._lay_cells(row)) > 1 for row in sample[1:])

    def _lay_row(self, index: int) -> list[list[_CellLine]]:
        if not self._columns:
            return self._lay_record(index)
        lines = self._lay_cells(self._rows[index])
        if index == 0 or (self._is_ruled and index > 1):
            return [*lines, []] if index == 0 else [[], *lines]
        return lines

    def _lay_cells(self, row: list[TableCell]) -> list[list[_CellLine]]:
        folded = [wrap(cell.drawn.plain, width) for cell, width in zip(row, self._columns, strict=False)]
        lines: list[list[_CellLine]] = []
        for number in range(max(len(rows) for rows in folded)):
            line, x = [], 0
            for column, width in enumerate(self._columns):
                if column < len(folded) and number < len(folded[column]):
                    start, end = folded[column][number]
                    free = width - width_of(row[column].drawn.plain[start:end])
                    line.append(_CellLine(column, x + max(self._shift(column, free), 0), start, end))
                x += width + BETWEEN
            lines.append(line)
        return lines

    def _shift(self, column: int, free: int) -> int:
        """Indentation of a cell in its column, in cells."""
        match self._alignments[column]:
            case Alignment.LEFT:
                return 0
            case Alignment.CENTER:
                return free // 2
            case Alignment.RIGHT:
                return free

    def _lay_record(self, index: int) -> list[list[_CellLine]]:
        """Lay out a row as lines of `name: value`; the header itself is not shown."""
        lines: list[list[_CellLine]] = [[]] if index > 1 else []
        if index == 0:
            return lines
        for column, cell in enumerate(self._rows[index]):
            plain = cell.drawn.plain
            if not plain and self.columns > 1:
                continue
            name = width_of(self._name(column))
            if name + 1 + cell.width() <= self._width and "\n" not in plain:
                lines.append([_CellLine(column, 0, -1, -1), _CellLine(column, name + 1, 0, len(plain))])
                continue
            lines.append([_CellLine(column, 0, -1, -1)])
            indent = 2 if self._width > 8 else 0
            lines += [[_CellLine(column, indent, start, end)] for start, end in wrap(plain, self._width - indent)]
        return lines

    def _name(self, column: int) -> str:
        """The name of a column before a value, cut if it does not fit on a row."""
        name = self._rows[0][column].drawn.plain.replace("\n", " ").strip()
        if width_of(name) >= self._width:
            name = name[: offset_at(name, max(self._width - 2, 0))]
        return name + ":"

    @property
    def settled(self) -> int:
        if not self.is_open:
            return self._height
        return self._height if len(self._rows) > _SAMPLE + 1 else 0

    # Drawing

    def _at(self, row: int) -> tuple[int, list[_CellLine]]:
        index = bisect_right(self._starts, row) - 1
        return index, self._lines[index][row - self._starts[index]]

    def draw(self, row: int, styles: Styles) -> list[Segment]:
        index, lines = self._at(row)
        if not lines:
            return self._draw_rule(index, styles)
        base = styles.table_header if index == 0 else styles.text
        segments: list[Segment] = []
        x = column = 0
        for line in lines:
            while self._columns and column < line.column:
                x = self._draw_border(segments, x, column, styles)
                column += 1
            if line.x > x:
                segments.append(Segment(" " * (line.x - x), styles.text))
            if line.start < 0:
                name = self._name(line.column)
                segments.append(Segment(name, styles.table_header))
                x = line.x + width_of(name)
                continue
            drawn = self._rows[index][line.column].drawn
            text = drawn.plain[line.start : line.end]
            segments += span_segments(text, line.start, spans_between(drawn.spans, line.start, line.end), styles, base)
            x = line.x + width_of(text)
        while self._columns and column < self.columns - 1:
            x = self._draw_border(segments, x, column, styles)
            column += 1
        return segments

    def _edge(self, column: int) -> int:
        """The end of a column, in cells."""
        return sum(self._columns[: column + 1]) + BETWEEN * column

    def _draw_border(self, segments: list[Segment], x: int, column: int, styles: Styles) -> int:
        edge = self._edge(column)
        segments.append(Segment(" " * (edge - x), styles.text))
        segments.append(Segment(" │ ", styles.table_border))
        return edge + BETWEEN

    def _draw_rule(self, index: int, styles: Styles) -> list[Segment]:
        if not self._columns:
            return []
        line = "─┼─".join("─" * width for width in self._columns)
        return [Segment(line if index == 0 else line.replace("─", "┄"), styles.table_border)]

    # Source

    def source_of(self, row: int, start: int, end: int) -> tuple[int, int] | None:
        index, lines = self._at(row)
        if not lines:
            return self._delimiter_range if index == 0 and self._columns else None
        ranges: list[tuple[int, int]] = []
        for line in lines:
            if line.start < 0:
                continue
            cell = self._rows[index][line.column]
            text = cell.drawn.plain[line.start : line.end]
            first, last = slice_of(text, max(0, start - line.x), max(0, end - line.x))
            if first < last:
                begin, stop = source_range(cell.drawn.spans, line.start + first, line.start + last)
                ranges.append((cell.to_source(begin), cell.to_source(max(begin, stop - 1)) + 1))
        if not ranges:
            return None
        if start <= 0 and end >= lines[-1].x + 1 and len(lines) == len(self._rows[index]) and self.columns > 1:
            return self._ranges[index]
        return ranges[0][0], ranges[-1][1]

    def place_of(self, offset: int) -> tuple[int, int]:
        index = max(0, bisect_right(self._ranges, (offset, offset)) - 1)
        if index == 0 and offset >= self._ranges[0][1] and self._delimiter_range[0] <= offset:
            return max(0, len(self._lines[0]) - 1), 0
        if index == 0 and not self._columns:
            return self._place_of_name(offset)
        cells = self._rows[index]
        column = max((at for at, cell in enumerate(cells) if cell.source <= offset), default=0)
        cell = cells[column]
        place = place_in(cell.drawn.spans, cell.to_text(offset))
        for number, lines in enumerate(self._lines[index]):
            for line in lines:
                if (
                    line.column == column
                    and line.start >= 0
                    and (place < line.end or line.end == len(cell.drawn.plain))
                ):
                    within = max(0, min(place, line.end) - line.start)
                    text = cell.drawn.plain[line.start : line.start + within]
                    return self._starts[index] + number, line.x + width_of(text)
        return min(self._starts[index], max(self._height - 1, 0)), 0

    def _place_of_name(self, offset: int) -> tuple[int, int]:
        """The row and the cell where the name of a column is first drawn."""
        column = max((at for at, cell in enumerate(self._rows[0]) if cell.source <= offset), default=0)
        for number, lines in enumerate(self._lines[1] if len(self._lines) > 1 else []):
            if lines and lines[0].column == column and lines[0].start < 0:
                return self._starts[1] + number, 0
        return 0, 0

    def links(self) -> Iterator[Link]:
        for row in self._rows if self._columns else self._rows[1:]:
            for cell in row:
                for start, end, target in links_in(cell.drawn.spans):
                    yield Link(cell.to_source(start), cell.to_source(end - 1) + 1, target)

    def link_at(self, row: int, cell: int) -> str | None:
        index, lines = self._at(row)
        for line in lines:
            drawn = self._rows[index][line.column].drawn
            text = drawn.plain[line.start : line.end] if line.start >= 0 else ""
            if line.x <= cell < line.x + width_of(text):
                place = line.start + offset_at(text, cell - line.x)
                return spans_between(drawn.spans, place, place + 1)[-1].href or None
        return None

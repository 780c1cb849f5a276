"""Wraps text into rows of cells."""

from __future__ import annotations

from textchat.render.cells.breaks import may_break, tears
from textchat.render.cells.clusters import graphemes, is_simple, width_of

_PER_CELL = 8
"""Code points for each cell of a row beyond which it ends, although they may all take no room."""


def wrap(text: str, width: int) -> list[tuple[int, int]]:
    """Wrap `text` at `width` cells; returns the rows as index ranges.

    A row ends at a space, which falls away, at a newline, beside a wide character, where a syllable may end in a script
    without blanks, or inside a word that is too long; never inside what is drawn as one character. Text added later
    changes the last row only, unless it goes on with the last character.
    """
    width = max(width, 2)
    breaks = _wrap_simple if is_simple(text) else _wrap_wide
    if "\n" not in text:
        return breaks(text, 0, len(text), width)
    rows: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        rows += breaks(text, start, start + len(line), width)
        start += len(line) + 1
    return rows


def _wrap_simple(text: str, start: int, end: int, width: int) -> list[tuple[int, int]]:
    rows = []
    while end - start > width:
        cut = text.rfind(" ", start, start + width + 1)
        if cut > start and text[cut - 1] != " " and text[cut + 1 : cut + 2] != " ":
            rows.append((start, cut))
            start = cut + 1
            continue
        if cut <= start or not text[start:cut].strip(" "):
            cut = start + width
        rows.append((start, _row_end(text, start, cut, width)))
        start = cut
        while start < end and text[start] == " ":
            start += 1
    if start < end or not rows:
        rows.append((start, end))
    return rows


def _wrap_wide(text: str, start: int, end: int, width: int) -> list[tuple[int, int]]:
    line = text[start:end]
    spans = _fitting(line, graphemes(line), width)
    rows: list[tuple[int, int]] = []
    begin = index = x = 0
    row = start
    while index < len(spans):
        first, last, cells = spans[index]
        # A space that carries a mark is no space.
        is_over = x + cells > width and line[first:last] != " "
        if is_over or (start + first - row >= width * _PER_CELL and index > begin):
            begin = index = _chance(line, spans, begin, index)
            stop = start + spans[index][0]
            rows.append((row, _row_end(text, row, stop, width)))
            row, x = stop, 0
            continue
        x += cells
        index += 1
    if row < end or not rows:
        rows.append((row, end if x <= width else _row_end(text, row, end, width)))
    return rows


def _fitting(line: str, spans: list[tuple[int, int, int]], width: int) -> list[tuple[int, int, int]]:
    """The characters of a line; one that is wider than a row, as three joined letters may be, in parts."""
    if all(cells <= width for _, _, cells in spans):
        return spans
    fitting: list[tuple[int, int, int]] = []
    for first, last, cells in spans:
        if cells <= width:
            fitting.append((first, last, cells))
            continue
        for at in range(first, last):
            if at > first and not width_of(line[at]):
                begin, _, before = fitting.pop()
                fitting.append((begin, at + 1, before))
            else:
                fitting.append((at, at + 1, width_of(line[at])))
    return fitting


def _chance(line: str, spans: list[tuple[int, int, int]], begin: int, index: int) -> int:
    """Where the row of the characters from `begin` ends best, at `index` at the latest."""
    words = len(line) - len(line[spans[begin][0] :].lstrip(" "))
    best = index
    for at in range(index, begin, -1):
        (first, middle, left_cells), (_, last, right_cells) = spans[at - 1], spans[at]
        if middle <= words:  # blanks alone are no row
            break
        left, right = line[first:middle], line[middle:last]
        if may_break(left, left_cells, right, right_cells):
            return at
        if best == at and at - 1 > begin and tears(left, right):
            best = at - 1
    return best if best == index or spans[best][0] > words else index


def _row_end(text: str, start: int, stop: int, width: int) -> int:
    """End of a row that reaches to `stop`: before its trailing spaces, unless it has nothing else."""
    words = len(text[start:stop].rstrip(" "))
    return start + words if words else min(stop, start + width)

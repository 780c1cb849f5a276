"""Computes the widths of a table's columns from its first rows."""

from __future__ import annotations

from collections.abc import Sequence

from textchat.render.markdown.table_row import TableCell

BETWEEN = 3
"""Cells between two columns: a space, a line, a space."""
_READABLE = 12
"""A column this wide can be read; a narrower one must hold its longest word, or there are no columns."""
_LONG_WORD = 30
"""A column may be made wider than its share for the sake of a word up to this long."""


def column_widths(rows: Sequence[Sequence[TableCell]], room: int) -> list[int]:
    """The width of each column in `room` cells; none if columns would be too narrow to read."""
    count = len(rows[0])
    if count * (1 + BETWEEN) > room + BETWEEN:
        return []
    columns = [[row[column] for row in rows if column < len(row)] for column in range(count)]
    wanted = [max(max(cell.width() for cell in cells), 1) for cells in columns]
    words = [min(max(cell.longest_word() for cell in cells), want) for cells, want in zip(columns, wanted, strict=True)]
    widths = _fair_widths(wanted, [min(word, _LONG_WORD) for word in words], room - BETWEEN * (count - 1))
    is_readable = all(width >= min(word, _READABLE) for width, word in zip(widths, words, strict=True))
    return widths if is_readable else []


def _fair_widths(wanted: list[int], words: list[int], room: int) -> list[int]:
    """The widths of the columns, in `room` cells altogether if possible.

    Narrow columns get what they want, each other one its longest word if there is room for all, and an even share.
    """
    if sum(words) > room:
        words = [1] * len(wanted)
    low, high = 0, max(wanted)
    while low < high:
        limit = (low + high + 1) // 2
        is_enough = sum(max(word, min(want, limit)) for want, word in zip(wanted, words, strict=True)) <= room
        low, high = (limit, high) if is_enough else (low, limit - 1)
    return [max(word, min(want, low)) for want, word in zip(wanted, words, strict=True)]

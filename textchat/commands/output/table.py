"""Formats rows as lines with aligned columns."""

from __future__ import annotations

from collections.abc import Container, Sequence

from textchat.core.sanitize import plain_line


def table(rows: Sequence[Sequence[str]], right: Container[int] = ()) -> str:
    """Columns as wide as their widest cell, two spaces apart, those in `right` aligned to the right.

    The last column is as long as it is. What the cells hold is made safe for a terminal.
    """
    from rich.cells import cell_len

    shown = [[plain_line(cell, 500) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
    lines = []
    for row in shown:
        cells = []
        for index, (cell, width) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (width - cell_len(cell))
            cells.append(gap + cell if index in right else cell + gap)
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)

"""Puts rows of cells on lines: equations side by side, matrices and cases."""

from __future__ import annotations

from itertools import zip_longest

from textchat.render.cells import width_of
from textchat.render.markdown.maths.line import QUAD

Rows = list[list[str]]
_RELATIONS = "=<>≤≥≠≈≡∼≃≅∝→⇒⇔⟹⟺∈⊂⊆"
_CONDITIONS = (
    "if",
    "when",
    "for",
    "otherwise",
    "else",
    "where",
    "and",
    "on",
    "falls",
    "sonst",
    "si",
    "если",
    "若",
    "当",
)


def joined(rows: Rows, separator: str = "; ") -> str:
    """Rows of equations on one line."""
    if len(rows) == 1:
        return _equation(rows[0])
    return separator.join(text for row in rows if (text := _equation(row).strip()))


def matrix(rows: Rows) -> str:
    """The rows of a matrix on one line; commas part cells that have blanks in them."""
    cells = [[cell.strip() for cell in row] for row in rows]
    separator = ", " if any(" " in cell for row in cells for cell in row) else " "
    return "; ".join(text for row in cells if (text := separator.join(row).replace(", |,", " |").strip()))


def cases(rows: Rows) -> str:
    """A value and its condition in each row."""
    shown = [text for row in rows if (text := _case([cell.strip() for cell in row]))]
    return "; ".join([text.rstrip(",;") for text in shown[:-1]] + shown[-1:])


def table(rows: Rows) -> str:
    """Rows as lines whose cells stand one below the other."""
    cells = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    widths = [max(map(width_of, column)) for column in zip_longest(*cells, fillvalue="")]
    return "\n".join(
        "  ".join(cell + " " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in cells
    )


def _case(row: list[str]) -> str:
    shown = row[0]
    for cell in row[1:]:
        is_said = not shown or not cell or shown.endswith((",", ":", ";")) or cell.lower().startswith(_CONDITIONS)
        shown += ("" if not shown or not cell else " " if is_said else ", ") + cell
    return shown


def _equation(row: list[str]) -> str:
    """The cells of a row as one line: each second `&` parts two equations, the others stand before a relation."""
    parts, last = [row[0]], row[0][-1:]
    for number, cell in enumerate(row[1:], 1):
        if number % 2 == 0:
            parts.append(QUAD)
        elif last not in ("", " ", QUAD) and cell[:1] not in ("", " ", QUAD, *_RELATIONS):
            parts.append(" ")
        parts.append(cell)
        last = cell[-1:] or last
    return "".join(parts)

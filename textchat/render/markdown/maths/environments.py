r"""Draws `\begin{…}…\end{…}`: matrices and cases on one line in their brackets, equations on their own lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textchat.render.markdown.maths.line import Line
from textchat.render.markdown.maths.rows import Rows, cases, joined, matrix, table
from textchat.render.markdown.maths.source import Undrawable

if TYPE_CHECKING:
    from textchat.render.markdown.maths.reader import FormulaReader

_MATRICES = {
    "matrix": "",
    "smallmatrix": "",
    "array": "",
    "tabular": "",
    "pmatrix": "()",
    "psmallmatrix": "()",
    "bmatrix": "[]",
    "bsmallmatrix": "[]",
    "Bmatrix": "{}",
    "vmatrix": "||",
    "Vmatrix": "‖‖",
}
_CASES = frozenset({"cases", "dcases", "rcases", "numcases"})
_EQUATIONS = """
align aligned alignat alignedat equation gather gathered split multline eqnarray displaymath math flalign
subequations IEEEeqnarray multlined
"""
_BAR = re.compile(r"(?<=[lcr])\|+(?=[lcr])")
_WITH_COLUMNS = frozenset({"array", "tabular", "alignat", "alignedat", "IEEEeqnarray"})


def add_environment(reader: FormulaReader, line: Line) -> None:
    """Read an environment up to its end; one that is no formula cannot be drawn."""
    name = reader.source.name_argument().rstrip("*")
    if reader.source.is_at_end and reader.source.is_growing:
        return
    reader.option()
    columns = reader.source.name_argument() if name in _WITH_COLUMNS else ""
    is_flat = reader.is_flat or reader.brackets.are_open
    if name in ("array", "tabular") and not is_flat and not line.last:
        line.add(table(reader.environment_rows(name, is_flat=True)))
    elif name in _MATRICES:
        brackets = _MATRICES[name] or _around(reader, line, name)
        rows = _with_bars(reader.environment_rows(name, is_flat=True), columns)
        line.add(brackets[:1] + matrix(rows) + brackets[1:])
    elif name in _CASES:
        line.add("{" + cases(reader.environment_rows(name, is_flat=True)) + "}")
    elif name in _EQUATIONS.split():
        rows = reader.environment_rows(name, is_flat=is_flat)
        line.add(joined(rows) if is_flat else "\n".join(text for row in rows if (text := joined([row]).strip())))
    else:
        raise Undrawable


def _with_bars(rows: Rows, columns: str) -> Rows:
    """Rows with the bars between their columns, as in `(A | b)`."""
    before = [len(columns[: bar.start()].replace("|", "")) for bar in _BAR.finditer(columns)]
    for row in rows:
        for place in reversed(before):
            if len(row) > place:
                row.insert(place, "|")
    return rows


def _around(reader: FormulaReader, line: Line, name: str) -> str:
    """The brackets of an environment that has none of its own, unless others are around it."""
    if reader.brackets.are_open or (line.last and line.last in "([{|‖⟨"):
        return ""
    return "[]" if name == "array" else "()"

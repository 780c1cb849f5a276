"""What a benchmark hands back: a table, and the sentence that says how to read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """One measurement; each row starts with its name, figures are text with their unit in the header."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    verdicts: Sequence[tuple[str, bool]] = field(default=())
    """What was promised, and whether it was kept."""

    def markdown(self) -> str:
        widths = [max(len(row[column]) for row in (self.header, *self.rows)) for column in range(len(self.header))]
        lines = [f"## {self.title}", ""]
        lines.append(_row(self.header, widths))
        lines.append(
            "|" + "|".join("-" * (width + 1) + (":" if column else "-") for column, width in enumerate(widths)) + "|"
        )
        lines.extend(_row(row, widths) for row in self.rows)
        if self.verdicts:
            lines.append("")
            lines.extend(f"- {'kept' if kept else 'BROKEN'}: {promise}" for promise, kept in self.verdicts)
        return "\n".join(lines) + "\n"


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    return "| " + " | ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]) + " |"

"""Draws one row of an editor: its text, what is selected, and the cursor over a whole drawn character."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from textchat.render.cells import offset_at, width_of
from textchat.ui.input.editor_rows import DrawnLine
from textchat.ui.input.text_steps import right_of

if TYPE_CHECKING:
    from textual.widgets.text_area import Selection


@dataclass(frozen=True, slots=True)
class EditorStyles:
    """The styles of an editor; without the focus it has no cursor."""

    text: Style
    selected: Style
    cursor: Style | None


@dataclass(frozen=True, slots=True)
class RowMarks:
    """The selected range of a row and its cursor, as places of the line."""

    start: int
    end: int
    goes_on: bool
    """The newline at the end of this row is selected too."""
    cursor: int | None


def marks_of(selection: Selection, index: int, line: DrawnLine, row: int) -> RowMarks:
    """The part of a selection that is on a row."""
    begin, past = line.bounds(row)
    is_last = row + 1 == len(line.starts)
    first, last = sorted(selection)
    start = begin if first[0] < index else first[1] if first[0] == index else past
    end = past if last[0] > index else last[1] if last[0] == index else begin
    at = selection.end
    has_cursor = at[0] == index and begin <= at[1] and (at[1] < past or is_last)
    return RowMarks(
        max(begin, start), min(past, end), is_last and first[0] <= index < last[0], at[1] if has_cursor else None
    )


def draw_row(line: DrawnLine, row: int, marks: RowMarks, styles: EditorStyles) -> Strip:
    """Draw a row; nothing is drawn of blanks that hang over the editor's width."""
    begin, past = line.bounds(row)
    room = line.width + 1 if line.width else None
    """One cell more than a row has text, for the cursor."""
    segments: list[Segment] = []
    used = 0
    for text, style in _pieces(line, begin, past, marks, styles):
        shown = text if room is None else text[: offset_at(text, room - used)]
        if shown:
            segments.append(Segment(shown, style))
            used += width_of(shown)
    return Strip(segments, used)


def _pieces(
    line: DrawnLine, begin: int, past: int, marks: RowMarks, styles: EditorStyles
) -> Iterator[tuple[str, Style]]:
    """The text of a row in pieces of one style."""
    selected = styles.text + styles.selected
    at = past if marks.cursor is None or styles.cursor is None else marks.cursor
    behind = min(past, right_of(line.source, at))
    cuts = sorted({begin, past, at, behind, *(place for place in (marks.start, marks.end) if begin < place < past)})
    for start, end in pairwise(cuts):
        style = selected if marks.start <= start < marks.end else styles.text
        if styles.cursor is not None and start == marks.cursor:
            style += styles.cursor
        yield line.text(start, end), style
    if styles.cursor is not None and marks.cursor == past:
        yield " ", styles.text + styles.cursor
    elif marks.goes_on:
        yield " ", selected

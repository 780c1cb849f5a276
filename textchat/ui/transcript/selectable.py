"""Selecting text in the branch with the mouse and with keys; what is selected is the source, not the drawing."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.geometry import Offset
from textual.selection import Selection

from textchat.render.cells import offset_at
from textchat.ui.transcript.entry_parts import MARGIN
from textchat.ui.transcript.finder import Finder
from textchat.ui.transcript.strips import Span
from textchat.ui.transcript.text_selection import Row, TextSelection, place_at
from textchat.ui.transcript.transcript import LINE_UNIT

CARET_KEYS = {
    "up": "up",
    "down": "down",
    "left": "left",
    "right": "right",
    "home": "line_start",
    "end": "line_end",
    "pageup": "page_up",
    "pagedown": "page_down",
}
"""Keys that move the cursor while it is shown, and with Shift select; they are those of every text field."""


class Selectable(Finder):
    """A list in which text can be selected.

    Textual tells a selection by the offsets in the meta data of the strips. Here an offset's `y` is the position of the
    entry and its `x` the line in it times `LINE_UNIT` plus the character, so that it stands while lines above change.
    """

    selected: TextSelection | None = None
    caret: tuple[str, int, int] | None = None
    """The message, the line and the cell of the keyboard's cursor, while it is shown."""
    _mark: tuple[str, int, int] | None = None
    _is_marking = False
    """Whether the cursor selects what it passes without Shift."""

    # -- what is selected --------------------------------------------------------------------------------------------

    @property
    def selected_text(self) -> str:
        """The exact source of what is selected; empty for nothing."""
        ends = self._ends()
        if self.selected is None or ends is None:
            return ""
        self.lay_out(ends[0])
        return self.selected.text(self.branch, ends)

    def selection_updated(self, selection: Selection | None) -> None:
        """Textual says what the mouse selects: keep it as places in the source."""
        self.selected = self._from_offsets(selection) if selection is not None else None
        self.repaint()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What Textual's own copy command takes."""
        text = self.selected_text
        return (text, "\n") if text else None

    def select_source(self, selection: TextSelection) -> None:
        """Select a piece of source from within the program."""
        ends = self._positions(selection)
        if ends is not None:
            # Through the screen, so that there is one selection on it and its own copy command finds this one.
            start = self._offset_of(ends[0], selection.start.kind, selection.start.offset)
            end = self._offset_of(ends[1], selection.end.kind, selection.end.offset)
            self.screen.selections = {self: Selection(start, end)}
            self.selected = selection
            self.repaint()

    def action_clear_selection(self) -> None:
        """Nothing is selected, and the keyboard's cursor goes."""
        self.caret = self._mark = None
        self._is_marking = False
        self.screen.clear_selection()
        self.repaint()

    def overlays(self, position: int, line: int) -> list[Span]:
        found = super().overlays(position, line)
        ends = self._ends()
        if self.selected is not None and ends is not None:
            cells = self.selected.cells(self.branch, ends, (position, line))
            if cells is not None:
                found.append((*cells, self.branch[position].frame.look.selection))
        if self.caret is not None and self.caret[1] == line and self.branch[position].id == self.caret[0]:
            found.append((self.caret[2], self.caret[2] + 1, self.branch[position].frame.look.caret))
        return found

    def _ends(self) -> tuple[int, int] | None:
        return self._positions(self.selected) if self.selected is not None else None

    def _positions(self, selection: TextSelection) -> tuple[int, int] | None:
        first, last = (self.branch.position_of(place.message_id) for place in (selection.start, selection.end))
        return None if first is None or last is None else (first, last)

    def forget_absent(self) -> None:
        super().forget_absent()
        if self.selected is not None and self._ends() is None:
            self.selected = None

    # -- from and to Textual's offsets -------------------------------------------------------------------------------

    def _from_offsets(self, selection: Selection) -> TextSelection | None:
        entries = self.branch
        if not len(entries):
            return None
        first = self._row_of(selection.start) if selection.start else (0, 0, 0)
        last = self._row_of(selection.end) if selection.end else (len(entries) - 1, LINE_UNIT, 0)
        start = end = None
        for position in range(first[0], last[0] + 1):
            self.lay_out(position)
            line, cell = first[1:] if position == first[0] else (0, 0)
            if start := place_at(entries[position], line, cell, is_end=False):
                break
        for position in range(last[0], first[0] - 1, -1):
            self.lay_out(position)
            line, cell = last[1:] if position == last[0] else (LINE_UNIT, 0)
            if end := place_at(entries[position], line, cell - 1, is_end=True):
                break
        return TextSelection(start, end) if start and end else None

    def _row_of(self, offset: Offset) -> tuple[int, int, int]:
        """The entry, the line and the cell of one of Textual's offsets."""
        position = max(0, min(offset.y, len(self.branch) - 1))
        entry = self.branch[position]
        self.lay_out(position)
        line, character = divmod(offset.x, LINE_UNIT)
        return position, line, cell_len(entry.line(min(line, entry.height - 1)).text[:character])

    def _offset_of(self, position: int, kind: object, offset: int) -> Offset:
        entry = self.branch[position]
        self.lay_out(position)
        part = next((part for part in entry.parts if part.kind == kind), None)
        if part is None:
            return Offset(0, position)
        y, x = part.drawing.position_of(offset)
        return self._offset_at(position, part.top + y, MARGIN + part.indent + x)

    def _offset_at(self, position: int, line: int, cell: int) -> Offset:
        text = self.branch[position].line(line).text
        return Offset(line * LINE_UNIT + offset_at(text, cell), position)

    # -- the keyboard's cursor ---------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        name = event.key.removeprefix("shift+")
        direction = CARET_KEYS.get(name)
        if direction is not None and name != event.key:
            self.action_select(direction)
        elif self.caret is not None and direction is not None:
            self.action_caret(direction)
        elif self.caret is not None and name == "escape":
            self.action_clear_selection()
        else:
            return
        event.stop()
        event.prevent_default()

    def action_text_select_all(self) -> None:
        self.text_select_all()

    def action_mark(self) -> None:
        """Show the cursor; again: begin to select there; once more: let the selection go."""
        if self.caret is None:
            self.caret = self._first_caret()
        elif not self._is_marking:
            self._mark, self._is_marking = self.caret, True
        else:
            self._let_go()
        self._select_to_caret()

    def action_caret(self, direction: str) -> None:
        """Move the cursor `up`, `down`, `left`, `right`, `line_start`, `line_end`, `page_up` or `page_down`."""
        if not self._is_marking and self._mark is not None:
            self._let_go()
        self._move_caret(direction)

    def action_select(self, direction: str) -> None:
        """Move the cursor as `action_caret` does and select what it passes."""
        if self.caret is None:
            self.caret = self._first_caret()
        if self._mark is None:
            self._mark = self.caret
        self._move_caret(direction)

    def _let_go(self) -> None:
        self._mark, self._is_marking = None, False
        self.screen.clear_selection()

    def caret_start(self) -> tuple[int, int]:
        """Where the cursor appears: a position and a line."""
        return self.view.anchor

    def _first_caret(self) -> tuple[str, int, int] | None:
        if not len(self.branch):
            return None
        position, line = self.caret_start()
        return self.branch[position].id, line, MARGIN

    def _move_caret(self, direction: str) -> None:
        position = self.branch.position_of(self.caret[0]) if self.caret else None
        if self.caret is None or position is None:
            self.caret = self._first_caret()
            self.repaint()
            return
        _, line, cell = self.caret
        page = max(1, self.view.height - 2)
        match direction:
            case "up" | "down" | "page_up" | "page_down":
                lines = {"up": -1, "down": 1, "page_up": -page, "page_down": page}[direction]
                position, line = self._row_from(position, line, lines)
            case "left" | "right":
                cell = self._cell_beside(position, line, cell, 1 if direction == "right" else -1)
            case "line_start":
                cell = MARGIN
            case "line_end":
                cell = max(MARGIN, cell_len(self.branch[position].line(line).text.rstrip()) - 1)
        self.caret = self.branch[position].id, line, cell
        self._keep_in_window(position, line)
        self._select_to_caret()

    def _cell_beside(self, position: int, line: int, cell: int, step: int) -> int:
        text = self.branch[position].line(line).text
        index = offset_at(text, cell) + step
        while 0 < index < len(text) and cell_len(text[:index]) == cell:
            index += step
        return max(MARGIN, min(cell_len(text[: max(0, index)]), self.view.width - 1))

    def _row_from(self, position: int, line: int, lines: int) -> Row:
        """The row so many lines further; the first or last where there are not so many."""
        entries = self.branch
        line += lines
        while line < 0 and position > 0:
            position -= 1
            line += self.lay_out(position)
        while position < len(entries) - 1 and line >= self.lay_out(position):
            line -= self.lay_out(position)
            position += 1
        return position, max(0, min(line, self.lay_out(position) - 1))

    def _keep_in_window(self, position: int, line: int) -> None:
        rows = self.view.rows()
        if (position, line) in rows:
            return
        is_below = bool(rows) and (position, line) > rows[-1]
        self.view.hold(position, line - self.view.height + 1 if is_below else line)

    def _select_to_caret(self) -> None:
        mark, caret = (self._row_at(place) for place in (self._mark, self.caret))
        if mark is None or caret is None:
            self.repaint()
            return
        first, last = sorted((mark, caret))
        start, end = self._offset_at(*first), self._offset_at(*last)
        self.screen.selections = {self: Selection(start, Offset(end.x + 1, end.y))}

    def _row_at(self, caret: tuple[str, int, int] | None) -> tuple[int, int, int] | None:
        position = self.branch.position_of(caret[0]) if caret else None
        if caret is None or position is None:
            return None
        self.lay_out(position)
        return position, min(caret[1], self.branch[position].height - 1), caret[2]

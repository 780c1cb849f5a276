"""What vim's operators and commands do to the text of an editor, by the editor's own edits."""

from __future__ import annotations

from textchat.ui.input.plain_editor import PlainEditor
from textchat.ui.input.text_steps import left_of, right_of
from textchat.ui.keymaps.vim.objects import Stretch
from textchat.ui.keymaps.vim.words import Lines, Place, first_word, last_place

CLIPBOARD = "+*"
NOWHERE = "_"
SHIFT = 4
"""Cells of an indent."""
_CASES = {"g~": str.swapcase, "~": str.swapcase, "gu": str.lower, "gU": str.upper}


class Changes:
    """Edits the text of one editor. What is deleted or yanked is its killed text, which Ctrl+Y inserts as well."""

    def __init__(self, editor: PlainEditor) -> None:
        self._editor = editor
        self._lines_kept: str | None = None
        """The text that was kept last as whole lines: it is put back as such."""

    @property
    def lines(self) -> Lines:
        return self._editor.document.lines

    @property
    def at(self) -> Place:
        return self._editor.cursor_location

    def go(self, row: int, column: int) -> None:
        """Put the cursor there, or as near as there is text."""
        row = max(0, min(row, len(self.lines) - 1))
        self._editor.move_cursor((row, max(0, min(column, len(self.lines[row])))))

    def settle(self) -> None:
        """Put the cursor onto a character, and not behind the last, as it is outside of insert mode."""
        row, column = self.at
        if column > (last := last_place(self.lines, row)) or not self._editor.selection.is_empty:
            self.go(row, min(column, last))

    # -- registers ---------------------------------------------------------------------------------------------------

    def keep(self, stretch: Stretch, register: str) -> None:
        """Keep the text of a range in a register."""
        if register == NOWHERE:
            return
        text = self._text(stretch)
        self._editor.killed.text = text
        self._lines_kept = text if stretch.is_lines else None
        if register and register in CLIPBOARD:
            self._editor.app.copy_to_clipboard(text)

    def _kept(self, register: str) -> tuple[str, bool]:
        if register and register in CLIPBOARD:
            text = self._editor.app.clipboard
            return text, text.endswith("\n")
        text = "" if register == NOWHERE else self._editor.killed.text
        return text, bool(text) and text == self._lines_kept

    def _text(self, stretch: Stretch) -> str:
        (top, _), (bottom, _) = stretch.start, stretch.end
        if stretch.is_lines:
            return "".join(f"{line}\n" for line in self.lines[top : bottom + 1])
        return self._editor.document.get_text_range(stretch.start, stretch.end)

    # -- ranges ------------------------------------------------------------------------------------------------------

    def delete(self, stretch: Stretch) -> None:
        """Delete a range; whole lines with one of the newlines around them."""
        if not stretch.is_lines:
            self._replace("", stretch.start, stretch.end)
            self.go(*stretch.start)
            return
        top, bottom = stretch.start[0], stretch.end[0]
        if bottom + 1 < len(self.lines):
            self._replace("", (top, 0), (bottom + 1, 0))
        else:
            start = (top - 1, len(self.lines[top - 1])) if top else (0, 0)
            self._replace("", start, (bottom, len(self.lines[bottom])))
        row = min(top, len(self.lines) - 1)
        self.go(row, first_word(self.lines, row))

    def empty(self, stretch: Stretch) -> None:
        """Delete a range to write in its place: whole lines leave an empty one."""
        start, end = stretch.start, stretch.end
        if stretch.is_lines:
            start, end = (start[0], 0), (end[0], len(self.lines[end[0]]))
        self._replace("", start, end)
        self.go(*start)

    def change_case(self, stretch: Stretch, how: str) -> None:
        """Change the case of each letter that has one of the same length."""
        start, end = stretch.start, stretch.end
        if stretch.is_lines:
            start, end = (start[0], 0), (end[0], len(self.lines[end[0]]))
        text = self._editor.document.get_text_range(start, end)
        case = _CASES[how]
        self._replace("".join(new if len(new := case(old)) == 1 else old for old in text), start, end)
        self.go(start[0], first_word(self.lines, start[0]) if stretch.is_lines else start[1])

    def shift(self, top: int, bottom: int, step: int) -> None:
        """Indent lines, or take an indent off."""
        lines = [self._shifted(line, step) for line in self.lines[top : bottom + 1]]
        self._replace("\n".join(lines), (top, 0), (bottom, len(self.lines[bottom])))
        self.go(top, first_word(self.lines, top))

    @staticmethod
    def _shifted(line: str, step: int) -> str:
        if not line:
            return line
        text = line.lstrip(" \t")
        indent = line[: len(line) - len(text)].expandtabs(SHIFT)
        return " " * max(0, len(indent) + SHIFT * step) + text

    def join(self, row: int, count: int) -> None:
        """Join lines with one blank between them, or none where there is one or a bracket closes."""
        last = min(row + count - 1, len(self.lines) - 1)
        if last == row:
            return
        text = self.lines[row]
        place = len(text)
        for line in self.lines[row + 1 : last + 1]:
            place, rest = len(text), line.lstrip(" \t")
            has_gap = not text or text[-1].isspace() or not rest or rest.startswith(")")
            text += rest if has_gap else f" {rest}"
        self._replace(text, (row, 0), (last, len(self.lines[last])))
        self.go(row, place)
        self.settle()

    # -- at the cursor -----------------------------------------------------------------------------------------------

    def replace_characters(self, character: str, count: int) -> None:
        """Replace as many characters as there are to count, or none."""
        row, column = self.at
        line, end = self.lines[row], column
        for _ in range(count):
            if end >= len(line):
                return
            end = right_of(line, end)
        text = character if character == "\n" else character * count
        self._replace(text, (row, column), (row, end))
        if character == "\n":
            self.go(row + 1, 0)
        else:
            self.go(row, left_of(self.lines[row], column + len(text)))

    def toggle_case(self, count: int) -> None:
        row, column = self.at
        line, end = self.lines[row], column
        for _ in range(count):
            end = right_of(line, end)
        if end > column:
            self.change_case(Stretch((row, column), (row, end)), "~")
            self.go(row, end)
            self.settle()

    def put(self, register: str, count: int, *, is_before: bool) -> None:
        """Insert what was kept behind the cursor or before it; whole lines below or above."""
        text, is_lines = self._kept(register)
        if not text or len(text) * count > 2 * len(self._editor.text) + 300_000:
            return
        row, column = self.at
        if not is_lines:
            at = (row, column if is_before else right_of(self.lines[row], column))
            self._insert(text * count, at)
            if "\n" in text:
                self.go(*at)
            else:
                end = self.at
                self.go(end[0], left_of(self.lines[end[0]], end[1]))
            return
        if is_before:
            self._insert(text * count, (row, 0))
        else:
            row, text = row + 1, (text * count)[:-1]
            self._insert(f"\n{text}", (row - 1, len(self.lines[row - 1])))
        self.go(row, first_word(self.lines, row))

    def put_over(self, stretch: Stretch, register: str) -> None:
        """Replace a range by what was kept, and keep the range."""
        text, is_lines = self._kept(register)
        self.keep(stretch, "")
        self.empty(stretch)
        if stretch.is_lines:
            text = text.removesuffix("\n")
        elif is_lines:
            text = f"\n{text}"
        start = stretch.start if not stretch.is_lines else (stretch.start[0], 0)
        self._insert(text, start)
        self.settle()

    def open_line(self, *, is_above: bool) -> None:
        """Make an empty line, and go there."""
        row, _ = self.at
        if is_above:
            self._insert("\n", (row, 0))
            self.go(row, 0)
        else:
            self._insert("\n", (row, len(self.lines[row])))

    def type(self, text: str) -> None:
        self._insert(text, self.at)

    def _insert(self, text: str, at: Place) -> None:
        self._replace(text, at, at)

    def _replace(self, text: str, start: Place, end: Place) -> None:
        if start != end or text:
            self._editor.replace(text, start, end, maintain_selection_offset=False)

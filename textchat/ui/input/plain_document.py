"""Text of an editor as lines that end at a newline only, so that what goes in comes out exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from textual.geometry import Size
from textual.widgets.text_area import DocumentBase, EditResult

from textchat.render.cells import width_of
from textchat.ui.input.text_steps import drawn_places

if TYPE_CHECKING:
    from textual.document._document import Newline
    from textual.widgets.text_area import Location


class PlainDocument(DocumentBase):
    """Lines of text. CR LF and CR become newlines; all other characters are kept.

    Textual's own `Document` splits with `splitlines()`: a pasted U+2028, U+2029, U+0085, VT or FF was sent as a
    newline.
    """

    def __init__(self, text: str) -> None:
        self._lines = _lines_of(text)

    @property
    def text(self) -> str:
        return "\n".join(self._lines)

    @property
    def newline(self) -> Newline:
        return "\n"

    @property
    def lines(self) -> list[str]:
        return self._lines

    @property
    def is_empty(self) -> bool:
        return self._lines == [""]

    def get_line(self, index: int) -> str:
        return self._lines[index]

    @overload
    def __getitem__(self, line_index: int) -> str: ...
    @overload
    def __getitem__(self, line_index: slice) -> list[str]: ...
    def __getitem__(self, line_index: int | slice) -> str | list[str]:
        return self._lines[line_index]

    @property
    def line_count(self) -> int:
        return len(self._lines)

    @property
    def start(self) -> Location:
        return 0, 0

    @property
    def end(self) -> Location:
        return len(self._lines) - 1, len(self._lines[-1])

    def within(self, location: Location) -> Location:
        """The nearest location that exists: Textual's own deletion of a last line ends behind it."""
        row, column = location
        if row < 0:
            return self.start
        return (row, max(0, min(column, len(self._lines[row])))) if row < len(self._lines) else self.end

    def get_text_range(self, start: Location, end: Location) -> str:
        (top, left), (bottom, right) = sorted((self.within(start), self.within(end)))
        if top == bottom:
            return self._lines[top][left:right]
        return "\n".join([self._lines[top][left:], *self._lines[top + 1 : bottom], self._lines[bottom][:right]])

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        first, last = sorted((self.within(start), self.within(end)))
        replaced = self.get_text_range(first, last)
        new = _lines_of(text)
        column = len(new[-1]) + (first[1] if len(new) == 1 else 0)
        new[0] = self._lines[first[0]][: first[1]] + new[0]
        new[-1] += self._lines[last[0]][last[1] :]
        self._lines[first[0] : last[0] + 1] = new
        return EditResult((first[0] + len(new) - 1, column), replaced)

    def get_size(self, indent_width: int) -> Size:
        widest = max(width_of(drawn_places(line.expandtabs(indent_width))) for line in self._lines)
        return Size(widest, len(self._lines))


def _lines_of(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

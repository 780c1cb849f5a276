"""Draws the commands that fit what is typed behind a slash, in a few rows above the input bar."""

from __future__ import annotations

from textual.content import Content

from textchat.render.cells import cut_end, width_of
from textchat.ui.attaching.file_list import CURSOR, GAP, FileList
from textchat.ui.themes import muted_style

NARROWEST_NAME = 12
WIDEST_NAME = 30


class CommandList(FileList):
    """As the list of files, but what a command does stands in a column behind the names."""

    @property
    def room(self) -> int:
        return max(1, self.most - bool(self._note))

    def render(self) -> Content:
        """As many rows as fit, with the chosen one among them."""
        width, muted = max(1, self.content_size.width), muted_style(self)
        top = self.top
        lines = [self._line(index, width, muted) for index in range(top, min(top + self.room, len(self._rows)))]
        if self._note:
            lines.append(Content.styled(cut_end(self._note, width), muted))
        return Content("\n").join(lines)

    def _line(self, index: int, width: int, muted: str) -> Content:
        row = self._rows[index]
        is_chosen = index == self._cursor
        column = min(max(NARROWEST_NAME, *(width_of(each.path) for each in self._rows)), WIDEST_NAME, width // 2)
        name = cut_end(row.path, column if row.detail else width)
        room = width - column - GAP
        about = cut_end(row.detail, room) if row.detail and room > 0 else ""
        padding = " " * (column + GAP - width_of(name)) if about else ""
        rest = " " * max(0, width - width_of(f"{name}{padding}{about}"))
        line = Content.assemble((name, "bold" if is_chosen else ""), padding, (about, "" if is_chosen else muted), rest)
        return line.stylize(CURSOR) if is_chosen else line

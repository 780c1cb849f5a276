"""Draws the files that complete an `@path`, in a few rows below the status line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.widget import Widget

from textchat.core.text.names import short_name
from textchat.render.cells import width_of
from textchat.ui.left_clicks import LEFT_BUTTON
from textchat.ui.themes import muted_style

MOST_ROWS = 8
GAP = 2
CURSOR = "$block-cursor-foreground on $block-cursor-background"
"""The row that Tab and Enter take, as in every other list."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One offer."""

    path: str
    """As it is written behind `@`."""
    detail: str = ""
    is_folder: bool = False
    """Tab goes into it instead of attaching it."""


class FileList(Widget):
    """Shows the offers and which one Tab and Enter take; keys come from the editor, which keeps the focus."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    FileList {
        height: auto;
        padding: 0 2;
        background: $surface;
    }
    """

    def __init__(self, on_take: Callable[[FileRow], None]) -> None:
        super().__init__()
        self._take = on_take
        self._rows: Sequence[FileRow] = ()
        self._note = ""
        self._cursor = 0
        self.display = False

    @property
    def most(self) -> int:
        """How many rows fit beside all else."""
        return max(1, min(MOST_ROWS, self.app.size.height // 3))

    @property
    def chosen(self) -> FileRow | None:
        return self._rows[self._cursor] if self.display and self._rows else None

    def show(self, rows: Sequence[FileRow], note: str = "") -> None:
        """Show offers; the cursor stays on the one it was moved to, as long as that is offered."""
        before = self._rows[self._cursor].path if self._rows and self._cursor else None
        places = {row.path: index for index, row in enumerate(rows)}
        self._cursor = places.get(before, 0) if before is not None else 0
        if (list(rows), note) == (list(self._rows), self._note) and self.display == bool(rows):
            return
        has_same_height = len(rows) == len(self._rows) and bool(note) == bool(self._note) and self.display
        self._rows, self._note = rows, note
        self.display = bool(rows)
        self.refresh(layout=not has_same_height)

    def move(self, step: int) -> None:
        if self._rows:
            self._cursor = (self._cursor + step) % len(self._rows)
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        index = self.top + event.y
        if event.button == LEFT_BUTTON and event.y < self.room and index < len(self._rows):
            self._take(self._rows[index])

    @property
    def room(self) -> int:
        """How many rows are drawn at most."""
        return len(self._rows)

    @property
    def top(self) -> int:
        """The first row that is drawn."""
        return max(0, self._cursor - self.room + 1)

    def render(self) -> Content:
        width, muted = max(1, self.content_size.width), muted_style(self)
        lines = [self._line(index, width, muted) for index in range(len(self._rows))]
        if self._note:
            lines.append(Content.styled(short_name(self._note, width), muted))
        return Content("\n").join(lines)

    def _line(self, index: int, width: int, muted: str) -> Content:
        row = self._rows[index]
        is_chosen = index == self._cursor
        room = width - width_of(row.detail) - GAP
        detail = row.detail if room > width // 3 else ""
        name = short_name(row.path, max(1, width - (width_of(detail) + GAP if detail else 0)))
        gap = " " * max(0, width - width_of(name) - width_of(detail))
        line = Content.assemble((name, "bold" if is_chosen else ""), gap, (detail, "" if is_chosen else muted))
        return line.stylize(CURSOR) if is_chosen else line

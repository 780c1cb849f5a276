"""Small menu at the pointer, or beside what has the focus."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.geometry import Offset, Size

from textchat.render.cells import width_of
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.input.typed_text import typed_text
from textchat.ui.menu.items import MenuItem, MenuRow
from textchat.ui.menu.menu_list import MenuList
from textchat.ui.menu.row_text import drawn_width

FRAME = 2
"""Cells and rows of the border."""


class ContextMenu(ReportsWorkers, Dialog[MenuItem | None]):
    """Closes with the chosen item, or None; also by the keys that open it."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape,left", "dismiss", "Close", show=False),
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
        Binding("home,pageup", "edge(0)", show=False),
        Binding("end,pagedown", "edge(-1)", show=False),
        Binding("enter,space,right", "choose", show=False),
    ]

    def __init__(self, rows: Sequence[MenuRow], at: Offset, closing_keys: Collection[str] = ()) -> None:
        """`at` is the cell of the screen that it opens at."""
        super().__init__()
        self._closing_keys = closing_keys
        self._rows = rows
        self._at = at

    def compose(self) -> ComposeResult:
        yield MenuList()

    def on_mount(self) -> None:
        self._list.show(self._rows)
        self._place(self.app.size)

    def on_resize(self, event: events.Resize) -> None:
        self._place(event.size)

    @property
    def _list(self) -> MenuList:
        return self.query_one(MenuList)

    def _place(self, screen: Size) -> None:
        """Give the menu its size and its place, wholly on the screen; above the pointer if there is more room there."""
        widths = [drawn_width(row) if isinstance(row, MenuItem) else width_of(row.text) + 2 for row in self._rows]
        width = min(max(widths, default=0) + FRAME, screen.width)
        height = min(len(self._rows) + FRAME, screen.height)
        x = max(0, min(self._at.x, screen.width - width))
        below = self._at.y + 1
        y = below if below + height <= screen.height else self._at.y - height
        menu = self._list
        menu.styles.width, menu.styles.height = width, height
        menu.styles.offset = (x, max(0, min(y, screen.height - height)))

    def action_step(self, step: int) -> None:
        """Move the cursor, around the ends."""
        places = [place for place, row in enumerate(self._rows) if isinstance(row, MenuItem)]
        if places:
            at = places.index(self._list.cursor) if self._list.cursor in places else 0
            self._list.place_cursor(places[(at + step) % len(places)])

    def action_edge(self, index: int) -> None:
        self._list.action_move_to(index)

    def action_choose(self) -> None:
        if (item := self._list.item) is not None and self.is_current:
            self.dismiss(item)

    @on(MenuList.Chosen)
    def _clicked(self, event: MenuList.Chosen) -> None:
        self.dismiss(event.item)

    def on_key(self, event: events.Key) -> None:
        if event.key in self._closing_keys:
            event.stop()
            self.dismiss(None)
        elif text := typed_text(event):
            event.stop()
            self._list.go_to_letter(text)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:  # beside the menu
            self.dismiss(None)

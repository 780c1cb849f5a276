"""List of stored conversations, drawn by the line and loaded by page, so that 100,000 of them cost nothing."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rich.segment import Segment
from rich.style import Style
from textual import events, work
from textual.binding import Binding
from textual.geometry import Size
from textual.strip import Strip

from textchat.core.text.sanitize import plain_line
from textchat.render.cells import cut_end, fitted, width_of
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.cursor_list import CursorList
from textchat.ui.messages import ConversationChosen

PAGE = 60
NEAR_END = 20
"""So many rows before the last one loaded, the next page is asked for."""
HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """The data of a stored conversation that the list shows."""

    id: str
    title: str
    updated_at: float
    """Unix time in seconds."""
    models: Sequence[str] = ()
    """Of its panes."""
    pinned: bool = False
    private: bool = False
    """It is in memory only."""
    tags: Sequence[str] = ()


RowLoader = Callable[[int, ConversationRow | None], Awaitable[Sequence[ConversationRow]]]
"""At most so many rows that come after the given one (None: from the newest on); fewer: there are no more."""


class ConversationList(ReportsWorkers, CursorList[ConversationRow]):
    """Shows conversations newest first, the current one marked; posts `ConversationChosen`."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {  # noqa: RUF012
        "conversation-list--row",
        "conversation-list--current",
        "conversation-list--cursor",
        "conversation-list--hover",
        "conversation-list--detail",
    }
    BINDINGS = [  # noqa: RUF012
        Binding("enter", "choose", show=False),
    ]

    def __init__(self, load: RowLoader, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._load = load
        self._now = now
        self._current_id: str | None = None
        self._hovered: int | None = None
        self._is_complete = False
        self._is_loading = False

    # -- what it shows -----------------------------------------------------------------------------------------------

    async def reload(self) -> None:
        """Load as many rows again as there are: titles, order and number may have changed."""
        limit = max(PAGE, len(self.rows))
        rows = list(await self._load(limit, None))
        # Only now: while the rows were on their way, the user may have moved.
        under_cursor = self.rows[self.cursor].id if self.rows else None
        top = self.scroll_offset.y
        at_top = self.rows[top].id if 0 < top < len(self.rows) else None
        self.rows = rows
        self._is_complete = len(rows) < limit
        places = {row.id: place for place, row in enumerate(rows)}
        self.cursor = places.get(under_cursor or "", min(self.cursor, max(0, len(rows) - 1)))
        self._fit()
        if at_top in places and places[at_top] != top:  # what came above it moves the numbers and not the picture
            self.scroll_to(y=places[at_top], animate=False, force=True, immediate=True)

    @work(group="rows", exit_on_error=False)
    async def _load_page(self) -> None:
        """Load the rows after the last one."""
        try:
            last = self.rows[-1]
            page = await self._load(PAGE, last)
            if self.rows and self.rows[-1] is last:
                self.rows = [*self.rows, *page]
                self._is_complete = len(page) < PAGE
                self._fit()
        finally:
            self._is_loading = False

    def mark_current(self, conversation_id: str) -> None:
        """Mark the conversation on the screen."""
        if conversation_id != self._current_id:
            self._current_id = conversation_id
            self.refresh()

    def retitle(self, conversation_id: str, title: str) -> None:
        """Show a new title of a conversation, stored or not."""
        for place, row in enumerate(self.rows):
            if row.id == conversation_id and row.title != title:
                self.rows = [*self.rows[:place], replace(row, title=title), *self.rows[place + 1 :]]
                self.refresh()

    def _fit(self) -> None:
        self.virtual_size = Size(0, max(1, len(self.rows)))
        self.refresh()

    # -- moving and choosing -----------------------------------------------------------------------------------------

    def action_choose(self) -> None:
        if self.rows:
            self.post_message(ConversationChosen(self.rows[self.cursor].id))

    def row_clicked(self) -> None:
        self.action_choose()

    def cursor_placed(self) -> None:
        self._look_ahead(self.cursor)

    def _look_ahead(self, index: int) -> None:
        if self._is_complete or self._is_loading or not self.rows or index < len(self.rows) - NEAR_END:
            return
        self._is_loading = True  # one page at a time, and fast scrolling starves none
        self._load_page()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._look_ahead(round(new_value) + self.size.height)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._hover(self.index_at(event.y))

    def on_leave(self) -> None:
        self._hover(None)

    def _hover(self, index: int | None) -> None:
        before, self._hovered = self._hovered, index
        for changed in {before, index} - {None} if before != index else ():
            self.refresh_line(changed or 0)

    # -- drawing -----------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = self.index_at(y)
        base = self._style("row")
        if index >= len(self.rows):
            text = "  none yet" if index == 0 else ""
            return Strip([Segment(fitted(text, width), base + self._style("detail"))], width)
        row = self.rows[index]
        is_current = row.id == self._current_id
        if index == self.cursor and self.has_focus:
            base += self._style("cursor")
        elif index == self._hovered:
            base += self._style("hover")
        mark = ("▌" if is_current else " ") + ("• " if row.pinned else " ")
        panes = f"×{len(row.models)} " if len(row.models) > 1 else ""
        when = "private" if row.private else f"{age(row.updated_at, self._now()):>3}"
        detail = f" {panes}{when} "
        room = max(0, width - len(mark) - len(detail))
        title = plain_line(row.title) or "untitled"
        tags = "".join(f" #{plain_line(tag)}" for tag in row.tags)
        tag_room = max(0, room - width_of(title))
        title = fitted(cut_end(title, room - tag_room), room - tag_room)
        tags = fitted(cut_end(tags, tag_room), tag_room)
        accent = base + self._style("current") if is_current else base
        quiet = base + self._style("detail")
        segments = [Segment(mark, accent), Segment(title, accent), Segment(tags, quiet), Segment(detail, quiet)]
        return Strip(segments, len(mark) + room + len(detail)).adjust_cell_length(width, base)

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"conversation-list--{part}", partial=part != "row")


def age(then: float, now: float) -> str:
    """Time since then in at most six characters: `now`, `5m`, `3h`, `6d`, `12 Mar`, `2024`."""
    passed = now - then
    if passed < 60:
        return "now"
    if passed < HOUR:
        return f"{passed // 60:.0f}m"
    if passed < DAY:
        return f"{passed // HOUR:.0f}h"
    if passed < 7 * DAY:
        return f"{passed // DAY:.0f}d"
    moment = datetime.fromtimestamp(then)
    return f"{moment.day} {moment:%b}" if moment.year == datetime.fromtimestamp(now).year else str(moment.year)

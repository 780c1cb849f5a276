"""List of stored conversations, drawn by the line and loaded by page, so that 100,000 of them cost nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rich.segment import Segment
from rich.style import Style
from textual import work
from textual.binding import Binding
from textual.geometry import Size
from textual.strip import Strip

from textchat.core.figures.activity import Activity
from textchat.core.store_error import StoreError
from textchat.core.text.names import name_list
from textchat.core.text.sanitize import plain_line
from textchat.render.cells import cut_end, fitted, width_of
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.lists.cursor_list import CursorList
from textchat.ui.messages import ConversationActionRequested, ConversationChosen
from textchat.ui.side_panel.row_actions import ROW_ACTIONS

PAGE = 60
NEAR_END = 20
"""So many rows before the last one loaded, the next page is asked for."""


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
    has_unsent: bool = False
    """A prompt or a draft in it was stored and not sent."""


ActivityOf = Callable[[str, bool], Activity | None]
"""What a conversation does, by its id and whether something unsent was stored with it."""


def no_activity(conversation_id: str, has_unsent: bool) -> Activity | None:
    """What is known where nothing is watched."""
    return Activity.UNSENT if has_unsent else None


RowLoader = Callable[[int, ConversationRow | None], Awaitable[Sequence[ConversationRow]]]
"""At most so many rows that come after the given one (None: from the newest on); fewer: there are no more.

Raises StoreError.
"""


class ConversationList(ReportsWorkers, CursorList[ConversationRow]):
    """Shows conversations newest first, the current one marked, and what each of them does.

    Posts `ConversationChosen` and, for the keys of `ROW_ACTIONS`, `ConversationActionRequested`.
    """

    ALLOW_SELECT = False
    SHOWS_HOVER = True
    COMPONENT_CLASSES = {  # noqa: RUF012
        "conversation-list--row",
        "conversation-list--current",
        "conversation-list--cursor",
        "conversation-list--hover",
        "conversation-list--detail",
        "conversation-list--replying",
        "conversation-list--failed",
        "conversation-list--done",
        "conversation-list--unsent",
    }
    BINDINGS = [  # noqa: RUF012
        Binding("enter", "choose", show=False),
        *(action.binding for action in ROW_ACTIONS),
    ]

    def __init__(
        self, load: RowLoader, now: Callable[[], float] = time.time, activity: ActivityOf = no_activity
    ) -> None:
        super().__init__()
        self._load = load
        self._now = now
        self._activity = activity
        self._activities: list[Activity | None] = []
        """Those that were drawn, of all rows."""
        self._problem = ""
        """Why the rows could not be loaded the last time."""
        self._current_id: str | None = None
        self._is_complete = False
        self._is_loading = False
        self.loaded = asyncio.Event()
        """Set once the first rows are there, or could not be loaded."""

    # -- what it shows -----------------------------------------------------------------------------------------------

    async def reload(self) -> None:
        """Load as many rows again as there are: titles, order and number may have changed."""
        limit = max(PAGE, len(self.rows))
        try:
            rows = list(await self._load(limit, None))
        except StoreError as error:
            self._problem = str(error)
            self.refresh()
            return
        finally:
            self.loaded.set()
        self._problem = ""
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
            try:
                page = await self._load(PAGE, last)
            except StoreError:
                return  # scrolling asks again, and `reload` says why
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
        self.renew_activities()

    def renew_activities(self) -> None:
        """Draw what the conversations do now, if that is another than before; whoever changes it calls this."""
        if self._activities != (now := self._all_activities()):
            self._activities = now
            self.refresh()

    def _all_activities(self) -> list[Activity | None]:
        return [self._activity(row.id, row.has_unsent) for row in self.rows]

    def retitle(self, conversation_id: str, title: str) -> None:
        """Show a new title of a conversation, stored or not."""
        for place, row in enumerate(self.rows):
            if row.id == conversation_id and row.title != title:
                self.rows = [*self.rows[:place], replace(row, title=title), *self.rows[place + 1 :]]
                self.refresh()

    def _fit(self) -> None:
        self._activities = self._all_activities()
        self.virtual_size = Size(0, max(1, len(self.rows)))
        self.refresh()

    # -- moving and choosing -----------------------------------------------------------------------------------------

    def action_choose(self) -> None:
        if self.rows:
            self.post_message(ConversationChosen(self.rows[self.cursor].id))

    def action_row(self, action_id: str) -> None:
        """Ask for an action on the conversation under the cursor."""
        if self.rows:
            self.post_message(ConversationActionRequested(self.rows[self.cursor].id, action_id))

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

    # -- drawing -----------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = self.index_at(y)
        base = self._style("row")
        if index >= len(self.rows):
            text = f"  {plain_line(self._problem or 'No conversations yet', 300)}" if index == 0 else ""
            text = fitted(cut_end(text, width), width)
            return Strip([Segment(text, base + self._style("detail"))], width)
        is_cursor = index == self.cursor and self.has_focus
        if is_cursor:
            base += self._style("cursor")
        elif index == self.hovered:
            base += self._style("hover")
        return self._drawn(self.rows[index], width, base, is_cursor)

    def _drawn(self, row: ConversationRow, width: int, base: Style, is_cursor: bool) -> Strip:
        activity = self._activity(row.id, row.has_unsent)
        is_current = row.id == self._current_id
        mark = ("▌" if is_current else " ") + ("• " if row.pinned else " ")
        when = "private" if row.private else date_of(row.updated_at, self._now())
        sign = f" {activity.sign}" if activity else ""
        room = max(0, width - len(mark) - len(sign) - len(when) - 2)
        title, about = _title_and_more(row, room)
        accent = base + self._style("current") if is_current else base
        quiet = base if is_cursor else base + self._style("detail")
        shown = base + self._style(activity.value) if activity and not is_cursor else base
        parts = ((mark, accent), (title, accent), (about, quiet), (sign, shown), (f" {when} ", quiet))
        used = len(mark) + room + len(sign) + len(when) + 2
        return Strip([Segment(*part) for part in parts], used).adjust_cell_length(width, base)

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"conversation-list--{part}", partial=part != "row")


def _title_and_more(row: ConversationRow, room: int) -> tuple[str, str]:
    """The title, then models and tags as far as there is room, in `room` cells together."""
    title = plain_line(row.title) or "untitled"
    tags = "".join(f" #{plain_line(tag)}" for tag in row.tags)
    left = max(0, room - width_of(title))
    models = name_list(row.models, left - 2)
    if models:
        about = cut_end(f"  {models}{tags}", left)
    else:
        number = f" ×{len(row.models)}" if len(row.models) > 1 else ""
        left = max(left, len(number))
        about = cut_end(tags, left - len(number)) + number
    left = max(left, width_of(about))
    return fitted(cut_end(title, room - left), room - left), fitted(about, left)


def date_of(then: float, now: float) -> str:
    """The date in at most six characters: `14:05` of today, `12 Mar` of this year, or else `2024`."""
    moment, today = datetime.fromtimestamp(then), datetime.fromtimestamp(now)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    return f"{moment.day} {moment:%b}" if moment.year == today.year else str(moment.year)

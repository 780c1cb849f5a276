"""The rows of the map of branches: only those in view are drawn, however many there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.message import Message as TextualMessage
from textual.strip import Strip

from textchat.core.context.branch_map import MapRow, is_prompt, words_of
from textchat.core.conversation import Conversation
from textchat.core.text.names import name_list
from textchat.core.text.sanitize import plain_line
from textchat.core.votes.vote import TIED, WON
from textchat.render.cells import cut_end, width_of
from textchat.ui.lists.cursor_list import CursorList

MOST_DEPTH = 12
"""Levels that are drawn; what hangs deeper is drawn there, with its depth as a number."""
LEAST_WORDS = 16
"""Cells of the first words that the figures leave them."""
MARK = "✓ "


class MapList(CursorList[MapRow], can_focus=False):
    """Draws the rows as a tree, with the marked ones and the cursor; posts `RowChosen` for a click."""

    class RowChosen(TextualMessage):
        """The row under the cursor was clicked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"map-list--row", "map-list--cursor", "map-list--quiet", "map-list--sign"}

    def __init__(self, conversation: Conversation) -> None:
        super().__init__()
        self._conversation = conversation
        self._marked: Collection[str] = ()

    def show(self, rows: Sequence[MapRow], marked: Collection[str], cursor: int) -> None:
        """Show other rows, with the cursor on one of them; `marked` are the last messages of marked rows."""
        self._marked = marked
        self.show_rows(rows)
        self.place_cursor(cursor)

    def show_marked(self, marked: Collection[str]) -> None:
        self._marked = marked
        self.refresh()

    @property
    def chosen(self) -> MapRow | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def row_clicked(self) -> None:
        self.post_message(self.RowChosen())

    def render_line(self, y: int) -> Strip:
        index, width = self.index_at(y), self.scrollable_content_region.width
        base = self._style("row")
        if index >= len(self.rows):
            return Strip.blank(width, base)
        row = self.rows[index]
        pieces = row_pieces(self._conversation, row, width, is_marked=row.last_id in self._marked)
        if index == self.cursor:  # quieter text could not be read on it
            cursor = base + self._style("cursor")
            return Strip([Segment(text, cursor) for text, _ in pieces]).adjust_cell_length(width, cursor)
        drawn = [Segment(text, base + self._style(part) if part else base) for text, part in pieces]
        return Strip(drawn).adjust_cell_length(width, base)

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"map-list--{part}", partial=part != "row")


def row_pieces(conversation: Conversation, row: MapRow, width: int, *, is_marked: bool) -> list[tuple[str, str]]:
    """One line in pieces, each with its style: tree, mark, first words, and what is known of the stretch."""
    lines = _lines(row)
    sign = f"{MARK if is_marked else ''}{'› ' if is_prompt(conversation, row) else '● '}"
    left = width - width_of(lines + sign)
    about = _about(row, max(0, left - LEAST_WORDS - 2))
    is_growing = conversation.messages[row.last_id].is_growing
    words = plain_line(words_of(conversation, row)) or ("(replying)" if is_growing else "(empty)")
    words = cut_end(words, max(1, left - (width_of(about) + 2 if about else 0)))
    gap = " " * max(0, left - width_of(words) - width_of(about))
    return [(lines, "quiet"), (sign, "sign"), (words, ""), (gap, ""), (about, "quiet")]


def _lines(row: MapRow) -> str:
    depth = min(row.depth, MOST_DEPTH)
    if not depth:
        return ""
    deeper = f"{row.depth}: " if row.depth > MOST_DEPTH else ""
    return f"{'│ ' * (depth - 1)}{'├─' if row.is_branch else '│ '}{deeper}"


def _about(row: MapRow, room: int) -> str:
    """What is known of a stretch, the most important first, as much as has room."""
    panes = f"pane {row.panes[0]}" if len(row.panes) == 1 else f"panes {','.join(map(str, row.panes))}"
    votes = {WON: "★ best", TIED: "★ tied"}
    parts = [
        panes if row.panes else "",
        votes.get(row.score, "") if row.score is not None else "",
        name_list(row.models, 30) if row.models else "",
        f"{row.count:,} messages" if row.count > 1 else "",
        f"{row.versions} versions" if row.versions > 1 else "",
    ]
    kept: list[str] = []
    for part in filter(None, parts):
        if width_of(" · ".join([*kept, part])) > room:
            break
        kept.append(part)
    return " · ".join(kept)

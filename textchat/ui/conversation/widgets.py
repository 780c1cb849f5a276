"""All widgets of the conversation screen except the status line and the input bar; imported after the first paint."""

from __future__ import annotations

from collections.abc import Iterator

from textual.widget import Widget

from textchat.ui.blind.vote_row import VoteRow
from textchat.ui.input.find_bar import FindBar
from textchat.ui.input.prompt_queue import PromptQueueView
from textchat.ui.panes.grid import PaneGrid
from textchat.ui.panes.start_problems import StartProblems
from textchat.ui.side_panel.panel import ActivityOf, ReadSchema, RowLoader, SavedUsd, SidePanel


class ScreenWidgets:
    """Holds the widgets, one of each, before they are mounted."""

    def __init__(
        self, load_rows: RowLoader, activity: ActivityOf, saved_usd: SavedUsd, read_schema: ReadSchema
    ) -> None:
        self.side_panel = SidePanel(load_rows, activity, saved_usd, read_schema)
        self.grid = PaneGrid()
        self.start_problems = StartProblems()
        self.find_bar = FindBar()
        self.queue = PromptQueueView()
        self.vote_row = VoteRow()

    def above_status(self) -> Iterator[Widget]:
        """The widgets above the status line, top to bottom."""
        yield from (self.grid, self.start_problems, self.queue, self.vote_row, self.find_bar)

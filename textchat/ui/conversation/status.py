"""Refreshes what is around the panes: the queue, the side panel, the race, the target line and the title."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textchat.core.figures.race import race_of
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.pane_views import PaneViews
from textchat.ui.conversation.target_line import TargetLine
from textchat.ui.conversation.widgets import ScreenWidgets

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace


class StatusDisplay:
    """Shows what depends on the conversation and the active pane, all at once."""

    def __init__(
        self,
        workspace: Workspace,
        current: CurrentConversation,
        widgets: ScreenWidgets,
        views: PaneViews,
        target_line: TargetLine,
        *,
        set_title: Callable[[str], None],
    ) -> None:
        self._workspace = workspace
        self._current = current
        self._widgets = widgets
        self._views = views
        self._target_line = target_line
        self._set_title = set_title

    def refresh(self) -> None:
        current, widgets = self._current, self._widgets
        numbers = {pane.id: number for number, pane in enumerate(current.panes, start=1)}
        widgets.queue.show(current.live.queue, numbers)
        window = self._workspace.context_window(current.active_pane.model)
        widgets.side_panel.show(current.conversation, current.active_pane, window)
        race = race_of(current.conversation)
        self._views.show_race(race)
        widgets.race_summary.show(race.summaries)
        self._target_line.refresh()
        self._set_title(current.conversation.title)

"""Refreshes what surrounds the panes: queue, side panel, race, status line and title."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textchat.core.conversation import Pane
from textchat.core.figures.race import race_of
from textchat.ui.context.share_display import ShareDisplay
from textchat.ui.conversation.actions.cancelling import Cancelling
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.focus import FocusRules
from textchat.ui.conversation.pane_views import PaneViews
from textchat.ui.conversation.target_line import TargetLine
from textchat.ui.conversation.widgets import ScreenWidgets
from textchat.ui.side_panel.switches import TakenEfforts

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace


@dataclass(eq=False)
class StatusDisplay:
    """Refreshes everything that depends on the conversation and the active pane."""

    workspace: Workspace
    current: CurrentConversation
    widgets: ScreenWidgets
    views: PaneViews
    target_line: TargetLine
    shares: ShareDisplay
    focus: FocusRules
    cancelling: Cancelling
    set_title: Callable[[str], None]
    ask_for_vote: Callable[[], None]

    def refresh(self) -> None:
        current, widgets = self.current, self.widgets
        numbers = {pane.id: number for number, pane in enumerate(current.panes, start=1)}
        widgets.queue.show(current.live.queue, numbers)
        self._show_side_panel()
        race = race_of(current.shown)
        self.views.show_race(race)
        self.current.awards = race.summaries
        self.target_line.refresh()
        self.shares.refresh()
        if not current.replies:
            self.cancelling.calm_down()
        self.ask_for_vote()  # its keys depend on it
        self.focus.show()
        self.set_title(current.shown.title)

    def _show_side_panel(self) -> None:
        """Show what is known of the active pane; while it is compared blind, nothing but its letter is."""
        current, panel = self.current, self.widgets.side_panel
        panel.hide_known(is_hidden=current.is_blind)
        pane = current.shown.pane(current.active_id)
        reply = current.replies.get(current.active_id)
        if current.is_blind:
            panel.show(current.shown, pane, None, reply)
        else:
            panel.show(current.shown, pane, self.workspace.context_window(pane.model), reply, self._taken(pane))

    def _taken(self, pane: Pane) -> TakenEfforts:
        effort = pane.parameters.effort
        nearest = None if effort is None else self.workspace.nearest_effort(pane.model, effort)
        return TakenEfforts(self.workspace.known_efforts(pane.model), nearest)

"""Actions on the layout of panes: zoom, fold, widen, narrow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.ports import ActionTable, Activate, Work

if TYPE_CHECKING:
    from textchat.ui.panes.grid import PaneGrid

WEIGHT_STEP = 1.25
LEAST_WEIGHT, MOST_WEIGHT = 0.2, 5.0


@dataclass(eq=False)
class LayoutActions:
    """Changes the space that panes get. Keys act on the active pane, clicks on the pane they name."""

    current: CurrentConversation
    grid: PaneGrid
    activate: Activate

    def actions(self) -> ActionTable:
        return {
            "pane.zoom": self.zoom,
            "pane.fold": self.fold,
            "pane.widen": partial(self.weigh, WEIGHT_STEP),
            "pane.narrow": partial(self.weigh, 1 / WEIGHT_STEP),
        }

    def zoom(self, pane_id: str | None = None) -> None:
        """Show one pane alone, or all panes again."""
        if pane_id is not None:
            self.activate(pane_id)
        self.grid.toggle_zoom()
        self.current.is_zoomed = self.grid.is_zoomed

    def fold(self, pane_id: str | None = None) -> Work | None:
        """Fold a pane to a narrow strip, or unfold it; a single pane cannot be folded."""
        pane = self.current.conversation.pane(pane_id or self.current.active_id)
        if len(self.current.panes) == 1:
            return None
        return self.current.live.panes.change(replace(pane, folded=not pane.folded))

    def weigh(self, factor: float) -> Work:
        """Multiply the active pane's share of the width, within bounds."""
        pane = self.current.active_pane
        weight = max(LEAST_WEIGHT, min(MOST_WEIGHT, pane.weight * factor))
        return self.current.live.panes.weigh({pane.id: weight})

"""Decides whether the side panel is shown: it gives way where panes need its room to stand side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from textual.geometry import Size

from textchat.core.configuration import SidePanelMode
from textchat.core.conversation import Pane
from textchat.ui.panes.layout import MIN_WIDTH, is_small, layout_for
from textchat.ui.side_panel.panel import SidePanel

PANEL_WIDTH = 31
"""As in the style sheet."""
ROOMY_WIDTH = 100
"""From this on, a screen has room for one pane and the panel."""


@dataclass(eq=False)
class SidePanelShowing:
    """Shows and hides the panel; what the user asks for by a key goes before the mode of the settings.

    Where it was shown against the mode, that holds until the panes or the size of the screen change; shown for
    somebody who goes there, until the focus leaves it.
    """

    panel: SidePanel
    mode: SidePanelMode
    _wanted: bool | None = field(default=None, init=False)
    """What the user asked for; None: the mode decides."""
    _is_visited: bool = field(default=False, init=False)
    """Shown for somebody who is there, or on the way."""
    _panes: Sequence[Pane] = field(default=(), init=False)
    _size: Size = field(default=Size(), init=False)

    def fit(self, panes: Sequence[Pane], size: Size) -> None:
        """Take in the panes and the size of the screen."""
        is_changed = (len(panes), size) != (len(self._panes), self._size)
        if is_changed and not self._has_focus():
            self._is_visited = False
            if self._wanted and self.mode is SidePanelMode.AUTO:
                self._wanted = None
        self._panes, self._size = panes, size
        self._apply()

    def change_mode(self, mode: SidePanelMode) -> None:
        """Go by another mode from now on."""
        self.mode, self._wanted = mode, None
        self._apply()

    def toggle(self) -> None:
        self._wanted, self._is_visited = not self.panel.display, False
        if self._has_focus():
            self.panel.action_leave()
        self.panel.display = self._wanted

    def show(self) -> None:
        """Show it for somebody who goes there."""
        self._is_visited = True
        self.panel.display = True

    def leave(self) -> None:
        """Hide it behind a visitor, where it would not be shown without one; called when the focus has moved."""
        if self._is_visited and not self._has_focus():
            self._is_visited = False
            self._apply()

    def _apply(self) -> None:
        if not self._is_visited and not self._has_focus():  # who types there is not sent away
            self.panel.display = self._decided() if self._wanted is None else self._wanted

    def _has_focus(self) -> bool:
        focused = self.panel.screen.focused if self.panel.is_attached else None
        return focused is not None and self.panel in focused.ancestors_with_self

    def _decided(self) -> bool:
        match self.mode:
            case SidePanelMode.NEVER:
                return False
            case SidePanelMode.ALWAYS:
                return self._size.width - PANEL_WIDTH >= MIN_WIDTH and not is_small(self._size)
            case SidePanelMode.AUTO:
                return self._size.width >= ROOMY_WIDTH and not is_small(self._size) and not self._costs_a_row()

    def _costs_a_row(self) -> bool:
        """Whether the panes would stand in more rows, or one at a time, with the panel beside them."""
        count, folded = len(self._panes), [pane.folded for pane in self._panes]
        without, beside = (
            layout_for(count, width, self._size.height - 2, folded=folded)
            for width in (self._size.width, self._size.width - PANEL_WIDTH)
        )
        return (beside.kind, beside.row_count) != (without.kind, without.row_count)

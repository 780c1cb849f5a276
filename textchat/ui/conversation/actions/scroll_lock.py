"""Locks the scrolling of the panes together at matching blocks; `SyncScroll` is imported at first use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.dom import DOMNode

from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.pane_views import PaneViews
from textchat.ui.conversation.ports import ActionTable

if TYPE_CHECKING:
    from textchat.ui.panes.sync_scroll import SyncScroll

LOCKED_NOTE = "⇅ scrolling together"


@dataclass(eq=False)
class ScrollLock:
    """Locks and releases scrolling; provides the note about it for the line above the input bar.

    `node` is the widget in whose name the scroll positions are watched; `show_note` is called when the note changes.
    """

    node: DOMNode
    current: CurrentConversation
    views: PaneViews
    notices: Notices
    show_note: Callable[[], None]
    _sync: SyncScroll | None = field(default=None, init=False)

    def actions(self) -> ActionTable:
        return {"pane.sync": self.toggle}

    def toggle(self) -> None:
        """Lock the panes, scrolling the others to the place of the active one, or release them."""
        if self._sync is None:
            from textchat.ui.panes.sync_scroll import SyncScroll

            self._sync = SyncScroll(self.node, self.views.message_lists)
        if len(self.current.panes) == 1 and not self._sync.is_locked:
            self.notices.say("Only one pane: it takes two to scroll together.")
            return
        self._sync.toggle(self.views.active.message_list)
        self.show_note()

    def take_in_panes(self) -> None:
        """Update the locked panes after panes were added or closed."""
        if self._sync is not None:
            self._sync.watch()

    def note(self) -> str:
        """`LOCKED_NOTE` while panes scroll together, else empty."""
        is_locked = self._sync is not None and self._sync.is_locked and len(self.current.panes) > 1
        return LOCKED_NOTE if is_locked else ""

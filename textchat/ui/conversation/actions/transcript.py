"""Actions on the message list of the active pane: focus, find, and scroll while the input bar has the focus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textchat.ui.conversation.pane_views import PaneViews
from textchat.ui.conversation.ports import ActionTable
from textchat.ui.input.find_bar import FindBar
from textchat.ui.transcript.message_list import MessageList


@dataclass(eq=False)
class TranscriptActions:
    """Focuses, searches and scrolls the active message list. `focus_input` returns to the input bar."""

    views: PaneViews
    find_bar: FindBar
    focus_input: Callable[[], object]

    def actions(self) -> ActionTable:
        return {
            "messages.focus": self.focus,
            "messages.find": self.find,
            "messages.up": lambda: self._messages.scroll_up(),
            "messages.down": lambda: self._messages.scroll_down(),
            "messages.page_up": lambda: self._messages.scroll_page_up(),
            "messages.page_down": lambda: self._messages.scroll_page_down(),
            "messages.home": lambda: self._messages.scroll_home(),
            "messages.end": lambda: self._messages.scroll_end(),
        }

    @property
    def _messages(self) -> MessageList:
        return self.views.active.message_list

    def focus(self) -> None:
        """Focus the messages of the active pane, or the input bar if they have the focus."""
        if self._messages.has_focus:
            self.focus_input()
        elif self._messages.display:  # an empty pane has no messages to go to
            self._messages.focus()

    def find(self) -> None:
        self.find_bar.open(self._messages)

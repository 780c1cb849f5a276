"""Where the focus is, the way back from it to the input bar, and where it goes when another pane becomes active."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.screen import Screen
from textual.widgets import TextArea

from textchat.core.conversation import Status
from textchat.core.figures.shortfall import shortfall_of
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.pane_views import PaneViews
from textchat.ui.conversation.widgets import ScreenWidgets
from textchat.ui.hints import Focus, Situation, hints
from textchat.ui.input.line_field import LineField
from textchat.ui.keymaps.taking import mode_shown
from textchat.ui.side_panel.switches import EffortSwitch, Toggle
from textchat.ui.transcript.message_list import MessageList

if TYPE_CHECKING:
    from textchat.ui.input.input_bar import InputBar
    from textchat.ui.input.status_line import StatusLine


@dataclass(eq=False)
class FocusRules:
    """Says in the status line where keys go, and moves the focus."""

    screen: Screen[Any]
    current: CurrentConversation
    widgets: ScreenWidgets
    views: PaneViews
    input_bar: InputBar
    status_line: StatusLine
    keymap: Mapping[str, str]

    @property
    def focus(self) -> Focus:
        focused = self.screen.focused
        if isinstance(focused, MessageList):
            return Focus.MESSAGES if focused.caret.place is None else Focus.SELECT
        if focused is not None and focused.has_class("attached"):
            return Focus.ATTACHED
        above = () if focused is None else focused.ancestors_with_self
        if self.widgets.find_bar in above:
            return Focus.FIND
        if self.widgets.side_panel.parameters in above:
            return Focus.PARAMETERS
        return Focus.CONVERSATIONS if self.widgets.side_panel in above else Focus.PROMPT

    def show(self) -> None:
        """Name the focus and its keys; cheap, but not for every token."""
        focus = self.focus
        state = mode_shown(self.screen.focused)
        self.status_line.show_keys(focus, hints(focus, self._situation(), self.keymap), state)

    def _situation(self) -> Situation:
        current = self.current
        live, replies = current.live, current.replies
        leaf = current.shown.messages.get(current.active_pane.leaf_id or "")
        reply = leaf if leaf is not None and leaf.model is not None else None
        has_failed = reply is not None and reply.status not in (Status.COMPLETE, Status.GROWING)
        lack = shortfall_of(reply) if reply is not None else None
        is_cut = has_failed or (lack is not None and lack.is_cut)
        return Situation(
            panes=len(current.panes),
            sends_to_all=current.sends_to_all,
            is_empty=not current.conversation.messages,
            is_replying=current.is_answering(),
            others_replying=len(replies.keys() - {current.active_id}),
            is_blind=current.is_blind,
            can_vote=self.widgets.vote_row.is_asking,
            is_raced=self._is_raced(),
            has_failed=has_failed,
            has_stopped=reply is not None and is_cut and bool(reply.text),
            queued=len(live.queue),
            is_held=live.queue.is_held,
            has_rows=bool(self.widgets.side_panel.conversations.rows),
            enter=self._enter(),
        )

    def _enter(self) -> str:
        focused = self.screen.focused
        if isinstance(focused, TextArea) and not isinstance(focused, LineField):
            return "new line"
        return "switch" if isinstance(focused, Toggle | EffortSwitch) else "apply"

    def _is_raced(self) -> bool:
        messages, panes, blind = self.current.shown.messages, self.current.panes, self.current.conversation.blind
        leaves = [messages.get(pane.leaf_id or "") for pane in panes]
        if blind is not None and any(pane.leaf_id not in blind.answers for pane in panes):
            return False  # what was there before is hidden
        return len(panes) > 1 and all(leaf is not None and leaf.model and not leaf.is_growing for leaf in leaves)

    def step_back(self) -> bool:
        """Take one step towards the input bar; False where there is none to take."""
        if self._clear_selection():
            return True
        if self.widgets.find_bar.is_open:
            self.widgets.find_bar.action_close()
        elif self.screen.focused is not self.input_bar:
            self.input_bar.focus()
        else:
            return False
        return True

    def _clear_selection(self) -> bool:
        for messages in self.views.message_lists():
            if messages.caret.place is not None or messages.selection.range is not None:
                messages.caret.hide()
                return True
        return False

    def pane_activated(self) -> None:
        """Keep the focus in the messages of the active pane, if it is in messages: keys act on what is looked at."""
        focused, active = self.screen.focused, self.views.active.message_list
        if isinstance(focused, MessageList) and focused is not active:
            self.screen.set_focus(active if active.display else self.input_bar)

    def leave_closed(self) -> None:
        """Go to the input bar where the messages with the focus are about to go: Textual would choose any field."""
        focused = self.screen.focused
        with_messages = {pane.id for pane in self.current.panes if pane.leaf_id is not None}
        if isinstance(focused, MessageList) and focused.pane_id not in with_messages:
            self.screen.set_focus(self.input_bar)

    def pane_clicked(self) -> None:
        """Give the focus back where a pane was clicked while the side panel had it; else typing goes on as it was."""
        if self.focus in (Focus.CONVERSATIONS, Focus.PARAMETERS):
            self.screen.set_focus(self.input_bar)

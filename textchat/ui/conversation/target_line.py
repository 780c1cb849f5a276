"""The title of the input bar: target of the next prompt, and notes on storage, context and cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textchat.core.figures.reply_figures import context_left, dollars
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.ports import SetTimer

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace

PAUSE_S = 0.3
"""Delay between typing and the refresh of the line, in seconds."""
WORTH_TELLING_USD = 0.001
"""An estimate below this is negligible, and not shown."""
PRIVATE = "private: kept in memory only, gone when you quit"
IN_MEMORY = "in memory only: the disk cannot be used"


@dataclass(eq=False)
class TargetLine:
    """Joins the notes of its sources in order, without empty ones."""

    sources: Sequence[Callable[[], str]]
    show: Callable[[str], None]
    set_timer: SetTimer
    _is_waiting: bool = field(default=False, init=False)

    def refresh(self) -> None:
        self._is_waiting = False
        self.show(" · ".join(filter(None, (source() for source in self.sources))))

    def refresh_soon(self) -> None:
        """Refresh after a pause, so that typing does not wait for it."""
        if not self._is_waiting:
            self._is_waiting = True
            self.set_timer(PAUSE_S, self.refresh)


def target_note(current: CurrentConversation) -> str:
    """The panes that the next prompt is sent to; empty if there is only one."""
    if len(current.panes) == 1:
        return ""
    return f"to all {len(current.panes)} panes" if current.sends_to_all else f"to pane {current.active_number} only"


def storage_note(workspace: Workspace, current: CurrentConversation) -> str:
    """Whether the conversation is only in memory, and why."""
    if current.live.is_private:
        return PRIVATE
    return IN_MEMORY if workspace.history.path is None else ""


@dataclass(eq=False)
class PromptEstimate:
    """Notes on the prompt as typed: used context and estimated cost.

    `text` gives what is typed now.
    """

    workspace: Workspace
    current: CurrentConversation
    text: Callable[[], str]

    def context_note(self) -> str:
        """The share of the context window that the request would use, of the fullest pane among the targets."""
        text = self.text()
        notes: list[tuple[float, str]] = []
        for pane_id in self.current.target_ids:
            model = self.current.conversation.pane(pane_id).model
            if window := self.workspace.context_window(model):
                tokens = self.current.live.request_tokens(pane_id, text)
                notes.append((tokens / window, context_left(model, tokens, window)))
        return max(notes)[1] if notes else ""

    def cost_note(self) -> str:
        """A note such as `4 models, about $0.03`; empty if no price is known, or the cost is negligible."""
        text = self.text()
        estimate = self.current.live.estimate(text, self.current.target_ids) if text.strip() else None
        if estimate is None or estimate.cost_usd < WORTH_TELLING_USD:
            return ""
        count = estimate.requests
        about = "about" if estimate.is_whole else "at least"
        return f"{f'{count} models, ' if count > 1 else ''}{about} {dollars(estimate.cost_usd)}"

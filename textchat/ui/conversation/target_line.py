"""The line on the border of the input bar: the target of the next prompt, and notes on storage, context and cost."""

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
"""How far the line may be behind what is typed, in seconds."""
WORTH_TELLING_USD = 0.001
"""An estimate below this is next to nothing, and left out."""
PRIVATE = "private: kept in memory only, gone when you quit"
IN_MEMORY = "in memory only: the disk cannot be used"


@dataclass(eq=False)
class TargetLine:
    """Joins the notes of its sources, in their order; an empty note is left out."""

    sources: Sequence[Callable[[], str]]
    show: Callable[[str], None]
    set_timer: SetTimer
    _is_waiting: bool = field(default=False, init=False)

    def refresh(self) -> None:
        self._is_waiting = False
        self.show(" · ".join(filter(None, (source() for source in self.sources))))

    def refresh_soon(self) -> None:
        """Refresh after a pause: the line follows what is typed, but no key waits for it."""
        if not self._is_waiting:
            self._is_waiting = True
            self.set_timer(PAUSE_S, self.refresh)


def target_note(current: CurrentConversation) -> str:
    """Which panes the next prompt goes to; empty where there is no choice."""
    if len(current.panes) == 1:
        return ""
    return f"to all {len(current.panes)} panes" if current.sends_to_all else f"to pane {current.active_number} only"


def storage_note(workspace: Workspace, current: CurrentConversation) -> str:
    """Whether the conversation is kept in memory only, and why."""
    if current.live.is_private:
        return PRIVATE
    return IN_MEMORY if workspace.history.path is None else ""


@dataclass(eq=False)
class PromptEstimate:
    """Notes on what the prompt would take if it were sent now: room in the context windows, and money.

    `text` gives what is typed now.
    """

    workspace: Workspace
    current: CurrentConversation
    text: Callable[[], str]

    def context_note(self) -> str:
        """How full the context windows of the panes that are asked next would be; only the tightest counts."""
        text = self.text()
        notes: list[tuple[float, str]] = []
        for pane_id in self.current.target_ids:
            model = self.current.conversation.pane(pane_id).model
            if window := self.workspace.context_window(model):
                tokens = self.current.live.request_tokens(pane_id, text)
                notes.append((tokens / window, context_left(model, tokens, window)))
        return max(notes)[1] if notes else ""

    def cost_note(self) -> str:
        """Such as `4 models, about $0.03`; empty where no price is known, or where it is next to nothing."""
        text = self.text()
        estimate = self.current.live.estimate(text, self.current.target_ids) if text.strip() else None
        if estimate is None or estimate.cost_usd < WORTH_TELLING_USD:
            return ""
        count = estimate.requests
        about = "about" if estimate.is_whole else "at least"
        return f"{f'{count} models, ' if count > 1 else ''}{about} {dollars(estimate.cost_usd)}"
